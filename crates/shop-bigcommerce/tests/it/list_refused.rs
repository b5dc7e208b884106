//! Lists that are not what was asked for, and stores that do not list.

use std::time::Duration;

use shop::{FetchError, Listing, Page, PageToken};

use crate::list::{START, at, changed, page};
use crate::shelves::Shelves;
use crate::stub::{Reply, Stub};

const OPEN: &str =
    "/v2/orders?min_date_modified=2026-01-05T08%3A59%3A59Z&sort=date_modified%3Aasc&limit=250";

/// A store that gives this page of orders changed, and nothing else.
async fn told(reply: Reply) -> Result<Page, FetchError> {
    let (stub, connection) = Stub::start().await;
    let refunds =
        "/v3/orders/payment_actions/refunds?created%3Amin=2026-01-05T08%3A59%3A59Z&page=1&limit=25";
    stub.tell(refunds, [Reply::new(200, r#"{"data":[],"meta":{}}"#)]);
    stub.tell(OPEN, [reply]);
    let first = page(&connection, changed(at(0)), None).await.unwrap();
    assert_eq!(first.orders, []);
    page(&connection, changed(at(0)), first.next.as_ref()).await
}

#[tokio::test]
async fn a_list_that_is_not_what_was_asked_for_is_not_believed() {
    let row = |id: &str, second: u32| {
        format!(r#"{{"id":{id},"date_modified":"Mon, 05 Jan 2026 09:00:{second:02} +0000"}}"#)
    };
    let many = vec![row("1", 1); 251].join(",");
    for body in [
        // By id, not by date; before what was asked for; no order; too many.
        format!("[{},{}]", row("1", 9), row("2", 8)),
        r#"[{"id":1,"date_modified":"Mon, 05 Jan 2026 08:59:58 +0000"}]"#.to_owned(),
        format!("[{}]", row("0", 1)),
        r#"[{"id":1,"date_modified":"","date_created":""}]"#.to_owned(),
        r#"{"id":1}"#.to_owned(),
        "[1]".to_owned(),
        format!("[{many}]"),
    ] {
        let told = told(Reply::new(200, body.clone())).await;
        let shown = body.chars().take(80).collect::<String>();
        assert!(
            matches!(told, Err(FetchError::Unreadable { .. })),
            "{shown}: {told:?}"
        );
    }
    // Odd, and fit all the same: ids as texts, new fields, no date of change yet.
    let odd = r#"[{"id":"7","date_created":"Mon, 05 Jan 2026 09:00:01 +0000","date_modified":"","x":[]}]"#;
    let page = told(Reply::new(200, odd)).await.unwrap();
    assert_eq!(page.orders[0].order.as_str(), "7");
    assert_eq!(page.orders[0].modified_at, at(1));
}

#[tokio::test]
async fn a_list_is_refused_and_put_off_as_a_fetch_is() {
    let limited = Reply::new(429, "{}").header("X-Retry-After", "15");
    let later = Duration::from_secs(15);
    match told(limited).await {
        Err(FetchError::TryLater { after, .. }) => assert_eq!(after, Some(later)),
        other => panic!("{other:?}"),
    }
    for status in [401, 403] {
        let refused = told(Reply::new(status, "{}")).await;
        assert_eq!(refused, Err(FetchError::Refused { status }));
    }
    for (status, body) in [(404, r#"[{"status":404}]"#), (500, ""), (200, "<html>")] {
        let told = told(Reply::new(status, body)).await;
        assert!(
            matches!(told, Err(FetchError::TryLater { .. })),
            "{status}: {told:?}"
        );
    }
    let invalid = r#"[{"status":400,"message":"The field 'sort' is invalid."}]"#;
    let told = told(Reply::new(400, invalid)).await;
    assert!(
        matches!(told, Err(FetchError::Unreadable { .. })),
        "{told:?}"
    );
}

/// The orders of a page of refunds are asked for one by one, and the quota may end among them.
#[tokio::test]
async fn a_quota_that_ends_within_a_page_puts_the_page_off() {
    let (stub, connection) = Stub::start().await;
    let refunds =
        "/v3/orders/payment_actions/refunds?created%3Amin=2026-01-05T08%3A59%3A59Z&page=1&limit=25";
    let row =
        |id: u32| format!(r#"{{"id":{id},"order_id":{id},"created":"2026-01-05T09:00:00+00:00"}}"#);
    let body = format!(r#"{{"data":[{},{}]}}"#, row(1), row(2));
    stub.tell(refunds, [Reply::new(200, body)]);
    let order = r#"{"id":1,"date_created":"Mon, 05 Jan 2026 09:00:00 +0000"}"#;
    let last = Reply::new(200, order)
        .header("X-Rate-Limit-Requests-Left", "0")
        .header("X-Rate-Limit-Time-Reset-Ms", "2000");
    stub.tell("/v2/orders/1", [last]);
    match page(&connection, changed(at(0)), None).await {
        Err(FetchError::TryLater { after, .. }) => assert_eq!(after, Some(Duration::from_secs(2))),
        other => panic!("{other:?}"),
    }
    assert_eq!(stub.asked().len(), 2);
}

#[tokio::test]
async fn a_token_of_another_listing_is_not_followed() {
    let (shelves, connection) = Shelves::start(START).await;
    let placed = page(&connection, Listing::Placed { since: None }, None)
        .await
        .unwrap();
    let changes = page(&connection, changed(at(0)), None).await.unwrap();
    let before = shelves.asked().len();
    for (listing, token) in [
        (changed(at(0)), placed.next.unwrap()),
        (Listing::Placed { since: None }, changes.next.unwrap()),
        (changed(at(0)), PageToken::new("2").unwrap()),
    ] {
        let followed = page(&connection, listing, Some(&token)).await;
        assert!(
            matches!(followed, Err(FetchError::Unreadable { .. })),
            "{followed:?}"
        );
    }
    assert_eq!(shelves.asked().len(), before);
    let mut alone = connection;
    alone.api = None;
    let nowhere = page(&alone, changed(at(0)), None).await;
    assert_eq!(nowhere, Err(FetchError::NoAccess));
}
