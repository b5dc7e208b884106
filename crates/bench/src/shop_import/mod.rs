//! A simulated shop's past is imported, services killed in the middle of it, and taken back; then the shop is
//! linked anew and imported again: the ledger against the shop's own books at every step, and stock bit by bit.

mod desk;
mod expect;
mod past;
mod phase;
mod report;
mod stock;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use proto::connect::{ImportKind, Verdict};
use shop::sim::Books;
use shop_sim::Platform;
use shop_sim::checker::{ShopBooks, differences, read};
use sqlx::{Connection as _, PgConnection};
use test_kit::world;
use tokio::time::sleep;

use self::desk::Desk;
use self::past::{Past, order_ids};
use self::phase::{Killing, commit, scan, undo};
use self::report::Report;
use crate::figure::Figure;
use crate::simulated::{ShopSystem, SimulatedShop, own_check};

/// Of a hundred orders of the past, so many are placed live before the import, and as many during the last one.
const LIVE_PERCENT: usize = 1;
const LIVE_AT_LEAST: usize = 10;
/// Before the trade begins, the services make the shop's webhooks.
const HOOKS_PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is live has settled when ledger and books agree for so long: several polls.
const LASTING: Duration = Duration::from_secs(5);
/// They never will, when they have not by then.
const PATIENCE: Duration = Duration::from_mins(5);

/// Which import.
#[derive(Clone, Copy, Debug)]
pub struct ShopImport {
    pub platform: Platform,
    pub seed: u64,
    /// Placed before the shop is linked.
    pub orders: usize,
}

/// Fails when anything is not as it must be.
pub async fn run(import: ShopImport) -> anyhow::Result<Vec<Figure>> {
    let live = (import.orders * LIVE_PERCENT / 100).max(LIVE_AT_LEAST);
    let past = past::open(&import, live * 2).await?;
    let mut system = ShopSystem::start(std::slice::from_ref(&past.shop)).await?;
    let report = walk(&import, live, &past, &system)
        .await
        .inspect_err(|_| system.keep())?;
    println!("{report}");
    if !report.wrong.is_empty() {
        system.keep();
        bail!("the import is not as it must be");
    }
    past.shop.runner.stop().await;
    report.figures()
}

/// All of it, step by step.
async fn walk(
    import: &ShopImport,
    live: usize,
    past: &Past,
    system: &ShopSystem,
) -> anyhow::Result<Report> {
    let Past {
        shop,
        orders: _,
        old: _,
    } = past;
    let desk = Desk::at(system, shop)?;
    let mut db = PgConnection::connect(system.database_url()).await?;
    let mut wrong = Vec::new();
    let run = shop.runner.shop();

    // Live first: there are items, and stock of them, and one of the items is deleted.
    run.set_hook(system.hook_url(shop)?);
    sleep(HOOKS_PATIENCE).await;
    trade(shop, import.orders + live).await?;
    let heard = settled(system, past, &BTreeSet::new()).await?;
    let deleted = stock::delete_an_item(&mut db).await?;
    desk.allow().await?;

    // Plan, commit and check.
    let all = order_ids(&run.books());
    let rows_before = stock::rows(&mut db).await?;
    let stock_before = expect::stock(&system.ledger()?.levels().await?)?;
    let first = phase::id(import.seed, 1);
    let scanned = scan(
        &desk,
        system,
        shop,
        first,
        ImportKind::All,
        Killing::InTheMiddle,
    )
    .await?;
    let plan = desk.planned_orders(first).await?;
    let planned_levels = desk.planned_levels(first).await?;
    wrong.extend(expect::of_plan(&scanned.job, &plan, &all, past));
    let committed = commit(&desk, system, shop, first, Killing::InTheMiddle).await?;
    let stock_after = expect::stock(&system.ledger()?.levels().await?)?;
    wrong.extend(expect::of_preview(
        &planned_levels,
        &stock_before,
        &stock_after,
    )?);
    let books = expect::books(&run.books(), &heard, &plan);
    wrong.extend(compare(system, shop, books).await?);
    let rows_imported = stock::rows(&mut db).await?;

    // Linked anew, and imported again: nothing moves.
    ensure!(
        desk.relink(shop).await?,
        "the shop does not get its connection back"
    );
    run.set_hook(system.hook_url(shop)?);
    for (number, kind) in [(2, ImportKind::New), (3, ImportKind::All)] {
        let again = phase::id(import.seed, number);
        let scanned = scan(&desk, system, shop, again, kind, Killing::Nobody).await?;
        let moves = [Verdict::New, Verdict::Changed].map(|verdict| scanned.count(verdict));
        if moves != [0, 0] {
            wrong.push(format!("{kind:?} again finds new and changed: {moves:?}"));
        }
        commit(&desk, system, shop, again, Killing::Nobody).await?;
        if stock::rows(&mut db).await? != rows_imported {
            wrong.push(format!("{kind:?} again moves stock"));
        }
    }

    // Taken back: stock is what it was. What is new stays nothing.
    let undone = undo(&desk, system, first, Killing::InTheMiddle).await?;
    if undone.counts.kept != undone.counts.changed {
        wrong.push(format!("{} orders are kept", undone.counts.kept));
    }
    let rows_undone = stock::rows(&mut db).await?;
    wrong.extend(stock::differences(&rows_before, &rows_undone));
    let new = phase::id(import.seed, 4);
    scan(&desk, system, shop, new, ImportKind::New, Killing::Nobody).await?;
    commit(&desk, system, shop, new, Killing::Nobody).await?;
    if stock::rows(&mut db).await? != rows_undone {
        wrong.push("orders taken back come in as new".to_owned());
    }

    // Imported anew while the shop trades, with the item that was deleted: everything is there once.
    stock::restore_items(&mut db).await?;
    let last = phase::id(import.seed, 5);
    run.resume();
    let scanned_last = scan(&desk, system, shop, last, ImportKind::All, Killing::Nobody).await?;
    commit(&desk, system, shop, last, Killing::Nobody).await?;
    ensure!(run.traded_out(PATIENCE).await, "the trade has no end");
    let plan = desk.planned_orders(last).await?;
    let there: BTreeSet<String> = plan
        .iter()
        .filter(|order| order.verdict() != Verdict::TooOld)
        .map(|order| order.order_id.clone())
        .chain(heard)
        .collect();
    settled(system, past, &there).await?;
    wrong.extend(own_check(system).await?);

    Ok(Report {
        import: *import,
        deleted,
        first: scanned,
        planned_levels,
        committed,
        undone,
        last: scanned_last,
        asked: run.counts().answers.answered,
        wrong,
    })
}

/// Lets the shop trade until it has taken so many orders.
async fn trade(shop: &SimulatedShop, orders: usize) -> anyhow::Result<()> {
    let run = shop.runner.shop();
    run.resume();
    let began = Instant::now();
    while run.status().placed < orders && !run.is_traded_out() {
        ensure!(began.elapsed() < PATIENCE, "the trade stands still");
        sleep(Duration::from_millis(20)).await;
    }
    run.pause();
    Ok(())
}

/// Waits until the ledger has all that was placed since the link, all of `there`, and of other orders what it
/// has as it is. The orders that it has then.
async fn settled(
    system: &ShopSystem,
    past: &Past,
    there: &BTreeSet<String>,
) -> anyhow::Result<BTreeSet<String>> {
    let began = Instant::now();
    let mut agreed_since: Option<Instant> = None;
    loop {
        let told = read(system.grpc_url(), world::RETAILER).await?;
        let books = past.shop.runner.shop().books();
        let mut heard: BTreeSet<String> = told
            .sales
            .iter()
            .map(|sale| sale.order_id.clone())
            .collect();
        heard.extend(told.parked.iter().map(|order| order.order_id.clone()));
        heard.extend(order_ids(&books).difference(&past.orders).cloned());
        heard.extend(there.iter().cloned());
        let expected = shop_books(&past.shop, expect::books(&books, &heard, &[]));
        let found = differences(std::slice::from_ref(&expected), &told);
        match found.first() {
            None => {
                if agreed_since.get_or_insert_with(Instant::now).elapsed() >= LASTING {
                    return Ok(heard);
                }
            }
            Some(first) => {
                agreed_since = None;
                let count = found.len();
                ensure!(
                    began.elapsed() < PATIENCE,
                    "{count} differences, such as {first}"
                );
            }
        }
        sleep(LOOK_EVERY).await;
    }
}

/// In what the ledger differs from these books.
async fn compare(
    system: &ShopSystem,
    shop: &SimulatedShop,
    books: Books,
) -> anyhow::Result<Vec<String>> {
    let told = read(system.grpc_url(), world::RETAILER).await?;
    let expected = shop_books(shop, books);
    let found = differences(std::slice::from_ref(&expected), &told);
    Ok(found.iter().map(ToString::to_string).collect())
}

fn shop_books(shop: &SimulatedShop, books: Books) -> ShopBooks {
    ShopBooks {
        books,
        ..shop.books()
    }
}
