//! Tills and shops sell the last units at once, while answers are lost: no shop is ever raised above the truth.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::shop::Fault;
use super::stock::Scene;
use crate::make::{OTHER_SHOP, SHOP, item_id};
use retail::ConnectionId;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Event {
    Till(i64),
    /// A buyer in a shop, whose order is heard of later.
    Sells(bool, i64),
    Heard,
    Fault(bool, Fault),
}

fn event() -> impl Strategy<Value = Event> {
    let fault = prop_oneof![Just(Fault::Unheard), Just(Fault::Unsure), Just(Fault::Away)];
    prop_oneof![
        3 => (1_i64..3).prop_map(Event::Till),
        4 => (any::<bool>(), 1_i64..3).prop_map(|(shop, units)| Event::Sells(shop, units)),
        3 => Just(Event::Heard),
        1 => (any::<bool>(), fault).prop_map(|(shop, fault)| Event::Fault(shop, fault)),
    ]
}

const PAUSES_MS: [u64; 4] = [0, 5, 40, 300];

fn shop_of(other: bool) -> ConnectionId {
    if other { OTHER_SHOP } else { SHOP }
}

impl Scene {
    /// The ledger books what a buyer took.
    async fn heard(&self, other: bool, units: i64) {
        let (shop, item) = (shop_of(other), item_id(1));
        self.shops.of(shop, |shop| shop.unheard -= units);
        self.running.ledger.order(shop, item, units);
        self.changed(1).await;
    }
}

/// One long story rather than many short ones: it goes through the database and the broker.
#[tokio::test]
async fn r_04_no_push_raises_a_shop_above_the_truth() {
    let config = Config::default();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let scene = Scene::sells(1, 60).await;
    scene.shops.watch(&scene.running.ledger);
    let item = item_id(1);
    let mut unheard: Vec<(bool, i64)> = Vec::new();
    let mut truth = 60_i64;
    for turn in 0..120 {
        let event = event().new_tree(&mut runner).unwrap().current();
        match event {
            Event::Till(units) if truth >= units => {
                truth -= units;
                scene.running.ledger.moves(item, -units);
                scene.changed(1).await;
            }
            Event::Sells(other, units) => {
                let shop = shop_of(other);
                scene.shops.of(shop, |shop| {
                    if shop.quantity(item).unwrap() >= units && truth >= units {
                        truth -= units;
                        shop.sell(item, units);
                        shop.unheard += units;
                        unheard.push((other, units));
                    }
                });
            }
            Event::Heard => {
                if let Some((other, units)) = unheard.pop() {
                    scene.heard(other, units).await;
                }
            }
            Event::Fault(other, fault) => {
                scene
                    .shops
                    .of(shop_of(other), |shop| shop.faults.push_back(fault));
            }
            Event::Till(_) => {}
        }
        // Sometimes there is time to tell, and sometimes not.
        let pause = Duration::from_millis(PAUSES_MS[turn % PAUSES_MS.len()]);
        tokio::time::sleep(pause).await;
    }
    while let Some((other, units)) = unheard.pop() {
        scene.heard(other, units).await;
    }
    for shop in [SHOP, OTHER_SHOP] {
        scene.shops.of(shop, |shop| shop.faults.clear());
        scene.until_has(shop, 1, truth).await;
        let too_high = scene.shops.see(shop, |shop| shop.too_high.clone());
        assert!(too_high.is_empty(), "{too_high:#?}");
    }
}
