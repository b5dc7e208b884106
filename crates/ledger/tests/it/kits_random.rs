//! Random sales of things that become kits, are made of other things, and are none any more.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use retail::SaleState;

use crate::order::an_order;
use crate::stockroom::{Line, Stockroom};

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 12;
/// The first two may be kits, of the others.
const SKUS: [&str; 4] = ["K1", "K2", "A", "B"];

#[derive(Clone, Debug)]
enum Step {
    /// Of the order, so many of a SKU; so many of them went back; whether it stands.
    Told(u64, usize, i64, i64, bool),
    /// So many of both parts; of none, it is no kit any more.
    Define(usize, [i64; 2]),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let told = (
        1..4_u64,
        0..SKUS.len(),
        1..6_i64,
        0..3_i64,
        proptest::bool::weighted(0.8),
    );
    let told = told.prop_map(|(order, sku, units, back, stands)| {
        Step::Told(order, sku, units, back.min(units), stands)
    });
    let define = (0..2_usize, [0..4_i64, 0..4_i64]);
    let define = define.prop_map(|(kit, parts)| Step::Define(kit, parts));
    vec(prop_oneof![3 => told, 2 => define], 1..40)
}

type Parts = Option<[i64; 2]>;

/// What the rules alone say.
#[derive(Default)]
struct Model {
    /// What each kit is made of now.
    kits: [Parts; 2],
    /// By order: the SKU of its line, and how many of it it holds.
    lines: BTreeMap<u64, (usize, i64)>,
    /// Kits that an order sold, and of what they were made then.
    made: BTreeMap<(u64, usize), [i64; 2]>,
}

impl Model {
    fn tell(&mut self, order: u64, sku: usize, held: i64) {
        let was_it = self
            .lines
            .get(&order)
            .is_some_and(|(before, _)| *before == sku);
        if let Some(parts) = self.kits.get(sku).copied().flatten()
            && !was_it
        {
            self.made.entry((order, sku)).or_insert(parts);
        }
        self.lines.insert(order, (sku, held));
    }

    fn on_hand(&self) -> [i64; 4] {
        let mut on_hand = [0; 4];
        for (order, (sku, held)) in &self.lines {
            match self.made.get(&(*order, *sku)) {
                Some([a, b]) => {
                    on_hand[2] -= held * a;
                    on_hand[3] -= held * b;
                }
                None => on_hand[*sku] -= held,
            }
        }
        on_hand
    }
}

#[test]
fn pos_05_at_random_each_sale_holds_what_its_kits_were_made_of() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        ..Config::default()
    });
    runner
        .run(&steps(), |steps| {
            runtime.block_on(history(steps));
            Ok(())
        })
        .unwrap();
}

async fn history(steps: Vec<Step>) {
    let mut room = Stockroom::with(&SKUS).await;
    let mut model = Model::default();
    for (second, step) in (1..).zip(steps) {
        match step {
            Step::Told(id, sku, units, back, stands) => {
                let order = an_order(id).line(SKUS[sku], units).restocked(0, back);
                let state = if stands {
                    SaleState::Closed
                } else {
                    SaleState::Voided
                };
                let order = order.state(state).at(second).build();
                room.ledger.apply_one(&order).await;
                model.tell(id, sku, if stands { units - back } else { 0 });
            }
            Step::Define(kit, parts) => {
                let named = SKUS[2..].iter().copied().zip(parts);
                let named: Vec<Line<'_>> = named.filter(|(_, units)| *units > 0).collect();
                let is_kit = !named.is_empty();
                let defined = room.define(SKUS[kit], &named).await;
                if defined.is_ok() {
                    model.kits[kit] = is_kit.then_some(parts);
                }
            }
        }
        let found = room.all_on_hand(SKUS).await;
        assert_eq!(found, model.on_hand(), "after step {second}");
    }
    room.ledger.assert_sound().await;
}
