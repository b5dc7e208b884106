use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table, count};
use crate::view::{DriftEntry, RefusedRepair};

/// What differs, a row for each.
pub(crate) fn drifts(screen: Screen, drifts: &[DriftEntry]) {
    if drifts.is_empty() {
        screen.line("nothing differs");
        return;
    }
    let mut table = Table::new([
        ("Drift", Align::Left),
        ("Product", Align::Left),
        ("SKU", Align::Left),
        ("Connection", Align::Left),
        ("What", Align::Left),
        ("Catalogue", Align::Left),
        ("Shop", Align::Left),
        ("Since", Align::Left),
        ("Why", Align::Left),
        ("Repair", Align::Left),
    ]);
    for drift in drifts {
        let since = drift.since.to_zoned(TimeZone::UTC);
        table.row([
            drift.drift_id.clone(),
            drift.product_name.clone(),
            drift.sku.clone().unwrap_or_default(),
            drift.connection_id.clone(),
            drift.field.unwrap_or("all of it").to_owned(),
            drift.pos.clone(),
            drift.shop.clone(),
            since.strftime("%Y-%m-%d %H:%M %Z").to_string(),
            drift.cause.clone(),
            drift.repairs.join(", "),
        ]);
    }
    screen.line(table);
}

/// What is done about it, and what is not.
pub(crate) fn repaired(screen: Screen, repaired: i64, refused: &[RefusedRepair]) {
    let done = usize::try_from(repaired).unwrap_or_default();
    screen.line(format_args!(
        "{} to be repaired: the shop is told in a while",
        count(done, "thing")
    ));
    if refused.is_empty() {
        return;
    }
    let mut table = Table::new([("Drift", Align::Left), ("Refused", Align::Left)]);
    for refused in refused {
        table.row([refused.drift_id.clone(), refused.reason.clone()]);
    }
    screen.line(table);
}
