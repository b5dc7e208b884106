//! One sale against the shop's books, and against itself.

use std::collections::{BTreeMap, BTreeSet};

use proto::convert::money_from;
use proto::google::r#type::Money as WireMoney;
use proto::ledger::{Balance, InvoiceKind, ItemKind, Movement, Payment, Sale, SaleLine, StockRule};
use proto::order::{PaymentKind, SaleState};
use shop::sim;

use super::units::{Sums, add, milli, number, stocked, text, whole, without_zero};
use super::{About, Difference, Kind, ShopBooks};

/// What was moved of each item, by the sale's id.
pub(super) type Moved<'a> = BTreeMap<&'a str, Sums<&'a str>>;

pub(super) fn by_sale(movements: &[Movement]) -> Moved<'_> {
    let mut moved = Moved::new();
    for movement in movements {
        let sums = moved.entry(&movement.sale_id).or_default();
        add(sums, &*movement.item_id, milli(movement.quantity.as_ref()));
    }
    moved
}

pub(super) fn compare(
    shop: &ShopBooks,
    should: &sim::Sale,
    sale: &Sale,
    moved: &Moved<'_>,
    about: &About,
    found: &mut Vec<Difference>,
) {
    against_books(shop, should, sale, about, found);
    let mut itself = |kind, problem: Option<String>| {
        found.extend(problem.map(|is| about.differs(kind, is, "sound")));
    };
    itself(Kind::Lines, lines_problem(sale));
    itself(Kind::Quantity, quantity_problem(sale));
    itself(Kind::Payments, payments_problem(sale));
    itself(Kind::Movements, movements_problem(sale, moved));
}

fn against_books(
    shop: &ShopBooks,
    should: &sim::Sale,
    sale: &Sale,
    about: &About,
    found: &mut Vec<Difference>,
) {
    let sim::Sale {
        order_id: _,
        receipt_number,
        voided,
        currency,
        total,
        tax,
        received,
        refunded,
        held: should_hold,
        to_hand_over: left,
        email,
    } = should;
    let state = if *voided {
        SaleState::Voided
    } else {
        SaleState::Closed
    };
    let balance = match (*received, *total) {
        (received, total) if received >= total => Balance::Paid,
        (1.., _) => Balance::PartPaid,
        (..=0, _) => Balance::Unpaid,
    };
    let amount = |minor: i64| format!("{minor} {currency}");
    let should_hold: Sums<_> = should_hold
        .iter()
        .map(|(thing, units)| (thing.clone(), whole(*units)))
        .collect();
    let mut check = |kind, is: String, should: String| {
        if is != should {
            found.push(about.differs(kind, is, should));
        }
    };
    check(
        Kind::ReceiptNumber,
        sale.receipt_number.clone(),
        receipt_number.clone(),
    );
    check(
        Kind::Outlet,
        sale.outlet_id.clone(),
        shop.outlet.to_string(),
    );
    check(
        Kind::Register,
        sale.register_id.clone(),
        shop.register.to_string(),
    );
    check(
        Kind::State,
        format!("{:?}", sale.state()),
        format!("{state:?}"),
    );
    check(
        Kind::Balance,
        format!("{:?}", sale.balance()),
        format!("{balance:?}"),
    );
    check(Kind::Total, shown(sale.total.as_ref()), amount(*total));
    check(Kind::Tax, shown(sale.tax.as_ref()), amount(*tax));
    check(
        Kind::Received,
        shown(sale.received.as_ref()),
        amount(*received),
    );
    check(
        Kind::Refunded,
        shown(sale.refunded.as_ref()),
        amount(*refunded),
    );
    check(
        Kind::Held,
        text(&held(sale)),
        text(&without_zero(should_hold)),
    );
    check(
        Kind::ToHandOver,
        number(to_hand_over(sale)),
        number(whole(*left)),
    );
    if !email.is_empty() && sale.customer_id.is_empty() {
        check(Kind::Customer, "nobody".to_owned(), "somebody".to_owned());
    }
}

/// What the sale's lines hold, gone from stock or not: what the shop counts as sold.
fn held(sale: &Sale) -> Sums<sim::Stocked> {
    let mut sums = Sums::new();
    for line in products(sale) {
        add(
            &mut sums,
            stocked(&line.sku, &line.name),
            milli(line.deducted.as_ref()) + not_taken(sale, line),
        );
    }
    without_zero(sums)
}

/// What is still to be handed over of all its lines.
fn to_hand_over(sale: &Sale) -> i128 {
    if sale.state() != SaleState::Closed {
        return 0;
    }
    let left = products(sale).map(|line| {
        let done_with = milli(line.restocked.as_ref()) + milli(line.fulfilled.as_ref());
        milli(line.quantity.as_ref()) - done_with
    });
    left.sum()
}

pub(super) fn products(sale: &Sale) -> impl Iterator<Item = &SaleLine> {
    let lines = sale.lines.iter();
    lines.filter(|line| line.kind() == ItemKind::Product)
}

fn lines_problem(sale: &Sale) -> Option<String> {
    let mut keys = BTreeSet::new();
    if let Some(line) = sale.lines.iter().find(|line| !keys.insert(&line.line_key)) {
        return Some(format!("line {} twice", line.line_key));
    }
    let (total, currency) = minor(sale.total.as_ref())?;
    let (tax, _) = minor(sale.tax.as_ref())?;
    let nets = sum(&currency, sale.lines.iter().map(|line| line.net.as_ref()));
    let taxes = sum(&currency, sale.lines.iter().map(|line| line.tax.as_ref()));
    let (Some(nets), Some(taxes)) = (nets, taxes) else {
        return Some(format!("not all lines are in {currency}"));
    };
    if taxes != tax {
        return Some(format!("lines hold {taxes} of tax and the sale {tax}"));
    }
    (nets + taxes != total).then(|| format!("lines come to {} of {total}", nets + taxes))
}

/// What a line is to hold: what was sold and did not go back; nothing when the sale is void or it is no product.
fn kept(sale: &Sale, line: &SaleLine) -> i128 {
    if line.kind() == ItemKind::Product && sale.state() == SaleState::Closed {
        milli(line.quantity.as_ref()) - milli(line.restocked.as_ref())
    } else {
        0
    }
}

/// What the shop counts as sold and the ledger has not taken, by the rule of the sale: it awaits its invoice, or the
/// shop manages stock itself.
pub(super) fn not_taken(sale: &Sale, line: &SaleLine) -> i128 {
    match sale.stock_rule() {
        StockRule::AtOrder | StockRule::Unspecified => 0,
        StockRule::AtInvoice | StockRule::Never => kept(sale, line) - milli(line.deducted.as_ref()),
    }
}

/// How much of a line is invoiced.
fn invoiced(sale: &Sale, line: &SaleLine) -> i128 {
    let told = sale.invoices.iter().flat_map(|invoice| {
        let sign = match invoice.kind() {
            InvoiceKind::CreditNote => -1,
            InvoiceKind::Invoice | InvoiceKind::Unspecified => 1,
        };
        let lines = invoice.lines.iter();
        lines
            .filter(|of| of.line_key == line.line_key)
            .map(move |of| sign * milli(of.quantity.as_ref()))
    });
    told.sum()
}

/// A line has taken what it is to hold, or as much of that as is invoiced, or nothing, and awaits the rest.
fn quantity_problem(sale: &Sale) -> Option<String> {
    sale.lines.iter().find_map(|line| {
        let kept = kept(sale, line);
        let should = match sale.stock_rule() {
            StockRule::AtOrder | StockRule::Unspecified => (kept, 0),
            StockRule::AtInvoice => {
                let invoiced = invoiced(sale, line).max(0);
                let taken = kept.clamp(-invoiced, invoiced);
                (taken, kept - taken)
            }
            StockRule::Never => (0, 0),
        };
        let is = (
            milli(line.deducted.as_ref()),
            milli(line.awaiting_invoice.as_ref()),
        );
        (is != should).then(|| {
            format!(
                "line {} has taken and awaits {is:?} thousandths, and not {should:?}",
                line.line_key
            )
        })
    })
}

fn payments_problem(sale: &Sale) -> Option<String> {
    let currency = minor(sale.total.as_ref())?.1;
    let mut keys = BTreeSet::new();
    let (mut received, mut refunded) = (0, 0);
    for payment in &sale.payments {
        let Payment {
            payment_key,
            kind: _,
            method: _,
            amount,
            paid_at: _,
            is_by_hand: _,
        } = payment;
        let Some((amount, of)) = minor(amount.as_ref()) else {
            return Some(format!("payment {payment_key} of nothing known"));
        };
        if !keys.insert((payment_key, payment.kind, of.clone())) {
            return Some(format!("payment {payment_key} twice"));
        }
        if of != currency {
            // Booked back after a change of currency: nothing is left of it.
            if amount != 0 {
                return Some(format!("payment {payment_key} of {amount} {of}"));
            }
            continue;
        }
        match payment.kind() {
            PaymentKind::Received => received += amount,
            PaymentKind::Refunded => refunded += amount,
            PaymentKind::Unspecified => return Some(format!("payment {payment_key} of no kind")),
        }
    }
    let (Some((all, _)), Some((back, _)), Some((covered, _))) = (
        minor(sale.received.as_ref()),
        minor(sale.refunded.as_ref()),
        minor(sale.covered.as_ref()),
    ) else {
        return Some("payments of a sale that does not say what it received".to_owned());
    };
    // What people recorded and the shop told of, too, counts once.
    received -= covered;
    let should = (all, back);
    ((received, refunded) != should).then(|| {
        format!(
            "payments come to {received} received and {refunded} refunded, and not to {should:?}"
        )
    })
}

/// What left stock for this sale is what its lines hold.
fn movements_problem(sale: &Sale, moved: &Moved<'_>) -> Option<String> {
    let mut left: Sums<&str> = moved.get(&*sale.sale_id).cloned().unwrap_or_default();
    for line in products(sale) {
        add(&mut left, &*line.item_id, milli(line.deducted.as_ref()));
    }
    let (item, milli) = without_zero(left).pop_first()?;
    Some(format!(
        "of item {item}, {milli} thousandths have moved too far"
    ))
}

/// `None` unless all amounts are in `currency`.
fn sum<'a>(currency: &str, amounts: impl Iterator<Item = Option<&'a WireMoney>>) -> Option<i128> {
    let mut sum = 0;
    for amount in amounts {
        let (amount, of) = minor(amount)?;
        if of != currency {
            return None;
        }
        sum += amount;
    }
    Some(sum)
}

fn minor(amount: Option<&WireMoney>) -> Option<(i128, String)> {
    let money = money_from("amount", amount.cloned()).ok()?;
    Some((money.minor().into(), money.currency().code().to_owned()))
}

fn shown(amount: Option<&WireMoney>) -> String {
    minor(amount).map_or_else(
        || "no amount".to_owned(),
        |(minor, currency)| format!("{minor} {currency}"),
    )
}
