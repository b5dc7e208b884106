//! A sale's state as the shop's changes: BC-4, POS-3, POS-11, WC-1.

use retail::posting::Posting;
use retail::{Balance, Quantity, SaleState};

use crate::book::{Book, movements, recorded};
use crate::make::{Draft, item, order};

/// Two T-shirts and a book.
fn basket(second: i64, state: SaleState) -> Draft {
    order("1001")
        .at(second)
        .state(state)
        .line("line:1", "TS-001", 2)
        .line("line:2", "LIV-1", 1)
}

fn closed(second: i64) -> Draft {
    basket(second, SaleState::Closed)
}

fn voided(second: i64) -> Draft {
    basket(second, SaleState::Voided)
}

fn draft(second: i64) -> Draft {
    basket(second, SaleState::NotImported)
}

#[test]
fn bc_04_a_draft_that_becomes_an_order_is_imported_once() {
    let mut book = Book::default();
    let unseen = book.receive(&draft(0).done()).unwrap();
    assert_eq!(unseen, Posting::NotImported { sale_exists: false });
    assert!(book.sales.is_empty() && book.movements.is_empty());

    let sold = book.receive(&closed(1).done()).unwrap();
    assert_eq!(
        movements(&sold),
        [
            ("line:1", item("TS-001"), -2000),
            ("line:2", item("LIV-1"), -1000)
        ]
    );
    let again = book.receive(&closed(1).done()).unwrap();
    assert_eq!(again, Posting::AlreadyRecorded);
}

#[test]
fn bc_04_closed_to_closed_moves_nothing() {
    let mut book = Book::default();
    book.receive(&closed(0).done()).unwrap();
    let completed = book.receive(&closed(1).paid().done()).unwrap();
    assert_eq!(movements(&completed), []);
    assert_eq!(recorded(&completed).balance, Balance::Paid);
}

#[test]
fn bc_04_closed_to_voided_gives_one_compensating_movement_a_line() {
    let mut book = Book::default();
    book.receive(&closed(0).done()).unwrap();
    let cancelled = book.receive(&voided(1).done()).unwrap();
    assert_eq!(
        movements(&cancelled),
        [
            ("line:1", item("TS-001"), 2000),
            ("line:2", item("LIV-1"), 1000)
        ]
    );
    assert_eq!(book.stock().len(), 0);
    // Cancelled once more, with a later instant: nothing left to give back.
    assert_eq!(movements(&book.receive(&voided(2).done()).unwrap()), []);
}

#[test]
fn bc_04_first_seen_voided_is_a_sale_without_movements() {
    let mut book = Book::default();
    let posting = book.receive(&voided(0).done()).unwrap();
    assert_eq!(recorded(&posting).state, SaleState::Voided);
    assert_eq!(movements(&posting), []);
    assert!(
        recorded(&posting)
            .lines
            .iter()
            .all(|line| line.deducted == Quantity::ZERO)
    );
}

#[test]
fn bc_04_voided_to_closed_deducts_again() {
    let mut book = Book::default();
    for (second, make) in [(0, closed as fn(i64) -> Draft), (1, voided), (2, closed)] {
        book.receive(&make(second).done()).unwrap();
    }
    assert_eq!(book.stock()[&item("TS-001")], -2000);
    assert_eq!(book.movements.len(), 6);
}

#[test]
fn bc_04_a_sale_stays_when_the_shop_calls_it_a_draft_later() {
    let mut book = Book::default();
    book.receive(&closed(0).done()).unwrap();
    let posting = book.receive(&draft(1).done()).unwrap();
    assert_eq!(posting, Posting::NotImported { sale_exists: true });
    assert_eq!(book.stock()[&item("TS-001")], -2000);
    // And it takes no place among the versions: what the shop says next still counts.
    let cancelled = book.receive(&voided(1).done()).unwrap();
    assert_eq!(movements(&cancelled).len(), 2);
}

#[test]
fn bc_04_the_cancellation_may_come_before_what_it_cancels() {
    let mut book = Book::default();
    book.receive(&voided(1).done()).unwrap();
    let late = book.receive(&closed(0).done()).unwrap();
    assert_eq!(late, Posting::AlreadyRecorded);
    assert_eq!(book.movements, []);
}

#[test]
fn pos_03_paid_and_unpaid_orders_both_become_sales() {
    for (snapshot, balance) in [
        (closed(0).done(), Balance::Unpaid),
        (closed(0).paid().done(), Balance::Paid),
    ] {
        let posting = Book::default().receive(&snapshot).unwrap();
        assert_eq!(recorded(&posting).balance, balance);
        assert_eq!(recorded(&posting).state, SaleState::Closed);
    }
}

#[test]
fn pos_11_stock_moves_when_the_sale_lands_and_not_when_it_is_paid() {
    let mut book = Book::default();
    let landed = book.receive(&closed(0).done()).unwrap();
    assert_eq!(movements(&landed).len(), 2);
    let paid = book.receive(&closed(1).paid().done()).unwrap();
    assert_eq!(movements(&paid), []);
}

#[test]
fn wc_01_an_update_of_an_order_updates_its_sale() {
    let mut book = Book::default();
    book.receive(&closed(0).done()).unwrap();
    let updated = order("1001").at(1).line("line:1", "TS-001", 5).paid();
    let posting = book.receive(&updated.done()).unwrap();
    assert_eq!(
        movements(&posting),
        [
            ("line:1", item("TS-001"), -3000),
            ("line:2", item("LIV-1"), 1000)
        ]
    );
    let sale = book.sales.values().next().unwrap();
    assert_eq!((book.sales.len(), sale.revision), (1, 2));
    assert_eq!(sale.recorded.total.minor(), 5150);
}

#[test]
fn wc_01_an_older_update_changes_nothing() {
    let mut book = Book::default();
    book.receive(&closed(5).done()).unwrap();
    let older = order("1001").at(4).line("line:1", "TS-001", 9).done();
    assert_eq!(book.receive(&older), Ok(Posting::AlreadyRecorded));
}

#[test]
fn two_edits_of_one_second_end_alike_whichever_comes_first() {
    let edits = [
        order("1001").at(3).line("line:1", "TS-001", 1).done(),
        order("1001").at(3).line("line:1", "TS-001", 4).done(),
    ];
    let ends = [[0, 1], [1, 0]].map(|arrival| {
        let mut book = Book::default();
        for index in arrival {
            book.receive(&edits[index]).unwrap();
        }
        book.stock()
    });
    assert_eq!(ends[0], ends[1]);
}
