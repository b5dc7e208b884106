//! What people may ask for by law is taken, kept once and shown with its deadline.

use jiff::SignedDuration;
use proto::connect as wire;
use proto::connect::PrivacyRequestKind;
use proto::convert::instant_from;

use service_kit::within;

use crate::support::Running;

const DATA: &str =
    r#"{"shop_id":1,"shop_domain":"127.0.0.1","customer":{"id":7},"data_request":{"id":9}}"#;
const REDACT: &str =
    r#"{"shop_id":1,"shop_domain":"127.0.0.1","customer":{"id":7},"orders_to_redact":[1]}"#;
const SHOP: &str = r#"{"shop_id":1,"shop_domain":"127.0.0.1"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn privacy_requests_are_kept_once_and_shown_with_their_deadline_even_of_a_shop_parted_with() {
    let running = Running::start().await;
    let id = running.link().await;
    let own = format!("/hooks/{id}");
    // To the one address of the app, and to the connection's own.
    assert_eq!(
        running
            .post("/hooks", "customers/data_request", DATA, None)
            .await,
        200
    );
    for _ in 0..2 {
        assert_eq!(
            running.post(&own, "customers/redact", REDACT, None).await,
            200
        );
    }
    let forged = Some("guessed");
    assert_eq!(
        running.post("/hooks", "shop/redact", SHOP, forged).await,
        401
    );
    let other = SHOP.replace("127.0.0.1", "other.myshopify.com");
    assert_eq!(
        running.post("/hooks", "shop/redact", &other, None).await,
        401
    );
    let requests = within(async || {
        let requests = running.privacy_requests().await;
        (requests.len() == 2).then_some(requests)
    })
    .await;
    for request in &requests {
        assert_eq!(request.connection_id, id);
        let received = instant_from("received_at", request.received_at).unwrap();
        let due = instant_from("due_at", request.due_at).unwrap();
        assert_eq!(
            due.duration_since(received),
            SignedDuration::from_hours(30 * 24)
        );
    }

    running.disconnect(&id).await;
    let order = r#"{"id":1}"#;
    assert_eq!(running.post(&own, "orders/updated", order, None).await, 401);
    assert_eq!(running.post("/hooks", "shop/redact", SHOP, None).await, 200);
    let requests = within(async || {
        let requests = running.privacy_requests().await;
        (requests.len() == 3).then_some(requests)
    })
    .await;
    let kinds = requests.iter().map(wire::PrivacyRequest::kind);
    let shops = kinds.filter(|kind| *kind == PrivacyRequestKind::ShopErasure);
    assert_eq!(shops.count(), 1);
}
