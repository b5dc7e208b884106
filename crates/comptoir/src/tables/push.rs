use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::output::{Align, Screen, Table};
use crate::view::{PushStatus, PushedListing, ToldShop};

/// How late shops are told, a row for each.
pub(crate) fn push_status(screen: Screen, shops: &[PushStatus]) {
    if shops.is_empty() {
        screen.line("no shops");
        return;
    }
    let mut table = Table::new([
        ("Connection", Align::Left),
        ("Platform", Align::Left),
        ("Told", Align::Left),
        ("Waiting", Align::Right),
        ("Since", Align::Left),
        ("Products", Align::Left),
        ("In the way", Align::Left),
    ]);
    for shop in shops {
        let told = match (shop.is_linked, shop.is_told) {
            (true, true) => "yes",
            (true, false) => "not at present",
            (false, _) => "not linked",
        };
        let standings = shop.standings.iter();
        let standings: Vec<String> = standings
            .map(|count| format!("{} {}", count.products, count.standing))
            .collect();
        table.row([
            shop.connection_id.clone(),
            shop.platform.clone(),
            told.to_owned(),
            shop.waiting.to_string(),
            shop.waiting_since.map(second).unwrap_or_default(),
            standings.join(", "),
            words(shop.trouble.as_deref(), shop.trouble_says.as_deref()),
        ]);
    }
    screen.line(table);
}

/// How products stand in shops.
pub(crate) fn listings(screen: Screen, listings: &[PushedListing]) {
    if listings.is_empty() {
        screen.line("no products in shops");
        return;
    }
    let mut table = Table::new([
        ("Product", Align::Left),
        ("Name", Align::Left),
        ("Connection", Align::Left),
        ("Stands", Align::Left),
        ("In the shop", Align::Left),
        ("Told", Align::Left),
        ("Refused", Align::Left),
    ]);
    for listing in listings {
        let in_shop = match &listing.shop_product_id {
            Some(id) => id.clone(),
            None => listing.candidates.join(" or "),
        };
        let told = if listing.is_up_to_date {
            "all"
        } else {
            "not all"
        };
        table.row([
            listing.product_id.clone(),
            listing.product_name.clone(),
            listing.connection_id.clone(),
            listing.standing.to_owned(),
            in_shop,
            told.to_owned(),
            words(
                listing.refused_why.as_deref(),
                listing.refused_says.as_deref(),
            ),
        ]);
    }
    screen.line(table);
}

/// What shops were told.
pub(crate) fn told(screen: Screen, entries: &[ToldShop]) {
    if entries.is_empty() {
        screen.line("nothing was told");
        return;
    }
    let mut table = Table::new([
        ("When", Align::Left),
        ("Connection", Align::Left),
        ("What", Align::Left),
        ("Had", Align::Right),
        ("Told", Align::Right),
        ("Outcome", Align::Left),
        ("Of", Align::Left),
        ("Why", Align::Left),
    ]);
    for entry in entries {
        let number = |units: Option<i64>| units.map(|units| units.to_string());
        table.row([
            second(entry.told_at),
            entry.connection_id.clone(),
            entry.what.to_owned(),
            number(entry.found.or(entry.expected)).unwrap_or_default(),
            number(entry.quantity).unwrap_or_default(),
            entry.outcome.to_owned(),
            entry.item_id.as_ref().unwrap_or(&entry.product_id).clone(),
            entry.rule.clone(),
        ]);
    }
    screen.line(table);
}

fn second(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// "code: in words".
fn words(code: Option<&str>, says: Option<&str>) -> String {
    match (code, says) {
        (Some(code), Some(says)) => format!("{code}: {says}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => String::new(),
    }
}
