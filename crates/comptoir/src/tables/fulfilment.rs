use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::FulfilmentEntry;

/// Online sales with what is to be picked of them, a row for each.
pub(crate) fn fulfilment(screen: Screen, outlets: &Outlets, entries: &[FulfilmentEntry]) {
    if entries.is_empty() {
        screen.line("nothing is to be handed over");
        return;
    }
    let mut table = Table::new([
        ("Receipt", Align::Left),
        ("Placed", Align::Left),
        ("Outlet", Align::Left),
        ("To hand over", Align::Left),
        ("Goes", Align::Left),
        ("Customer", Align::Left),
        ("The shop says", Align::Left),
        ("Beware", Align::Left),
    ]);
    for entry in entries {
        table.row([
            entry.receipt_number.clone(),
            outlets.minute(entry.placed_at, &entry.outlet_id),
            outlets.name(&entry.outlet_id),
            to_pick(entry),
            entry.shipping_method.clone().unwrap_or_default(),
            entry.customer_name.clone().unwrap_or_default(),
            entry.shop_status.clone(),
            warnings(entry),
        ]);
    }
    screen.line(table);
}

/// "2 of 3 TEA-1": what is left, and of how many where some are gone already.
fn to_pick(entry: &FulfilmentEntry) -> String {
    let left = entry
        .lines
        .iter()
        .filter(|line| !line.remaining.0.is_zero());
    let picks: Vec<String> = left
        .map(|line| {
            let name = line.sku.as_ref().unwrap_or(&line.name);
            if line.remaining == line.ordered {
                format!("{} {name}", line.remaining)
            } else {
                format!("{} of {} {name}", line.remaining, line.ordered)
            }
        })
        .collect();
    if picks.is_empty() {
        "nothing".to_owned()
    } else {
        picks.join(", ")
    }
}

fn warnings(entry: &FulfilmentEntry) -> String {
    let warnings = [
        ("not fully paid", entry.is_unpaid),
        ("an update waits", entry.has_held_update),
    ];
    let warnings = warnings.into_iter().filter(|(_, holds)| *holds);
    let words: Vec<&str> = warnings.map(|(words, _)| words).collect();
    words.join(", ")
}
