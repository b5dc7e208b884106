//! A till by the command line: what is sold, comes back and is void.

use std::process::Output;

use retail::Quantity;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use shop_woocommerce::sim::{Options, Topic};
use test_kit::storm::settle;
use test_kit::world;
use tokio::process::Command;

use crate::alone::{Alone, PROGRAM};
use crate::deliveries::Sender;

async fn comptoir(alone: &Alone, words: &str) -> Output {
    let stack = alone.system.stack();
    let (url, token) = (stack.grpc_url(), stack.operator_token().unwrap());
    let mut command = Command::new(PROGRAM);
    command.env("COMPTOIR_TOKEN", token.expose_secret());
    command.args(words.split(' ')).kill_on_drop(true);
    command.args(["--target", url, "--json", "--retailer"]);
    let retailer = world::RETAILER.to_string();
    command.arg(retailer).output().await.unwrap()
}

async fn told(alone: &Alone, words: &str) -> Value {
    let Output {
        status,
        stdout,
        stderr,
    } = comptoir(alone, words).await;
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{words}: {said}");
    serde_json::from_slice(&stdout).unwrap()
}

/// What it fails with.
async fn refused(alone: &Alone, words: &str) -> String {
    let Output {
        status,
        stdout: _,
        stderr,
    } = comptoir(alone, words).await;
    assert!(!status.success(), "{words}");
    let error: Value = serde_json::from_slice(&stderr).unwrap();
    error["error"]["message"].as_str().unwrap().to_owned()
}

/// What is on hand of a SKU, in thousandths.
async fn on_hand(alone: &Alone, sku: &str) -> i64 {
    let levels = told(alone, &format!("stock levels --sku {sku}")).await;
    let level = levels["levels"][0]["on_hand"].as_str().unwrap();
    level.parse::<Quantity>().unwrap().milli()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_sells_takes_back_and_makes_void() {
    let alone = Alone::start().await;
    // An order makes the items known.
    let mut sender = Sender::new(&alone.system, &Options::new(7, 3));
    let orders: Vec<_> = sender.shop.orders().to_vec();
    for order in orders.iter().flatten() {
        let hook = sender.shop.hook(order, Topic::OrderUpdated, world::SECRET);
        assert!(sender.send(hook).await.status.is_success());
    }
    settle(&alone.system).await.unwrap();
    let levels = told(&alone, "stock levels").await;
    let skus = levels["levels"].as_array().unwrap().iter();
    let sku = skus
        .filter_map(|level| level["sku"].as_str())
        .find(|sku| !sku.is_empty() && !sku.contains(' '))
        .unwrap()
        .to_owned();
    let before = on_hand(&alone, &sku).await;
    let register = world::REGISTER;

    let sell = format!("till sell {sku}=2@9.50-1.00+2.34 --register {register} --paid cash");
    let closed = refused(&alone, &format!("{sell} --currency CAD")).await;
    assert!(closed.contains("register closed"), "{closed}");
    told(
        &alone,
        &format!("registers open {register} --currency CAD --float 100"),
    )
    .await;
    let sold = told(&alone, &format!("{sell} --total 20.34")).await;
    assert_eq!(sold["receipt_number"], "T1");
    assert_eq!(sold["balance"], "paid");
    assert_eq!(on_hand(&alone, &sku).await, before - 2_000);

    let id = sold["sale_id"].as_str().unwrap();
    let back = format!("till return {id} {sku}=1 --register {register} --paid cash");
    let back = told(&alone, &back).await;
    assert_eq!(back["receipt_number"], "T2");
    assert_eq!(on_hand(&alone, &sku).await, before - 1_000);
    let more = format!("till return {id} {sku}=2 --register {register} --paid cash");
    let more = refused(&alone, &more).await;
    assert!(more.contains("cannot be returned"), "{more}");
    let lines = told(&alone, &format!("till lines {id}")).await;
    assert_eq!(lines[0]["line_key"], "line:1");

    let back = back["sale_id"].as_str().unwrap();
    let void = told(&alone, &format!("till void {back}")).await;
    assert_eq!(void["state"], "voided");
    told(&alone, &format!("till void {id}")).await;
    assert_eq!(on_hand(&alone, &sku).await, before);
    told(
        &alone,
        &format!("registers close {register} --counted cash=100"),
    )
    .await;
    told(&alone, "verify").await;
}
