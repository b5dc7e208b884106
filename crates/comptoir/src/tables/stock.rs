use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table, quantity_signed};
use crate::view::{OversoldLevel, StockEntry};

/// What people did to stock, a row for each.
pub(crate) fn stock_entries(screen: Screen, outlets: &Outlets, entries: &[StockEntry]) {
    if entries.is_empty() {
        screen.line("nobody did anything");
        return;
    }
    let mut table = Table::new([
        ("Recorded", Align::Left),
        ("Outlet", Align::Left),
        ("What", Align::Left),
        ("Who", Align::Left),
        ("Why", Align::Left),
        ("Id", Align::Left),
    ]);
    for entry in entries {
        table.row([
            outlets.minute(entry.recorded_at, &entry.outlet_id),
            outlets.name(&entry.outlet_id),
            entry.what(),
            entry.actor.clone(),
            entry.note.clone(),
            entry.entry_id.clone(),
        ]);
    }
    screen.line(table);
}

/// One entry with what it moved.
pub(crate) fn stock_entry(screen: Screen, outlets: &Outlets, entry: &StockEntry) {
    screen.title(format_args!(
        "{} in {}",
        entry.what(),
        outlets.name(&entry.outlet_id)
    ));
    screen.line(format_args!(
        "  recorded     {} by {}",
        outlets.minute(entry.recorded_at, &entry.outlet_id),
        entry.actor
    ));
    if !entry.note.is_empty() {
        screen.line(format_args!("  note         {}", entry.note));
    }
    screen.line(format_args!("  id           {}", entry.entry_id));
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Change", Align::Right),
    ]);
    for line in &entry.lines {
        table.row([
            line.sku.clone().unwrap_or_else(|| "-".to_owned()),
            line.name.clone(),
            quantity_signed(line.quantity.0),
        ]);
    }
    screen.line(table);
}

/// Items of which more was sold than there is, each with the orders it is missing to.
pub(crate) fn oversold(screen: Screen, outlets: &Outlets, levels: &[OversoldLevel]) {
    if levels.is_empty() {
        screen.line("nothing is oversold");
        return;
    }
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Outlet", Align::Left),
        ("On hand", Align::Right),
        ("Order", Align::Left),
        ("Placed", Align::Left),
        ("To hand over", Align::Right),
        ("Missing", Align::Right),
    ]);
    for oversold in levels {
        let level = &oversold.level;
        let sku = level.sku.clone().unwrap_or_else(|| level.name.clone());
        let mut first = [sku, level.outlet_name.clone(), level.on_hand.to_string()];
        for order in &oversold.orders {
            let [sku, outlet, on_hand] = std::mem::take(&mut first);
            table.row([
                sku,
                outlet,
                on_hand,
                order.receipt_number.clone(),
                outlets.minute(order.placed_at, &level.outlet_id),
                order.to_hand_over.to_string(),
                order.missing.to_string(),
            ]);
        }
        if !oversold.unexplained.0.is_zero() {
            let [sku, outlet, on_hand] = first;
            table.row([
                sku,
                outlet,
                on_hand,
                "no order".to_owned(),
                String::new(),
                String::new(),
                oversold.unexplained.to_string(),
            ]);
        }
    }
    screen.line(table);
}
