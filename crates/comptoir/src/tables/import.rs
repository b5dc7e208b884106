use jiff::tz::TimeZone;

use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::{Import, KeptOrder, PlannedLevel};

/// Levels shown of a plan; the others are in `--json`.
const LEVELS_SHOWN: usize = 40;

/// An import: how far it is, and what is to come of the orders it found.
pub(crate) fn import(screen: Screen, import: &Import) {
    let paused = if import.paused { ", paused" } else { "" };
    let state = import.state;
    screen.line(format_args!("import {}: {state}{paused}", import.id));
    let mut table = Table::new([("Orders", Align::Right), ("That", Align::Left)]);
    for verdict in &import.verdicts {
        table.row([verdict.orders.to_string(), verdict.words.to_owned()]);
    }
    table.row([import.found.to_string(), "found in all".to_owned()]);
    screen.line(table);
    if let Some(failure) = &import.last_failure {
        screen.line(screen.bad(format_args!("it cannot go on just now: {failure}")));
    }
}

/// What a plan does to stock: first what would be less than nothing.
pub(crate) fn planned_levels(screen: Screen, outlets: &Outlets, levels: &[PlannedLevel]) {
    if levels.is_empty() {
        screen.line("no stock would move");
        return;
    }
    let negative = levels.iter().filter(|level| level.goes_negative);
    let others = levels.iter().filter(|level| !level.goes_negative);
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Outlet", Align::Left),
        ("On hand", Align::Right),
        ("After", Align::Right),
        ("", Align::Left),
    ]);
    for level in negative.chain(others).take(LEVELS_SHOWN) {
        let mut marks = Vec::new();
        if level.goes_negative {
            marks.push(screen.bad("less than nothing"));
        }
        if level.is_new {
            marks.push("new".to_owned());
        }
        table.row([
            level.sku.clone(),
            level.name.clone(),
            outlets.name(&level.outlet_id),
            level.on_hand.to_string(),
            level.on_hand_after.to_string(),
            marks.join(", "),
        ]);
    }
    screen.line(table);
    let more = levels.len().saturating_sub(LEVELS_SHOWN);
    if more > 0 {
        screen.line(screen.dim(format_args!("and {more} more; --json shows all")));
    }
}

/// Imports, newest first.
pub(crate) fn imports(screen: Screen, imports: &[Import]) {
    if imports.is_empty() {
        screen.line("no imports");
        return;
    }
    let mut table = Table::new([
        ("Import", Align::Left),
        ("Begun", Align::Left),
        ("Kind", Align::Left),
        ("State", Align::Left),
        ("Found", Align::Right),
        ("Told", Align::Right),
    ]);
    for import in imports {
        let begun = import.created_at.to_zoned(TimeZone::UTC);
        table.row([
            import.id.clone(),
            begun.strftime("%Y-%m-%d %H:%M %Z").to_string(),
            import.kind.to_owned(),
            import.state.to_owned(),
            import.found.to_string(),
            format!("{}/{}", import.told, import.to_tell),
        ]);
    }
    screen.line(table);
}

/// Orders that could not be taken back, and why.
pub(crate) fn kept_orders(screen: Screen, orders: &[KeptOrder]) {
    if orders.is_empty() {
        return;
    }
    screen.title("Not taken back");
    let mut table = Table::new([("Order", Align::Left), ("Why", Align::Left)]);
    for order in orders {
        table.row([order.order_id.clone(), order.words.to_owned()]);
    }
    screen.line(table);
}
