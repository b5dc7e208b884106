//! What is not from the shop, or cannot be read at all, leaves no trace.

use http::StatusCode;
use shop_woocommerce::sim::{Hook, Options, Topic};
use test_kit::storm::{seen, settle};
use test_kit::{messages, world};

use crate::alone::Alone;
use crate::deliveries::{Sender, with_header};

/// The limit of a delivery's body.
const LIMIT_BYTES: usize = 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_malformed_deliveries_are_refused_and_leave_nothing() {
    let alone = Alone::start().await;
    let system = &alone.system;
    let mut sender = Sender::new(system, &Options::new(11, 3));
    let before = messages(system.monitor_url()).await.unwrap();
    let genuine = sender.signed(serde_json::to_vec(&sender.body(0)).unwrap());
    let signature = "x-wc-webhook-signature";

    let mut tampered = genuine.clone();
    tampered.body.push(b' ');
    let at = sender.shop.orders()[0][0].modified_at;
    let strangers = Hook::sign(
        Topic::OrderUpdated,
        at,
        genuine.body.clone(),
        "anotherSecret",
    );
    let forged = [
        ("a body changed by one byte", tampered),
        ("another secret", strangers),
        (
            "no signature",
            with_header(genuine.clone(), signature, None),
        ),
        (
            "no base64",
            with_header(genuine.clone(), signature, Some("?")),
        ),
        (
            "an empty one",
            with_header(genuine.clone(), signature, Some("")),
        ),
    ];
    let known = world::CONNECTION.to_string();
    let unknown = system
        .hook_url()
        .replace(&known, &world::OTHER_OUTLET.to_string());
    let refusal = sender.send_to(&unknown, genuine.clone()).await;
    assert_eq!(refusal.status, StatusCode::UNAUTHORIZED);
    for (what, hook) in forged {
        // Who forges learns nothing: each cause has the same answer.
        assert_eq!(sender.send(hook).await, refusal, "{what}");
    }

    for (what, body) in [
        ("no JSON", b"<html>".to_vec()),
        ("half a body", genuine.body[..1000].to_vec()),
        ("bytes that are no text", vec![0xff; 40]),
    ] {
        let answer = sender.send(sender.signed(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
    }
    let huge = vec![b' '; LIMIT_BYTES + 1];
    let answer = sender.send(sender.signed(huge)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);

    settle(system).await.unwrap();
    assert_eq!(messages(system.monitor_url()).await.unwrap(), before);
    let ledger = system.ledger().unwrap();
    let seen = seen(&ledger).await.unwrap();
    assert!(seen.sales.is_empty() && seen.levels.is_empty());
    assert!(ledger.parked().await.unwrap().is_empty());

    // And the same delivery, untouched, is taken.
    assert_eq!(sender.send(genuine).await.status, StatusCode::OK);
}
