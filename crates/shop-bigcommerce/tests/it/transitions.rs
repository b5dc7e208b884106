//! Every status followed by every other: BC-3 and BC-4 as the requirements say them, held against
//! what mapping and posting make of them together.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{Balance, ItemId, Order, SaleState, StockRule};
use serde_json::{Value, json};

use crate::store::{order, read, sample};

/// BC-3, word by word.
const NOT_IMPORTED: [u8; 2] = [0, 1];
const CLOSED: [u8; 11] = [2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14];
const VOIDED: [u8; 2] = [5, 6];
/// "Awaiting Payment is Closed with an unpaid balance."
const UNPAID: u8 = 7;

const STATUSES: std::ops::RangeInclusive<u8> = 0..=14;

/// Units of the one item that the order sells.
const SOLD: i64 = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    NotImported,
    Closed,
    Voided,
}
use Group::{Closed, NotImported, Voided};

fn group(status: u8) -> Group {
    match status {
        _ if NOT_IMPORTED.contains(&status) => NotImported,
        _ if CLOSED.contains(&status) => Closed,
        _ if VOIDED.contains(&status) => Voided,
        other => panic!("BC-3 says nothing of {other}"),
    }
}

/// A transition: what there is after it, what the second step moves, and whether somebody is warned.
struct Row {
    from: Group,
    to: Group,
    sale: Option<SaleState>,
    moves: i64,
    warns: bool,
}

const fn row(from: Group, to: Group, sale: Option<SaleState>, moves: i64) -> Row {
    Row {
        from,
        to,
        sale,
        moves,
        warns: false,
    }
}

/// BC-4, clause by clause.
const TRANSITIONS: [Row; 9] = [
    row(NotImported, NotImported, None, 0),
    // "not imported to closed imports once"
    row(NotImported, Closed, Some(SaleState::Closed), -SOLD),
    // "first seen voided records a voided sale and moves nothing"
    row(NotImported, Voided, Some(SaleState::Voided), 0),
    // "closed to 0/1 stays closed with a warning"
    Row {
        from: Closed,
        to: NotImported,
        sale: Some(SaleState::Closed),
        moves: 0,
        warns: true,
    },
    // "closed to closed moves nothing"
    row(Closed, Closed, Some(SaleState::Closed), 0),
    // "closed to voided gives one compensating movement"
    row(Closed, Voided, Some(SaleState::Voided), SOLD),
    // A sale, voided or not, is not undone by a status that is not imported.
    Row {
        from: Voided,
        to: NotImported,
        sale: Some(SaleState::Voided),
        moves: 0,
        warns: true,
    },
    // "voided to closed reopens once and deducts again"
    row(Voided, Closed, Some(SaleState::Closed), -SOLD),
    row(Voided, Voided, Some(SaleState::Voided), 0),
];

fn expected(from: u8, to: u8) -> &'static Row {
    static ROWS: [Row; 9] = TRANSITIONS;
    ROWS.iter()
        .find(|row| row.from == group(from) && row.to == group(to))
        .unwrap()
}

/// The sample of one unpaid cap, in `status`, changed last at `second`.
fn snapshot(status: u8, second: i64) -> Order {
    order(&at(status, second))
}

fn at(status: u8, second: i64) -> Value {
    let start: Timestamp = "2026-01-05T09:00:05Z".parse().unwrap();
    let changed = start + SignedDuration::from_secs(second);
    let mut document = sample("1002");
    document["order"]["status_id"] = json!(status);
    document["order"]["date_modified"] =
        json!(jiff::fmt::rfc2822::to_string(&changed.to_zoned(jiff::tz::TimeZone::UTC)).unwrap());
    document
}

/// A ledger for one order.
#[derive(Default)]
struct Book {
    recorded: Option<Recorded>,
    balance: Option<Balance>,
    stock: i64,
    moves: usize,
}

/// What one step did.
struct Step {
    moved: i64,
    warned: bool,
    repeated: bool,
}

impl Book {
    fn receive(&mut self, order: &Order) -> Step {
        let items: Vec<ItemId> = (1..=order.lines.len() as u128)
            .map(|number| ItemId::new(uuid::Uuid::from_u128(number)))
            .collect();
        let policy = Policy {
            updates: OrderUpdates::Apply,
            stock_rule: StockRule::AtOrder,
        };
        let mut step = Step {
            moved: 0,
            warned: false,
            repeated: false,
        };
        match post(self.recorded.as_ref(), policy, order, &items).unwrap() {
            Posting::AlreadyRecorded => step.repeated = true,
            Posting::NotImported { sale_exists } => step.warned = sale_exists,
            Posting::Held => panic!("this connection applies updates"),
            Posting::Repoint(_) => panic!("every line here names its item"),
            Posting::Record(changes) => {
                let moved: i64 = changes
                    .movements
                    .iter()
                    .map(|movement| movement.quantity.milli())
                    .sum();
                step.moved = moved / 1_000;
                self.stock += step.moved;
                self.moves += changes.movements.len();
                self.balance = Some(changes.balance);
                self.recorded =
                    Some(Recorded::after(self.recorded.as_ref(), order, &changes).unwrap());
            }
        }
        step
    }

    fn state(&self) -> Option<SaleState> {
        self.recorded.as_ref().map(|recorded| recorded.state)
    }
}

#[test]
fn bc_03_each_status_by_itself() {
    for status in STATUSES {
        let first = snapshot(status, 0);
        let state = match group(status) {
            NotImported => SaleState::Unfinished,
            Closed => SaleState::Closed,
            Voided => SaleState::Voided,
        };
        assert_eq!(first.state, state, "{status}");
    }
    let covered = NOT_IMPORTED.len() + CLOSED.len() + VOIDED.len();
    assert_eq!(covered, STATUSES.count(), "each status is in one group");
    for status in [15, 99, 255] {
        assert!(
            matches!(read(&at(status, 0)), shop::Reading::Refused(_)),
            "{status}"
        );
    }
}

#[test]
fn bc_04_all_transitions_of_fifteen_by_fifteen_statuses() {
    let mut wrong = String::new();
    let mut pairs = 0;
    for from in STATUSES {
        for to in STATUSES {
            pairs += 1;
            let expected = expected(from, to);
            let mut book = Book::default();
            let first = book.receive(&snapshot(from, 0));
            let first_moves = if group(from) == Closed { -SOLD } else { 0 };
            let second = book.receive(&snapshot(to, 60));
            let held = (
                first.moved == first_moves,
                book.state() == expected.sale,
                second.moved == expected.moves,
                second.warned == expected.warns,
            );
            if held != (true, true, true, true) {
                writeln!(wrong, "{from} to {to}: {held:?}").unwrap();
            }
            // The same again, by a second delivery: nothing more.
            let again = book.receive(&snapshot(to, 60));
            let is_quiet = again.moved == 0 && (again.repeated || group(to) == NotImported);
            if !is_quiet {
                writeln!(wrong, "{from} to {to}, twice: moves {}", again.moved).unwrap();
            }
        }
    }
    assert_eq!(pairs, 225);
    assert!(wrong.is_empty(), "{wrong}");
}

/// BC-4 speaks of what the shop did, not of the order in which it was heard.
#[test]
fn bc_04_all_transitions_end_alike_when_the_second_is_heard_first() {
    for from in STATUSES {
        for to in STATUSES {
            let expected = expected(from, to);
            let mut book = Book::default();
            book.receive(&snapshot(to, 60));
            book.receive(&snapshot(from, 0));
            assert_eq!(book.state(), expected.sale, "{from} to {to}");
            let stock = match expected.sale {
                Some(SaleState::Closed) => -SOLD,
                Some(SaleState::Voided | SaleState::Unfinished | SaleState::NotImported) | None => {
                    0
                }
            };
            assert_eq!(book.stock, stock, "{from} to {to}");
            assert!(book.moves <= 1, "{from} to {to}");
        }
    }
}

#[test]
fn bc_04_awaiting_payment_is_closed_and_unpaid_and_the_others_are_paid() {
    for status in CLOSED {
        let mut book = Book::default();
        book.receive(&snapshot(status, 0));
        let balance = if status == UNPAID {
            Balance::Unpaid
        } else {
            Balance::Paid
        };
        assert_eq!(book.state(), Some(SaleState::Closed), "{status}");
        assert_eq!(book.balance, Some(balance), "{status}");
    }
}

/// Thousand steps through the statuses: stock is what the last sale holds, whatever came before.
#[test]
fn bc_04_a_long_way_through_all_statuses_ends_as_its_last_sale() {
    let mut book = Book::default();
    let mut last = None;
    let mut seed: u32 = 42;
    for second in 0..1_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let status = u8::try_from((seed >> 16) % 15).unwrap();
        book.receive(&snapshot(status, second));
        last = match group(status) {
            NotImported => last,
            Closed => Some(SaleState::Closed),
            Voided => Some(SaleState::Voided),
        };
        let stock = if last == Some(SaleState::Closed) {
            -SOLD
        } else {
            0
        };
        assert_eq!((book.state(), book.stock), (last, stock), "step {second}");
    }
    assert!(book.moves > 100, "{}", book.moves);
}
