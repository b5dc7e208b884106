use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table};
use crate::view::{Linked, Parting};

/// The shops that are linked, and how each link is.
pub(crate) fn connections(screen: Screen, all: &[Linked]) {
    if all.is_empty() {
        screen.line("no shop is linked");
        return;
    }
    let mut table = Table::new([
        ("Connection", Align::Left),
        ("Platform", Align::Left),
        ("Shop", Align::Left),
        ("State", Align::Left),
        ("Last delivery", Align::Left),
        ("Last poll", Align::Left),
        ("Webhooks", Align::Right),
        ("Trouble", Align::Left),
    ]);
    for linked in all {
        let health = &linked.health;
        let trouble = health.access_refused.as_ref();
        let trouble = trouble.or(health.last_poll_failure.as_ref());
        table.row([
            linked.connection_id.clone(),
            linked.platform.clone(),
            shop(linked),
            linked.state.to_owned(),
            minute(health.last_delivery_at),
            minute(health.last_polled_at),
            health.hooks_standing.to_string(),
            trouble
                .or(health.last_hook_failure.as_ref())
                .cloned()
                .unwrap_or_default(),
        ]);
    }
    screen.line(table);
}

/// What no webhook told of, and polling did.
pub(crate) fn gaps(screen: Screen, all: &[Linked]) {
    let mut table = Table::new([
        ("Connection", Align::Left),
        ("Shop", Align::Left),
        ("All changes before this are known", Align::Left),
        ("Not told by a webhook, and fetched", Align::Right),
    ]);
    for linked in all {
        table.row([
            linked.connection_id.clone(),
            shop(linked),
            minute(linked.health.polled_to),
            linked.health.missed_changes.to_string(),
        ]);
    }
    screen.line(table);
}

pub(crate) fn parting(screen: Screen, parting: &Parting, confirmed: bool) {
    screen.line(format_args!("the connection is {}", parting.state));
    for consequence in &parting.consequences {
        screen.line(format_args!("  - {consequence}"));
    }
    if let Some(removed) = parting.hooks_removed {
        screen.line(format_args!("  {removed} webhooks were taken away"));
    }
    if !confirmed {
        screen.line("Nothing was done. To do it, say --confirmed.");
    }
}

fn shop(linked: &Linked) -> String {
    let name = linked.store_name.as_ref().or(linked.shop_url.as_ref());
    name.cloned()
        .unwrap_or_else(|| "(only listened to)".to_owned())
}

fn minute(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || "never".to_owned(),
        |at| {
            let at = at.to_zoned(TimeZone::UTC);
            at.strftime("%Y-%m-%d %H:%M %Z").to_string()
        },
    )
}
