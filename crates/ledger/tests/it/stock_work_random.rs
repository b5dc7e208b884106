//! Random days in two stockrooms: every level is the sum of what moved, whatever people and shops do, and a
//! transfer loses nothing.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proto::ledger as wire;
use uuid::Uuid;

use crate::order::an_order;
use crate::stockroom::{Stockroom, units};
use crate::support::{CONNECTION, OTHER_CONNECTION, OTHER_OUTLET, OUTLET, RETAILER};

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 12;
const SKUS: [&str; 3] = ["A", "B", "C"];
const OUTLETS: [Uuid; 2] = [OUTLET, OTHER_OUTLET];

#[derive(Clone, Debug)]
enum Step {
    /// Order, of the outlet of its number, with so many of a SKU.
    Told(u64, usize, i64),
    Adjust(usize, usize, i64),
    Receive(usize, usize, i64),
    /// From the outlet, so many of two SKUs.
    Send(usize, [i64; 2]),
    /// Of the transfer of that number, so many of a SKU; whether more is to come.
    Arrive(usize, usize, i64, bool),
    Start(usize),
    Count(usize, usize, i64),
    /// Of the outlet's stock-take; posted or cancelled.
    End(usize, bool),
    Safety(usize, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (outlet, sku) = (0..OUTLETS.len(), 0..SKUS.len());
    let change = prop_oneof![-5..0_i64, 1..6_i64];
    let step = prop_oneof![
        6 => (1..7_u64, sku.clone(), 0..5_i64).prop_map(|(order, sku, units)| Step::Told(order, sku, units)),
        3 => (outlet.clone(), sku.clone(), change)
            .prop_map(|(outlet, sku, units)| Step::Adjust(outlet, sku, units)),
        3 => (outlet.clone(), sku.clone(), 1..9_i64)
            .prop_map(|(outlet, sku, units)| Step::Receive(outlet, sku, units)),
        3 => (outlet.clone(), [1..5_i64, 1..5_i64]).prop_map(|(outlet, units)| Step::Send(outlet, units)),
        4 => (0..4_usize, sku.clone(), 1..6_i64, any::<bool>())
            .prop_map(|(transfer, sku, units, more)| Step::Arrive(transfer, sku, units, more)),
        2 => outlet.clone().prop_map(Step::Start),
        4 => (outlet.clone(), sku.clone(), 0..9_i64)
            .prop_map(|(outlet, sku, units)| Step::Count(outlet, sku, units)),
        2 => (outlet.clone(), any::<bool>()).prop_map(|(outlet, posted)| Step::End(outlet, posted)),
        1 => (sku, 0..3_i64).prop_map(|(sku, units)| Step::Safety(sku, units)),
    ];
    vec(step, 1..40)
}

/// What the rules alone say.
#[derive(Default)]
struct Model {
    on_hand: BTreeMap<(usize, usize), i64>,
    /// What people and shops brought in, less what they took out.
    brought: i64,
    /// By order: the SKU, and how many.
    sold: BTreeMap<u64, (usize, i64)>,
    transfers: Vec<Sent>,
    takes: BTreeMap<usize, Take>,
}

struct Sent {
    id: String,
    to: usize,
    is_received: bool,
}

struct Take {
    id: String,
    /// By SKU: counted, and on hand then.
    counts: BTreeMap<usize, (i64, i64)>,
}

impl Model {
    fn moves(&mut self, outlet: usize, sku: usize, units: i64) {
        *self.on_hand.entry((outlet, sku)).or_default() += units;
    }

    fn brings(&mut self, outlet: usize, sku: usize, units: i64) {
        self.moves(outlet, sku, units);
        self.brought += units;
    }
}

async fn step(room: &mut Stockroom, model: &mut Model, second: i64, step: Step) {
    match step {
        Step::Told(order, sku, units) => {
            let outlet = usize::from(order % 2 == 0);
            let connection = [CONNECTION, OTHER_CONNECTION][outlet];
            let told = an_order(order).of(RETAILER, connection).at(second);
            let told = if units == 0 {
                told
            } else {
                told.line(SKUS[sku], units)
            };
            room.ledger.apply_one(&told.build()).await;
            if let Some((before, back)) = model.sold.insert(order, (sku, units)) {
                model.brings(outlet, before, back);
            }
            model.brings(outlet, sku, -units);
        }
        Step::Adjust(outlet, sku, units) => {
            let request = room.adjustment(OUTLETS[outlet], &[(SKUS[sku], units)]);
            room.client.stock_work.adjust(request).await.unwrap();
            model.brings(outlet, sku, units);
        }
        Step::Receive(outlet, sku, units) => {
            let received = [(SKUS[sku], units)];
            room.receive_in(OUTLETS[outlet], &received).await.unwrap();
            model.brings(outlet, sku, units);
        }
        Step::Send(from, [a, b]) => {
            let to = 1 - from;
            let request = wire::SendTransferRequest {
                from_outlet_id: OUTLETS[from].to_string(),
                to_outlet_id: OUTLETS[to].to_string(),
                ..room.transfer(&[(SKUS[0], a), (SKUS[1], b)])
            };
            let sent = room.client.transfers.send_transfer(request).await.unwrap();
            model.transfers.push(Sent {
                id: sent.into_inner().transfer.unwrap().transfer_id,
                to,
                is_received: false,
            });
            model.moves(from, 0, -a);
            model.moves(from, 1, -b);
        }
        Step::Arrive(transfer, sku, units, more) => {
            let Some(sent) = model.transfers.get_mut(transfer) else {
                return;
            };
            let received = room.arrive(&sent.id, &[(SKUS[sku], units)], more).await;
            assert_eq!(received.is_err(), sent.is_received);
            if received.is_ok() {
                sent.is_received = !more;
                let to = sent.to;
                model.moves(to, sku, units);
            }
        }
        Step::Start(outlet) => {
            let started = room.start(OUTLETS[outlet]).await;
            assert_eq!(started.is_err(), model.takes.contains_key(&outlet));
            if let Ok(take) = started {
                let id = take.stock_take_id;
                let counts = BTreeMap::new();
                model.takes.insert(outlet, Take { id, counts });
            }
        }
        Step::Count(outlet, sku, units) => {
            let on_hand = model.on_hand.get(&(outlet, sku)).copied().unwrap_or(0);
            let Some(take) = model.takes.get_mut(&outlet) else {
                return;
            };
            room.count(&take.id, &[(SKUS[sku], units)]).await.unwrap();
            take.counts.insert(sku, (units, on_hand));
        }
        Step::End(outlet, posted) => {
            let Some(Take { id, counts }) = model.takes.remove(&outlet) else {
                return;
            };
            if posted {
                room.post(&id).await.unwrap();
                for (sku, (counted, on_hand)) in counts {
                    model.brings(outlet, sku, counted - on_hand);
                }
            } else {
                room.cancel(&id).await.unwrap();
            }
        }
        Step::Safety(sku, units) => {
            room.set_safety(&[(SKUS[sku], units)]).await.unwrap();
        }
    }
}

async fn run(steps: Vec<Step>) {
    let mut room = Stockroom::with(&SKUS).await;
    let mut model = Model::default();
    for (second, next) in (0..).zip(steps) {
        step(&mut room, &mut model, second, next).await;
        for (outlet, id) in OUTLETS.into_iter().enumerate() {
            for (sku, name) in SKUS.into_iter().enumerate() {
                let expected = model.on_hand.get(&(outlet, sku)).copied().unwrap_or(0);
                let on_hand = room.ledger.on_hand(name, id).await.unwrap_or(0);
                assert_eq!(on_hand, expected, "{name} in {id}");
            }
        }
    }
    room.ledger.assert_sound().await;
    // What was brought in is in stock, in transit or short, but for what came that nobody had sent.
    let mut elsewhere = 0;
    for sent in &model.transfers {
        let request = wire::GetTransferRequest {
            retailer_id: RETAILER.to_string(),
            transfer_id: sent.id.clone(),
        };
        let told = room.client.transfers.get_transfer(request).await.unwrap();
        for line in told.into_inner().transfer.unwrap().lines {
            let [in_transit, short, over] = [line.in_transit, line.short, line.over].map(units);
            assert!(in_transit == 0 || !sent.is_received);
            elsewhere += in_transit + short - over;
        }
    }
    let in_stock: i64 = model.on_hand.values().sum();
    assert_eq!(in_stock + elsewhere, model.brought);
}

#[test]
fn levels_are_sums_whatever_people_and_shops_do_and_transfers_lose_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(run(steps));
            Ok(())
        })
        .unwrap();
}
