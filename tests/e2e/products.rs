//! The catalogue by the command line: a product's life, and where it is sold.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;
use test_kit::world;
use tokio::process::Command;

use crate::alone::{Alone, PROGRAM};

/// What takes longer than this does not happen.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(250);

async fn comptoir(alone: &Alone, words: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(words).kill_on_drop(true);
    command.arg("--dir").arg(alone.folder.path());
    command.output().await.unwrap()
}

/// What people see.
async fn shown(alone: &Alone, words: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = comptoir(alone, words).await;
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{words:?}: {said}");
    String::from_utf8(stdout).unwrap()
}

async fn told(alone: &Alone, words: &[&str]) -> Value {
    let words = [words, &["--json"]].concat();
    serde_json::from_str(&shown(alone, &words).await).unwrap()
}

/// What it fails with.
async fn refused(alone: &Alone, words: &[&str]) -> String {
    let Output {
        status,
        stdout: _,
        stderr,
    } = comptoir(alone, words).await;
    assert!(!status.success(), "{words:?}");
    String::from_utf8(stderr).unwrap()
}

/// Until the catalogue has heard of the connection.
async fn until_known(alone: &Alone, connection: &str) {
    let began = Instant::now();
    loop {
        let shops = told(alone, &["channels", "ownership", connection]).await;
        if shops[0]["connection_id"] == connection {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{shops}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Until it is said what stands in the way of telling the shop.
async fn until_untold(alone: &Alone) {
    let began = Instant::now();
    loop {
        let status = shown(alone, &["push", "status"]).await;
        if status.contains("no_access") {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{status}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_saved_sold_and_deleted_from_the_command_line() {
    let alone = Alone::start().await;
    let connection = world::CONNECTION.to_string();
    until_known(&alone, &connection).await;

    let nameless = refused(&alone, &["products", "save", "SWEATER"]).await;
    assert!(nameless.contains("--name and --price"), "{nameless}");
    let save = ["products", "save", "SWEATER", "--price"];
    let new = [&save[..], &["49.90 CAD", "--name", "A sweater"]].concat();
    let new = told(&alone, &new).await;
    assert_eq!(new["variants"][0]["retail_price"]["amount"], "49.90");
    assert_eq!(
        (&new["in_store"], &new["online"]),
        (&true.into(), &Value::Array(Vec::new()))
    );
    let dearer = told(&alone, &[&save[..], &["59.90 CAD"]].concat()).await;
    assert_eq!(dearer["product_id"], new["product_id"]);
    assert_eq!(dearer["name"], "A sweater");
    assert_eq!(dearer["variants"][0]["retail_price"]["amount"], "59.90");

    let on = format!("{connection}=on");
    let online = told(&alone, &["channels", "set", "SWEATER", "--online", &on]).await;
    assert_eq!(online["in_store"], true);
    assert_eq!(online["online"][0]["is_online"], true);
    let listed = shown(&alone, &["products", "list", "--channel", "online"]).await;
    assert!(
        listed.contains("in store, 1 shop") && listed.contains("1 in all"),
        "{listed}"
    );

    let bulk = ["products", "bulk", "deactivate", "--online", &connection];
    let everything = refused(&alone, &bulk).await;
    assert!(everything.contains("which products"), "{everything}");
    let all_online = [&bulk[..], &["--state", "active", "--channel", "online"]].concat();
    let preview = told(&alone, &[&all_online[..], &["--preview"]].concat()).await;
    assert_eq!(
        (&preview["products"], &preview["changed"]),
        (&1.into(), &1.into())
    );
    let done = told(&alone, &[&all_online[..], &["--expected", "1"]].concat()).await;
    assert_eq!(done["changed"], 1);
    let shown_now = told(&alone, &["channels", "show", "SWEATER"]).await;
    assert_eq!(shown_now["online"][0]["is_online"], false);

    // The shop has no API here: it is told nothing, and that is said.
    let stands = shown(&alone, &["push", "list", "--connection", &connection]).await;
    assert!(
        stands.contains("A sweater") && stands.contains("wanted"),
        "{stands}"
    );
    let everything = refused(&alone, &["push", "again"]).await;
    assert!(
        everything.contains("what is to be told again"),
        "{everything}"
    );
    let again = shown(&alone, &["push", "again", "--standing", "wanted"]).await;
    assert!(again.starts_with("1 product"), "{again}");
    let entries = shown(&alone, &["push", "told"]).await;
    assert!(entries.contains("nothing was told"), "{entries}");
    until_untold(&alone).await;

    let owned = ["channels", "ownership", &connection, "price=shop"];
    let owned = shown(&alone, &owned).await;
    assert!(owned.contains("price=shop"), "{owned}");

    let deleted = told(&alone, &["products", "delete", "SWEATER"]).await;
    assert_eq!(deleted["is_deleted"], true);
    let none = shown(&alone, &["products", "list"]).await;
    assert!(none.contains("no products"), "{none}");
    let gone = told(&alone, &["products", "list", "--deleted"]).await;
    assert_eq!(gone["products"][0]["product_id"], new["product_id"]);
    let id = new["product_id"].as_str().unwrap();
    let back = told(&alone, &["products", "restore", id]).await;
    assert_eq!(back["is_deleted"], false);
    let log = shown(&alone, &["audit"]).await;
    assert!(log.contains("RestoreProduct"), "{log}");
}
