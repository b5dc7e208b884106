//! Which deliveries are believed.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use retail::ConnectionId;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use service::clock::ManualClock;
use sha2::Sha256;
use shop::{Connection, Notice, Platform as _, Refused};
use shop_bigcommerce::{BigCommerce, HOOK_SECRET_HEADER, hook_secret};

use crate::store::{connection, connection_at, fixtures, json_of, now, platform};

const SECRET: &str = "bc_client_secret_for_tests_0123456789abcdef";
const CREATED: &[u8] = include_bytes!("../../fixtures/webhooks/store_order_created.json");

fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
    headers.insert(name, HeaderValue::from_str(value).unwrap());
}

/// The header that the connection's hooks were made with.
fn token(headers: &mut HeaderMap, connection: &Connection) {
    let secret = hook_secret(connection).unwrap();
    set(headers, HOOK_SECRET_HEADER, secret.expose_secret());
}

/// A delivery's headers, signed by `secret` at `signed_at`.
fn signed(connection: &Connection, secret: &str, signed_at: Timestamp, body: &[u8]) -> HeaderMap {
    let (id, second) = ("msg_1", signed_at.as_second().to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    for part in [id.as_bytes(), b".", second.as_bytes(), b".", body] {
        mac.update(part);
    }
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    set(&mut headers, "webhook-id", id);
    set(&mut headers, "webhook-timestamp", &second);
    set(
        &mut headers,
        "webhook-signature",
        &format!("v1,{signature}"),
    );
    token(&mut headers, connection);
    headers
}

fn verify(connection: &Connection, headers: &HeaderMap, body: &[u8]) -> Result<Notice, Refused> {
    platform().verify(connection, headers, body)
}

/// With the connection's own header, each vector passes or is refused as it says. The one without a
/// signature passes by that header alone, and the late one as a hint; neither does without it.
#[test]
fn every_signature_vector_is_believed_or_not_as_it_says() {
    let file = json_of(&fixtures().join("webhook-signature-vectors.json"));
    let connection = connection(&[file["client_secret"].as_str().unwrap()]);
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        let body = vector.get("body").unwrap_or(&file["body"]);
        let body = body.as_str().unwrap().as_bytes();
        let mut headers = HeaderMap::new();
        for (name, value) in vector["headers"].as_object().unwrap() {
            set(&mut headers, name, value.as_str().unwrap());
        }
        let now = Timestamp::from_second(vector["now"].as_i64().unwrap()).unwrap();
        let platform = BigCommerce::new(Arc::new(ManualClock::at(now))).unwrap();
        assert_eq!(
            platform.verify(&connection, &headers, body),
            Err(Refused::NotAuthentic),
            "{name}, without the connection's own header"
        );
        token(&mut headers, &connection);
        let believed = match &vector["valid"] {
            Value::Bool(valid) => *valid || name == "no header",
            other => other.is_string(),
        };
        let verified = platform.verify(&connection, &headers, body);
        match verified {
            Ok(Notice::Delivery { topic, order }) => {
                assert!(believed, "{name}");
                assert_eq!(topic.as_str(), "store/order/statusUpdated");
                assert_eq!(order.unwrap().as_str(), "250");
            }
            Err(Refused::NotAuthentic) => assert!(!believed, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(vectors.len(), 9);
}

#[test]
fn two_secrets_are_live_at_once() {
    let old = connection(&["old", "new"]);
    for secret in ["old", "new"] {
        let headers = signed(&old, secret, now(), CREATED);
        assert!(verify(&old, &headers, CREATED).is_ok(), "{secret}");
    }
    let headers = signed(&old, "older", now(), CREATED);
    assert_eq!(verify(&old, &headers, CREATED), Err(Refused::NotAuthentic));
    // Hooks made under the old secret carry its header until they are made anew.
    let moved_on = connection(&["new", "old"]);
    let headers = signed(&old, "new", now(), CREATED);
    assert!(verify(&moved_on, &headers, CREATED).is_ok());
    let forgotten = connection(&["new"]);
    assert_eq!(
        verify(&forgotten, &headers, CREATED),
        Err(Refused::NotAuthentic)
    );
}

#[test]
fn a_body_signed_for_one_store_of_an_app_is_not_accepted_for_another() {
    let own = connection(&[SECRET]);
    let headers = signed(&own, SECRET, now(), CREATED);
    assert!(verify(&own, &headers, CREATED).is_ok());

    let other_store = connection_at("https://api.bigcommerce.com/stores/xyz789", &[SECRET]);
    let headers = signed(&other_store, SECRET, now(), CREATED);
    let theirs = verify(&other_store, &headers, CREATED);
    assert_eq!(
        theirs,
        Err(Refused::NotAuthentic),
        "its body names the producer"
    );

    let mut other_connection = connection(&[SECRET]);
    other_connection.id = ConnectionId::new(uuid::Uuid::from_u128(8));
    let headers = signed(&own, SECRET, now(), CREATED);
    let theirs = verify(&other_connection, &headers, CREATED);
    assert_eq!(
        theirs,
        Err(Refused::NotAuthentic),
        "its header is the first one's"
    );

    let mut unasked = connection(&[SECRET]);
    unasked.api = None;
    let headers = signed(&unasked, SECRET, now(), CREATED);
    let theirs = verify(&unasked, &headers, CREATED);
    assert_eq!(theirs, Err(Refused::NotAuthentic), "nobody knows its store");
}

#[test]
fn a_signature_may_be_late_but_not_early_or_ancient() {
    let own = connection(&[SECRET]);
    for (age, believed) in [
        (SignedDuration::from_mins(-6), false),
        (SignedDuration::from_mins(-4), true),
        (SignedDuration::from_mins(4), true),
        (SignedDuration::from_hours(48), true),
        (SignedDuration::from_hours(51), false),
    ] {
        let headers = signed(&own, SECRET, now() - age, CREATED);
        assert_eq!(verify(&own, &headers, CREATED).is_ok(), believed, "{age:?}");
    }
}

#[test]
fn a_header_given_twice_or_half_proves_nothing() {
    let own = connection(&[SECRET]);
    let good = signed(&own, SECRET, now(), CREATED);
    for name in [
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        HOOK_SECRET_HEADER,
    ] {
        let mut twice = good.clone();
        let value = good.get(name).unwrap().clone();
        twice.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        assert_eq!(
            verify(&own, &twice, CREATED),
            Err(Refused::NotAuthentic),
            "{name} twice"
        );
    }
    for name in ["webhook-id", "webhook-timestamp", HOOK_SECRET_HEADER] {
        let mut without = good.clone();
        without.remove(name);
        assert_eq!(
            verify(&own, &without, CREATED),
            Err(Refused::NotAuthentic),
            "no {name}"
        );
    }
    for value in [
        "",
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &"A".repeat(5_000),
    ] {
        let mut forged = good.clone();
        set(&mut forged, HOOK_SECRET_HEADER, value);
        assert_eq!(
            verify(&own, &forged, CREATED),
            Err(Refused::NotAuthentic),
            "{value}"
        );
    }
}

#[test]
fn an_authentic_delivery_says_what_happened_to_which_order() {
    let own = connection(&[SECRET]);
    for (file, topic, order) in [
        ("store_order_created", "store/order/created", Some("1001")),
        ("store_order_archived", "store/order/archived", Some("1001")),
        (
            "store_order_refund_created",
            "store/order/refund/created",
            Some("1004"),
        ),
        (
            "store_order_transaction_created",
            "store/order/transaction/created",
            Some("1001"),
        ),
        ("store_product_updated", "store/product/updated", None),
        ("store_app_uninstalled", "store/app/uninstalled", None),
    ] {
        let body = std::fs::read(fixtures().join(format!("webhooks/{file}.json"))).unwrap();
        let headers = signed(&own, SECRET, now(), &body);
        match verify(&own, &headers, &body).unwrap() {
            Notice::Delivery {
                topic: seen,
                order: id,
            } => {
                assert_eq!(seen.as_str(), topic);
                assert_eq!(id.map(|id| id.to_string()).as_deref(), order, "{file}");
            }
            Notice::Ping => panic!("{file} is no ping"),
        }
    }
}

#[test]
fn what_could_never_be_read_is_malformed_and_only_when_authentic() {
    let own = connection(&[SECRET]);
    for body in [
        &b""[..],
        b"[]",
        b"{",
        b"\xff\xfe",
        br#"{"producer":"stores/abc123"}"#,
        br#"{"producer":"stores/abc123","scope":"two words"}"#,
    ] {
        let headers = signed(&own, SECRET, now(), body);
        assert!(matches!(
            verify(&own, &headers, body),
            Err(Refused::Malformed(_))
        ));
        let stranger = signed(&own, "guess", now(), body);
        assert_eq!(verify(&own, &stranger, body), Err(Refused::NotAuthentic));
    }
    // A hook that is refused is switched off in the end: an odd shape is no reason.
    for data in ["null", "7", "[]", r#""text""#, r#"{"id":{}}"#] {
        let body = format!(
            r#"{{"producer":"stores/abc123","scope":"store/order/updated","data":{data}}}"#
        );
        let headers = signed(&own, SECRET, now(), body.as_bytes());
        let taken = verify(&own, &headers, body.as_bytes());
        assert!(
            matches!(taken, Ok(Notice::Delivery { order: None, .. })),
            "{data}"
        );
    }
    // Nobody's store is not ours.
    let body = br#"{"scope":"store/order/created"}"#;
    let headers = signed(&own, SECRET, now(), body);
    assert_eq!(verify(&own, &headers, body), Err(Refused::NotAuthentic));
}
