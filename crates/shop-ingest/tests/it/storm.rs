//! Whatever fails, and whenever: in the end the ledger has been told every order as it is.

use std::time::Duration;

use service_kit::within;

use crate::database::connection_id;
use crate::running::{Running, ago, plus_millis};
use crate::stall::{HINT, Mood, Shop, ShopOrder};

const STEPS: u64 = 60;
const ORDERS: u64 = 30;
const STEP: Duration = Duration::from_millis(100);

/// `SplitMix64`: what happens follows from the seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

async fn nothing_is_missed(seed: u64, lists_bodies: bool) {
    let shop = Shop {
        clock: Some(ago(0)),
        orders_per_page: 4,
        lists_bodies,
        ..Shop::default()
    };
    let mut running = Running::start(vec![shop]).await;
    let mut dice = Dice(seed);
    for step in 0..STEPS {
        let (order, what) = (dice.below(ORDERS), dice.below(10));
        let changed = ShopOrder::new(&order.to_string(), ago(0), &format!("step-{step}"));
        running.shop(1, |shop| {
            shop.clock = Some(ago(0));
            // As listings by the instant of change do it: what changes moves to the end.
            shop.orders.retain(|known| known.id != changed.id);
            shop.orders.push(changed.clone());
            match what {
                // Where orders are fetched, a shop that is away is left alone for minutes: no test waits for that.
                0 if lists_bodies => shop.mood = Mood::Away,
                1 if lists_bodies => shop.mood = Mood::Panics,
                2 | 3 => shop.fails_from_page = Some(1),
                4 if lists_bodies => shop.mood = Mood::Busy(Duration::from_millis(300)),
                _ => {
                    shop.mood = Mood::Well;
                    shop.fails_from_page = None;
                }
            }
        });
        // Half of the webhooks come.
        if dice.below(2) == 0 {
            running.post(1, HINT, changed.id.to_string()).await;
        }
        if dice.below(20) == 0 {
            running.crash().await;
            running.serve().await;
        }
        tokio::time::sleep(STEP).await;
    }
    running.shop(1, |shop| {
        shop.mood = Mood::Well;
        shop.fails_from_page = None;
    });
    let books = running.books.clone();
    within(async || {
        let orders = running.shop(1, |shop| {
            shop.clock = Some(ago(0));
            shop.orders.clone()
        });
        let told = books.told_of(connection_id(1));
        orders
            .iter()
            .all(|order| {
                let of_order = told.iter().filter(|told| told.order == order.id.as_str());
                of_order
                    .max_by_key(|told| told.modified_at)
                    .is_some_and(|newest| {
                        newest.word == order.word
                            && newest.modified_at == plus_millis(order.modified_at, 999)
                    })
            })
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_changed_is_missed_whatever_fails() {
    nothing_is_missed(1, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_changed_is_missed_where_all_must_be_fetched() {
    nothing_is_missed(2, false).await;
}
