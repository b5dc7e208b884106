//! What cannot be booked, and that it changes nothing.

use retail::posting::{Posting, Refusal};
use retail::{Currency, LineKind, Money, Order, PaymentKind, SaleState};

use crate::book::Book;
use crate::make::{Draft, cad, milli, order};

fn refusal(draft: Draft) -> Refusal {
    let mut book = Book::default();
    let refusal = book.receive(&draft.done()).unwrap_err();
    assert!(book.sales.is_empty() && book.movements.is_empty());
    refusal
}

#[test]
fn lines_that_do_not_add_up_to_the_shops_total_are_refused() {
    let refused = refusal(order("1").line("line:1", "TS-001", 1).total(cad(1151)));
    assert_eq!(
        refused,
        Refusal::TotalsMismatch {
            lines: cad(1150),
            total: cad(1151)
        }
    );
}

#[test]
fn a_line_or_a_payment_named_twice_is_refused() {
    let twice = order("1")
        .line("line:1", "TS-001", 1)
        .line("line:1", "LIV-1", 1);
    assert!(matches!(refusal(twice), Refusal::LineTwice(_)));
    let twice = order("1").line("line:1", "TS-001", 1).paid().payment(
        "paid",
        PaymentKind::Received,
        cad(1),
    );
    assert!(matches!(refusal(twice), Refusal::PaymentTwice(_)));
}

#[test]
fn more_restocked_than_sold_is_refused() {
    let refused = refusal(order("1").restocked_line("line:1", "TS-001", 1, 2));
    assert!(matches!(refused, Refusal::RestockExceedsQuantity(_)));
}

#[test]
fn less_than_nothing_restocked_is_refused() {
    for line in [
        order("1").restocked_line("line:1", "TS-001", 3, -1),
        order("1").restocked_line("line:1", "TS-001", 0, -1),
        order("1").restocked_line("line:1", "TS-001", -3, -1),
    ] {
        for state in [SaleState::Closed, SaleState::Voided] {
            let refused = refusal(line.clone().state(state));
            assert!(matches!(refused, Refusal::RestockNegative(_)));
        }
    }
    let mut shipping = order("1").service("shipping:1", LineKind::Shipping).done();
    shipping.order.lines[0].restocked = milli(-1);
    assert!(matches!(
        Book::default().receive(&shipping),
        Err(Refusal::RestockNegative(_))
    ));
}

#[test]
fn a_return_within_the_order_cannot_be_returned_once_more() {
    let refused = refusal(order("1").restocked_line("line:1", "TS-001", -2, 1));
    assert!(matches!(refused, Refusal::RestockExceedsQuantity(_)));
    let refused = refusal(order("1").restocked_line("line:1", "TS-001", 0, 1));
    assert!(matches!(refused, Refusal::RestockExceedsQuantity(_)));
}

/// Else whether a snapshot is refused would depend on what was recorded before it.
#[test]
fn what_could_not_be_taken_back_is_refused_at_once() {
    let paid = |minor| order("1").payment("paid", PaymentKind::Received, cad(minor));
    assert!(matches!(refusal(paid(i64::MAX)), Refusal::Money(_)));
    let mut sold = order("1").line("line:1", "TS-001", 1).done();
    sold.order.lines[0].quantity = milli(i64::MIN);
    let refused = Book::default().receive(&sold);
    assert!(matches!(refused, Err(Refusal::Quantity(_))), "{refused:?}");
}

#[test]
fn an_order_of_more_lines_than_any_shop_makes_is_refused() {
    let many = |lines: usize| {
        (0..lines).fold(order("1"), |draft, n| {
            draft.line(&format!("line:{n}"), "TS-001", 1)
        })
    };
    assert_eq!(
        refusal(many(Order::LINES_LIMIT + 1)),
        Refusal::TooManyLines(Order::LINES_LIMIT + 1)
    );
    assert!(
        Book::default()
            .receive(&many(Order::LINES_LIMIT).done())
            .is_ok()
    );
}

#[test]
fn a_mix_of_currencies_within_an_order_is_refused() {
    let mixed = order("1")
        .line("line:1", "TS-001", 1)
        .total(Money::new(1150, Currency::EUR));
    assert!(matches!(refusal(mixed), Refusal::Money(_)));
    let paid = Money::new(1150, Currency::EUR);
    let mixed = order("1")
        .line("line:1", "TS-001", 1)
        .payment("paid", PaymentKind::Received, paid);
    assert!(matches!(refusal(mixed), Refusal::Money(_)));
}

#[test]
fn a_refused_snapshot_leaves_the_sale_and_a_later_good_one_is_booked() {
    let mut book = Book::default();
    book.receive(&order("1").line("line:1", "TS-001", 1).done())
        .unwrap();
    let broken = order("1")
        .at(1)
        .state(SaleState::Voided)
        .line("line:1", "TS-001", 1)
        .total(cad(0));
    assert!(book.receive(&broken.done()).is_err());
    assert_eq!(book.movements.len(), 1);

    let good = order("1").at(2).line("line:1", "TS-001", 3).done();
    assert!(matches!(book.receive(&good), Ok(Posting::Record(_))));
    assert_eq!(book.movements.len(), 2);
}
