//! What holds for every history, however its deliveries come.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use retail::posting::{Posting, Refusal, post};
use retail::{ItemRef, LineKind, OrderLine, PaymentKind, SaleState};

use crate::book::{APPLY, ASK, Book, Sale};
use crate::history::{any_snapshot, history};
use crate::make::{Snapshot, cad, item, line_key, milli, order};
use crate::oracle::{self, Outcome, outcome};

/// Histories a run of the tests tries; the bench tries a million.
const HISTORIES: u32 = 10_000;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: HISTORIES,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn r_08_any_shuffle_or_duplication_of_the_snapshots_ends_alike(history in history()) {
        let mut book = Book::default();
        for snapshot in history.delivered() {
            let _refused_or_not = book.receive(snapshot);
        }
        let mut expected = Vec::new();
        for versions in &history.orders {
            let sale = book.sales.get(&versions[0].order.key);
            let wanted = outcome(versions);
            prop_assert_eq!(&sale.map(seen), &wanted);
            expected.extend(wanted);
        }
        prop_assert_eq!(book.stock(), oracle::stock(&expected));
    }

    #[test]
    fn pos_05_levels_equal_the_sum_of_movements_after_every_delivery(history in history()) {
        let mut book = Book::default();
        for snapshot in history.delivered() {
            let before = book.movements.len();
            let posting = book.receive(snapshot);
            if !matches!(posting, Ok(Posting::Record(_) | Posting::Repoint(_))) {
                prop_assert_eq!(book.movements.len(), before, "moved by {:?}", posting);
            }
            prop_assert!(book.movements.iter().all(|movement| !movement.quantity.is_zero()));
        }
        let mut sums = BTreeMap::new();
        for movement in &book.movements {
            *sums.entry(movement.item).or_insert(0) += movement.quantity.milli();
        }
        sums.retain(|_, sum| *sum != 0);
        prop_assert_eq!(book.stock(), sums);
    }

    #[test]
    fn the_same_snapshot_twice_is_already_recorded(history in history()) {
        let mut book = Book::default();
        for snapshot in history.delivered() {
            let first = book.receive(snapshot);
            let stock = book.stock();
            let again = book.receive(snapshot);
            match first {
                Ok(Posting::Record(_) | Posting::Repoint(_) | Posting::AlreadyRecorded) => {
                    prop_assert_eq!(again, Ok(Posting::AlreadyRecorded));
                }
                Ok(Posting::NotImported { .. } | Posting::Held) | Err(_) => {
                    prop_assert_eq!(again, first);
                }
            }
            prop_assert_eq!(book.stock(), stock);
        }
    }

    #[test]
    fn a_snapshot_is_booked_or_refused_for_what_is_wrong_with_it(snapshot in any_snapshot()) {
        let Snapshot { order, items } = &snapshot;
        let posting = post(None, APPLY, order, items);
        if !order.state.is_imported() {
            prop_assert_eq!(posting, Ok(Posting::NotImported { sale_exists: false }));
        } else if !oracle::adds_up(order) {
            let mismatch = matches!(posting, Err(Refusal::TotalsMismatch { .. }));
            prop_assert!(mismatch, "{:?}", posting);
        } else if !oracle::restocks_soundly(order) {
            let unsound = matches!(
                posting,
                Err(Refusal::RestockNegative(_) | Refusal::RestockExceedsQuantity(_))
            );
            prop_assert!(unsound, "{:?}", posting);
        } else {
            prop_assert!(matches!(posting, Ok(Posting::Record(_))), "{:?}", posting);
        }
    }

    #[test]
    fn bc_04_a_voided_sale_holds_no_stock(history in history()) {
        let mut book = Book::default();
        for snapshot in history.delivered() {
            let _refused_or_not = book.receive(snapshot);
            for sale in book.sales.values() {
                let held = sale.recorded.lines.iter().any(|line| !line.deducted.is_zero());
                prop_assert!(!(held && sale.recorded.state == SaleState::Voided));
            }
        }
    }

    /// But for the items of its lines, which older snapshots may still name.
    #[test]
    fn sh_12_a_sale_stays_as_first_recorded_when_updates_ask(history in history()) {
        let mut book = Book::default();
        let mut first = BTreeMap::new();
        for snapshot in history.delivered() {
            let posting = book.receive_under(ASK, snapshot);
            if matches!(posting, Ok(Posting::Record(_))) {
                let key = snapshot.order.key.clone();
                prop_assert!(first.insert(key, snapshot.order.version).is_none());
            }
        }
        let mut expected = Vec::new();
        for versions in &history.orders {
            let key = &versions[0].order.key;
            let until = first.get(key).copied();
            let then = versions.iter().filter(|snapshot| Some(snapshot.order.version) <= until);
            let wanted = outcome(then);
            prop_assert_eq!(&book.sales.get(key).map(seen), &wanted);
            expected.extend(wanted);
        }
        prop_assert_eq!(book.stock(), oracle::stock(&expected));
    }

    /// Whatever numbers a shop sends, the answer is a decision or a refusal, and the same whichever
    /// of two snapshots comes first.
    #[test]
    fn numbers_of_any_size_are_booked_or_refused(
        first in extreme_snapshot(),
        second in extreme_snapshot(),
    ) {
        let end = |snapshots: [&Snapshot; 2]| {
            let mut book = Book::default();
            for snapshot in snapshots {
                let _refused_or_not = book.receive(snapshot);
            }
            book.sales.values().map(seen).collect::<Vec<_>>()
        };
        prop_assert_eq!(end([&first, &second]), end([&second, &first]));
    }
}

fn seen(sale: &Sale) -> Outcome {
    let Sale {
        recorded,
        changes,
        revision: _,
    } = sale;
    let payments = recorded.payments.iter();
    Outcome {
        version: recorded.version,
        state: recorded.state,
        balance: changes.balance,
        currency: recorded.total.currency(),
        total: recorded.total.minor(),
        received: changes.received.minor(),
        refunded: changes.refunded.minor(),
        tax: changes.tax.minor(),
        lines: recorded
            .lines
            .iter()
            .map(|line| (line.key.clone(), line.item, line.deducted.milli()))
            .collect(),
        payments: payments
            .map(|payment| {
                let key = (payment.key.clone(), payment.kind, payment.amount.currency());
                (key, (payment.amount.minor(), payment.method.clone()))
            })
            .filter(|(_, (amount, _))| *amount != 0)
            .collect(),
    }
}

fn extreme_snapshot() -> impl Strategy<Value = Snapshot> {
    let number = || {
        prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            Just(0),
            any::<i64>(),
            -10_i64..10
        ]
    };
    let line = (number(), number(), number(), number());
    (
        0_i64..3,
        prop_oneof![Just(SaleState::Closed), Just(SaleState::Voided)],
        proptest::collection::vec(line, 0..3),
        number(),
        proptest::option::of(number()),
    )
        .prop_map(|(second, state, lines, payment, total)| {
            let mut draft = order("0").at(second).state(state);
            for (index, (quantity, restocked, net, tax)) in lines.into_iter().enumerate() {
                let line = OrderLine {
                    key: line_key(&format!("line:{index}")),
                    kind: LineKind::Product(ItemRef::default()),
                    name: String::new(),
                    quantity: milli(quantity),
                    restocked: milli(restocked),
                    fulfilled: milli(0),
                    net: cad(net),
                    tax: cad(tax),
                };
                draft = draft.any_line(line, item("one"));
            }
            if let Some(total) = total {
                draft = draft.total(cad(total));
            }
            draft
                .payment("paid", PaymentKind::Received, cad(payment))
                .done()
        })
}
