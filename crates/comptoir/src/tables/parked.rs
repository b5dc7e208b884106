use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table};
use crate::view::ParkedOrder;

/// Parked orders with their reasons.
pub(crate) fn parked(screen: Screen, parked: &[ParkedOrder]) {
    if parked.is_empty() {
        screen.line("no parked orders");
        return;
    }
    let mut table = Table::new([
        ("Order", Align::Left),
        ("Parked", Align::Left),
        ("Times", Align::Right),
        ("Reason", Align::Left),
        ("In words", Align::Left),
    ]);
    for order in parked {
        let when = order.last_parked_at.to_zoned(TimeZone::UTC);
        table.row([
            order
                .order_id
                .clone()
                .unwrap_or_else(|| "unknown".to_owned()),
            when.strftime("%Y-%m-%d %H:%M %Z").to_string(),
            order.times.to_string(),
            order.reason.clone(),
            order.detail.clone(),
        ]);
    }
    screen.line(table);
}
