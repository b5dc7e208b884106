use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table, quantity_signed};
use crate::view::{StockTake, StockTakeLine};

/// Stock-takes, a row for each.
pub(crate) fn stock_takes(screen: Screen, outlets: &Outlets, takes: &[StockTake]) {
    if takes.is_empty() {
        screen.line("no stock-takes");
        return;
    }
    let mut table = Table::new([
        ("Outlet", Align::Left),
        ("Number", Align::Right),
        ("Started", Align::Left),
        ("State", Align::Left),
        ("Counted", Align::Right),
        ("Differ", Align::Right),
        ("Id", Align::Left),
    ]);
    for take in takes {
        table.row([
            outlets.name(&take.outlet_id),
            take.number.to_string(),
            outlets.minute(take.started_at, &take.outlet_id),
            take.state.to_owned(),
            take.counted_items.to_string(),
            take.differing_items.to_string(),
            take.stock_take_id.clone(),
        ]);
    }
    screen.line(table);
}

/// How one stands.
pub(crate) fn stock_take(screen: Screen, outlets: &Outlets, take: &StockTake) {
    screen.title(format_args!(
        "Stock-take {} of {}: {}",
        take.number,
        outlets.name(&take.outlet_id),
        take.state
    ));
    screen.line(format_args!(
        "  started      {} by {}",
        outlets.minute(take.started_at, &take.outlet_id),
        take.started_by
    ));
    if let (Some(at), Some(by)) = (take.ended_at, &take.ended_by) {
        screen.line(format_args!(
            "  ended        {} by {by}",
            outlets.minute(at, &take.outlet_id)
        ));
    }
    screen.line(format_args!(
        "  items        {} counted, {} differing",
        take.counted_items, take.differing_items
    ));
    screen.line(format_args!("  id           {}", take.stock_take_id));
}

/// What was counted.
pub(crate) fn stock_take_lines(screen: Screen, lines: &[StockTakeLine]) {
    if lines.is_empty() {
        screen.line("nothing to show");
        return;
    }
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Counted", Align::Right),
        ("By the books", Align::Right),
        ("Difference", Align::Right),
        ("Counted by", Align::Left),
        ("Times", Align::Right),
    ]);
    for line in lines {
        table.row([
            line.sku.clone().unwrap_or_else(|| "-".to_owned()),
            line.name.clone(),
            line.counted.to_string(),
            line.on_hand.to_string(),
            quantity_signed(line.difference.0),
            line.counted_by.clone(),
            line.counts.to_string(),
        ]);
    }
    screen.line(table);
}
