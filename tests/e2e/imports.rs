//! Imports from the command line, of a simulated shop that sold before it was linked.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use comptoir::stack::{Seed, SeedConnection, Stack, StackOptions};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use retail::{Currency, Money};
use serde_json::Value;
use service::clock::{Clock as _, SystemClock};
use shop::sim::Access;
use shop_sim::{Pace, Platform, Runner, RunnerOptions, ShopSize, SimClock, Speed};
use tempfile::TempDir;
use test_kit::{folder, world};
use tokio::process::Command;
use tokio::sync::SemaphorePermit;

use crate::alone::{PROGRAM, turn};

const ORDERS: usize = 60;
/// Between two orders, long ago.
const APART: SignedDuration = SignedDuration::from_hours(24);
const OPENED: SignedDuration = SignedDuration::from_hours(70 * 24);
/// Times that something is looked for, and the pause between.
const LOOKS: usize = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// A system with one shop, which has a past and takes no more orders.
struct Shop {
    folder: TempDir,
    runner: Runner,
    stack: Stack,
    _turn: SemaphorePermit<'static>,
}

impl Shop {
    async fn start() -> Self {
        let turn = turn().await;
        let opened = SystemClock.now() - OPENED;
        let clock = SimClock::new(Arc::new(SystemClock), opened, Speed::REAL);
        let size = ShopSize {
            seed: 11,
            orders: ORDERS,
            max_versions: 1,
            products: 20,
        };
        let shop = Platform::WooCommerce.open(&size, clock.clone());
        while shop.step() {
            clock.skip(APART);
        }
        clock.skip(SystemClock.now().duration_since(clock.now()));
        let options = RunnerOptions::new(11, Pace::of(1));
        let runner = Runner::start(shop, clock, options).await.unwrap();
        let folder = folder().unwrap();
        let options = StackOptions::new(folder.path(), PROGRAM, seed(runner.shop().access()));
        let start = tokio::task::spawn_blocking(|| Stack::start(options));
        Self {
            stack: start.await.unwrap().unwrap(),
            folder,
            runner,
            _turn: turn,
        }
    }

    /// What `comptoir` makes of these words.
    async fn run(&self, words: &str) -> Output {
        let mut command = Command::new(PROGRAM);
        command.args(words.split(' ')).arg("--dir").arg(self.dir());
        command.output().await.unwrap()
    }

    /// Its JSON, when it does as it is told.
    async fn json(&self, words: &str) -> Value {
        let output = self.run(&format!("{words} --json")).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Its words, when it refuses.
    async fn refused(&self, words: &str) -> String {
        let output = self.run(words).await;
        assert_eq!(output.status.code(), Some(1), "{words}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    async fn on_hand(&self, sku: &str) -> Option<String> {
        let levels = self.json(&format!("stock levels --sku {sku}")).await;
        let level = levels["levels"].as_array().unwrap().first()?;
        Some(level["on_hand"].to_string())
    }

    async fn stop(self) {
        let Self {
            stack,
            runner,
            folder: _folder,
            _turn,
        } = self;
        tokio::task::spawn_blocking(|| stack.stop()).await.unwrap();
        runner.stop().await;
    }
}

fn seed(access: Access) -> Seed {
    world::seed(vec![SeedConnection::simulated(
        world::CONNECTION,
        world::RETAILER,
        world::PLATFORM,
        world::REGISTER,
        access,
    )])
}

#[tokio::test(flavor = "multi_thread")]
async fn r_2_an_import_is_planned_shown_committed_and_undone_from_the_command_line() {
    let shop = Shop::start().await;
    let connection = world::CONNECTION;
    let plan = format!("import plan {connection}");
    let why = shop.refused(&plan).await;
    assert!(why.contains("operator"), "{why}");
    shop.json(&format!("import allow {connection}")).await;

    let planned = shop.json(&plan).await;
    let import = planned["import"]["import_id"].as_str().unwrap().to_owned();
    assert_eq!(planned["import"]["state"], "planned");
    assert_eq!(planned["import"]["found"], ORDERS);
    let verdicts = planned["import"]["verdicts"].as_array().unwrap();
    let counted: u64 = verdicts.iter().map(|v| v["orders"].as_u64().unwrap()).sum();
    assert_eq!(
        counted, ORDERS as u64,
        "every order is in one of the counts"
    );
    let levels = planned["levels"].as_array().unwrap();
    assert!(!levels.is_empty());
    // Halted it waits; nothing is booked before it is said so.
    let why = shop.refused(&format!("import pause {import}")).await;
    assert!(why.contains("planned"), "{why}");
    assert_eq!(
        shop.json("sales list").await["sales"],
        serde_json::json!([])
    );

    let shown = shop.run(&format!("import show {import}")).await;
    let shown = String::from_utf8(shown.stdout).unwrap();
    for words in ["become sales", "On hand", "After", "less than nothing"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let listed = shop.json("import list").await;
    assert_eq!(listed["imports"][0]["import_id"], import.as_str());

    let committed = shop.json(&format!("import commit {import}")).await;
    assert_eq!(committed["state"], "complete");
    assert_eq!(committed["told"], committed["to_tell"]);
    for level in levels {
        let sku = level["sku"].as_str().unwrap();
        if !sku.is_empty() {
            let on_hand = shop.on_hand(sku).await.unwrap();
            assert_eq!(on_hand, level["on_hand_after"].to_string(), "{sku}");
        }
    }

    let undone = shop.json(&format!("import undo {import}")).await;
    let made = verdicts.iter().find(|v| v["verdict"] == "new").unwrap();
    assert_eq!(undone["undone"], made["orders"]);
    assert_eq!(undone["kept"], 0);
    for level in levels {
        let sku = level["sku"].as_str().unwrap();
        if !sku.is_empty() {
            let on_hand = shop.on_hand(sku).await.unwrap();
            assert_eq!(on_hand, level["on_hand"].to_string(), "{sku}");
        }
    }
    assert!(shop.run("verify").await.status.success());

    // What was taken back is not new; an import that nobody wants is stopped for good.
    let again = shop.json(&format!("{plan} --new")).await;
    assert_eq!(again["import"]["to_tell"], 0);
    let import = again["import"]["import_id"].as_str().unwrap().to_owned();
    shop.json(&format!("import cancel {import}")).await;
    let why = shop.refused(&format!("import commit {import}")).await;
    assert!(why.contains("cancel"), "{why}");
    audited(&shop).await;
    shop.stop().await;
}

/// Who did all of it is read from both services' logs as one, whatever the pages (item 9).
async fn audited(shop: &Shop) {
    let all = shop.json("audit --limit 100").await;
    let all = all["entries"].as_array().unwrap();
    let told: Vec<_> = all
        .iter()
        .rev()
        .map(|entry| {
            let text = |field: &str| entry[field].as_str().unwrap().to_owned();
            format!("{} {} {}", text("service"), text("method"), text("caller"))
        })
        .collect();
    let did = |who: &str, what: &str| format!("{what} {who}");
    let (operator, ingest) = ("operator", "ingest-woocommerce");
    for expected in [
        did(operator, "ingest-woocommerce Imports.SetImportEntitlement"),
        did(operator, "ingest-woocommerce Imports.CommitImport"),
        did(ingest, "ledger Imports.BeginImport"),
        did(ingest, "ledger Imports.CompleteImport"),
        did(operator, "ledger Imports.UndoImport"),
        did(operator, "ingest-woocommerce Imports.CancelImport"),
    ] {
        assert!(told.contains(&expected), "{expected}: {told:#?}");
    }
    assert!(all.windows(2).all(|two| {
        let at = |entry: &Value| entry["done_at"].as_str().unwrap().to_owned();
        at(&two[0]).parse::<Timestamp>().unwrap() >= at(&two[1]).parse().unwrap()
    }));
    let (mut paged, mut words) = (Vec::new(), "audit --limit 2".to_owned());
    loop {
        let page = shop.json(&words).await;
        paged.extend(page["entries"].as_array().unwrap().clone());
        let Some(token) = page["next_page_token"].as_str() else {
            break;
        };
        words = format!("audit --limit 2 --page-token {token}");
    }
    assert_eq!(&paged, all);
    let own = shop.json("audit --limit 100 --of ledger").await;
    let own = own["entries"].as_array().unwrap();
    assert!(own.iter().all(|entry| entry["service"] == "ledger"));
    assert!(!own.is_empty() && own.len() < all.len());
}

/// Minor units by currency.
type Totals = BTreeMap<String, i64>;

/// What all kinds come to, tax included, and of them what shipping does.
fn reported(report: &Value) -> (Totals, Totals) {
    let (mut all, mut shipping) = (Totals::new(), Totals::new());
    for kind in report["kinds"].as_array().unwrap() {
        for amount in [&kind["net"], &kind["tax"]] {
            let code = amount["currency"].as_str().unwrap();
            let currency = Currency::from_code(code).unwrap();
            let money = Money::parse(amount["amount"].as_str().unwrap(), currency).unwrap();
            *all.entry(code.to_owned()).or_default() += money.minor();
            if kind["kind"] == "shipping" {
                *shipping.entry(code.to_owned()).or_default() += money.minor();
            }
        }
    }
    (all, shipping)
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_08_what_was_sold_is_reported_until_its_import_is_taken_back() {
    let shop = Shop::start().await;
    let connection = world::CONNECTION;
    shop.json(&format!("import allow {connection}")).await;
    let planned = shop.json(&format!("import plan {connection}")).await;
    let import = planned["import"]["import_id"].as_str().unwrap().to_owned();
    shop.json(&format!("import commit {import}")).await;

    let today = SystemClock.now().to_zoned(TimeZone::UTC).date();
    let (from, until) = (today - 90.days(), today + 2.days());
    let words = format!("reports products --from {from} --until {until}");
    let (all, shipping) = reported(&shop.json(&words).await);
    let mut sold = Totals::new();
    for sale in shop.runner.shop().books().sales.values() {
        if !sale.voided {
            *sold.entry(sale.currency.clone()).or_default() += sale.total;
        }
    }
    assert_eq!(
        all, sold,
        "all kinds together come to the shop's own totals"
    );
    let of_shipping = shop.json(&format!("{words} --kind shipping")).await;
    assert!(!shipping.is_empty());
    assert_eq!(reported(&of_shipping), (shipping.clone(), shipping));
    let nothing = format!("{words} --connection {}", world::RETAILER);
    assert!(reported(&shop.json(&nothing).await).0.is_empty());

    let shown = shop.run(&words).await;
    let shown = String::from_utf8(shown.stdout).unwrap();
    for words in ["Restocked", "Shipping charges", "By kind"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    shop.json(&format!("import undo {import}")).await;
    let shown = shop.run(&words).await;
    assert_eq!(
        String::from_utf8(shown.stdout).unwrap(),
        "nothing was sold\n"
    );
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wc_11_one_order_is_imported_whatever_its_age() {
    let shop = Shop::start().await;
    let connection = world::CONNECTION;
    let books = shop.runner.shop().books();
    let (order, sale) = books.sales.first_key_value().unwrap();
    shop.json(&format!("import order {order} --connection {connection}"))
        .await;
    let mut sales = Vec::new();
    for _ in 0..LOOKS {
        let listed = shop.json("sales list").await;
        sales.clone_from(listed["sales"].as_array().unwrap());
        if !sales.is_empty() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    assert_eq!(sales.len(), 1, "that order and no other");
    assert_eq!(sales[0]["order_id"], order.as_str());
    assert_eq!(sales[0]["receipt_number"], sale.receipt_number.as_str());
    let why = shop
        .refused(&format!(
            "import order {order} --connection {}",
            world::RETAILER
        ))
        .await;
    assert!(why.contains("no connection"), "{why}");
    shop.stop().await;
}
