use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::LevelAsOf;

/// Levels of a past instant as a table.
pub(crate) fn levels_as_of(screen: Screen, outlets: &Outlets, levels: &[LevelAsOf]) {
    if levels.is_empty() {
        screen.line("nothing had been booked by then");
        return;
    }
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Outlet", Align::Left),
        ("At", Align::Left),
        ("On hand", Align::Right),
        ("Last change", Align::Left),
    ]);
    for level in levels {
        table.row([
            level.sku.clone().unwrap_or_else(|| "-".to_owned()),
            level.name.clone(),
            level.outlet_name.clone(),
            outlets.minute(level.as_of, &level.outlet_id),
            level.on_hand.to_string(),
            outlets.minute(level.moved_at, &level.outlet_id),
        ]);
    }
    screen.line(table);
}
