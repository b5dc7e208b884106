use jiff::Timestamp;

use super::standing;
use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::{Sale, SaleLine};

const HOURS_PER_DAY: i64 = 24;

/// Unpaid sales that hold stock, with their age at `now` and what they hold.
pub(crate) fn reservations(screen: Screen, outlets: &Outlets, sales: &[Sale], now: Timestamp) {
    if sales.is_empty() {
        screen.line("no unpaid sale holds stock");
        return;
    }
    let mut table = Table::new([
        ("Days", Align::Right),
        ("Receipt", Align::Left),
        ("Placed", Align::Left),
        ("Outlet", Align::Left),
        ("Balance", Align::Left),
        ("Total", Align::Right),
        ("Received", Align::Right),
        ("", Align::Left),
        ("Holds", Align::Left),
        ("Customer", Align::Left),
    ]);
    for sale in sales {
        let (_, balance) = standing(sale);
        let held: Vec<String> = sale.lines.iter().flat_map(held).collect();
        table.row([
            (now.duration_since(sale.placed_at).as_hours() / HOURS_PER_DAY).to_string(),
            sale.receipt_number.clone(),
            outlets.minute(sale.placed_at, &sale.outlet_id),
            outlets.name(&sale.outlet_id),
            balance.to_owned(),
            sale.total.number(),
            sale.received.number(),
            sale.total.0.currency().to_string(),
            held.join(", "),
            sale.customer_name.clone().unwrap_or_default(),
        ]);
    }
    screen.line(table);
}

/// What has left the shelf for a line, and what stands there for it.
fn held(line: &SaleLine) -> Vec<String> {
    let name = line.sku.as_ref().unwrap_or(&line.name);
    let gone = (line.deducted, "");
    let awaits = (line.awaiting_invoice, " (to be invoiced)");
    [gone, awaits]
        .into_iter()
        .filter(|(quantity, _)| !quantity.0.is_zero())
        .map(|(quantity, why)| format!("{quantity} {name}{why}"))
        .collect()
}
