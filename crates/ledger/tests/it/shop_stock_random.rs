//! Random histories of two shops: what each took since any mark is what its orders hold more than then, by the newest
//! that it said of each.

use std::collections::BTreeMap;

use ledger::desk::{Act, DeskError};
use ledger::store::ParkedFilter;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proto::ledger as wire;
use retail::{ConnectionId, SaleState, ShopOrderId};
use uuid::Uuid;

use crate::catalogue_desk::{Desk, ask, item};
use crate::kits::definition;
use crate::order::an_order;
use crate::stockroom::{lines, units};
use crate::support::{ASKING_CONNECTION, CONNECTION, OUTLET, RETAILER};

/// Histories tried, each in a ledger of its own.
const CASES: u32 = 16;
const SHOPS: [ConnectionId; 2] = [CONNECTION, ASKING_CONNECTION];
/// The last is a kit, of two of the first and one of the second.
const SKUS: [&str; 3] = ["A", "B", "KIT"];
const ORDERS: u64 = 4;
const SECONDS: usize = 6;

/// What an order is at a second of its life: its state, of each SKU what was sold and what of that went back, and
/// whether its amounts make sense. A line sells the same thing all its life, as in every shop.
#[derive(Clone, Debug)]
struct Moment {
    state: SaleState,
    lines: [(i64, i64); 3],
    is_broken: bool,
}

#[derive(Clone, Debug)]
enum Step {
    /// By which shop, of which order and second.
    Told(usize, u64, usize),
    Retry(usize, u64),
    RetryAll,
    Dismiss(usize, u64),
    Apply(usize, u64),
    /// Somebody counts.
    Adjust(usize, i64),
    Mark,
}

type Lives = Vec<Vec<Moment>>;

fn lives() -> impl Strategy<Value = Lives> {
    let state = prop_oneof![
        6 => Just(SaleState::Closed),
        1 => Just(SaleState::Voided),
        1 => Just(SaleState::NotImported),
        1 => Just(SaleState::Unfinished),
    ];
    let line = || (0..5_i64, 0..3_i64).prop_map(|(units, back)| (units, back.min(units)));
    let lines = [line(), line(), line()];
    let moment = (state, lines, proptest::bool::weighted(0.15));
    let moment = moment.prop_map(|(state, lines, is_broken)| Moment {
        state,
        lines,
        is_broken,
    });
    let orders = SHOPS.len() * usize::try_from(ORDERS).unwrap();
    vec(vec(moment, SECONDS), orders)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let order = || (0..SHOPS.len(), 0..ORDERS);
    let step = prop_oneof![
        10 => (order(), 0..SECONDS).prop_map(|((shop, id), second)| Step::Told(shop, id, second)),
        2 => order().prop_map(|(shop, id)| Step::Retry(shop, id)),
        1 => Just(Step::RetryAll),
        1 => order().prop_map(|(shop, id)| Step::Dismiss(shop, id)),
        2 => order().prop_map(|(shop, id)| Step::Apply(shop, id)),
        2 => (0..2_usize, 1..9_i64).prop_map(|(sku, units)| Step::Adjust(sku, units)),
        2 => Just(Step::Mark),
    ];
    vec(step, 1..40)
}

/// What the shops say, and what they were asked at.
struct Model {
    lives: Lives,
    /// The newest second that was told of each order.
    newest: BTreeMap<(usize, u64), usize>,
    /// Of each shop, what its orders held then, with the mark of each item.
    marks: Vec<(usize, [i64; 3], [String; 3])>,
}

impl Model {
    fn moment(&self, shop: usize, order: u64, second: usize) -> &Moment {
        let place = shop * usize::try_from(ORDERS).unwrap() + usize::try_from(order).unwrap();
        &self.lives[place][second]
    }

    fn held(&self, shop: usize) -> [i64; 3] {
        let mut held = [0; 3];
        for ((of, order), second) in &self.newest {
            let moment = self.moment(*of, *order, *second);
            let holds = ![SaleState::Voided, SaleState::Unfinished].contains(&moment.state);
            if *of != shop || !holds {
                continue;
            }
            for (sku, (units, back)) in moment.lines.iter().enumerate() {
                held[sku] += units - back;
            }
        }
        held
    }
}

#[test]
fn r_04_at_random_what_a_shop_took_since_a_mark_is_what_its_orders_hold_more() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&(lives(), steps()), |(lives, steps)| {
            runtime.block_on(history(lives, steps));
            Ok(())
        })
        .unwrap();
}

async fn history(lives: Lives, steps: Vec<Step>) {
    let mut desk = Desk::new().await;
    let items: Vec<(u128, &str)> = (1..).zip(SKUS).collect();
    desk.register(&items).await.unwrap();
    let kit = definition(desk.act(), "KIT", &[("A", 2), ("B", 1)]);
    desk.client.kits.define_kit(kit).await.unwrap();
    let mut model = Model {
        lives,
        newest: BTreeMap::new(),
        marks: Vec::new(),
    };
    for (place, step) in steps.iter().chain([&Step::Mark]).enumerate() {
        take(&mut desk, &mut model, step, place).await;
    }
    desk.ledger.assert_sound().await;
}

async fn take(desk: &mut Desk, model: &mut Model, step: &Step, place: usize) {
    let people = desk.ledger.desk();
    let act = Act {
        request: Uuid::from_u128(1 + place as u128),
        actor: String::new(),
        note: "why not".to_owned(),
    };
    let id = |order: u64| ShopOrderId::new(&(order + 1).to_string()).unwrap();
    match step {
        Step::Told(shop, order, second) => {
            tell(desk, model, *shop, *order, *second).await;
        }
        Step::Retry(shop, order) => {
            allowed(
                people
                    .retry(&act, RETAILER, SHOPS[*shop], &id(*order))
                    .await,
            );
        }
        Step::RetryAll => {
            let all = ParkedFilter::default();
            allowed(people.retry_all(&act, RETAILER, &all).await);
        }
        Step::Dismiss(shop, order) => {
            let subject = ledger::desk::Subject::Order(id(*order).as_str().to_owned());
            allowed(people.dismiss(&act, RETAILER, SHOPS[*shop], &subject).await);
        }
        Step::Apply(shop, order) => {
            let id = id(*order);
            allowed(
                people
                    .apply_held(&act, RETAILER, SHOPS[*shop], &id, None)
                    .await,
            );
        }
        Step::Adjust(sku, units) => {
            let request = wire::ReceiveGoodsRequest {
                retailer_id: RETAILER.to_string(),
                outlet_id: OUTLET.to_string(),
                lines: lines(&[(SKUS[*sku], *units)]),
                reference: String::new(),
                act: Some(desk.act()),
            };
            desk.client.stock_work.receive_goods(request).await.unwrap();
        }
        Step::Mark => mark(desk, model, place).await,
    }
}

async fn tell(desk: &mut Desk, model: &mut Model, shop: usize, order: u64, second: usize) {
    let Moment {
        state,
        lines,
        is_broken,
    } = model.moment(shop, order, second).clone();
    let at = i64::try_from(second).unwrap();
    let mut told = an_order(order + 1)
        .of(RETAILER, SHOPS[shop])
        .at(at)
        .state(state);
    for (line, (units, back)) in lines.iter().enumerate() {
        told = told.line(SKUS[line], *units).restocked(line, *back);
    }
    if is_broken {
        told = told.total(-1);
    }
    desk.ledger.apply_one(&told.build()).await;
    let newest = model.newest.entry((shop, order)).or_insert(second);
    *newest = second.max(*newest);
}

/// Holds all marks that there are against the model, and makes new ones.
async fn mark(desk: &mut Desk, model: &mut Model, place: usize) {
    let all = [item(1), item(2), item(3)];
    for (shop, held_then, marks) in &model.marks {
        let asked: Vec<(Uuid, &str)> = all
            .into_iter()
            .zip(marks.iter().map(|mark| &**mark))
            .collect();
        let answer = ask(&mut desk.pusher, SHOPS[*shop], &asked).await.unwrap();
        let taken = answer.items.into_iter().map(|told| units(told.taken));
        let taken: Vec<i64> = taken.collect();
        let held = model.held(*shop);
        let expected: Vec<i64> = (0..3).map(|sku| held[sku] - held_then[sku]).collect();
        assert_eq!(taken, expected, "shop {shop} at step {place}");
    }
    for (shop, of) in SHOPS.into_iter().enumerate() {
        let asked = all.map(|item| (item, ""));
        let answer = ask(&mut desk.pusher, of, &asked).await.unwrap();
        let marks: Vec<String> = answer.items.into_iter().map(|told| told.mark).collect();
        let held = model.held(shop);
        model.marks.push((shop, held, marks.try_into().unwrap()));
    }
}

/// What a person may be told instead of being obeyed.
fn allowed<T>(done: Result<T, DeskError>) {
    match done {
        Ok(_) | Err(DeskError::NotParked | DeskError::NotHeld | DeskError::Refused { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}
