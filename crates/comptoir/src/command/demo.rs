use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::SignedDuration;
use retail::RetailerId;
use tokio::task;

use super::Place;
use super::place::DEMO;
use super::signal::stop_asked;
use super::up::progress;
use crate::api::{Catalog, Ledger};
use crate::arguments::Demo;
use crate::broker::Broker;
use crate::demo::{self, Books, Market, Outcome, Round, Sender, Timings, percentile};
use crate::exit::Exit;
use crate::outlets::Outlets;
use crate::output::Screen;
use crate::services::{DEMO_SHOPS, Service};
use crate::stack::{self, Stack, StackOptions};
use crate::view::{Explanation, Level, Sale};

/// How long the services may take for what was delivered.
const DRAIN_DEADLINE: Duration = Duration::from_mins(1);
/// How often their backlog is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Parked orders shown.
const PARKED_LIMIT: i32 = 500;

/// Starts a whole system, delivers what real shops once sent, and shows the books it made.
pub(crate) async fn demo(screen: Screen, place: &Place, demo: &Demo) -> anyhow::Result<Exit> {
    let begin = Instant::now();
    let dir = place.dir().join(DEMO);
    let market = Market::open().await?;
    let mut seed = demo::seed()?;
    market.join(&mut seed);
    let options = StackOptions {
        cache: Some(place.dir().join("cache")),
        observer: progress(screen),
        settings: demo::SETTINGS
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..StackOptions::new(&dir, program()?, seed.clone())
    };
    screen.line("Comptoir keeps a retailer's tills and web shops telling the same truth.");
    screen.line(screen.dim(format_args!(
        "This is a retailer with two stores, each with a web shop. You will see what two real\n\
             {DEMO_SHOPS} shops sent when orders were placed, paid, edited, cancelled and refunded."
    )));
    let stack = task::spawn_blocking(move || {
        stack::remove(&dir)?;
        Stack::start(options)
    })
    .await??;
    let start = begin.elapsed();
    let sender = Sender::new(&stack, &seed)?;
    let stack = Arc::new(stack);
    let mut outcome = Box::pin(deliver(screen, &stack, &sender, &market)).await?;
    market.stop().await;
    outcome.timings.start = start;
    outcome.timings.total = begin.elapsed();
    if screen.is_json() {
        screen.json(&outcome)?;
    } else {
        let outlets = Outlets::new(stack.state().outlets.clone());
        demo::show(screen, &outlets, &outcome);
        go_on(screen, &outcome, demo.keep);
    }
    if demo.keep {
        stop_asked().await?;
    }
    let stack = Arc::into_inner(stack).context("the stack is still in use")?;
    task::spawn_blocking(|| stack.stop()).await?;
    Ok(if outcome.is_good() {
        Exit::Done
    } else {
        Exit::CheckFailed
    })
}

async fn deliver(
    screen: Screen,
    stack: &Arc<Stack>,
    sender: &Sender,
    market: &Market,
) -> anyhow::Result<Outcome> {
    let broker = Broker::connect(stack.nats_options(bus::permission::ADMIN)?).await?;
    let ledger = Ledger::connect(
        stack.grpc_url(),
        stack.operator()?,
        RetailerId::new(demo::RETAILER),
    )
    .await?;
    let (first, second) = sender.planned();

    let bar = screen.bar(first as u64, "as the shops sent them, each twice");
    let in_order = sender.in_order(&bar).await?;
    drained(&broker).await?;
    bar.finish_and_clear();
    let before = books(&ledger).await?;

    let bar = screen.bar(second as u64, "all again, three copies, shuffled");
    let shuffled = sender.shuffled(&bar).await?;
    let forgeries_refused = sender.forgeries().await?;
    drained(&broker).await?;
    bar.finish_and_clear();
    let books = books(&ledger).await?;
    broker.close().await;

    let bar = screen.bar(
        market.planned() as u64,
        "four shops trade, and everything goes wrong",
    );
    let traded = market
        .trade(stack, |placed| bar.set_position(placed as u64))
        .await?;
    bar.finish_and_clear();
    let spinner = screen.spinner().with_message("four shops are told");
    let telling = market.tell(&catalog(stack)?, &ledger).await?;
    spinner.finish_and_clear();

    let checks = ledger.verify().await?;
    let mut statuses = in_order.statuses.clone();
    for (status, times) in &shuffled.statuses {
        *statuses.entry(*status).or_default() += times;
    }
    Ok(Outcome {
        captured: sender.captured(),
        sent: in_order.sent() + shuffled.sent(),
        accepted: in_order.accepted() + shuffled.accepted(),
        statuses,
        forgeries_refused,
        unchanged_by_repeats: books.same_as(&before)?,
        holds: checks.iter().all(|check| check.holds),
        explanation: explain(&ledger, &books.levels).await?,
        timings: timings(&shuffled, &commits(&ledger, &books.levels).await?),
        parked_orders: ledger.parked(PARKED_LIMIT, String::new()).await?.rows,
        books,
        checks,
        market: traded,
        telling,
    })
}

fn catalog(stack: &Stack) -> anyhow::Result<Catalog> {
    let name = Service::CatalogPush.name();
    let mut services = stack.state().services.iter();
    let running = services.find(|running| running.name == name);
    let url = &running.context("the catalogue does not run")?.grpc_url;
    let retailer = RetailerId::new(demo::RETAILER);
    Ok(Catalog::at(url, stack.operator()?, retailer)?)
}

/// Waits until everything that was accepted is in the books or parked.
async fn drained(broker: &Broker) -> anyhow::Result<()> {
    let deadline = Instant::now() + DRAIN_DEADLINE;
    loop {
        let backlog = broker.backlog().await?;
        if backlog == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!(
                "{backlog} messages still wait after {} s",
                DRAIN_DEADLINE.as_secs()
            );
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn books(ledger: &Ledger) -> anyhow::Result<Books> {
    Ok(Books {
        sales: ledger.all_sales().await?,
        levels: ledger.levels(None, None).await?,
    })
}

/// The number that changed most often, for it has the longest story.
async fn explain(ledger: &Ledger, levels: &[Level]) -> anyhow::Result<Option<Explanation>> {
    let with_sku = levels
        .iter()
        .filter_map(|level| Some((level, level.sku.as_deref()?)));
    match with_sku.max_by_key(|(level, _)| level.version) {
        Some((level, sku)) => Ok(Some(ledger.explain(sku, &level.outlet_id).await?)),
        None => Ok(None),
    }
}

/// How long it took from each webhook that moved stock to its movements in the database, sorted.
async fn commits(ledger: &Ledger, levels: &[Level]) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for level in levels {
        let Some(sku) = level.sku.as_deref() else {
            continue;
        };
        let Explanation { movements, .. } = ledger.explain(sku, &level.outlet_id).await?;
        times.extend(movements.iter().filter_map(|movement| {
            let received_at = movement.delivery.as_ref()?.received_at;
            let took: SignedDuration = movement.recorded_at.duration_since(received_at);
            Duration::try_from(took).ok()
        }));
    }
    times.sort_unstable();
    Ok(times)
}

fn timings(shuffled: &Round, commits: &[Duration]) -> Timings {
    let per_second = shuffled.sent() as u128 * 1_000 / shuffled.took.as_millis().max(1);
    Timings {
        start: Duration::ZERO,
        webhooks_per_second: u64::try_from(per_second).unwrap_or(u64::MAX),
        webhook_p50: percentile(&shuffled.answers, 50),
        webhook_p99: percentile(&shuffled.answers, 99),
        committed_p50: percentile(commits, 50),
        committed_p99: percentile(commits, 99),
        total: Duration::ZERO,
    }
}

fn go_on(screen: Screen, outcome: &Outcome, keep: bool) {
    screen.title("Go on");
    if keep {
        screen.line("The system stays up until Ctrl-C. In another terminal:");
    } else {
        screen.line("The system is stopped. To keep it up: cargo run --release -- demo --keep");
        screen.line("Then, in another terminal:");
    }
    let receipt = telling_receipt(&outcome.books.sales).unwrap_or("1001");
    let sku = outcome.explanation.as_ref();
    let sku = sku
        .and_then(|why| why.level.sku.as_deref())
        .unwrap_or("SKU");
    for command in [
        "sales list --state voided".to_owned(),
        format!("sales show {receipt}"),
        format!("stock explain {sku} --outlet Montréal"),
        "verify".to_owned(),
        "status".to_owned(),
    ] {
        screen.line(format_args!("  cargo run --release -- {command}"));
    }
    screen.line("For your own shop: cargo run --release -- up");
}

/// The receipt number of a sale with a long story, which no other sale has.
fn telling_receipt(sales: &[Sale]) -> Option<&str> {
    let is_unique = |sale: &&Sale| {
        let same = |other: &&Sale| other.receipt_number == sale.receipt_number;
        sales.iter().filter(same).count() == 1
    };
    let longest = sales
        .iter()
        .filter(is_unique)
        .max_by_key(|sale| sale.revision);
    longest.map(|sale| sale.receipt_number.as_str())
}

fn program() -> anyhow::Result<PathBuf> {
    env::current_exe().context("cannot tell which program this is")
}
