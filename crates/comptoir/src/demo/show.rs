use std::time::Duration;

use super::{Outcome, ShopTold, ShopTraded, Telling, Timings, Traded};
use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table, count, duration};
use crate::tables;
use crate::view::Sale;

/// Sales shown; the rest is counted.
const SALES_SHOWN: usize = 12;
/// Differences shown; the rest is counted.
const DIFFERENCES_SHOWN: usize = 20;
/// Levels shown; the rest is counted.
const LEVELS_SHOWN: usize = 16;

/// The outcome as tables, with a sentence to each.
pub(crate) fn show(screen: Screen, outlets: &Outlets, outcome: &Outcome) {
    let Outcome {
        captured: _,
        sent,
        accepted,
        statuses,
        forgeries_refused,
        unchanged_by_repeats,
        holds,
        books,
        parked_orders,
        explanation,
        checks,
        timings,
        market,
        telling,
    } = outcome;
    screen.title("Sales history");
    let shown: Vec<Sale> = books.sales.iter().take(SALES_SHOWN).cloned().collect();
    tables::sales(screen, outlets, &shown);
    more(screen, books.sales.len(), SALES_SHOWN, "sale");

    screen.title("Stock");
    screen
        .line("It starts at 0 for an item that an order made known, and falls in one store alone.");
    let mut levels = books.levels.clone();
    levels.truncate(LEVELS_SHOWN);
    tables::levels(screen, outlets, &levels);
    more(screen, books.levels.len(), LEVELS_SHOWN, "level");

    if !parked_orders.is_empty() {
        screen.title("Parked: orders that wait for a person");
        tables::parked(screen, parked_orders);
    }
    if let Some(explanation) = explanation {
        tables::explanation(screen, outlets, explanation);
    }

    trade(screen, market);
    tell(screen, telling);

    screen.title("Verdict");
    tables::verdict(screen, checks);
    let repeats = if *unchanged_by_repeats {
        screen.good("changed nothing")
    } else {
        screen.bad("CHANGED THE BOOKS")
    };
    screen.line(format_args!(
        "{sent} deliveries were sent, {accepted} accepted; the shuffled repeats {repeats}."
    ));
    if accepted != sent {
        screen.line(screen.bad(format_args!("answers by status: {statuses:?}")));
    }
    let forged = count(*forgeries_refused, "forged delivery").replace("deliverys", "deliveries");
    screen.line(format_args!("{forged} refused."));
    if !holds {
        screen.line(screen.bad("Some checks do not hold."));
    }
    times(screen, timings);
}

/// What the simulated shops did, and what the ledger has of it.
fn trade(screen: Screen, market: &Traded) {
    let Traded {
        shops,
        misfortunes,
        open_ms,
        agreed_after_ms,
        differences,
    } = market;
    screen.title("Four shops, one of each platform, while everything goes wrong");
    let mut table = Table::new([
        ("Store", Align::Left),
        ("Shop", Align::Left),
        ("Orders", Align::Right),
        ("Changes", Align::Right),
        ("Told", Align::Right),
        ("Lost", Align::Right),
        ("Doubled", Align::Right),
        ("API failed", Align::Right),
        ("Sales", Align::Right),
        ("Parked", Align::Right),
        ("Missing", Align::Right),
        ("Twice", Align::Right),
    ]);
    let [mut missing_in_all, mut doubled_in_all] = [0; 2];
    for shop in shops {
        let ShopTraded {
            store,
            platform,
            orders,
            changes,
            deliveries,
            dropped,
            duplicated,
            requests_failed,
            sales,
            parked,
            missing,
            doubled,
        } = shop;
        missing_in_all += missing;
        doubled_in_all += doubled;
        table.row([
            (*store).to_owned(),
            (*platform).to_owned(),
            orders.to_string(),
            changes.to_string(),
            deliveries.to_string(),
            dropped.to_string(),
            duplicated.to_string(),
            requests_failed.to_string(),
            sales.to_string(),
            parked.to_string(),
            missing.to_string(),
            doubled.to_string(),
        ]);
    }
    screen.line(table);
    let [traded, agreed] = [*open_ms, *agreed_after_ms]
        .map(|ms| duration(Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))));
    screen.line(format_args!(
        "They traded for {traded}; {} in between (a service killed, a shop away, webhooks lost).",
        count(*misfortunes, "misfortune")
    ));
    let verdict = format!("{missing_in_all} missing, {doubled_in_all} doubled");
    if market.is_good() {
        screen.line(format_args!(
            "{}: {agreed} later the ledger says what the shops' own books say, to the last cent and piece.",
            screen.good(&verdict)
        ));
    } else {
        screen.line(screen.bad(format_args!(
            "{verdict}, {}:",
            count(differences.len(), "difference")
        )));
        for difference in differences.iter().take(DIFFERENCES_SHOWN) {
            screen.line(format_args!("  {difference}"));
        }
        more(screen, differences.len(), DIFFERENCES_SHOWN, "difference");
    }
}

/// What the shops showed of what the POS said.
fn tell(screen: Screen, telling: &Telling) {
    screen.title("The POS speaks, and the four shops listen");
    screen.line("A product is made, put on sale, priced anew and sold at each store's till. Somebody gives it another name");
    screen.line("and price in each shop: none of it reaches the POS, and it is found and undone. At last it is taken off sale.");
    let mut table = Table::new([
        ("Store", Align::Left),
        ("Shop", Align::Left),
        ("Made, hidden", Align::Right),
        ("On sale", Align::Right),
        ("New price", Align::Right),
        ("Till sale", Align::Right),
        ("Edit found", Align::Right),
        ("Undone", Align::Right),
        ("Off sale", Align::Right),
    ]);
    for shop in &telling.shops {
        let [made, shown, dearer, sold, found, repaired, hidden] =
            shop.times().map(|ms| match ms {
                Some(ms) => duration(Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))),
                None => "NEVER".to_owned(),
            });
        let ShopTold {
            store, platform, ..
        } = shop;
        let [store, platform] = [store, platform].map(|text| (*text).to_owned());
        table.row([
            store, platform, made, shown, dearer, sold, found, repaired, hidden,
        ]);
    }
    screen.line(table);
    if telling.is_good() {
        let verdict = screen.good("every shop shows all of it");
        screen.line(format_args!("{verdict}, so long after it was said."));
    } else {
        screen.line(screen.bad("Some of it is not shown."));
    }
}

fn more(screen: Screen, all: usize, shown: usize, thing: &str) {
    if let Some(hidden) = all.checked_sub(shown).filter(|hidden| *hidden > 0) {
        screen.line(screen.dim(format_args!(
            "and {}",
            count(hidden, &format!("more {thing}"))
        )));
    }
}

fn times(screen: Screen, timings: &Timings) {
    let Timings {
        start,
        webhooks_per_second,
        webhook_p50,
        webhook_p99,
        committed_p50,
        committed_p99,
        total,
    } = timings;
    screen.title("Times");
    for (what, value) in [
        ("everything started in", duration(*start)),
        (
            "webhooks taken, each on disk before its 200",
            format!("{webhooks_per_second} a second"),
        ),
        (
            "a webhook's answer",
            format!(
                "{} (p50), {} (p99)",
                duration(*webhook_p50),
                duration(*webhook_p99)
            ),
        ),
        (
            "from webhook to committed sale",
            format!(
                "{} (p50), {} (p99)",
                duration(*committed_p50),
                duration(*committed_p99)
            ),
        ),
        ("all of this", duration(*total)),
    ] {
        screen.line(format_args!("  {what:<45} {value}"));
    }
}
