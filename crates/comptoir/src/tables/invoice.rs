use jiff::Timestamp;

use crate::output::{Align, Screen, Table};
use crate::view::{Invoice, Invoiced, Sale};

/// When the sale's goods leave stock, and why some of them have not yet.
pub(super) fn stock(sale: &Sale) -> String {
    let awaits = sale
        .lines
        .iter()
        .any(|line| !line.awaiting_invoice.0.is_zero());
    match (sale.stock_rule, sale.state) {
        ("never", _) => "not moved here: it is managed in the shop",
        ("invoice", "voided") => "nothing is held: the sale is void",
        ("invoice", _) if awaits => "taken as it is invoiced; some awaits its invoice",
        ("invoice", _) => "taken as it is invoiced, and nothing awaits an invoice",
        _ => "taken with the order",
    }
    .to_owned()
}

/// The documents of a sale.
pub(super) fn invoices(invoices: &[Invoice], when: impl Fn(Timestamp) -> String) -> Table {
    let mut table = Table::new([
        ("Number", Align::Left),
        ("Kind", Align::Left),
        ("Issued", Align::Left),
        ("Lines", Align::Left),
        ("Revision", Align::Right),
    ]);
    for invoice in invoices {
        let lines = invoice.lines.iter();
        let lines: Vec<String> = lines
            .map(|line| format!("{} of {}", line.quantity, line.line_key))
            .collect();
        table.row([
            invoice.number.clone(),
            invoice.kind.replace('_', " "),
            when(invoice.issued_at),
            lines.join(", "),
            invoice.revision.map_or_else(
                || "moved nothing".to_owned(),
                |revision| revision.to_string(),
            ),
        ]);
    }
    table
}

/// What a document did.
pub(crate) fn invoiced(screen: Screen, receipt: &str, invoiced: &Invoiced) {
    let Invoiced { invoice, lines } = invoiced;
    screen.line(format_args!(
        "{} {} of {receipt}",
        invoice.kind.replace('_', " "),
        invoice.number
    ));
    for line in lines {
        screen.line(format_args!(
            "  {}: {} invoiced, {} off the shelf, {} to be invoiced",
            line.line_key, line.invoiced, line.deducted, line.awaiting_invoice
        ));
    }
}
