//! Asking which orders there are, and who the shop is, of one that listens on this machine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use http::StatusCode;
use serde_json::{Value, json};
use shop::{Connection, FetchError, Listing, Page, PageToken, Platform as _};

use crate::fetch::listen;
use crate::samples::platform;

type Asked = Arc<Mutex<Vec<Value>>>;

const DATE: &str = "Sun, 22 Nov 2026 08:20:10 GMT";

fn noon() -> Listing {
    Listing::Changed {
        since: "2026-11-22T13:00:00.5+01:00".parse().unwrap(),
    }
}

/// A shop that gives one answer after the other, and the last one from then on.
async fn answering(answers: Vec<Value>) -> (Connection, Asked) {
    let asked = Asked::default();
    let keep = Arc::clone(&asked);
    let serve = async move |body: axum::body::Bytes| {
        let body: Value = serde_json::from_slice(&body).unwrap();
        let mut asked = keep.lock().unwrap();
        asked.push(body["variables"].clone());
        let answer = answers[(asked.len() - 1).min(answers.len() - 1)].to_string();
        ([("date", DATE)], answer)
    };
    let router = Router::new().route("/admin/api/2026-10/graphql.json", post(serve));
    (listen(router).await, asked)
}

fn rows(ids: &[u64], next: Option<&str>) -> Value {
    let head = |id: &u64| {
        json!({
            "id": format!("gid://shopify/Order/{id}"),
            "createdAt": "2026-11-22T11:00:00Z",
            "updatedAt": "2026-11-22T12:00:00Z",
        })
    };
    json!({ "data": { "orders": {
        "nodes": ids.iter().map(head).collect::<Vec<_>>(),
        "pageInfo": { "hasNextPage": next.is_some(), "endCursor": next },
    }}})
}

async fn list(
    connection: &Connection,
    listing: Listing,
    after: Option<&PageToken>,
) -> Result<Page, FetchError> {
    platform().list(connection, listing, after).await
}

#[tokio::test]
async fn pages_are_followed_to_the_end_also_by_who_kept_only_the_token() {
    let pages = vec![
        rows(&[1, 2], Some("c1")),
        rows(&[3], Some("c2")),
        rows(&[], None),
    ];
    let (connection, asked) = answering(pages).await;
    let first = list(&connection, noon(), None).await.unwrap();
    let ids: Vec<&str> = first.orders.iter().map(|row| row.order.as_str()).collect();
    assert_eq!(ids, ["1", "2"]);
    let row = &first.orders[0];
    assert_eq!(row.placed_at, "2026-11-22T11:00:00Z".parse().unwrap());
    assert_eq!(row.modified_at, "2026-11-22T12:00:00Z".parse().unwrap());
    assert_eq!(row.body, None);
    assert_eq!(
        first.answered_at,
        Some("2026-11-22T08:20:10Z".parse().unwrap())
    );

    let kept = first.next.unwrap().as_str().to_owned();
    let token = PageToken::new(&kept).unwrap();
    let second = list(&connection, noon(), Some(&token)).await.unwrap();
    let last = list(&connection, noon(), second.next.as_ref())
        .await
        .unwrap();
    assert_eq!((second.orders.len(), last.orders.len()), (1, 0));
    assert_eq!(last.next, None);

    let ask = |after: Option<&str>| {
        json!({
            "query": "updated_at:>='2026-11-22T12:00:00Z'",
            "sortKey": "UPDATED_AT",
            "first": 250,
            "after": after,
        })
    };
    let wanted = [ask(None), ask(Some("c1")), ask(Some("c2"))];
    assert_eq!(*asked.lock().unwrap(), wanted);
}

#[tokio::test]
async fn orders_are_asked_for_by_when_they_were_placed_too() {
    let (connection, asked) = answering(vec![rows(&[], None)]).await;
    let since = Some("2026-11-22T00:00:00-05:00".parse().unwrap());
    for listing in [Listing::Placed { since }, Listing::Placed { since: None }] {
        let page = list(&connection, listing, None).await.unwrap();
        assert!(page.orders.is_empty() && page.next.is_none());
    }
    let asked = asked.lock().unwrap();
    assert!(asked.iter().all(|asked| asked["sortKey"] == "CREATED_AT"));
    assert_eq!(asked[0]["query"], "created_at:>='2026-11-22T05:00:00Z'");
    assert_eq!(asked[1]["query"], Value::Null);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_unreadable_and_never_an_empty_one() {
    let without = |field: &str| {
        let mut page = rows(&[1], None);
        let head = page["data"]["orders"]["nodes"][0].as_object_mut().unwrap();
        head.remove(field).unwrap();
        page
    };
    let mut elsewhere = rows(&[1], None);
    elsewhere["data"]["orders"]["nodes"][0]["id"] = json!("gid://shopify/Order/zoe@example.test");
    let mut everything = rows(&[1], None);
    everything["extensions"] = json!({ "search": [{
        "path": ["orders"],
        "query": "updated_at:>='2026-11-22T12:00:00Z'",
        "warnings": [{ "field": "updated_at", "message": "Invalid search field for this query." }],
    }]});
    let mut no_cursor = rows(&[1], Some("c"));
    no_cursor["data"]["orders"]["pageInfo"]["endCursor"] = Value::Null;
    for answer in [
        json!({ "data": {} }),
        json!({ "data": { "orders": null } }),
        json!({ "data": { "orders": { "nodes": [] } } }),
        without("id"),
        without("createdAt"),
        without("updatedAt"),
        elsewhere,
        everything,
        no_cursor,
        // More to come, and nothing that it could come after.
        rows(&[], Some("c")),
        rows(&[1], Some(&"c".repeat(5_000))),
    ] {
        let (connection, _) = answering(vec![answer.clone()]).await;
        match list(&connection, noon(), None).await {
            Err(FetchError::Unreadable { why }) => assert!(!why.contains("zoe"), "{why}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
    let (connection, _) = answering(vec![rows(&[1], Some("c"))]).await;
    let token = list(&connection, noon(), None).await.unwrap().next;
    let again = list(&connection, noon(), token.as_ref()).await;
    assert!(
        matches!(again, Err(FetchError::Unreadable { .. })),
        "a page is its own next"
    );
    let foreign = PageToken::new("2").unwrap();
    let unknown = list(&connection, noon(), Some(&foreign)).await;
    assert!(matches!(unknown, Err(FetchError::Unreadable { .. })));
}

#[tokio::test]
async fn a_shop_that_does_not_list_says_why() {
    let throttled = json!({
        "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }],
        "extensions": { "cost": {
            "requestedQueryCost": 13, "actualQueryCost": null,
            "throttleStatus": {
                "maximumAvailable": 2000.0, "currentlyAvailable": 2, "restoreRate": 2.0,
            },
        }},
    });
    let (busy, _) = answering(vec![throttled]).await;
    match list(&busy, noon(), None).await {
        Err(FetchError::TryLater { after, .. }) => assert_eq!(after.unwrap().as_secs(), 6),
        other => panic!("{other:?}"),
    }
    let denied = json!({
        "data": null,
        "errors": [{ "message": "Access denied", "extensions": { "code": "ACCESS_DENIED" } }],
    });
    let (mut denied, _) = answering(vec![denied]).await;
    let refused = Err(FetchError::Refused { status: 403 });
    assert_eq!(list(&denied, noon(), None).await, refused);
    assert_eq!(
        platform().store(&denied).await,
        Err(FetchError::Refused { status: 403 })
    );
    denied.api = None;
    assert_eq!(list(&denied, noon(), None).await, Err(FetchError::NoAccess));
    assert_eq!(platform().store(&denied).await, Err(FetchError::NoAccess));
    let down = async || StatusCode::BAD_GATEWAY;
    let down = listen(Router::new().route("/admin/api/2026-10/graphql.json", post(down))).await;
    assert!(matches!(
        list(&down, noon(), None).await,
        Err(FetchError::TryLater { .. })
    ));
}

#[tokio::test]
async fn r_10_a_shop_keeps_its_number_under_another_name() {
    let shop = |name: &str| {
        json!({ "data": { "shop": {
            "id": "gid://shopify/Shop/9007199254740993",
            "name": name,
            "currencyCode": "EUR",
            "ianaTimezone": "Europe/Brussels",
        }}})
    };
    let (connection, _) = answering(vec![shop("Maison Été"), shop(" Été\n& Fils ")]).await;
    let before = platform().store(&connection).await.unwrap();
    let after = platform().store(&connection).await.unwrap();
    assert_eq!(before.id, "9007199254740993");
    assert_eq!(after.id, before.id);
    assert_eq!(
        (before.name, after.name),
        ("Maison Été".into(), "Été & Fils".into())
    );
    assert_eq!(after.currency.as_deref(), Some("EUR"));
    assert_eq!(after.time_zone.as_deref(), Some("Europe/Brussels"));

    let (nobody, _) = answering(vec![json!({ "data": { "shop": { "name": "zoe" } } })]).await;
    match platform().store(&nobody).await {
        Err(FetchError::Unreadable { why }) => assert!(!why.contains("zoe"), "{why}"),
        other => panic!("{other:?}"),
    }
}
