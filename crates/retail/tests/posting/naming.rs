//! Which item a line is of when the shop does not say, or says it late: WC-9.

use retail::posting::Posting;
use retail::{LineKind, OrderKey, SaleState};

use crate::book::{ASK, Book, movements};
use crate::make::{Draft, Snapshot, cad, item, order, stand_in};

/// Two T-shirts, at a second when the shop still knew the product.
fn told(second: i64, sku: &str) -> Snapshot {
    order("1").at(second).line("line:1", sku, 2).done()
}

/// The same line once the product is gone.
fn forgotten(second: i64) -> Draft {
    order("1").at(second).nameless("line:1", "T-shirt", 2)
}

fn key() -> OrderKey {
    forgotten(0).done().order.key
}

/// Units of each item that the sale holds, in every order of arrival: they must all be the same.
fn ends_alike(snapshots: &[Snapshot]) -> Vec<(retail::ItemId, i64)> {
    let mut places: Vec<usize> = (0..snapshots.len()).collect();
    let mut ends = Vec::new();
    permute(&mut places, 0, &mut |arrival| {
        let mut book = Book::default();
        for place in arrival {
            book.receive(&snapshots[*place]).unwrap();
        }
        let recorded = &book.sales[&key()].recorded;
        let held = recorded
            .lines
            .iter()
            .map(|line| (line.item, line.deducted.milli() / 1000));
        let held: Vec<_> = held.collect();
        let out = held.iter().map(|(item, units)| (*item, -units * 1000));
        assert_eq!(book.stock(), out.filter(|(_, milli)| *milli != 0).collect());
        ends.push(held);
    });
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    ends.remove(0)
}

fn permute(places: &mut Vec<usize>, from: usize, each: &mut impl FnMut(&[usize])) {
    if from == places.len() {
        return each(places);
    }
    for other in from..places.len() {
        places.swap(from, other);
        permute(places, from + 1, each);
        places.swap(from, other);
    }
}

#[test]
fn wc_09_a_product_deleted_in_the_shop_moves_no_stock_of_what_was_sold() {
    let mut book = Book::default();
    book.receive(&told(0, "TS-001")).unwrap();
    let posting = book.receive(&forgotten(1).done()).unwrap();
    assert_eq!(movements(&posting), []);
    assert_eq!(book.stock()[&item("TS-001")], -2000);
}

#[test]
fn wc_09_a_snapshot_that_names_the_product_may_come_after_the_one_that_forgot_it() {
    let mut book = Book::default();
    book.receive(&forgotten(1).done()).unwrap();
    assert_eq!(book.stock()[&stand_in("T-shirt")], -2000);

    let late = book.receive(&told(0, "TS-001")).unwrap();
    let mut moved = movements(&late);
    moved.sort_by_key(|(.., milli)| *milli);
    assert_eq!(
        moved,
        [
            ("line:1", item("TS-001"), -2000),
            ("line:1", stand_in("T-shirt"), 2000),
        ]
    );
    assert_eq!(book.stock().len(), 1);
    let sale = &book.sales[&key()];
    assert_eq!(sale.recorded.version, forgotten(1).done().order.version);
    assert_eq!(sale.revision, 2);
    // A repeat of either changes nothing.
    for again in [told(0, "TS-001"), forgotten(1).done()] {
        assert_eq!(book.receive(&again), Ok(Posting::AlreadyRecorded));
    }
}

#[test]
fn the_newest_snapshot_that_names_the_line_speaks_for_it() {
    let snapshots = [
        told(0, "TS-001"),
        told(1, "TS-002"),
        forgotten(2).done(),
        forgotten(3).paid().done(),
    ];
    assert_eq!(ends_alike(&snapshots), [(item("TS-002"), 2)]);
    // Also when the newest says nothing new but that it is so.
    let snapshots = [
        told(0, "TS-002"),
        told(1, "TS-001"),
        told(2, "TS-002"),
        forgotten(3).done(),
    ];
    assert_eq!(ends_alike(&snapshots), [(item("TS-002"), 2)]);
}

#[test]
fn a_line_that_nobody_names_is_of_the_newest_snapshots_stand_in() {
    let renamed = |second, name: &str| order("1").at(second).nameless("line:1", name, 2).done();
    let snapshots = [
        renamed(0, "Gift"),
        renamed(1, "Gift box"),
        renamed(2, "Box"),
    ];
    assert_eq!(ends_alike(&snapshots), [(stand_in("Box"), 2)]);
}

#[test]
fn quantities_are_the_newest_snapshots_whoever_names_the_item() {
    let more = order("1").at(2).nameless("line:1", "T-shirt", 5);
    let voided = order("1")
        .at(3)
        .nameless("line:1", "T-shirt", 5)
        .state(SaleState::Voided);
    assert_eq!(
        ends_alike(&[told(0, "TS-001"), more.clone().done()]),
        [(item("TS-001"), 5)]
    );
    assert_eq!(
        ends_alike(&[told(0, "TS-001"), more.done(), voided.done()]),
        [(item("TS-001"), 0)]
    );
}

#[test]
fn only_the_lines_that_are_missing_a_name_are_named() {
    let before = order("1")
        .line("line:1", "TS-001", 1)
        .line("line:2", "LIV-1", 1)
        .line("line:3", "CH-P-R", 1)
        .service("shipping:4", LineKind::Shipping);
    let now = order("1")
        .at(1)
        .nameless("line:1", "T-shirt", 1)
        .line("line:2", "LIV-2", 1)
        .nameless("line:5", "Other", 1)
        .service("shipping:4", LineKind::Shipping);
    assert_eq!(
        ends_alike(&[before.done(), now.done()]),
        [
            (item("TS-001"), 1),
            (item("LIV-2"), 1),
            (stand_in("Other"), 1),
            (item("a service"), 0),
        ]
    );
}

#[test]
fn what_cannot_be_booked_names_nothing() {
    let older = order("1").line("line:1", "TS-001", 2);
    let unsound = [
        older.clone().total(cad(0)),
        older.clone().state(SaleState::NotImported),
        order("1").restocked_line("line:1", "TS-001", 2, 3),
        order("1").restocked_line("line:1", "TS-001", 2, -1),
    ];
    for older in unsound {
        for arrival in [[0, 1], [1, 0]] {
            let snapshots = [older.clone().done(), forgotten(1).done()];
            let mut book = Book::default();
            for place in arrival {
                let _refused_or_not = book.receive(&snapshots[place]);
            }
            let lines = &book.sales[&key()].recorded.lines;
            assert_eq!(lines[0].item, stand_in("T-shirt"));
            assert_eq!(lines[0].named, None);
        }
    }
}

#[test]
fn sh_12_to_name_an_item_is_no_update_of_the_sale() {
    let mut book = Book::default();
    book.receive_under(ASK, &forgotten(1).done()).unwrap();
    let late = book.receive_under(ASK, &told(0, "TS-001")).unwrap();
    assert_eq!(movements(&late).len(), 2);
    assert_eq!(book.stock()[&item("TS-001")], -2000);
    assert_eq!(
        book.receive_under(ASK, &told(2, "TS-002")),
        Ok(Posting::Held)
    );
}
