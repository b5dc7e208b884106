//! The clients in `examples/`, called as their readers would, against a live system.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use proto::google::r#type::Money;
use proto::ledger::registers_client::RegistersClient;
use proto::ledger::{Act, Balance, OpenSessionRequest, Sale};
use proto::order::SaleState;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use shop_woocommerce::sim::{Options, Topic};
use test_kit::storm::settle;
use test_kit::{System, world};
use tokio::process::Command;
use uuid::Uuid;

use crate::alone::Alone;
use crate::deliveries::Sender;

#[expect(dead_code, reason = "as a program it has a main function")]
#[path = "../../examples/rust/client.rs"]
mod client;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/python");
/// Kept from run to run: what has to be fetched is fetched once.
const ENVIRONMENT: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/python-examples");

#[tokio::test(flavor = "multi_thread")]
async fn the_client_in_rust_does_what_it_shows() {
    shows_what_it_should(&Client::Rust).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_in_python_does_what_it_shows() {
    if let Some(python) = python().await {
        shows_what_it_should(&Client::Python(python)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_knows_nothing_finds_out_by_reflection() {
    let Some(python) = python().await else {
        return;
    };
    let alone = Alone::start().await;
    sell(&alone.system).await;
    let state = alone.system.stack().state();
    let token = alone.system.stack().operator_token().unwrap();
    let ask = async |url: &str, arguments: &[&str]| {
        let arguments = [&[authority(url)], arguments].concat();
        run_python(&python, token.expose_secret(), "reflect.py", &arguments)
            .await
            .unwrap()
    };
    // Each service tells of what it answers itself, and of nothing else.
    for running in &state.services {
        let packages = [
            "comptoir.ledger.v1.",
            "comptoir.catalog.v1.",
            "comptoir.connect.v1.",
        ];
        let own = match running.name.as_str() {
            "ledger" => packages[0],
            "catalog-push" => packages[1],
            _ => packages[2],
        };
        let services = ask(&running.grpc_url, &[]).await;
        let tells = |name: &str| services.lines().any(|line| line.starts_with(name));
        for package in packages {
            assert_eq!(
                tells(package),
                package == own,
                "{}: {services}",
                running.name
            );
        }
        assert!(tells("grpc.health.v1.Health"), "{}", running.name);
    }

    let ask = async |arguments: &[&str]| ask(&state.grpc_url, arguments).await;
    let services = ask(&[]).await;
    let method = "  ListLevels(comptoir.ledger.v1.ListLevelsRequest) returns (comptoir.ledger.v1.ListLevelsResponse)";
    assert!(services.lines().any(|line| line == method), "{services}");
    let fields = ask(&["comptoir.ledger.v1.ListLevelsRequest"]).await;
    assert!(fields.contains("1\tretailer_id"), "{fields}");

    let request = format!(
        r#"{{"retailerId": "{}", "pageSize": 500}}"#,
        world::RETAILER
    );
    let answer = ask(&["comptoir.ledger.v1.Stock/ListLevels", &request]).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let levels = alone.system.ledger().unwrap().levels().await.unwrap();
    assert_eq!(answer["levels"].as_array().unwrap().len(), levels.len());
}

/// One of the clients that do the same.
enum Client {
    Rust,
    /// The interpreter.
    Python(PathBuf),
}

impl Client {
    /// What it prints, or how it fails.
    async fn says(&self, system: &System, arguments: &[&str]) -> Result<String, String> {
        let url = system.stack().grpc_url();
        let retailer = world::RETAILER.to_string();
        let token = system.stack().operator_token().unwrap();
        let token = token.expose_secret();
        match self {
            Self::Rust => {
                let arguments = [&[url, &retailer], arguments].concat();
                let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
                let mut out = Vec::new();
                let done = client::run(token, &arguments, &mut out).await;
                done.map_err(|error| error.to_string())?;
                Ok(String::from_utf8(out).unwrap())
            }
            Self::Python(python) => {
                let arguments = [&[authority(url), &retailer], arguments].concat();
                run_python(python, token, "client.py", &arguments).await
            }
        }
    }
}

async fn shows_what_it_should(client: &Client) {
    let alone = Alone::start().await;
    let system = &alone.system;
    let unpaid = sell(system).await;
    let ledger = system.ledger().unwrap();
    let says = async |arguments: &[&str]| client.says(system, arguments).await;

    let levels = ledger.levels().await.unwrap();
    assert!(levels.len() > 10, "more than one page");
    let lines: Vec<String> = levels
        .into_iter()
        .map(|level| {
            let on_hand = level.on_hand.unwrap_or_default().value;
            format!("{}\t{}\t{on_hand}\n", level.sku, level.outlet_name)
        })
        .collect();
    assert_eq!(says(&["levels"]).await.unwrap(), lines.concat());

    // All sales; and later, from the token that was kept, the one that changed.
    let sales = ledger.sales().await.unwrap();
    let token = alone.folder.path().join("token");
    let token = token.to_str().unwrap();
    let first = says(&["sales", token, &sales.len().to_string()]).await;
    let first = first.unwrap();
    for sale in sales.values() {
        let line = |line: &str| line.split('\t').next() == Some(sale.receipt_number.as_str());
        assert_eq!(
            first.lines().filter(|text| line(text)).count(),
            1,
            "{first}"
        );
    }

    let total = amount(unpaid.total.as_ref());
    let request = Uuid::from_u128(1).to_string();
    let pay = ["pay", &unpaid.receipt_number, &total, &request];
    let closed = says(&pay).await.unwrap_err();
    assert!(closed.contains("register_closed: "), "{closed}");
    open_register(system, &unpaid).await;
    let paid = says(&pay).await.unwrap();
    assert!(paid.contains("\tBALANCE_PAID\t"), "{paid}");
    assert_eq!(says(&pay).await.unwrap(), paid, "asked again");
    let reused = says(&["pay", &unpaid.receipt_number, "0.01", &request]).await;
    let reused = reused.unwrap_err();
    assert!(reused.contains("request_reused: "), "{reused}");

    let changed = says(&["sales", token, "1"]).await.unwrap();
    let receipt = format!("{}\tBALANCE_PAID\t{total}", unpaid.receipt_number);
    assert!(changed.starts_with(&receipt), "{changed}");
    let sale = ledger.sales().await.unwrap().remove(&unpaid.order_id);
    assert_eq!(amount(sale.unwrap().received.as_ref()), total);
}

/// Some orders as they were placed. Gives one that nobody has paid yet.
async fn sell(system: &System) -> Sale {
    let mut sender = Sender::new(system, &Options::new(21, 20));
    let placed = sender.shop.orders().iter().map(|versions| &versions[0]);
    let placed: Vec<_> = placed.cloned().collect();
    for order in placed {
        let hook = sender.shop.hook(&order, Topic::OrderCreated, world::SECRET);
        assert!(sender.send(hook).await.status.is_success());
    }
    settle(system).await.unwrap();
    let sales = system.ledger().unwrap().sales().await.unwrap();
    let is_unpaid = |sale: &Sale| {
        sale.balance() == Balance::Unpaid
            && sale.state() == SaleState::Closed
            && sale.total.as_ref().is_some_and(|total| total.units > 0)
    };
    sales.into_values().find(is_unpaid).unwrap()
}

async fn open_register(system: &System, sale: &Sale) {
    let mut registers = RegistersClient::new(system.stack().ledger().unwrap());
    let float = Money {
        units: 0,
        nanos: 0,
        ..sale.total.clone().unwrap()
    };
    let request = OpenSessionRequest {
        retailer_id: sale.retailer_id.clone(),
        register_id: sale.register_id.clone(),
        float: Some(float),
        act: Some(Act {
            request_id: Uuid::from_u128(2).to_string(),
            ..Act::default()
        }),
    };
    registers.open_session(request).await.unwrap();
}

/// As it is written for a client.
fn amount(money: Option<&Money>) -> String {
    let money = money.unwrap();
    format!("{}.{:02}", money.units, money.nanos / 10_000_000)
}

fn authority(url: &str) -> &str {
    url.strip_prefix("http://").unwrap()
}

/// A Python with what the examples need. `None`, and why, on a machine that cannot make one.
#[expect(
    clippy::explicit_write,
    reason = "eprintln is shown for tests that fail alone"
)]
async fn python() -> Option<PathBuf> {
    static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let mut can = Command::new("python3");
    let can = can.args(["-c", "import ensurepip, venv"]).output().await;
    if !can.is_ok_and(|can| can.status.success()) {
        let why = "skipped: examples in Python, as there is no python3 with venv and pip";
        writeln!(std::io::stderr(), "{why}").unwrap();
        return None;
    }
    let _one = ONE.lock().await;
    let mut made = Command::new(Path::new(EXAMPLES).join("set-up.sh"));
    let made = made.arg(ENVIRONMENT).output().await.unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    Some(Path::new(ENVIRONMENT).join("bin/python"))
}

async fn run_python(
    python: &Path,
    token: &str,
    script: &str,
    arguments: &[&str],
) -> Result<String, String> {
    let mut ran = Command::new(python);
    // Compiled files would lie beside the sources.
    ran.args(["-B", script]).args(arguments);
    ran.env("COMPTOIR_TOKEN", token);
    let ran = ran.current_dir(EXAMPLES).output().await.unwrap();
    if ran.status.success() {
        Ok(String::from_utf8(ran.stdout).unwrap())
    } else {
        Err(String::from_utf8(ran.stderr).unwrap())
    }
}
