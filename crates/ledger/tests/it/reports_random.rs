//! Random sales in two outlets of different clocks: every report is what adding up by hand gives.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use ledger::days::Days;
use ledger::decide::ItemKind;
use ledger::store::{ProductQuestion, ProductReport, ProductView};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use retail::{Currency, LineKind, SaleState};

use crate::order::an_order;
use crate::reports::{day, with_zones};
use crate::support::{CONNECTION, Ledger, OTHER_CONNECTION, OTHER_OUTLET, OUTLET, RETAILER};

const CASES: u32 = 12;
/// Clocks of the two go back on other days.
const ZONES: [&str; 2] = ["America/Toronto", "Europe/Paris"];
const FIRST_DAY: &str = "2026-10-24";
const DAYS: i32 = 10;
/// Rows of a page: pages end everywhere.
const PAGE: i64 = 3;

#[derive(Clone, Debug)]
struct Sold {
    hour: i64,
    outlet: usize,
    state: SaleState,
    in_euros: bool,
    /// Units of products A and B; none where 0.
    units: [i64; 2],
    restocked: bool,
    shipping: i64,
}

#[derive(Clone, Debug)]
struct Asked {
    from: i32,
    days: i32,
    outlet: Option<usize>,
    shipping_alone: bool,
}

/// Quantity, went back, net, sales: by name and currency.
type Rows = BTreeMap<(String, &'static str), (i64, i64, i64, i64)>;

fn sold() -> impl Strategy<Value = Sold> {
    let state = prop_oneof![4 => Just(SaleState::Closed), 1 => Just(SaleState::Voided)];
    let units = [0..3_i64, 0..3_i64];
    (
        0..i64::from(DAYS) * 24,
        0..2_usize,
        state,
        any::<bool>(),
        units,
        any::<bool>(),
        0..3_i64,
    )
        .prop_map(
            |(hour, outlet, state, in_euros, units, restocked, shipping)| Sold {
                hour,
                outlet,
                state,
                in_euros,
                units,
                restocked,
                shipping: shipping * 250,
            },
        )
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        0..DAYS,
        1..DAYS,
        proptest::option::of(0..2_usize),
        any::<bool>(),
    )
        .prop_map(|(from, days, outlet, shipping_alone)| Asked {
            from,
            days,
            outlet,
            shipping_alone,
        })
}

fn placed_at(sold: &Sold) -> Timestamp {
    let first = day(FIRST_DAY).to_zoned(TimeZone::UTC).unwrap();
    first.timestamp() + SignedDuration::from_hours(sold.hour)
}

fn day_after(first: Date, days: i32) -> Date {
    first + days.days()
}

/// By the date that each outlet's clock showed.
fn added_up(all: &[Sold], asked: &Asked) -> Rows {
    let from = day_after(day(FIRST_DAY), asked.from);
    let until = day_after(from, asked.days);
    let mut rows = Rows::new();
    for sold in all {
        let zone = TimeZone::get(ZONES[sold.outlet]).unwrap();
        let date = placed_at(sold).to_zoned(zone).date();
        let is_asked = asked.outlet.is_none_or(|outlet| outlet == sold.outlet);
        if sold.state != SaleState::Closed || !is_asked || date < from || date >= until {
            continue;
        }
        let currency = if sold.in_euros { "EUR" } else { "CAD" };
        let mut add = |name: &str, units: i64, back: i64, net: i64| {
            let row = rows.entry((name.to_owned(), currency)).or_default();
            *row = (row.0 + units, row.1 + back, row.2 + net, row.3 + 1);
        };
        let mut back = i64::from(sold.restocked);
        for (name, units) in ["A", "B"].into_iter().zip(sold.units) {
            if units > 0 && !asked.shipping_alone {
                add(name, units, std::mem::take(&mut back), units * 1000);
            }
        }
        if sold.shipping > 0 {
            add("", 1, 0, sold.shipping);
        }
    }
    rows
}

async fn book(ledger: &Ledger, all: &[Sold]) {
    let messages = all.iter().zip(1_u64..).map(|(sold, id)| {
        let connection = [CONNECTION, OTHER_CONNECTION][sold.outlet];
        let mut order = an_order(id).of(RETAILER, connection).state(sold.state);
        order.order.placed_at = placed_at(sold);
        let mut has_product = false;
        for (sku, units) in ["A", "B"].into_iter().zip(sold.units) {
            if units > 0 {
                order = order.line(sku, units);
                has_product = true;
            }
        }
        if sold.restocked && has_product {
            order = order.restocked(0, 1);
        }
        if sold.shipping > 0 {
            order = order.service("shipping", LineKind::Shipping, sold.shipping);
        }
        if sold.in_euros {
            order = order.currency(Currency::EUR);
        }
        order.build()
    });
    ledger.apply(&messages.collect::<Vec<_>>()).await;
}

async fn holds(all: &[Sold], questions: &[Asked]) {
    let ledger = with_zones(ZONES).await;
    book(&ledger, all).await;
    for asked in questions {
        let from = day_after(day(FIRST_DAY), asked.from);
        let question = ProductQuestion {
            days: Days::new(from, day_after(from, asked.days)).unwrap(),
            outlet: asked.outlet.map(|outlet| [OUTLET, OTHER_OUTLET][outlet]),
            connection: None,
            kind: asked.shipping_alone.then_some(ItemKind::Shipping),
        };
        let expected = added_up(all, asked);
        let (mut rows, mut kinds, mut after) = (Rows::new(), Vec::new(), None);
        loop {
            let page = ledger
                .reader
                .report_products(RETAILER, &question, after.as_ref(), PAGE);
            let ProductReport {
                products,
                kinds: of_page,
            } = page.await.unwrap();
            kinds.extend(of_page);
            for row in &products {
                let ProductView {
                    sku,
                    quantity,
                    restocked,
                    net,
                    sales,
                    ..
                } = row;
                let figures = (
                    quantity.milli() / 1000,
                    restocked.milli() / 1000,
                    net.minor(),
                    *sales,
                );
                let before = rows.insert((sku.clone(), net.currency().code()), figures);
                assert_eq!(before, None, "once");
            }
            match products.last() {
                Some(last) => after = Some(last.key()),
                None => break,
            }
        }
        assert_eq!(rows, expected, "{asked:?}");
        for kind in &kinds {
            let is_of_it = |name: &str| name.is_empty() == (kind.kind == ItemKind::Shipping);
            let of_it = rows.iter().filter(|((name, currency), _)| {
                is_of_it(name) && *currency == kind.net.currency().code()
            });
            let net: i64 = of_it.map(|(_, figures)| figures.2).sum();
            assert_eq!(kind.net.minor(), net, "{asked:?} {kind:?}");
        }
        let kinds_sold: BTreeSet<_> = rows
            .keys()
            .map(|(name, currency)| (name.is_empty(), *currency))
            .collect();
        assert_eq!(kinds.len(), kinds_sold.len(), "{asked:?}");
    }
}

#[test]
fn sh_08_every_report_is_what_adding_up_by_hand_gives() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(
            &(vec(sold(), 1..60), vec(asked(), 8)),
            |(all, questions)| {
                runtime.block_on(holds(&all, &questions));
                Ok(())
            },
        )
        .unwrap();
}
