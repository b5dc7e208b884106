use super::{invoice, standing};
use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::{Payment, Sale, SaleLine};

/// One sale, its lines and its payments.
pub(crate) fn sale(screen: Screen, outlets: &Outlets, sale: &Sale) {
    let when = |instant| outlets.minute(instant, &sale.outlet_id);
    let (state, balance) = standing(sale);
    screen.title(format_args!("Sale {}", sale.receipt_number));
    // A till says nothing else.
    let says = match sale.shop_status.as_str() {
        "" => String::new(),
        status => format!(" (the shop says {status})"),
    };
    for (what, value) in [
        ("state", format!("{state}, {balance}{says}")),
        (
            "total",
            format!("{}, tax included: {}", sale.total, sale.tax),
        ),
        ("received", received(sale)),
        ("refunded", sale.refunded.to_string()),
        ("stock", invoice::stock(sale)),
        ("customer", sale.customer_name.clone().unwrap_or_default()),
        ("outlet", outlets.name(&sale.outlet_id)),
        ("placed", when(sale.placed_at)),
        ("recorded", when(sale.recorded_at)),
        (
            "last change",
            format!("{}, revision {}", when(sale.changed_at), sale.revision),
        ),
        (
            "order",
            format!(
                "{} through connection {}",
                sale.order_id, sale.connection_id
            ),
        ),
        ("sale id", sale.sale_id.clone()),
    ] {
        screen.line(format_args!("  {what:<12} {value}"));
    }
    if sale.warning_not_imported {
        screen.line("  The shop said later that this order is a draft; the sale stays.");
    }
    screen.title("Lines");
    screen.line(lines(&sale.lines));
    screen.title("Payments");
    if sale.payments.is_empty() {
        screen.line("none");
    } else {
        screen.line(payments(&sale.payments, when));
    }
    if !sale.invoices.is_empty() {
        screen.title("Invoices");
        screen.line(invoice::invoices(&sale.invoices, when));
    }
}

/// What the shop tells of and people had recorded is one amount of money.
fn received(sale: &Sale) -> String {
    if sale.covered.0.is_zero() {
        return sale.received.to_string();
    }
    format!(
        "{}, {} of it told by the shop and by hand",
        sale.received, sale.covered
    )
}

fn lines(lines: &[SaleLine]) -> Table {
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Kind", Align::Left),
        ("Quantity", Align::Right),
        ("Restocked", Align::Right),
        ("Handed over", Align::Right),
        ("Off the shelf", Align::Right),
        ("Awaits invoice", Align::Right),
        ("Net", Align::Right),
        ("Tax", Align::Right),
    ]);
    for line in lines {
        table.row([
            line.sku.clone().unwrap_or_default(),
            line.name.clone(),
            line.kind.to_owned(),
            line.quantity.to_string(),
            line.restocked.to_string(),
            line.fulfilled.to_string(),
            line.deducted.to_string(),
            line.awaiting_invoice.to_string(),
            line.net.number(),
            line.tax.number(),
        ]);
    }
    table
}

fn payments(payments: &[Payment], when: impl Fn(jiff::Timestamp) -> String) -> Table {
    let mut table = Table::new([
        ("Payment", Align::Left),
        ("Kind", Align::Left),
        ("Method", Align::Left),
        ("Amount", Align::Right),
        ("When", Align::Left),
        ("Told by", Align::Left),
    ]);
    for payment in payments {
        table.row([
            payment.payment_key.clone(),
            payment.kind.to_owned(),
            payment.method.clone(),
            payment.amount.to_string(),
            payment.paid_at.map(&when).unwrap_or_default(),
            if payment.is_by_hand {
                "hand"
            } else {
                "the shop"
            }
            .to_owned(),
        ]);
    }
    table
}
