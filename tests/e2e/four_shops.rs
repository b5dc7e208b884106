//! A system with a simulated shop of each platform, each with an outlet of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use comptoir::stack::{
    Part, Seed, SeedConnection, SeedOutlet, SeedRegister, SeedRetailer, Stack, StackOptions,
};
use serde_json::Value;
use service::clock::SystemClock;
use shop::sim::Access;
use shop_sim::checker::{ShopBooks, Told, differences, read};
use shop_sim::{Pace, Platform, Runner, RunnerOptions, ShopRun, ShopSize, SimClock, Speed};
use tempfile::TempDir;
use test_kit::{folder, world};
use tokio::sync::SemaphorePermit;
use uuid::Uuid;

use crate::alone::{PROGRAM, only_turn};

/// Orders placed or changed in a second, in each shop.
const PACE: Pace = Pace::of(20);
/// Few, so that each is sold often.
const PRODUCTS: usize = 3;
const MAX_VERSIONS: usize = 2;
/// What takes longer than this does not happen.
pub const PATIENCE: Duration = Duration::from_mins(3);
pub const LOOK_EVERY: Duration = Duration::from_millis(250);

pub struct FourShops {
    pub shops: Vec<Shop>,
    stack: Stack,
    folder: TempDir,
    _turn: SemaphorePermit<'static>,
}

pub struct Shop {
    pub platform: Platform,
    pub connection: Uuid,
    pub runner: Runner,
    pub outlet: Uuid,
    pub register: Uuid,
}

/// What the shops are like when they open.
struct Opening {
    orders: usize,
    products: usize,
    /// Whether all sell what one outlet has.
    in_one_outlet: bool,
}

impl FourShops {
    /// Linked, and closed until [`FourShops::trade`]; each has an outlet of its own.
    pub async fn open(orders: usize) -> Self {
        let opening = Opening {
            orders,
            products: PRODUCTS,
            in_one_outlet: false,
        };
        Self::open_by(opening, |_| {}).await
    }

    /// All four sell what one outlet has, and order nothing.
    pub async fn open_in_one_outlet() -> Self {
        let opening = Opening {
            orders: 1,
            products: PRODUCTS,
            in_one_outlet: true,
        };
        Self::open_by(opening, |_| {}).await
    }

    /// The same in euros, with so many products, as `prepare` leaves them before anybody speaks to the shops. People
    /// may look as often as they like.
    pub async fn open_in_euros(products: usize, prepare: impl Fn(&ShopRun)) -> Self {
        let opening = Opening {
            orders: 1,
            products,
            in_one_outlet: true,
        };
        let prepare = |shop: &ShopRun| {
            shop.sell_in_euros();
            shop.lift_limits();
            prepare(shop);
        };
        Self::open_by(opening, prepare).await
    }

    async fn open_by(opening: Opening, prepare: impl Fn(&ShopRun)) -> Self {
        // Four shops and all services keep the machine busy, and what these services do is watched.
        let turn = only_turn().await;
        let mut shops = Vec::new();
        for (number, platform) in (1..).zip(Platform::ALL) {
            let shop = Shop::open(platform, number, &opening).await;
            prepare(shop.runner.shop());
            shops.push(shop);
        }
        let folder = folder().unwrap();
        let settings = [
            // One of the platforms has four units of its eight a second taken by each poll: what goes last, counts
            // and imports, would never go.
            ("POLL_EVERY_MS", "2000"),
            ("HOOKS_EVERY_MS", "2000"),
            ("COUNT_EVERY_MS", "3000"),
        ];
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let options = StackOptions {
            settings: BTreeMap::from(settings),
            ..StackOptions::new(folder.path(), PROGRAM, seed(&shops))
        };
        let start = tokio::task::spawn_blocking(|| Stack::start(options));
        let stack = start.await.unwrap().unwrap();
        for shop in &shops {
            let url = stack.hook_url(&shop.connection.to_string()).unwrap();
            shop.runner.shop().set_hook(url);
        }
        Self {
            shops,
            stack,
            folder,
            _turn: turn,
        }
    }

    pub const fn stack(&self) -> &Stack {
        &self.stack
    }

    /// Lets every shop trade until it has placed so many orders, and waits until the ledger says what the shops' own
    /// books say.
    pub async fn trade(&self, placed: usize) {
        for shop in &self.shops {
            shop.runner.shop().resume();
        }
        let began = Instant::now();
        let mut trading: Vec<&Shop> = self.shops.iter().collect();
        while !trading.is_empty() {
            // Each stops by itself: one that goes on while another is waited for may have nothing left to sell.
            trading.retain(|shop| {
                let run = shop.runner.shop();
                let is_done = run.status().placed >= placed || run.is_traded_out();
                if is_done {
                    run.pause();
                }
                !is_done
            });
            let platforms = trading.iter().map(|shop| shop.platform);
            let platforms: Vec<Platform> = platforms.collect();
            assert!(began.elapsed() < PATIENCE, "{platforms:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.agree().await;
    }

    /// Waits until the ledger says what the shops' own books say, and nothing else.
    pub async fn agree(&self) {
        let began = Instant::now();
        loop {
            let books: Vec<ShopBooks> = self.shops.iter().map(Shop::books).collect();
            let found = differences(&books, &self.told().await);
            if found.is_empty() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{found:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Everything that the ledger says.
    pub async fn told(&self) -> Told {
        read(self.stack.ledger().unwrap(), world::RETAILER)
            .await
            .unwrap()
    }

    pub async fn until(&self, shop: &Shop, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "{:?}", shop.platform);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The JSON of what `comptoir` makes of these words, which blanks part.
    pub async fn comptoir(&self, words: &str) -> Value {
        self.comptoir_of(&words.split(' ').collect::<Vec<_>>())
            .await
    }

    /// The same of words with blanks in them.
    pub async fn comptoir_of(&self, words: &[&str]) -> Value {
        let mut command = tokio::process::Command::new(PROGRAM);
        command.args(words).kill_on_drop(true);
        let told = command.arg("--dir").arg(self.folder.path()).arg("--json");
        let told = tokio::time::timeout(PATIENCE, told.output()).await;
        let Output {
            status,
            stdout,
            stderr,
        } = told
            .unwrap_or_else(|_| panic!("{words:?}: no end"))
            .unwrap();
        let said = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{words:?}: {said}");
        serde_json::from_slice(&stdout).unwrap()
    }

    /// A table of the ledger's as it lies in the database: what it says of itself would not do.
    pub fn rows(&self, query: &str) -> Vec<String> {
        let server = self.stack.pid(Part::Database).unwrap();
        let server = std::fs::read_link(format!("/proc/{server}/exe")).unwrap();
        let psql = server.parent().unwrap_or(Path::new("")).join("psql");
        let output = Command::new(psql)
            .args(["--no-psqlrc", "--no-align", "--tuples-only", "--command"])
            .args([query, self.stack.admin_database_url()])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{query}: {said}");
        let rows = String::from_utf8(output.stdout).unwrap();
        rows.lines().map(str::to_owned).collect()
    }
}

impl Shop {
    async fn open(platform: Platform, number: u64, opening: &Opening) -> Self {
        let Opening {
            orders,
            products,
            in_one_outlet,
        } = *opening;
        let outlet = if in_one_outlet { 1 } else { number };
        let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
        let size = ShopSize {
            seed: number,
            orders,
            max_versions: MAX_VERSIONS,
            products,
        };
        let options = RunnerOptions {
            paused: true,
            ..RunnerOptions::new(number, PACE)
        };
        let sim = platform.open(&size, clock.clone());
        let id = |kind: u128, number: u64| {
            Uuid::from_u128(world::CONNECTION.as_u128() + kind * 0x100 + u128::from(number))
        };
        Self {
            platform,
            connection: id(1, number),
            outlet: id(2, outlet),
            register: id(3, outlet),
            runner: Runner::start(sim, clock, options).await.unwrap(),
        }
    }

    fn books(&self) -> ShopBooks {
        ShopBooks {
            connection: self.connection,
            outlet: self.outlet,
            register: self.register,
            books: self.runner.shop().books(),
        }
    }
}

fn seed(shops: &[Shop]) -> Seed {
    let mut seed = Seed {
        retailers: vec![SeedRetailer {
            id: world::RETAILER,
            name: "Maison d’essai".to_owned(),
        }],
        ..Seed::default()
    };
    for shop in shops {
        let Access {
            secret,
            shop_url,
            key,
            key_secret,
        } = shop.runner.shop().access();
        let code = shop.platform.code();
        if seed.outlets.iter().all(|outlet| outlet.id != shop.outlet) {
            seed.outlets.push(SeedOutlet {
                id: shop.outlet,
                retailer: world::RETAILER,
                name: format!("Online, {code}"),
                time_zone: "America/Toronto".to_owned(),
            });
            seed.registers.push(SeedRegister {
                id: shop.register,
                outlet: shop.outlet,
                name: format!("Till, {code}"),
            });
        }
        seed.connections.push(SeedConnection {
            order_updates: Some("apply".to_owned()),
            shop_url: Some(shop_url),
            consumer_key: Some(key),
            consumer_secret: Some(key_secret),
            allow_plain_http: Some(true),
            ..SeedConnection::new(
                shop.connection,
                world::RETAILER,
                code,
                shop.register,
                secret,
            )
        });
    }
    seed
}
