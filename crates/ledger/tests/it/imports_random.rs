//! Random histories of shops, imports and undoings, against a model of a few lines.

use std::collections::BTreeMap;

use ledger::decide::Incoming;
use proptest::collection::vec;
use proptest::prelude::*;
use retail::{ImportId, SaleState};
use uuid::Uuid;

use crate::cases::hold;
use crate::order::an_order;
use crate::support::{CONNECTION, Ledger, OUTLET, RETAILER};

/// Histories tried, each with orders and SKUs of its own.
const CASES: u32 = 40;
/// Apart from each other, the orders of two cases.
const ORDERS_PER_CASE: u64 = 100;
const ORDERS: usize = 6;
const SECONDS: usize = 4;
const SKUS: [&str; 3] = ["A", "B", "C"];

/// What an order is at each second of its life.
type Life = Vec<(SaleState, usize, i64)>;

/// A message: of which order, of which second, brought by the import or by the shop's life.
#[derive(Clone, Copy, Debug)]
struct Told {
    order: usize,
    second: usize,
    by_import: bool,
}

#[derive(Clone, Debug)]
struct History {
    lives: Vec<Life>,
    before: Vec<Told>,
    during: Vec<Told>,
    after: Vec<Told>,
    cuts: Vec<usize>,
}

/// What the model knows of an order.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    second: Option<usize>,
    by_import: bool,
    moved_since: bool,
    withdrawn: bool,
}

fn histories() -> impl Strategy<Value = History> {
    let state = prop_oneof![
        5 => Just(SaleState::Closed),
        2 => Just(SaleState::Voided),
        1 => Just(SaleState::NotImported),
    ];
    let life = vec((state, 0..SKUS.len(), 1..4_i64), SECONDS);
    let told = |may_import: bool| {
        (0..ORDERS, 0..SECONDS, any::<bool>()).prop_map(move |(order, second, by_import)| Told {
            order,
            second,
            by_import: may_import && by_import,
        })
    };
    (
        vec(life, ORDERS),
        vec(told(false), 0..6),
        vec(told(true), 0..30),
        vec(told(false), 0..10),
        vec(1..8_usize, 1..5),
    )
        .prop_map(|(lives, before, during, after, cuts)| History {
            lives,
            before,
            during,
            after,
            cuts,
        })
}

/// What an order holds of stock at a second of its life.
fn held(life: &Life, second: usize) -> Option<(usize, i64)> {
    let (state, sku, units) = life[second];
    (state == SaleState::Closed).then_some((sku, units))
}

/// What a message does, as the rules have it.
fn tell(known: &mut Known, life: &Life, told: Told, may_readmit: bool) {
    let Told {
        order: _,
        second,
        by_import,
    } = told;
    if !life[second].0.is_imported() || (known.withdrawn && !may_readmit) {
        return;
    }
    match known.second {
        Some(_) if known.withdrawn => {
            *known = Known {
                second: Some(second),
                by_import,
                ..Known::default()
            };
        }
        Some(before) if before >= second => {}
        Some(before) => {
            known.moved_since |= held(life, before) != held(life, second);
            known.second = Some(second);
        }
        None => {
            known.second = Some(second);
            known.by_import = by_import;
        }
    }
}

fn undo(known: &mut [Known]) {
    for known in known {
        if known.by_import && !known.moved_since {
            known.withdrawn = true;
        }
        known.by_import = false;
    }
}

fn expected(lives: &[Life], known: &[Known]) -> BTreeMap<usize, i64> {
    let mut stock = BTreeMap::new();
    for (life, known) in lives.iter().zip(known) {
        if let Some((sku, units)) = known
            .second
            .filter(|_| !known.withdrawn)
            .and_then(|second| held(life, second))
        {
            *stock.entry(sku).or_insert(0) -= units;
        }
    }
    stock
}

struct Case<'a> {
    ledger: &'a Ledger,
    number: u64,
    lives: &'a [Life],
    cuts: &'a [usize],
}

impl Case<'_> {
    fn message(&self, told: Told, place: usize, import: ImportId) -> Incoming {
        let (state, sku, units) = self.lives[told.order][told.second];
        let mut order =
            an_order(self.number * ORDERS_PER_CASE + u64::try_from(told.order).unwrap() + 1)
                .at(i64::try_from(told.second).unwrap())
                .state(state)
                .line(&self.sku(sku), units)
                .delivery(&format!("{import} {place}"));
        if told.by_import {
            order = order.import(import);
        }
        order.build()
    }

    fn sku(&self, sku: usize) -> String {
        format!("{}-{}", self.number, SKUS[sku])
    }

    async fn apply(&self, told: &[Told], import: ImportId, known: &mut [Known], may_readmit: bool) {
        let messages: Vec<Incoming> = told
            .iter()
            .enumerate()
            .map(|(place, told)| self.message(*told, place, import))
            .collect();
        for told in told {
            let readmits = may_readmit && told.by_import;
            let Told { order, .. } = *told;
            tell(&mut known[order], &self.lives[order], *told, readmits);
        }
        let mut rest = messages.as_slice();
        for cut in self.cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (batch, after) = rest.split_at((*cut).min(rest.len()));
            self.ledger.apply(batch).await;
            // What is not acknowledged comes again.
            self.ledger.apply(batch).await;
            rest = after;
        }
    }

    async fn assert_stock(&self, known: &[Known], when: &str) {
        let expected = expected(self.lives, known);
        for (sku, name) in SKUS.iter().enumerate() {
            let on_hand = self.ledger.on_hand(&self.sku(sku), OUTLET).await;
            let expected = expected.get(&sku).copied().unwrap_or(0);
            assert_eq!(on_hand.unwrap_or(0), expected, "{name} {when}");
        }
    }

    fn import(&self, number: u128) -> ImportId {
        ImportId::new(Uuid::from_u128(u128::from(self.number) * 10 + number))
    }
}

async fn holds(ledger: &Ledger, case: u64, history: &History) {
    let History {
        lives,
        before,
        during,
        after,
        cuts,
    } = history;
    let case = Case {
        ledger,
        number: case,
        lives,
        cuts,
    };
    let mut known = vec![Known::default(); ORDERS];
    let (first, second) = (case.import(1), case.import(2));
    case.apply(before, first, &mut known, false).await;
    ledger.begin(first).await;
    case.apply(during, first, &mut known, false).await;
    case.assert_stock(&known, "imported").await;
    ledger.complete(first).await;
    ledger.undo(first).await;
    undo(&mut known);
    case.assert_stock(&known, "undone").await;
    // All of it comes again; only what the shop's life brought can still count.
    case.apply(during, first, &mut known.clone(), false).await;
    for told in during.iter().filter(|told| !told.by_import) {
        tell(&mut known[told.order], &lives[told.order], *told, false);
    }
    case.assert_stock(&known, "told again").await;
    case.apply(after, first, &mut known, false).await;
    case.assert_stock(&known, "lived on").await;

    // The shop is linked again, and everything imported as it is now.
    let newest: Vec<Told> = (0..ORDERS)
        .map(|order| Told {
            order,
            second: SECONDS - 1,
            by_import: true,
        })
        .collect();
    let untouched = known.clone();
    ledger.begin(second).await;
    case.apply(&newest, second, &mut known, true).await;
    case.assert_stock(&known, "imported anew").await;
    ledger.complete(second).await;
    ledger.undo(second).await;
    undo(&mut known);
    case.assert_stock(&known, "undone anew").await;
    // Where the second import made all that it changed, stock is as it was before it.
    if untouched
        .iter()
        .all(|known| known.second.is_none() || known.withdrawn)
    {
        case.assert_stock(&untouched, "as before").await;
    }
    assert_eq!(
        CONNECTION.uuid(),
        ledger.begin(case.import(3)).await.connection
    );
    ledger
        .store
        .cancel_import(RETAILER, case.import(3))
        .await
        .unwrap();
}

#[test]
fn r_2_random_imports_and_undoings_equal_the_model() {
    hold(CASES, &histories(), &async |ledger, case, history| {
        holds(ledger, case, &history).await;
    });
}
