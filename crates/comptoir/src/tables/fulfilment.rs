use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::{FulfilmentAct, FulfilmentEntry};

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

/// One sale: how far it has come, and who did what.
pub(crate) fn fulfilment_of(
    screen: Screen,
    outlets: &Outlets,
    entry: &FulfilmentEntry,
    acts: &[FulfilmentAct],
) {
    screen.title(format_args!(
        "Sale {}: {}",
        entry.receipt_number, entry.state
    ));
    let beware = warnings(entry);
    if !beware.is_empty() {
        screen.line(format_args!("  beware       {beware}"));
    }
    fulfilment_lines(screen, entry);
    if acts.is_empty() {
        return;
    }
    let mut table = Table::new([
        ("When", Align::Left),
        ("What", Align::Left),
        ("Lines", Align::Left),
        ("Who", Align::Left),
        ("Parcel", Align::Left),
        ("Note", Align::Left),
    ]);
    for act in acts {
        let parts = act.parts.iter();
        let parts: Vec<String> = parts
            .map(|part| format!("{} of {}", part.quantity, part.line_key))
            .collect();
        table.row([
            outlets.minute(act.done_at, &entry.outlet_id),
            format!("{}{}", if act.is_undone { "not " } else { "" }, act.step),
            parts.join(", "),
            act.actor.clone(),
            parcel(act),
            act.note.clone(),
        ]);
    }
    screen.line(table);
}

/// How far a sale's lines have come.
pub(crate) fn fulfilment_lines(screen: Screen, entry: &FulfilmentEntry) {
    let mut table = Table::new([
        ("Line", Align::Left),
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Sold", Align::Right),
        ("Went back", Align::Right),
        ("To pick", Align::Right),
        ("Picked", Align::Right),
        ("Packed", Align::Right),
        ("Handed over", Align::Right),
    ]);
    for line in &entry.lines {
        table.row([
            line.line_key.clone(),
            line.sku.clone().unwrap_or_default(),
            line.name.clone(),
            line.ordered.to_string(),
            line.restocked.to_string(),
            line.to_pick.to_string(),
            line.picked.to_string(),
            line.packed.to_string(),
            line.handed_over.to_string(),
        ]);
    }
    screen.line(table);
}

fn parcel(act: &FulfilmentAct) -> String {
    let Some(tracking) = &act.tracking else {
        return String::new();
    };
    let known = [&tracking.carrier, &tracking.number, &tracking.url];
    let known: Vec<&str> = known.into_iter().flatten().map(String::as_str).collect();
    known.join(" ")
}
