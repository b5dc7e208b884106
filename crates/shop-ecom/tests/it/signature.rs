//! Who may say what happened in a shop.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shop::{Notice, Platform as _, Refused};

use crate::fixture::{self, SECRET, connection, connection_to, hook, hooks, platform, platform_at};

const SIGNATURE: &str = "x-ecwid-webhook-signature";

fn signed(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE, HeaderValue::from_str(signature).unwrap());
    headers
}

fn sign(secret: &str, message: &str) -> HeaderMap {
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    signed(&STANDARD.encode(mac.finalize().into_bytes()))
}

fn event(created: &Value, id: &Value) -> Vec<u8> {
    let body = json!({
        "eventId": id,
        "eventCreated": created,
        "storeId": 1003,
        "entityId": 516_483_487,
        "eventType": "order.updated",
        "data": {"orderId": "XJ12H"},
    });
    body.to_string().into_bytes()
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let vectors = fixture::json("webhook-signature-vectors.json");
    let secret = vectors["client_secret"].as_str().unwrap();
    let rows = vectors["vectors"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    for row in rows {
        let headers = signed(row["signature"].as_str().unwrap());
        let body = event(&row["eventCreated"], &row["eventId"]);
        let created = row["eventCreated"].as_i64().unwrap();
        let platform = platform_at(Timestamp::from_second(created).unwrap());
        let verified = platform.verify(&connection(&[secret]), &headers, &body);
        assert_eq!(
            Some(verified.is_ok()),
            row["valid"].as_bool(),
            "{}",
            row["name"]
        );
    }
}

#[test]
fn every_delivery_verifies_with_its_secret_and_no_other() {
    let platform = platform();
    let mut seen = 0;
    for hook in hooks() {
        for live in [vec![SECRET], vec!["old", SECRET], vec![SECRET, "new"]] {
            match platform.verify(&connection(&live), &hook.headers, &hook.bytes()) {
                Ok(Notice::Delivery { topic, order }) => {
                    assert_eq!(topic.as_str(), hook.topic);
                    assert_eq!(order.is_some(), hook.topic.contains("order"), "{topic}");
                }
                other => panic!("{}: {other:?}", hook.topic),
            }
        }
        let stranger = connection(&["another", "secret"]);
        let verified = platform.verify(&stranger, &hook.headers, &hook.bytes());
        assert_eq!(verified, Err(Refused::NotAuthentic), "{}", hook.topic);
        seen += 1;
    }
    assert_eq!(seen, 7);
}

/// One secret signs for every store the app is installed in.
#[test]
fn a_delivery_of_another_store_is_refused() {
    let hook = hook("order.created");
    let verify =
        |url: &str| platform().verify(&connection_to(url, &[SECRET]), &hook.headers, &hook.bytes());
    assert!(verify("https://app.ecwid.com/api/v3/1003").is_ok());
    assert!(verify("http://127.0.0.1:4020/api/v3/1003/").is_ok());
    for url in [
        "https://app.ecwid.com/api/v3/1004",
        "https://app.ecwid.com/api/v3/11003",
        "https://app.ecwid.com/api/v3",
        "https://app.ecwid.com/1003/orders",
    ] {
        assert_eq!(verify(url), Err(Refused::NotAuthentic), "{url}");
    }
    let mut unknown = connection(&[SECRET]);
    unknown.api = None;
    let verified = platform().verify(&unknown, &hook.headers, &hook.bytes());
    assert_eq!(verified, Err(Refused::NotAuthentic), "a store nobody knows");
}

/// The signature covers neither: a replay with another order is one more hint, and no more.
#[test]
fn a_replay_with_another_body_is_a_hint_at_most() {
    let mut hook = hook("order.updated");
    hook.body["data"] = json!({"orderId": "OTHER", "newPaymentStatus": "CANCELLED", "total": 0});
    match platform().verify(&connection(&[SECRET]), &hook.headers, &hook.bytes()) {
        Ok(Notice::Delivery { order, .. }) => assert_eq!(order.unwrap().as_str(), "OTHER"),
        other => panic!("{other:?}"),
    }
    let source = shop::Source::Delivery { topic: &hook.topic };
    match platform().read(&connection(&[SECRET]), source, &hook.bytes()) {
        shop::Reading::Hint(order) => assert_eq!(order.as_str(), "OTHER"),
        other => panic!("{other:?}"),
    }
}

/// A delivery that was seen once is good for a day, not for ever.
#[test]
fn an_old_delivery_is_not_authentic() {
    let hook = hook("order.updated");
    let created = Timestamp::from_second(hook.body["eventCreated"].as_i64().unwrap()).unwrap();
    let after = |seconds| {
        let now = created + SignedDuration::from_secs(seconds);
        platform_at(now).verify(&connection(&[SECRET]), &hook.headers, &hook.bytes())
    };
    let (day, retries_end, five_minutes) = (25 * 3_600, 24 * 3_600, 300);
    for seconds in [0, retries_end, day, -five_minutes] {
        assert!(after(seconds).is_ok(), "{seconds} s after it");
    }
    for seconds in [day + 1, 365 * 24 * 3_600, -five_minutes - 1, -24 * 3_600] {
        assert_eq!(
            after(seconds),
            Err(Refused::NotAuthentic),
            "{seconds} s after it"
        );
    }
}

#[test]
fn a_time_that_no_clock_shows_is_not_authentic() {
    for created in ["0", "9223372036854775808", "99999999999999999999999999"] {
        let headers = sign(SECRET, &format!("{created}.7"));
        let body = event(&json!(created), &json!("7"));
        let verified = platform().verify(&connection(&[SECRET]), &headers, &body);
        assert_eq!(verified, Err(Refused::NotAuthentic), "{created}");
    }
}

#[test]
fn every_kind_of_bad_signature_is_one_and_the_same_refusal() {
    let hook = hook("order.created");
    let good = hook.headers[SIGNATURE].to_str().unwrap().to_owned();
    let with = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(SIGNATURE, HeaderValue::from_str(value).unwrap());
        }
        platform().verify(&connection(&[SECRET]), &headers, &hook.bytes())
    };
    assert!(with(&[&good]).is_ok());
    let unpadded = good.trim_end_matches('=');
    for values in [
        &[][..],
        &[""],
        &["="],
        &["not base64 at all"],
        &[unpadded],
        &[&format!("{good}=")],
        &[&format!("sha256={good}")],
        &[&good.to_lowercase()],
        &["AAAA"],
        &["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        &[&good, &good],
        &[&good, "AAAA"],
        &[&"A".repeat(8_000)],
    ] {
        assert_eq!(with(values), Err(Refused::NotAuthentic), "{values:?}");
    }
    for at in 0..good.len() {
        let mut forged = good.clone().into_bytes();
        forged[at] ^= 1;
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(with(&[&forged]), Err(Refused::NotAuthentic), "byte {at}");
    }
}

#[test]
fn the_signed_fields_are_all_of_the_message_and_cannot_be_shifted() {
    let headers = sign(SECRET, "1767603601.7.8");
    let verify = |body: &[u8]| {
        platform()
            .verify(&connection(&[SECRET]), &headers, body)
            .is_ok()
    };
    assert!(verify(&event(&json!(1_767_603_601), &json!("7.8"))));
    assert!(verify(&event(&json!("1767603601"), &json!("7.8"))));
    assert!(!verify(&event(&json!(1_767_603_602), &json!("7.8"))));
    assert!(!verify(&event(&json!("1767603601.7"), &json!("8"))));
    assert!(!verify(&event(&json!(1_767_603_601.7), &json!("8"))));
    let empty = sign(SECRET, ".");
    let nothing = platform().verify(&connection(&[SECRET]), &empty, br#"{"storeId":1003}"#);
    assert_eq!(nothing, Err(Refused::NotAuthentic));
}

/// Nothing proves that what holds no event comes from the shop.
#[test]
fn what_is_no_event_is_not_authentic() {
    let headers = hook("order.created").headers;
    let twice = r#"{"eventId":"a","eventId":"b"}"#;
    for body in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"\"id\"",
        b"\xff",
        b"{}",
        twice.as_bytes(),
    ] {
        let verified = platform().verify(&connection(&[SECRET]), &headers, body);
        assert_eq!(verified, Err(Refused::NotAuthentic), "{body:?}");
    }
}

#[test]
fn a_signed_event_without_a_type_is_malformed() {
    let mut hook = hook("order.created");
    for kind in [json!(null), json!(""), json!("order created"), json!("é")] {
        hook.body["eventType"] = kind;
        let verified = platform().verify(&connection(&[SECRET]), &hook.headers, &hook.bytes());
        assert!(
            matches!(verified, Err(Refused::Malformed(_))),
            "{verified:?}"
        );
    }
}
