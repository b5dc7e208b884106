use super::{Outcome, Timings};
use crate::outlets::Outlets;
use crate::output::{Screen, count, duration};
use crate::tables;
use crate::view::Sale;

/// Sales shown; the rest is counted.
const SALES_SHOWN: usize = 12;
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
