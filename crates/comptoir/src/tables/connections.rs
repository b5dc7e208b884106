use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table};
use crate::view::{Catalogue, Linked, LinkedNow, Parting};

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

/// One of them, with all that is decided about it.
pub(crate) fn connection(screen: Screen, linked: &Linked) {
    connections(screen, std::slice::from_ref(linked));
    let settings = &linked.settings;
    let register = settings.register_id.as_deref();
    let updates = if settings.automatic_updates {
        "applied by themselves"
    } else {
        "kept until somebody asks"
    };
    let side = match settings.stock_side {
        "shop" => "in the shop: nothing moves here, nothing is pushed",
        _ => "here",
    };
    let plan = match linked.in_plan {
        Some(true) => "has such shops",
        Some(false) => "has no such shops: this one goes on, and no other is linked",
        None => "is not known just now",
    };
    for (name, value) in [
        ("Register", register.unwrap_or("none, its orders wait")),
        ("Changes in the shop are", updates),
        ("Updates of sales", settings.order_updates),
        ("Stock is managed", side),
        ("Stock is taken at the", settings.stock_at),
        (
            "Kept back from the shop",
            &settings.channel_buffer.to_string(),
        ),
        (
            "Deliveries that are kept",
            &linked.health.kept_deliveries.to_string(),
        ),
        ("The shop's orders", &order_count(linked)),
        ("The plan", plan),
        ("What can be done", &linked.actions.join(", ")),
    ] {
        screen.line(format_args!("  {name:<26}{value}"));
    }
    if linked.hide_stock_recommended {
        screen.line("Its stock is told from here: show buyers no figures in the shop, which may be a moment old.");
    }
    if linked.get_all_recommended && linked.actions.contains(&"get_all") {
        screen.line("Its past orders were never got: `comptoir import plan` is recommended.");
    }
}

/// What to look at before a shop is linked.
pub(crate) fn catalogue(screen: Screen, catalogue: &Catalogue) {
    let Catalogue {
        products,
        counts,
        findings,
        not_checked,
    } = catalogue;
    screen.line(format_args!("{products} products"));
    for counted in counts {
        screen.line(format_args!("  {:<16}{}", counted.kind, counted.count));
    }
    if !findings.is_empty() {
        let mut table = Table::new([
            ("To look at", Align::Left),
            ("SKU", Align::Left),
            ("Name", Align::Left),
            ("On hand", Align::Right),
        ]);
        for found in findings {
            let on_hand = found.on_hand.map(|on_hand| on_hand.to_string());
            table.row([
                found.kind.to_owned(),
                found.sku.clone().unwrap_or_default(),
                found.name.clone(),
                on_hand.unwrap_or_default(),
            ]);
        }
        screen.line(table);
    }
    if !not_checked.is_empty() {
        let not_checked = not_checked.join(", ");
        screen.line(format_args!("Not known to the ledger yet: {not_checked}"));
    }
}

pub(crate) fn linked(screen: Screen, linked: &LinkedNow) {
    let LinkedNow {
        connection_id,
        reconnected,
    } = linked;
    let how = if *reconnected { "again, as" } else { "as" };
    screen.line(format_args!(
        "the shop is linked {how} connection {connection_id}"
    ));
}

/// What no webhook told of, and polling did.
pub(crate) fn gaps(screen: Screen, all: &[Linked]) {
    let mut table = Table::new([
        ("Connection", Align::Left),
        ("Shop", Align::Left),
        ("All changes before this are known", Align::Left),
        ("Not told by a webhook, and fetched", Align::Right),
        ("The shop's orders", Align::Left),
    ]);
    for linked in all {
        table.row([
            linked.connection_id.clone(),
            shop(linked),
            minute(linked.health.polled_to),
            linked.health.missed_changes.to_string(),
            order_count(linked),
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

fn order_count(linked: &Linked) -> String {
    let count = linked.health.order_count.as_ref();
    count.map_or_else(|| "not counted yet".to_owned(), ToString::to_string)
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
