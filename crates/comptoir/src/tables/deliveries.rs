use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table};
use crate::view::Kept;

/// What is kept of what a shop sent.
pub(crate) fn deliveries(screen: Screen, kept: &[Kept]) {
    if kept.is_empty() {
        return;
    }
    let mut table = Table::new([
        ("Received", Align::Left),
        ("Topic", Align::Left),
        ("Came", Align::Left),
        ("Bytes", Align::Right),
        ("Delivery", Align::Left),
    ]);
    for delivery in kept {
        let received = delivery.received_at.to_zoned(TimeZone::UTC);
        table.row([
            received.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
            delivery.topic.clone(),
            delivery.came.to_owned(),
            delivery.body_bytes.to_string(),
            delivery.delivery_id.clone(),
        ]);
    }
    screen.line(table);
}
