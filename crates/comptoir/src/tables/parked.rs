use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table};
use crate::view::{ParkedEntry, ParkedOrder};

/// Parked orders with their reasons.
pub(crate) fn parked<'a>(screen: Screen, parked: impl IntoIterator<Item = &'a ParkedOrder>) {
    let mut table = table();
    let mut any = false;
    for order in parked {
        any = true;
        table.row(row(order, String::new()));
    }
    tell(screen, any, table);
}

/// Parked orders with their reasons, and what was done about them.
pub(crate) fn parked_entries(screen: Screen, entries: &[ParkedEntry]) {
    let mut table = table();
    for entry in entries {
        table.row(row(&entry.order, standing(entry)));
    }
    tell(screen, !entries.is_empty(), table);
}

fn standing(entry: &ParkedEntry) -> String {
    match (entry.dismissed_at, entry.can_retry) {
        (Some(_), _) => {
            let note = entry.dismissed_note.as_deref().unwrap_or_default();
            format!("dismissed: {note}")
        }
        (None, true) => "can be tried again".to_owned(),
        (None, false) => "wants a change in the shop".to_owned(),
    }
}

fn table() -> Table {
    Table::new([
        ("Order", Align::Left),
        ("Parked", Align::Left),
        ("Times", Align::Right),
        ("Reason", Align::Left),
        ("In words", Align::Left),
        ("", Align::Left),
    ])
}

fn row(order: &ParkedOrder, standing: String) -> [String; 6] {
    let when = order.last_parked_at.to_zoned(TimeZone::UTC);
    let number = order.receipt_number.as_ref();
    let id = match (
        &order.order_id,
        number.filter(|number| order.order_id.as_ref() != Some(number)),
    ) {
        (Some(id), Some(number)) => format!("{id} ({number})"),
        (Some(id), None) => id.clone(),
        (None, _) => "unknown".to_owned(),
    };
    [
        id,
        when.strftime("%Y-%m-%d %H:%M %Z").to_string(),
        order.times.to_string(),
        order.reason.clone(),
        order.detail.clone(),
        standing,
    ]
}

fn tell(screen: Screen, any: bool, table: Table) {
    if any {
        screen.line(table);
    } else {
        screen.line("no parked orders");
    }
}
