//! Sales whose goods go at their invoices: EF-9, EF-11, and EF-8 where they never do.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use retail::posting::{InvoiceKind, InvoiceRefusal, InvoicedLine, OrderUpdates, Policy};
use retail::sale::RecordedLine;
use retail::{LineKey, OrderKey, SaleState, StockRule};

use crate::book::{APPLY, Book, movements};
use crate::history::{History, history};
use crate::make::{Draft, item, line_key, milli, order};
use crate::oracle::outcome;

const AT_INVOICE: Policy = Policy {
    updates: OrderUpdates::Apply,
    stock_rule: StockRule::AtInvoice,
};
const NEVER: Policy = Policy {
    updates: OrderUpdates::Apply,
    stock_rule: StockRule::Never,
};

/// Five T-shirts.
fn shirts(second: i64) -> Draft {
    order("1001").at(second).line("line:1", "TS-001", 5)
}

fn lines(of: &[(&str, i64)]) -> Vec<InvoicedLine> {
    let lines = of.iter().map(|(key, units)| InvoicedLine {
        key: line_key(key),
        quantity: milli(units * 1000),
    });
    lines.collect()
}

/// Of its first line, what is taken and what awaits its invoice, in units.
fn first_line(book: &Book) -> (i64, i64) {
    let sale = book.sales.values().next().unwrap();
    let RecordedLine {
        deducted, awaiting, ..
    } = &sale.recorded.lines[0];
    (deducted.milli() / 1000, awaiting.milli() / 1000)
}

fn the_order() -> OrderKey {
    order("1001").done().order.key
}

#[test]
fn ef_11_an_order_whose_goods_go_at_the_invoice_takes_nothing_and_holds_all() {
    let mut book = Book::default();
    let sold = book.receive_under(AT_INVOICE, &shirts(0).done()).unwrap();
    assert_eq!(movements(&sold), []);
    assert_eq!(first_line(&book), (0, 5));
}

#[test]
fn ef_09_partial_invoices_and_credit_notes_move_what_they_say_and_never_more_than_is_held() {
    use InvoiceKind::{CreditNote, Invoice};
    let mut book = Book::default();
    book.receive_under(AT_INVOICE, &shirts(0).done()).unwrap();
    for (kind, units, moved, now) in [
        (Invoice, 2, -2, (2, 3)),
        (Invoice, 3, -3, (5, 0)),
        // More than was ordered.
        (Invoice, 4, 0, (5, 0)),
        (CreditNote, 4, 0, (5, 0)),
        (CreditNote, 1, 1, (4, 1)),
        (CreditNote, 4, 4, (0, 5)),
    ] {
        let invoicing = book
            .invoice(&the_order(), kind, &lines(&[("line:1", units)]))
            .unwrap();
        let came: i64 = invoicing.iter().map(|m| m.quantity.milli() / 1000).sum();
        assert_eq!((came, first_line(&book)), (moved, now), "{kind:?} {units}");
    }
}

#[test]
fn ef_09_a_cancellation_a_refund_and_an_edit_leave_what_is_invoiced_and_not_given_back() {
    let invoiced = |units| {
        let mut book = Book::default();
        book.receive_under(AT_INVOICE, &shirts(0).done()).unwrap();
        let of = lines(&[("line:1", units)]);
        book.invoice(&the_order(), InvoiceKind::Invoice, &of)
            .unwrap();
        book
    };
    for (units, later, now) in [
        (2, shirts(1).state(SaleState::Voided), (0, 0)),
        (5, shirts(1).state(SaleState::Voided), (0, 0)),
        (
            2,
            order("1001").at(1).restocked_line("line:1", "TS-001", 5, 1),
            (2, 2),
        ),
        (
            5,
            order("1001").at(1).restocked_line("line:1", "TS-001", 5, 1),
            (4, 0),
        ),
        (5, order("1001").at(1).line("line:1", "TS-001", 7), (5, 2)),
        (5, order("1001").at(1).line("line:1", "TS-001", 3), (3, 0)),
    ] {
        let mut book = invoiced(units);
        // The setting has changed since: it is of later orders.
        book.receive_under(APPLY, &later.done()).unwrap();
        assert_eq!(first_line(&book), now);
    }
    // Of another thing: the one comes back, the other goes.
    let mut book = invoiced(2);
    let edited = book
        .receive(&order("1001").at(1).line("line:1", "LIV-1", 5).done())
        .unwrap();
    let mut moved = movements(&edited);
    moved.sort_by_key(|(_, _, milli)| *milli);
    assert_eq!(
        moved,
        [
            ("line:1", item("LIV-1"), -2000),
            ("line:1", item("TS-001"), 2000)
        ]
    );
}

#[test]
fn ef_09_a_return_within_an_order_comes_back_with_its_invoice() {
    let mut book = Book::default();
    let exchange = order("1001").line("line:1", "TS-001", -2).done();
    book.receive_under(AT_INVOICE, &exchange).unwrap();
    assert_eq!(first_line(&book), (0, -2));
    let of = lines(&[("line:1", 3)]);
    book.invoice(&the_order(), InvoiceKind::Invoice, &of)
        .unwrap();
    assert_eq!(first_line(&book), (-2, 0));
    assert_eq!(book.stock(), BTreeMap::from([(item("TS-001"), 2000)]));
}

#[test]
fn ef_09_an_invoice_of_a_sale_whose_goods_went_with_the_order_moves_nothing() {
    let mut book = Book::default();
    book.receive(&shirts(0).done()).unwrap();
    for kind in InvoiceKind::ALL {
        let moved = book.invoice(&the_order(), kind, &lines(&[("line:1", 5)]));
        assert_eq!(moved, Ok(Vec::new()));
        assert_eq!(first_line(&book), (5, 0));
    }
}

#[test]
fn ef_08_a_sale_of_a_shop_that_manages_stock_itself_moves_and_holds_nothing() {
    let mut book = Book::default();
    book.receive_under(NEVER, &shirts(0).done()).unwrap();
    let of = lines(&[("line:1", 5)]);
    book.invoice(&the_order(), InvoiceKind::Invoice, &of)
        .unwrap();
    book.receive(&shirts(1).state(SaleState::Voided).done())
        .unwrap();
    book.receive(&shirts(2).status("again").done()).unwrap();
    assert_eq!(first_line(&book), (0, 0));
    assert_eq!(book.movements, []);
}

#[test]
fn ef_09_what_cannot_be_meant_is_refused_and_changes_nothing() {
    let mut book = Book::default();
    book.receive_under(AT_INVOICE, &shirts(0).done()).unwrap();
    let key = || line_key("line:1");
    for (kind, of, refusal) in [
        (
            InvoiceKind::Invoice,
            lines(&[("line:1", 1), ("line:1", 1)]),
            InvoiceRefusal::LineTwice(key()),
        ),
        (
            InvoiceKind::Invoice,
            lines(&[("line:9", 1)]),
            InvoiceRefusal::UnknownLine(line_key("line:9")),
        ),
        (
            InvoiceKind::Invoice,
            lines(&[("line:1", 0)]),
            InvoiceRefusal::NotPositive(key()),
        ),
        (
            InvoiceKind::CreditNote,
            lines(&[("line:1", 1)]),
            InvoiceRefusal::CreditExceedsInvoiced(key()),
        ),
    ] {
        assert_eq!(book.invoice(&the_order(), kind, &of), Err(refusal));
        assert_eq!(first_line(&book), (0, 5));
    }
}

/// An invoice of a line of some order that comes after so many deliveries, in thousandths; half of it may be
/// credited at once.
type Document = (usize, usize, usize, i64, bool);

fn documents() -> impl Strategy<Value = Vec<Document>> {
    let quantity = prop_oneof![1_i64..6, Just(1000), Just(2500), Just(9000)];
    vec(
        (0_usize..12, 0_usize..3, 0_usize..5, quantity, any::<bool>()),
        0..8,
    )
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 5_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    /// Whatever came first: a line has taken what is invoiced of it, at most what it is to hold, and once.
    #[test]
    fn ef_11_a_line_is_deducted_once_under_any_order_of_snapshots_and_invoices(
        history in history(),
        documents in documents(),
    ) {
        let mut book = Book::default();
        let mut invoiced: BTreeMap<(OrderKey, LineKey), i64> = BTreeMap::new();
        let mut waiting = documents;
        for (place, snapshot) in history.delivered().enumerate() {
            let _refused_or_not = book.receive_under(AT_INVOICE, snapshot);
            waiting.retain(|document| {
                document.0 > place || !tell(&mut book, &history, document, &mut invoiced)
            });
        }
        // Whoever was told that the line is not known tells again.
        waiting.retain(|document| !tell(&mut book, &history, document, &mut invoiced));
        let mut stock = BTreeMap::new();
        for versions in &history.orders {
            let key = &versions[0].order.key;
            let wanted = outcome(versions);
            let sale = book.sales.get(key);
            prop_assert_eq!(sale.is_some(), wanted.is_some());
            let (Some(sale), Some(wanted)) = (sale, wanted) else { continue };
            for (line, (name, of, held)) in sale.recorded.lines.iter().zip(wanted.lines) {
                let most = invoiced.get(&(key.clone(), name)).copied().unwrap_or(0);
                let taken = held.clamp(-most, most);
                prop_assert_eq!((line.item, line.deducted.milli()), (of, taken));
                prop_assert_eq!(line.awaiting.milli(), held - taken);
                *stock.entry(of).or_insert(0) -= taken;
            }
        }
        stock.retain(|_, level| *level != 0);
        prop_assert_eq!(book.stock(), stock);
    }
}

/// Whether the sale has such a line by now.
fn tell(
    book: &mut Book,
    history: &History,
    document: &Document,
    invoiced: &mut BTreeMap<(OrderKey, LineKey), i64>,
) -> bool {
    let (_, order, line, quantity, is_halved) = *document;
    let Some(versions) = history.orders.get(order) else {
        return true;
    };
    let of = versions[0].order.key.clone();
    let key = line_key(&format!("line:{line}"));
    let mut sum = invoiced.get(&(of.clone(), key.clone())).copied();
    let mut told = vec![(InvoiceKind::Invoice, quantity)];
    told.extend((is_halved && quantity > 1).then_some((InvoiceKind::CreditNote, quantity / 2)));
    for (kind, quantity) in told {
        let lines = [InvoicedLine {
            key: key.clone(),
            quantity: milli(quantity),
        }];
        if !book.sales.contains_key(&of) || book.invoice(&of, kind, &lines).is_err() {
            return false;
        }
        let signed = if kind == InvoiceKind::Invoice {
            quantity
        } else {
            -quantity
        };
        *sum.get_or_insert(0) += signed;
    }
    if let Some(sum) = sum {
        invoiced.insert((of, key), sum);
    }
    true
}
