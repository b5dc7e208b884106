//! Money: POS-4's payments, SH-11's bank transfers, refunds shown apart.

use retail::posting::PaymentChange;
use retail::{Balance, Currency, Money, PaymentKind, SaleState};

use crate::book::{Book, movements, recorded};
use crate::make::{Draft, cad, order};

/// One T-shirt, 11.50 with tax.
fn shirt(second: i64) -> Draft {
    order("1").at(second).line("line:1", "TS-001", 1)
}

fn booked(changes: &[PaymentChange]) -> Vec<(&str, PaymentKind, i64)> {
    changes
        .iter()
        .map(|change| {
            let PaymentChange {
                key, kind, amount, ..
            } = change;
            (key.as_str(), *kind, amount.minor())
        })
        .collect()
}

#[test]
fn sh_11_a_bank_transfer_arrives_unpaid_and_is_paid_once_later() {
    let mut book = Book::default();
    let ordered = book.receive(&shirt(0).done()).unwrap();
    assert_eq!(recorded(&ordered).balance, Balance::Unpaid);
    assert_eq!(movements(&ordered).len(), 1);

    let paid = book.receive(&shirt(1).paid().done()).unwrap();
    assert_eq!(recorded(&paid).balance, Balance::Paid);
    assert_eq!(
        booked(&recorded(&paid).payments),
        [("paid", PaymentKind::Received, 1150)]
    );
    assert_eq!(movements(&paid), []);

    let completed = book.receive(&shirt(2).paid().done()).unwrap();
    assert_eq!(booked(&recorded(&completed).payments), []);
}

#[test]
fn a_payment_whose_amount_changes_is_booked_by_its_difference() {
    let mut book = Book::default();
    book.receive(&shirt(0).paid().done()).unwrap();
    let dearer = order("1").at(1).line("line:1", "TS-001", 2).paid().done();
    let posting = book.receive(&dearer).unwrap();
    assert_eq!(
        booked(&recorded(&posting).payments),
        [("paid", PaymentKind::Received, 1000)]
    );
}

#[test]
fn a_payment_told_of_otherwise_is_told_so_whichever_came_first() {
    let by = |second, means| {
        let draft = shirt(second);
        let total = draft.clone().done().order.total;
        draft
            .payment_by(means, "paid", PaymentKind::Received, total)
            .done()
    };
    let (transfer, cheque) = (by(0, "bacs"), by(1, "cheque"));
    let mut book = Book::default();
    book.receive(&transfer).unwrap();
    let posting = book.receive(&cheque).unwrap();
    let changes = &recorded(&posting).payments;
    assert_eq!(booked(changes), [("paid", PaymentKind::Received, 0)]);
    assert_eq!(changes[0].method, "cheque");

    // Told again by the same means: nothing is to be booked.
    let posting = book.receive(&by(2, "cheque")).unwrap();
    assert_eq!(booked(&recorded(&posting).payments), []);
}

#[test]
fn a_payment_the_shop_takes_back_is_booked_back() {
    let mut book = Book::default();
    book.receive(&shirt(0).paid().done()).unwrap();
    let posting = book.receive(&shirt(1).done()).unwrap();
    assert_eq!(
        booked(&recorded(&posting).payments),
        [("paid", PaymentKind::Received, -1150)]
    );
    assert_eq!(recorded(&posting).balance, Balance::Unpaid);
}

#[test]
fn bc_04_refunds_stay_closed_and_do_not_reopen_the_balance() {
    let mut book = Book::default();
    book.receive(&shirt(0).paid().done()).unwrap();
    let refund = |second, amounts: &[i64]| {
        let start = shirt(second).paid();
        let with = amounts.iter().enumerate().fold(start, |draft, (n, minor)| {
            draft.payment(&format!("refund:{n}"), PaymentKind::Refunded, cad(*minor))
        });
        with.done()
    };
    let posting = book.receive(&refund(1, &[500])).unwrap();
    let changes = recorded(&posting);
    assert_eq!(
        (changes.state, changes.balance),
        (SaleState::Closed, Balance::Paid)
    );
    assert_eq!(changes.refunded, cad(500));
    assert_eq!(movements(&posting), []);

    let posting = book.receive(&refund(2, &[500, 650])).unwrap();
    assert_eq!(
        booked(&recorded(&posting).payments),
        [("refund:1", PaymentKind::Refunded, 650)]
    );
    assert_eq!(recorded(&posting).refunded, cad(1150));
}

#[test]
fn a_change_of_currency_books_the_old_money_back_and_the_new_in() {
    let eur = |minor| Money::new(minor, Currency::EUR);
    let mut book = Book::default();
    book.receive(&shirt(0).paid().done()).unwrap();
    let euros = order("1")
        .at(1)
        .line("line:1", "TS-001", 1)
        .total(cad(1150))
        .paid()
        .currency(Currency::EUR);
    let posting = book.receive(&euros.done()).unwrap();
    let changes = recorded(&posting);
    let amounts: Vec<Money> = changes
        .payments
        .iter()
        .map(|change| change.amount)
        .collect();
    assert_eq!(amounts, [cad(-1150), eur(1150)]);
    assert_eq!(
        (changes.received, changes.balance),
        (eur(1150), Balance::Paid)
    );
    assert_eq!(movements(&posting), []);

    // And back: what was booked back stays so, and nothing is booked twice.
    let posting = book.receive(&shirt(2).paid().done()).unwrap();
    let changes = recorded(&posting);
    let amounts: Vec<Money> = changes
        .payments
        .iter()
        .map(|change| change.amount)
        .collect();
    assert_eq!(amounts, [cad(1150), eur(-1150)]);
    let sale = book.sales.values().next().unwrap();
    let held: Vec<Money> = sale
        .recorded
        .payments
        .iter()
        .map(|payment| payment.amount)
        .collect();
    assert_eq!(held, [cad(1150), eur(0)]);
    assert_eq!(sale.recorded.total, cad(1150));
}

#[test]
fn one_key_may_name_a_payment_and_a_refund() {
    let both = shirt(0)
        .payment("txn", PaymentKind::Received, cad(1150))
        .payment("txn", PaymentKind::Refunded, cad(150))
        .done();
    let posting = Book::default().receive(&both).unwrap();
    let changes = recorded(&posting);
    assert_eq!((changes.received, changes.refunded), (cad(1150), cad(150)));
    assert_eq!(changes.payments.len(), 2);
}

#[test]
fn bc_04_part_paid_and_overpaid_are_told_apart_from_the_state() {
    for (minor, balance) in [
        (1, Balance::PartPaid),
        (1149, Balance::PartPaid),
        (1150, Balance::Paid),
        (2000, Balance::Paid),
    ] {
        for state in [SaleState::Closed, SaleState::Voided] {
            let snapshot = shirt(0)
                .state(state)
                .payment("p", PaymentKind::Received, cad(minor))
                .done();
            let posting = Book::default().receive(&snapshot).unwrap();
            let changes = recorded(&posting);
            assert_eq!((changes.state, changes.balance), (state, balance));
        }
    }
}
