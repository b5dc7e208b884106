//! A shop is linked by the command line, sells, is parted with, sells on, and is linked again.

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use service::clock::SystemClock;
use shop::sim::Access;
use shop_sim::checker::{ShopBooks, differences, read};
use shop_sim::{Pace, Platform, Runner, RunnerOptions, ShopSize, SimClock, Speed};
use test_kit::world;
use uuid::Uuid;

use crate::alone::{Alone, PROGRAM};

const ORDERS: usize = 60;
/// Orders placed or changed in a second.
const PACE: Pace = Pace::of(20);
/// What takes longer than this does not happen.
const PATIENCE: Duration = Duration::from_mins(3);
const LOOK_EVERY: Duration = Duration::from_millis(500);

struct Shop {
    alone: Alone,
    runner: Runner,
}

impl Shop {
    async fn open() -> Self {
        let settings = [("POLL_EVERY_MS", "500"), ("HOOKS_EVERY_MS", "500")];
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let alone = Alone::start_with(BTreeMap::from(settings)).await;
        let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
        let size = ShopSize {
            seed: 5,
            orders: ORDERS,
            max_versions: 3,
            products: 10,
        };
        let options = RunnerOptions {
            paused: true,
            ..RunnerOptions::new(5, PACE)
        };
        let sim = Platform::WooCommerce.open(&size, clock.clone());
        let runner = Runner::start(sim, clock, options).await.unwrap();
        let Access {
            secret,
            shop_url: _,
            key,
            key_secret,
        } = runner.shop().access();
        let credentials = format!(
            "consumer_key = {key:?}\nconsumer_secret = {key_secret:?}\nsecrets = [{secret:?}]\n"
        );
        std::fs::write(alone.folder.path().join("credentials.toml"), credentials).unwrap();
        Self { alone, runner }
    }

    fn comptoir(&self, arguments: &[&str]) -> Output {
        self.command("connections", arguments)
    }

    fn command(&self, group: &str, arguments: &[&str]) -> Output {
        Command::new(PROGRAM)
            .args([group, "--json", "--dir"])
            .arg(self.alone.folder.path())
            .args(arguments)
            .output()
            .unwrap()
    }

    fn answer(&self, arguments: &[&str]) -> Value {
        let output = self.comptoir(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn link(&self, more: &[&str]) -> Output {
        let access = self.runner.shop().access();
        let credentials = self.alone.folder.path().join("credentials.toml");
        let register = world::REGISTER.to_string();
        let mut arguments = vec!["link", world::PLATFORM, &access.shop_url];
        arguments.extend(["--credentials", credentials.to_str().unwrap()]);
        arguments.extend(["--register", &register, "--allow-plain-http"]);
        arguments.extend(more);
        self.comptoir(&arguments)
    }

    /// Until the ledger says what the shop's own books say, and nothing else.
    async fn agrees(&self, connection: Uuid) {
        let ledger = self.alone.system.stack().ledger().unwrap();
        let began = Instant::now();
        loop {
            let books = ShopBooks {
                connection,
                outlet: world::OUTLET,
                register: world::REGISTER,
                books: self.runner.shop().books(),
            };
            let told = read(ledger.clone(), world::RETAILER).await.unwrap();
            let found = differences(&[books], &told);
            if found.is_empty() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{found:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Trades until so many orders were placed.
    async fn trade(&self, placed: usize) {
        let run = self.runner.shop();
        run.resume();
        let began = Instant::now();
        while run.status().placed < placed {
            assert!(began.elapsed() < PATIENCE);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        run.pause();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r_10_a_shop_linked_sells_and_linked_again_sells_nothing_twice() {
    let shop = Shop::open().await;
    let refused = shop.link(&[]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("SKUs that are not unique: 0"), "{told}");

    let linked = shop.link(&["--check-acknowledged"]);
    let told = String::from_utf8_lossy(&linked.stderr);
    assert!(linked.status.success(), "{told}");
    let linked: Value = serde_json::from_slice(&linked.stdout).unwrap();
    assert_eq!(linked["reconnected"], false);
    let id = linked["connection_id"].as_str().unwrap();
    let connection: Uuid = id.parse().unwrap();
    shop.trade(ORDERS / 3).await;
    shop.agrees(connection).await;
    let shown = shop.answer(&["show", id]);
    assert_eq!(shown["state"], "live");
    let register = world::REGISTER.to_string();
    assert_eq!(shown["settings"]["register_id"], register.as_str());

    let parted = shop.answer(&["disconnect", id, "--confirmed"]);
    assert_eq!(parted["state"], "disconnected");
    shop.trade(2 * ORDERS / 3).await;
    // The same shop is known by itself, whatever is said or not.
    let again = shop.link(&[]);
    let told = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success(), "{told}");
    let again: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["reconnected"], true);
    assert_eq!(again["connection_id"], id);
    shop.agrees(connection).await;

    shop.runner.shop().resume();
    assert!(shop.runner.shop().traded_out(PATIENCE).await);
    shop.agrees(connection).await;
    let checks = shop.alone.system.ledger().unwrap().verify().await.unwrap();
    assert!(checks.iter().all(|check| check.failure_count == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_10_a_shop_is_linked_once_the_retailers_plan_has_its_platform() {
    let shop = Shop::open().await;
    let plan = |arguments: &[&str]| -> Value {
        let output = shop.command("plans", arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(plan(&["show"])["plan"], "full");
    assert_eq!(plan(&["list"])[0]["plan"], "starter");
    let set = plan(&["set", "starter", "--with", "kits"]);
    assert_eq!(set["options"], serde_json::json!(["kits"]));
    let refused = shop.link(&["--check-acknowledged"]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("permission_denied"), "{told}");
    assert!(told.contains("starter, does not include"), "{told}");

    plan(&["set", "starter", "--with", world::PLATFORM]);
    let linked = shop.link(&["--check-acknowledged"]);
    let told = String::from_utf8_lossy(&linked.stderr);
    assert!(linked.status.success(), "{told}");
    let linked: Value = serde_json::from_slice(&linked.stdout).unwrap();
    let id = linked["connection_id"].as_str().unwrap();
    // It sells on under a plan that has no place for it.
    plan(&["set", "starter"]);
    assert_eq!(shop.answer(&["show", id])["in_plan"], false);
    shop.trade(ORDERS / 3).await;
    shop.agrees(id.parse().unwrap()).await;
}
