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
use proto::connect::{ImportKind, PlannedLevel, Verdict};
use shop::sim::Books;
use shop_sim::Platform;
use shop_sim::checker::{ShopBooks, differences, read};
use sqlx::{Connection as _, PgConnection};
use test_kit::world;
use tokio::time::sleep;

use self::desk::Desk;
use self::past::{Past, order_ids};
use self::phase::{Committed, Killing, Scanned, Undone, commit, scan, undo};
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
    let report = walked(import, live, &past, &system)
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
async fn walked(
    import: ShopImport,
    live: usize,
    past: &Past,
    system: &ShopSystem,
) -> anyhow::Result<Report> {
    let mut walk = Walk {
        import,
        past,
        system,
        desk: Desk::at(system, &past.shop)?,
        db: PgConnection::connect(system.database_url()).await?,
        wrong: Vec::new(),
    };
    let heard = walk.trade_live(live).await?;
    let deleted = stock::delete_an_item(&mut walk.db).await?;
    walk.desk.allow().await?;
    let before = stock::rows(&mut walk.db).await?;
    let (first, planned_levels, committed) = walk.first(&heard).await?;
    walk.relinked().await?;
    let undone = walk.taken_back(&before).await?;
    let last = walk.last(heard).await?;
    Ok(Report {
        import,
        deleted,
        first,
        planned_levels,
        committed,
        undone,
        last,
        asked: past.shop.runner.shop().counts().answers.answered,
        wrong: walk.wrong,
    })
}

/// One shop's way through its imports.
struct Walk<'a> {
    import: ShopImport,
    past: &'a Past,
    system: &'a ShopSystem,
    desk: Desk,
    db: PgConnection,
    /// What is not as it must be.
    wrong: Vec<String>,
}

impl Walk<'_> {
    /// So that there are items, and stock of them. The orders that the ledger has heard of then.
    async fn trade_live(&self, live: usize) -> anyhow::Result<BTreeSet<String>> {
        let shop = &self.past.shop;
        shop.runner.shop().set_hook(self.system.hook_url(shop)?);
        sleep(HOOKS_PATIENCE).await;
        trade(shop, self.import.orders + live).await?;
        settled(self.system, self.past, &BTreeSet::new()).await
    }

    /// Plans, commits, and holds both against the shop's books.
    async fn first(
        &mut self,
        heard: &BTreeSet<String>,
    ) -> anyhow::Result<(Scanned, Vec<PlannedLevel>, Committed)> {
        let import = phase::id(self.import.seed, 1);
        let ledger = self.system.ledger()?;
        let stock_before = expect::stock(&ledger.levels().await?)?;
        let books = self.past.shop.runner.shop().books();
        let scanned = self.scan(1, ImportKind::All, Killing::InTheMiddle).await?;
        let plan = self.desk.planned_orders(import).await?;
        let levels = self.desk.planned_levels(import).await?;
        let all = order_ids(&books);
        self.wrong
            .extend(expect::of_plan(&scanned.job, &plan, &all, self.past));
        let committed = self.commit(1, Killing::InTheMiddle).await?;
        let stock_after = expect::stock(&ledger.levels().await?)?;
        let differs = expect::of_preview(&levels, &stock_before, &stock_after)?;
        self.wrong.extend(differs);
        let expected = shop_books(&self.past.shop, expect::books(&books, heard, &plan));
        let told = read(self.system.ledger_channel()?, world::RETAILER).await?;
        let found = differences(std::slice::from_ref(&expected), &told);
        self.wrong.extend(found.iter().map(ToString::to_string));
        Ok((scanned, levels, committed))
    }

    /// Linked anew, and imported again: nothing moves.
    async fn relinked(&mut self) -> anyhow::Result<()> {
        let imported = stock::rows(&mut self.db).await?;
        let shop = &self.past.shop;
        ensure!(
            self.desk.relink(shop).await?,
            "the shop does not get its connection back"
        );
        shop.runner.shop().set_hook(self.system.hook_url(shop)?);
        for (number, kind) in [(2, ImportKind::New), (3, ImportKind::All)] {
            let scanned = self.scan(number, kind, Killing::Nobody).await?;
            let moves = [Verdict::New, Verdict::Changed].map(|verdict| scanned.count(verdict));
            if moves != [0, 0] {
                let found = format!("{kind:?} again finds new and changed: {moves:?}");
                self.wrong.push(found);
            }
            self.commit(number, Killing::Nobody).await?;
            if stock::rows(&mut self.db).await? != imported {
                self.wrong.push(format!("{kind:?} again moves stock"));
            }
        }
        Ok(())
    }

    /// Stock is what it was before, and what is taken back is not new.
    async fn taken_back(&mut self, before: &stock::Rows) -> anyhow::Result<Undone> {
        let first = phase::id(self.import.seed, 1);
        let undone = undo(&self.desk, self.system, first, Killing::InTheMiddle).await?;
        if undone.counts.kept != undone.counts.changed {
            let kept = format!("{} orders are kept", undone.counts.kept);
            self.wrong.push(kept);
        }
        let now = stock::rows(&mut self.db).await?;
        self.wrong.extend(stock::differences(before, &now));
        self.scan(4, ImportKind::New, Killing::Nobody).await?;
        self.commit(4, Killing::Nobody).await?;
        if stock::rows(&mut self.db).await? != now {
            let found = "orders taken back come in as new";
            self.wrong.push(found.to_owned());
        }
        Ok(undone)
    }

    /// Imported anew while the shop trades, with the item that was deleted: everything is there once.
    async fn last(&mut self, heard: BTreeSet<String>) -> anyhow::Result<Scanned> {
        stock::restore_items(&mut self.db).await?;
        let run = self.past.shop.runner.shop();
        run.resume();
        let scanned = self.scan(5, ImportKind::All, Killing::Nobody).await?;
        self.commit(5, Killing::Nobody).await?;
        ensure!(run.traded_out(PATIENCE).await, "the trade has no end");
        let plan = self.desk.planned_orders(phase::id(self.import.seed, 5));
        let there: BTreeSet<String> = plan
            .await?
            .into_iter()
            .filter(|order| order.verdict() != Verdict::TooOld)
            .map(|order| order.order_id)
            .chain(heard)
            .collect();
        settled(self.system, self.past, &there).await?;
        self.wrong.extend(own_check(self.system).await?);
        Ok(scanned)
    }

    async fn scan(
        &self,
        number: u64,
        kind: ImportKind,
        killing: Killing,
    ) -> anyhow::Result<Scanned> {
        let import = phase::id(self.import.seed, number);
        let shop = &self.past.shop;
        scan(&self.desk, self.system, shop, import, kind, killing).await
    }

    async fn commit(&self, number: u64, killing: Killing) -> anyhow::Result<Committed> {
        let import = phase::id(self.import.seed, number);
        commit(&self.desk, self.system, &self.past.shop, import, killing).await
    }
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
        let told = read(system.ledger_channel()?, world::RETAILER).await?;
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

fn shop_books(shop: &SimulatedShop, books: Books) -> ShopBooks {
    ShopBooks {
        books,
        ..shop.books()
    }
}
