use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::Level;

/// Stock levels as a table.
pub(crate) fn levels(screen: Screen, outlets: &Outlets, levels: &[Level]) {
    if levels.is_empty() {
        screen.line("no stock levels");
        return;
    }
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Outlet", Align::Left),
        ("On hand", Align::Right),
        ("Safety", Align::Right),
        ("Available", Align::Right),
        ("Changes", Align::Right),
        ("Last change", Align::Left),
    ]);
    for level in levels {
        table.row([
            level.sku.clone().unwrap_or_else(|| "-".to_owned()),
            level.name.clone(),
            level.outlet_name.clone(),
            level.on_hand.to_string(),
            level.safety_stock.to_string(),
            available(level),
            level.version.to_string(),
            outlets.minute(level.changed_at, &level.outlet_id),
        ]);
    }
    screen.line(table);
}

fn available(level: &Level) -> String {
    if level.is_kit {
        format!("{} kits", level.available)
    } else {
        level.available.to_string()
    }
}
