//! Keeping webhooks right, against the simulated shop.

use http::{Method, StatusCode};
use retail::ConnectionId;
use secrecy::SecretString;
use shop::{
    Connection, FetchError, HookAddress, HookReport, LiveSecrets, Notice, Platform as _, ShopUrl,
};

use crate::running::Running;

fn address(path: &str) -> HookAddress {
    HookAddress(ShopUrl::new(&format!("https://pos.example/hooks/{path}")).unwrap())
}

const SOUND: HookReport = HookReport {
    sound: 4,
    mended: 0,
    created: 0,
    removed: 0,
};

async fn ensure(running: &Running, connection: &Connection, path: &str) -> HookReport {
    running
        .platform
        .ensure_hooks(connection, &address(path))
        .await
        .unwrap()
}

#[tokio::test]
async fn wc_01_what_is_missing_is_made_and_repeating_changes_nothing() {
    let running = Running::new(1, 5).await;
    let connection = &running.connection;
    let created = HookReport {
        created: 4,
        ..HookReport::default()
    };
    assert_eq!(ensure(&running, connection, "a").await, created);
    assert_eq!(ensure(&running, connection, "a").await, SOUND);

    // The shop tries each; what then happens is signed with the connection's secret.
    let pings = running.deliver(Some(200));
    assert_eq!(pings.len(), 4);
    for ping in pings {
        let notice = running
            .platform
            .verify(connection, &ping.headers, &ping.body);
        assert_eq!(notice, Ok(Notice::Ping));
    }
    assert!(running.shop.step());
    let told = running.deliver(Some(200));
    assert!(!told.is_empty());
    for delivery in told {
        assert_eq!(delivery.url, "https://pos.example/hooks/a");
        let notice = running
            .platform
            .verify(connection, &delivery.headers, &delivery.body);
        assert!(matches!(notice, Ok(Notice::Delivery { .. })), "{notice:?}");
    }
}

/// The shop switches a webhook off at the seventh failure in a row, and counts on when it is switched on.
#[tokio::test]
async fn what_the_shop_switched_off_is_made_anew() {
    let running = Running::new(2, 40).await;
    let connection = &running.connection;
    ensure(&running, connection, "a").await;
    running.deliver(Some(500));
    let mut told = 0;
    while running.shop.step() {
        running.pass(1);
        told += running.deliver(Some(500)).len();
    }
    assert!(
        told > 0 && told <= 4 * 7,
        "{told} deliveries before all are off"
    );
    let report = ensure(&running, connection, "a").await;
    assert!(report.mended > 0 && report.created == 0 && report.removed == 0);
    assert_eq!(ensure(&running, connection, "a").await, SOUND);

    running.shop.lose_hooks();
    let mended = HookReport {
        mended: 4,
        ..HookReport::default()
    };
    assert_eq!(ensure(&running, connection, "a").await, mended);
    assert_eq!(ensure(&running, connection, "a").await, SOUND);
}

#[tokio::test]
async fn webhooks_follow_the_address_and_the_secret() {
    let running = Running::new(3, 5).await;
    let connection = &running.connection;
    ensure(&running, connection, "a").await;
    let mended = HookReport {
        mended: 4,
        ..HookReport::default()
    };
    assert_eq!(ensure(&running, connection, "b").await, mended);
    assert_eq!(ensure(&running, connection, "b").await, SOUND);

    let secrets = ["anotherSecret", "anyOldOne"].map(SecretString::from);
    let turned = Connection {
        secrets: LiveSecrets::new(secrets.into()).unwrap(),
        ..connection.clone()
    };
    assert_eq!(ensure(&running, &turned, "b").await, mended);
    running.deliver(Some(200));
    assert!(running.shop.step());
    for delivery in running.deliver(Some(200)) {
        let verify = |connection| {
            let (headers, body) = (&delivery.headers, &delivery.body);
            running.platform.verify(connection, headers, body).is_ok()
        };
        assert!(verify(&turned) && !verify(connection));
    }
}

#[tokio::test]
async fn duplicates_go_and_what_others_made_stays() {
    let running = Running::new(4, 5).await;
    let connection = &running.connection;
    let other = Connection {
        id: ConnectionId::new(uuid::Uuid::from_u128(8)),
        ..connection.clone()
    };
    // Another connection of the same shop, and webhooks made by hand that lead to ours.
    ensure(&running, &other, "other").await;
    ensure(&running, &connection.clone(), "a").await;
    for topic in ["order.updated", "order.updated", "product.updated"] {
        let hook = serde_json::json!({
            "topic": topic, "delivery_url": "https://pos.example/hooks/a/", "secret": "x",
        });
        running.ask(Method::POST, "webhooks", Some(hook)).await;
    }
    let elsewhere = serde_json::json!({
        "topic": "order.updated", "delivery_url": "https://books.example/hooks/a",
    });
    running.ask(Method::POST, "webhooks", Some(elsewhere)).await;

    let report = ensure(&running, connection, "a").await;
    assert_eq!(
        report,
        HookReport {
            removed: 3,
            ..SOUND
        }
    );
    assert_eq!(ensure(&running, &other, "other").await, SOUND);
    for count in [4, 0] {
        let address = address("a");
        let removed = running.platform.remove_hooks(connection, &address).await;
        assert_eq!(removed, Ok(count));
    }
    let (status, left) = running.ask(Method::GET, "webhooks", None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(left.as_array().unwrap().len(), 4 + 1);
}

#[tokio::test]
async fn a_key_that_is_refused_is_said_to_be() {
    let mut running = Running::new(5, 5).await;
    if let Some(api) = &mut running.connection.api {
        api.secret = SecretString::from("cs_wrong");
    }
    let refused = Err(FetchError::Refused { status: 401 });
    let address = address("a");
    let hooks = running.platform.ensure_hooks(&running.connection, &address);
    assert_eq!(hooks.await.map(drop), refused);
    let store = running.platform.store(&running.connection).await;
    assert_eq!(store.map(drop), refused);
}

#[tokio::test]
async fn r_10_a_shop_says_who_it_is_and_two_shops_are_two() {
    let (one, two) = (Running::new(6, 1).await, Running::new(7, 1).await);
    let store = one.platform.store(&one.connection).await.unwrap();
    assert!(store.id.starts_with("store:sim-"), "{}", store.id);
    assert_eq!(store.name, "Boutique simulée");
    assert_eq!(store.currency.as_deref(), Some("CAD"));
    assert_eq!(store.time_zone.as_deref(), Some("America/Panama"));
    let other = two.platform.store(&two.connection).await.unwrap();
    assert_ne!(store.id, other.id);
    // The same shop at another address.
    let moved = Running::new(6, 1).await;
    assert_eq!(moved.platform.store(&moved.connection).await, Ok(store));
}
