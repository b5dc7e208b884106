//! Four simulated shops, one of each platform, that trade while everything goes wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde::Serialize;
use service::clock::SystemClock;
use shop_sim::checker::{Difference, Kind, ShopBooks, Told, differences, read};
use shop_sim::{Counts, Faults, Pace, Platform, Runner, RunnerOptions, ShopSize, SimClock, Speed};
use tokio::time::sleep;
use uuid::Uuid;

use super::retailer::{ID_BASE, RETAILER};
use crate::stack::{Part, Seed, SeedConnection, SeedOutlet, SeedRegister, Stack};

/// Orders that each shop places.
const ORDERS: usize = 250;
/// Most versions of one order.
const MAX_VERSIONS: usize = 5;
/// Things on each shop's shelf.
const PRODUCTS: usize = 40;
/// Orders placed or changed in a second, in each shop: about a minute of trade.
const PACE: Pace = Pace::of(12);
/// How long a shop is away, once.
const OUTAGE: Duration = Duration::from_secs(10);
/// How long a killed service stays away.
const DOWN: Duration = Duration::from_secs(1);
/// How often it is looked how far the shops are.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often the books are compared once the shops are quiet.
const COMPARE_EVERY: Duration = Duration::from_secs(1);
/// How long the books must agree before they are believed to: longer than polls are apart.
const AGREE_FOR: Duration = Duration::from_secs(3);
/// Deliveries and answers go wrong for so long after the last change: what is asked again then fails too.
const FAULTS_AFTER_TRADE: Duration = Duration::from_secs(5);
/// How long after that the books may differ.
const AGREE_WITHIN: Duration = Duration::from_mins(2);
/// How long the trade may take.
const TRADE_WITHIN: Duration = Duration::from_mins(3);
/// Ids of the market's stores begin behind those of the captured shops.
const FIRST_STORE: u128 = 0x10;

/// Settings that make a minute out of what takes real shops an hour.
pub(crate) const SETTINGS: [(&str, &str); 3] = [
    ("POLL_EVERY_MS", "1000"),
    ("HOOKS_EVERY_MS", "2000"),
    ("GAP_GRACE_MS", "5000"),
];

/// Stores, each with the web shop of one platform.
const STORES: [(&str, &str); 4] = [
    ("Bordeaux", "Europe/Paris"),
    ("Québec", "America/Toronto"),
    ("Genève", "Europe/Zurich"),
    ("Liège", "Europe/Brussels"),
];

/// What is done to the services and to a shop, by how many of a hundred orders are placed.
const ACTS: [(usize, Act); 4] = [
    (20, Act::Kill(Part::Ledger)),
    (40, Act::ShopAway),
    (60, Act::Kill(Part::Ingest)),
    (80, Act::HooksLost),
];

#[derive(Clone, Copy, Debug)]
enum Act {
    /// As a crash would.
    Kill(Part),
    /// The first shop answers nobody and delivers nothing.
    ShopAway,
    /// The second shop forgets its webhooks.
    HooksLost,
}

/// The shops, closed until [`Market::trade`].
#[derive(Debug)]
pub(crate) struct Market {
    pub(super) stalls: Vec<Stall>,
}

#[derive(Debug)]
pub(super) struct Stall {
    pub(super) platform: Platform,
    pub(super) store: &'static str,
    time_zone: &'static str,
    pub(super) outlet: Uuid,
    pub(super) register: Uuid,
    pub(super) connection: Uuid,
    pub(super) runner: Runner,
}

/// What came of the trade.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Traded {
    pub(crate) shops: Vec<ShopTraded>,
    /// Services killed, shops away, webhooks lost.
    pub(crate) misfortunes: usize,
    pub(crate) open_ms: u128,
    /// From the last change until books and ledger agreed.
    pub(crate) agreed_after_ms: u128,
    /// Everything in which the ledger differs from the shops' own books.
    pub(crate) differences: Vec<String>,
}

/// One shop's trade.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShopTraded {
    pub(crate) store: &'static str,
    pub(crate) platform: &'static str,
    pub(crate) orders: usize,
    /// Orders placed and changed.
    pub(crate) changes: u64,
    pub(crate) deliveries: u64,
    pub(crate) dropped: u64,
    pub(crate) duplicated: u64,
    /// Requests that the shop's API did not answer as it should.
    pub(crate) requests_failed: u64,
    pub(crate) sales: usize,
    pub(crate) parked: usize,
    pub(crate) missing: usize,
    pub(crate) doubled: usize,
}

impl Market {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let mut stalls = Vec::new();
        for ((number, platform), (store, time_zone)) in
            (FIRST_STORE..).zip(Platform::ALL).zip(STORES)
        {
            let id = |kind: u128| Uuid::from_u128(ID_BASE + kind * 0x100 + number);
            let seed = u64::try_from(number)?;
            let size = ShopSize {
                seed,
                orders: ORDERS,
                max_versions: MAX_VERSIONS,
                products: PRODUCTS,
            };
            let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
            let options = RunnerOptions {
                faults: Faults::STORM,
                paused: true,
                ..RunnerOptions::new(seed, PACE)
            };
            let sim = platform.open(&size, clock.clone());
            stalls.push(Stall {
                platform,
                store,
                time_zone,
                outlet: id(1),
                register: id(2),
                connection: id(3),
                runner: Runner::start(sim, clock, options).await?,
            });
        }
        Ok(Self { stalls })
    }

    /// Adds the stores and their connections.
    pub(crate) fn join(&self, seed: &mut Seed) {
        for stall in &self.stalls {
            seed.outlets.push(SeedOutlet {
                id: stall.outlet,
                retailer: RETAILER,
                name: stall.store.to_owned(),
                time_zone: stall.time_zone.to_owned(),
            });
            seed.registers.push(SeedRegister {
                id: stall.register,
                outlet: stall.outlet,
                name: format!("{}, web", stall.store),
            });
            seed.connections.push(SeedConnection {
                order_updates: Some("apply".to_owned()),
                ..SeedConnection::simulated(
                    stall.connection,
                    RETAILER,
                    stall.platform.code(),
                    stall.register,
                    stall.runner.shop().access(),
                )
            });
        }
    }

    /// Orders that all shops will place.
    pub(crate) fn planned(&self) -> usize {
        self.stalls.len() * ORDERS
    }

    /// Lets the shops trade until they have nothing left to sell, then holds the ledger against their books.
    pub(crate) async fn trade(
        &self,
        stack: &Arc<Stack>,
        placed: impl Fn(usize),
    ) -> anyhow::Result<Traded> {
        for stall in &self.stalls {
            let url = stack.hook_url(&stall.connection.to_string());
            let shop = stall.runner.shop();
            shop.set_hook(url.context("the stack knows the connection")?);
            shop.resume();
        }
        let began = Instant::now();
        let mut acts = ACTS.into_iter().peekable();
        let mut misfortunes = 0;
        while !self.is_over() {
            ensure!(began.elapsed() < TRADE_WITHIN, "the trade has no end");
            placed(self.placed());
            let due = |(percent, _): &(usize, Act)| self.placed() * 100 >= self.planned() * percent;
            if let Some((_, act)) = acts.next_if(due) {
                self.play(stack, act).await?;
                misfortunes += 1;
            }
            sleep(LOOK_EVERY).await;
        }
        placed(self.placed());
        let traded = began.elapsed();
        let began = Instant::now();
        sleep(FAULTS_AFTER_TRADE).await;
        for stall in &self.stalls {
            stall.runner.shop().set_faulty(false);
        }
        let differences = self.agree(stack).await?;
        Ok(Traded {
            shops: self.shops(&differences),
            misfortunes,
            open_ms: traded.as_millis(),
            agreed_after_ms: began.elapsed().as_millis(),
            differences: differences.iter().map(ToString::to_string).collect(),
        })
    }

    pub(crate) async fn stop(self) {
        for stall in self.stalls {
            stall.runner.stop().await;
        }
    }

    fn placed(&self) -> usize {
        let stalls = self.stalls.iter();
        stalls
            .map(|stall| stall.runner.shop().status().placed)
            .sum()
    }

    fn is_over(&self) -> bool {
        let mut stalls = self.stalls.iter();
        stalls.all(|stall| stall.runner.shop().is_traded_out())
    }

    async fn play(&self, stack: &Arc<Stack>, act: Act) -> anyhow::Result<()> {
        let shop = |number: usize| self.stalls.get(number).map(|stall| stall.runner.shop());
        match act {
            Act::Kill(part) => {
                stack.kill(part)?;
                sleep(DOWN).await;
                let stack = Arc::clone(stack);
                tokio::task::spawn_blocking(move || stack.restart(part)).await??;
            }
            Act::ShopAway => shop(0).context("there is a shop")?.outage(OUTAGE),
            Act::HooksLost => shop(1).context("there is a second shop")?.lose_hooks(),
        }
        Ok(())
    }

    /// Waits until books and ledger agree for a while; what differs if they do not.
    async fn agree(&self, stack: &Stack) -> anyhow::Result<Vec<Difference>> {
        let books: Vec<ShopBooks> = self.stalls.iter().map(Stall::books).collect();
        let began = Instant::now();
        let mut agreed_since: Option<Instant> = None;
        loop {
            let told = self.ours(read(stack.ledger()?, RETAILER).await?);
            let found = differences(&books, &told);
            if found.is_empty() {
                agreed_since.get_or_insert_with(Instant::now);
            } else {
                agreed_since = None;
            }
            let has_lasted = agreed_since.is_some_and(|since| since.elapsed() >= AGREE_FOR);
            if has_lasted || (!found.is_empty() && began.elapsed() > AGREE_WITHIN) {
                return Ok(found);
            }
            sleep(COMPARE_EVERY).await;
        }
    }

    /// Without what the captured shops sold.
    fn ours(&self, told: Told) -> Told {
        let Told {
            mut sales,
            mut parked,
            mut levels,
            mut movements,
        } = told;
        let is = |id: &str, of: fn(&Stall) -> Uuid| {
            let mut stalls = self.stalls.iter();
            stalls.any(|stall| of(stall).to_string() == id)
        };
        sales.retain(|sale| is(&sale.connection_id, |stall| stall.connection));
        parked.retain(|order| is(&order.connection_id, |stall| stall.connection));
        levels.retain(|level| is(&level.outlet_id, |stall| stall.outlet));
        movements.retain(|movement| is(&movement.outlet_id, |stall| stall.outlet));
        Told {
            sales,
            parked,
            levels,
            movements,
        }
    }

    fn shops(&self, differences: &[Difference]) -> Vec<ShopTraded> {
        let mut of: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for difference in differences {
            if let Some(connection) = difference.about.connection() {
                let (missing, doubled) = of.entry(connection.to_owned()).or_default();
                *missing += usize::from(difference.kind == Kind::MissingSale);
                *doubled += usize::from(difference.kind == Kind::DoubledSale);
            }
        }
        let stalls = self.stalls.iter();
        stalls
            .map(|stall| {
                let id = stall.connection.to_string();
                stall.traded(of.get(&id).copied().unwrap_or_default())
            })
            .collect()
    }
}

impl Stall {
    fn books(&self) -> ShopBooks {
        ShopBooks {
            connection: self.connection,
            outlet: self.outlet,
            register: self.register,
            books: self.runner.shop().books(),
        }
    }

    fn traded(&self, (missing, doubled): (usize, usize)) -> ShopTraded {
        let shop = self.runner.shop();
        let Counts {
            trade,
            deliveries,
            answers,
            outages: _,
            // Without TLS there are none.
            handshakes: _,
            hooks_lost: _,
        } = shop.counts();
        let books = shop.books();
        ShopTraded {
            store: self.store,
            platform: self.platform.code(),
            orders: shop.status().placed,
            changes: trade.changes,
            deliveries: deliveries.sent,
            dropped: deliveries.dropped,
            duplicated: deliveries.duplicated,
            requests_failed: answers.hung
                + answers.busy
                + answers.failed
                + answers.broken
                + answers.truncated,
            sales: books.sales.len(),
            parked: books.parked.len(),
            missing,
            doubled,
        }
    }
}

impl Traded {
    /// Whether the ledger says what the shops say.
    pub(crate) fn is_good(&self) -> bool {
        self.differences.is_empty()
    }
}
