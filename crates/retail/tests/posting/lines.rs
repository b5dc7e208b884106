//! What each line holds of its item: POS-5, restocked refunds, lines edited, replaced and removed.

use jiff::SignedDuration;
use retail::{ItemRef, LineKind, OrderLine, SaleState};

use crate::book::{Book, movements, recorded};
use crate::make::{cad, item, line_key, milli, order};

#[test]
fn pos_05_stock_falls_by_exactly_the_quantity_sold_line_by_line() {
    let sold = order("1")
        .line("line:1", "TS-001", 2)
        .line("line:2", "LIV-1", 1)
        .line("line:3", "TS-001", 3)
        .done();
    let mut book = Book::default();
    let posting = book.receive(&sold).unwrap();
    assert_eq!(
        movements(&posting),
        [
            ("line:1", item("TS-001"), -2000),
            ("line:2", item("LIV-1"), -1000),
            ("line:3", item("TS-001"), -3000),
        ]
    );
    assert_eq!(book.stock()[&item("TS-001")], -5000);
}

#[test]
fn pos_05_only_products_have_stock() {
    let sold = order("1")
        .line("line:1", "TS-001", 1)
        .service("shipping:2", LineKind::Shipping)
        .service("fee:3", LineKind::Fee)
        .service("rounding", LineKind::Rounding)
        .done();
    let posting = Book::default().receive(&sold).unwrap();
    assert_eq!(movements(&posting), [("line:1", item("TS-001"), -1000)]);
    assert_eq!(recorded(&posting).lines.len(), 4);
}

#[test]
fn pos_05_cloth_by_the_metre_is_exact() {
    let cloth = OrderLine {
        key: line_key("line:1"),
        kind: LineKind::Product(ItemRef::default()),
        name: "Tissu".into(),
        quantity: milli(1_500),
        restocked: milli(250),
        fulfilled: milli(0),
        net: cad(1800),
        tax: cad(0),
    };
    let sold = order("1").any_line(cloth, item("TISSU")).done();
    let posting = Book::default().receive(&sold).unwrap();
    assert_eq!(movements(&posting), [("line:1", item("TISSU"), -1250)]);
}

#[test]
fn bc_04_only_what_the_shop_says_went_back_is_restocked() {
    let mut book = Book::default();
    let version = |second, restocked| {
        order("1")
            .at(second)
            .restocked_line("line:1", "TS-001", 3, restocked)
            .done()
    };
    for (second, restocked, moved) in [(0, 0, -3000), (1, 1, 1000), (2, 3, 2000)] {
        let posting = book.receive(&version(second, restocked)).unwrap();
        assert_eq!(movements(&posting), [("line:1", item("TS-001"), moved)]);
    }
    // A refund of money alone.
    assert_eq!(movements(&book.receive(&version(3, 3)).unwrap()), []);
    assert!(book.stock().is_empty());
}

#[test]
fn bc_04_a_cancellation_gives_back_what_a_refund_has_not_yet() {
    let mut book = Book::default();
    let version = |second| {
        order("1")
            .at(second)
            .restocked_line("line:1", "TS-001", 3, 1)
    };
    book.receive(&version(0).done()).unwrap();
    let cancelled = version(1).state(SaleState::Voided).done();
    let posting = book.receive(&cancelled).unwrap();
    assert_eq!(movements(&posting), [("line:1", item("TS-001"), 2000)]);
    assert!(book.stock().is_empty());
}

#[test]
fn wc_01_a_line_of_another_item_gives_back_the_one_and_takes_the_other() {
    let mut book = Book::default();
    book.receive(&order("1").line("line:1", "TS-001", 2).done())
        .unwrap();
    let replaced = order("1").at(1).line("line:1", "TS-002", 3).done();
    let mut moved: Vec<_> = movements(&book.receive(&replaced).unwrap())
        .into_iter()
        .map(|(_, item, quantity)| (item, quantity))
        .collect();
    moved.sort();
    let mut expected = [(item("TS-001"), 2000), (item("TS-002"), -3000)];
    expected.sort();
    assert_eq!(moved, expected);
}

#[test]
fn wc_01_a_line_taken_out_gives_all_back() {
    let mut book = Book::default();
    let both = order("1")
        .line("line:1", "TS-001", 2)
        .line("line:2", "LIV-1", 1);
    book.receive(&both.done()).unwrap();
    let one = order("1").at(1).line("line:2", "LIV-1", 1).done();
    let posting = book.receive(&one).unwrap();
    assert_eq!(movements(&posting), [("line:1", item("TS-001"), 2000)]);
    // And comes back with its key: taken again.
    let both = order("1")
        .at(2)
        .line("line:1", "TS-001", 2)
        .line("line:2", "LIV-1", 1)
        .done();
    let posting = book.receive(&both).unwrap();
    assert_eq!(movements(&posting), [("line:1", item("TS-001"), -2000)]);
}

#[test]
fn a_return_within_an_order_puts_stock_back() {
    let swap = order("1")
        .line("line:1", "TS-001", 1)
        .line("line:2", "TS-002", -1)
        .done();
    let mut book = Book::default();
    book.receive(&swap).unwrap();
    assert_eq!(book.stock()[&item("TS-001")], -1000);
    assert_eq!(book.stock()[&item("TS-002")], 1000);
}

#[test]
fn pos_11_what_was_handed_over_moves_no_stock() {
    let placed = order("1").line("line:1", "TS-001", 3);
    let mut book = Book::default();
    book.receive(&placed.clone().done()).unwrap();
    let mut shipped = placed.at(1).done();
    for told in [2_000, 9_000, -1_000] {
        shipped.order.lines[0].fulfilled = milli(told);
        let later = shipped.order.version.modified_at + SignedDuration::from_secs(1);
        shipped.order.version.modified_at = later;
        let posting = book.receive(&shipped).unwrap();
        assert_eq!(movements(&posting), [], "{told}");
    }
}
