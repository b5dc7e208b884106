//! What the service remembers of its connections.

use secrecy::ExposeSecret as _;
use shop::{HookReport, PageToken};
use shop_ingest::store::{ConnectionState, Missed, MissedCount, StoreError, Underway};

use crate::database::{connection_id, database, planted, sql, store};

const NOW: &str = "2026-11-22T08:00:00Z";

fn instant(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn connections_are_planted_once_and_sealed_at_rest() {
    let database = database().await;
    let memory = store(&database, 7);
    let mut listened = planted(2);
    listened.connection.api = None;
    let seed = [planted(1), listened];
    memory.plant(&seed, instant(NOW)).await.unwrap();
    memory
        .plant(&seed, instant("2026-11-23T08:00:00Z"))
        .await
        .unwrap();

    let found = memory.connections().await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].state, ConnectionState::Live);
    let api = found[0].connection.api.as_ref().unwrap();
    assert_eq!(api.url.as_str(), "https://shop.example");
    assert_eq!(api.secret.expose_secret(), "hush-3");
    assert!(found[1].connection.api.is_none());
    let secrets: Vec<&str> = found[1]
        .connection
        .secrets
        .iter()
        .map(secrecy::ExposeSecret::expose_secret)
        .collect();
    assert_eq!(secrets, ["hush-1"]);
    let polled_to = memory.poll_state(connection_id(1)).await.unwrap().polled_to;
    assert_eq!(polled_to, instant(NOW), "planting again changes no cursor");

    let raw = sql(
        &database,
        "select string_agg(encode(sealed_credentials, 'escape'), ' ') from ingest_stall.connection",
    );
    assert!(!raw.contains("hush"), "{raw}");
}

#[tokio::test]
async fn credentials_open_with_their_key_and_for_their_connection_only() {
    let database = database().await;
    let memory = store(&database, 7);
    memory
        .plant(&[planted(1), planted(2)], instant(NOW))
        .await
        .unwrap();
    let other_key = store(&database, 8).connections().await.unwrap_err();
    assert!(
        matches!(other_key, StoreError::Corrupt { .. }),
        "{other_key}"
    );
    sql(
        &database,
        "update ingest_stall.connection a set sealed_credentials = b.sealed_credentials
        from ingest_stall.connection b where a.connection_id <> b.connection_id",
    );
    let swapped = memory.connections().await.unwrap_err();
    assert!(matches!(swapped, StoreError::Corrupt { .. }), "{swapped}");
    assert!(!format!("{swapped} {swapped:?}").contains("hush"));
}

#[tokio::test]
async fn a_listing_goes_on_where_it_stopped_and_ends() {
    let database = database().await;
    let memory = store(&database, 7);
    let id = connection_id(1);
    memory.plant(&[planted(1)], instant(NOW)).await.unwrap();
    let underway = Underway {
        since: instant("2026-11-22T07:50:00Z"),
        to: instant("2026-11-22T08:01:00Z"),
        began_at: instant("2026-11-22T08:01:01.5Z"),
        next: PageToken::new("page 2").unwrap(),
    };
    memory.listing_goes_on(id, &underway).await.unwrap();
    memory
        .poll_failed(id, "shop is away", instant(NOW))
        .await
        .unwrap();
    memory
        .poll_failed(id, "shop is busy", instant(NOW))
        .await
        .unwrap();
    let state = memory.poll_state(id).await.unwrap();
    assert_eq!(state.underway, Some(underway));
    assert_eq!(state.polled_to, instant(NOW), "not before the last page");
    assert_eq!(state.failures, 2);
    assert_eq!(state.last_failure.as_deref(), Some("shop is busy"));

    let end = instant("2026-11-22T08:02:00Z");
    let (to, began_at) = (instant("2026-11-22T08:01:00Z"), instant(NOW));
    memory.listing_ended(id, to, began_at, end).await.unwrap();
    let state = memory.poll_state(id).await.unwrap();
    assert_eq!((state.underway, state.failures), (None, 0));
    assert_eq!(state.polled_to, instant("2026-11-22T08:01:00Z"));
    assert_eq!(state.last_polled_at, Some(end));
}

#[tokio::test]
async fn the_last_look_at_the_webhooks_is_remembered() {
    let database = database().await;
    let memory = store(&database, 7);
    let id = connection_id(1);
    memory.plant(&[planted(1)], instant(NOW)).await.unwrap();
    assert_eq!(memory.hooks_seen(id).await.unwrap().report, None);
    let report = HookReport {
        sound: 1,
        mended: 2,
        created: 3,
        removed: 4,
    };
    memory
        .hooks_checked(id, report, instant(NOW))
        .await
        .unwrap();
    memory
        .hook_check_failed(id, "shop is away", instant(NOW))
        .await
        .unwrap();
    let seen = memory.hooks_seen(id).await.unwrap();
    assert_eq!(seen.report, Some((instant(NOW), report)));
    assert_eq!(seen.failures, 1);
}

#[tokio::test]
async fn r_6_a_missed_change_is_suspected_then_cleared_or_counted_once() {
    let database = database().await;
    let memory = store(&database, 7);
    let id = connection_id(1);
    memory.plant(&[planted(1)], instant(NOW)).await.unwrap();
    let order = |id: &str| retail::ShopOrderId::new(id).unwrap();
    let (one, two) = (order("1"), order("2"));
    let changes = [(&one, instant(NOW)), (&two, instant(NOW))];
    let seen = instant("2026-11-22T08:05:00Z");
    memory.suspect(id, &changes, seen).await.unwrap();
    memory
        .suspect(id, &changes, instant("2026-11-22T08:06:00Z"))
        .await
        .unwrap();
    assert!(
        memory
            .suspected(id, instant(NOW), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let suspected = memory.suspected(id, seen, 10).await.unwrap();
    assert_eq!(suspected.len(), 2, "the second sight changes nothing");
    let change = |order: &retail::ShopOrderId| Missed {
        order: order.clone(),
        modified_at: instant(NOW),
        seen_at: seen,
    };
    memory.cleared(id, &change(&one)).await.unwrap();
    memory.confirmed(id, &change(&two), seen).await.unwrap();
    memory.suspect(id, &changes[1..], seen).await.unwrap();
    memory.cleared(id, &change(&two)).await.unwrap();
    let count = MissedCount {
        confirmed: 1,
        suspected: 0,
    };
    assert_eq!(memory.missed(id).await.unwrap(), count);
    memory
        .forget_missed(id, instant("2026-11-22T08:05:01Z"))
        .await
        .unwrap();
    assert_eq!(memory.missed(id).await.unwrap(), MissedCount::default());
}
