//! Which deliveries are believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use shop::{Notice, Platform as _, Refused};

use crate::samples::{SHOP, connection, connection_to, deliveries, headers, json, platform};

const SIGNATURE: &str = "x-shopify-hmac-sha256";
const DOMAIN: &str = "x-shopify-shop-domain";

#[test]
fn every_vector_is_judged_as_the_library_judges_it() {
    let file = json("vectors/webhook_hmac.json");
    let secret = |name: &str| file[name].as_str().unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 13);
    for vector in vectors {
        let name = vector["name"].as_str().unwrap();
        let headers = headers(&vector["headers"]);
        let body = STANDARD
            .decode(vector["body_base64"].as_str().unwrap())
            .unwrap();
        let verified = platform().verify(&connection(&[secret("secret")]), &headers, &body);
        match vector["reason"].as_str() {
            // Its signature is right, which is all that the vector says.
            None if name == "non UTF-8 bytes" => {
                assert!(matches!(verified, Err(Refused::Malformed(_))), "{name}");
            }
            None => assert!(matches!(verified, Ok(Notice::Delivery { .. })), "{name}"),
            Some("invalid_hmac" | "missing_hmac") => {
                assert_eq!(verified, Err(Refused::NotAuthentic), "{name}");
            }
            Some(_) => assert!(
                matches!(verified, Err(Refused::Malformed(_))),
                "{name}: {verified:?}"
            ),
        }
    }
}

#[test]
fn both_live_secrets_are_tried() {
    let file = json("vectors/webhook_hmac.json");
    let (new, old) = (&file["secret"], &file["old_secret"]);
    let both = connection(&[new.as_str().unwrap(), old.as_str().unwrap()]);
    for name in ["valid", "old secret"] {
        let vectors = file["vectors"].as_array().unwrap();
        let vector = vectors.iter().find(|v| v["name"] == name).unwrap();
        let body = STANDARD
            .decode(vector["body_base64"].as_str().unwrap())
            .unwrap();
        let verified = platform().verify(&both, &headers(&vector["headers"]), &body);
        assert!(verified.is_ok(), "{name}: {verified:?}");
    }
}

#[test]
fn every_sample_verifies_and_none_does_once_altered() {
    let (secret, all) = deliveries();
    let connection = connection(&[&secret]);
    assert_eq!(all.len(), 42);
    for delivery in &all {
        let file = &delivery.file;
        let verified = platform().verify(&connection, &delivery.headers, &delivery.body);
        assert!(verified.is_ok(), "{file}: {verified:?}");
        for at in [0, delivery.body.len() / 2, delivery.body.len() - 1] {
            let mut altered = delivery.body.clone();
            altered[at] ^= 1;
            let verified = platform().verify(&connection, &delivery.headers, &altered);
            assert_eq!(verified, Err(Refused::NotAuthentic), "{file}, byte {at}");
        }
    }
}

#[test]
fn a_delivery_for_another_shop_of_the_app_is_refused() {
    let (secret, all) = deliveries();
    let delivery = &all[0];
    let verified = |url: &str, named: &str| {
        let mut headers = delivery.headers.clone();
        headers.insert(DOMAIN, HeaderValue::from_str(named).unwrap());
        platform().verify(&connection_to(url, &[&secret]), &headers, &delivery.body)
    };
    let own = format!("https://{SHOP}");
    assert!(verified(&own, SHOP).is_ok());
    assert!(verified(&own, "POS-TEST.myshopify.com").is_ok());
    for (url, named) in [
        ("https://other.myshopify.com", SHOP),
        (own.as_str(), "other.myshopify.com"),
        (own.as_str(), "pos-test.myshopify.com.evil.example"),
        (own.as_str(), ""),
    ] {
        assert_eq!(
            verified(url, named),
            Err(Refused::NotAuthentic),
            "{url} {named:?}"
        );
    }
    let mut unnamed = delivery.headers.clone();
    unnamed.remove(DOMAIN);
    let mut twice = delivery.headers.clone();
    twice.append(DOMAIN, HeaderValue::from_static(SHOP));
    for headers in [unnamed, twice] {
        let verified = platform().verify(&connection(&[&secret]), &headers, &delivery.body);
        assert_eq!(verified, Err(Refused::NotAuthentic));
    }
}

#[test]
fn a_body_that_names_another_shop_is_refused_whatever_its_header_says() {
    let body = br#"{"shop_id":1,"shop_domain":"other.myshopify.com"}"#;
    for (body, is_ours) in [
        (&body[..], false),
        (
            br#"{"myshopify_domain":"other.myshopify.com"}"#.as_slice(),
            false,
        ),
        (
            br#"{"shop_domain":"pos-test.myshopify.com"}"#.as_slice(),
            true,
        ),
    ] {
        let verified =
            platform().verify(&connection(&["s"]), &signed("s", "shop/redact", body), body);
        assert_eq!(verified.is_ok(), is_ours, "{verified:?}");
    }
}

#[test]
fn a_connection_whose_shop_is_not_known_is_sent_nothing() {
    let (secret, all) = deliveries();
    let mut connection = connection(&[&secret]);
    connection.api = None;
    let verified = platform().verify(&connection, &all[0].headers, &all[0].body);
    assert_eq!(verified, Err(Refused::NotAuthentic));
}

#[test]
fn every_kind_of_bad_signature_is_one_and_the_same_refusal() {
    let (secret, all) = deliveries();
    let delivery = &all[0];
    let text = delivery.headers[SIGNATURE].to_str().unwrap();
    let unpadded = text.trim_end_matches('=');
    let connection = connection(&[&secret]);
    for values in [
        &[][..],
        &[""],
        &["="],
        &["not base64 at all"],
        &[unpadded],
        &[&format!("{text}=")],
        &[&text.to_lowercase()],
        &["AAAA"],
        &["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        &[text, text],
        &[&"A".repeat(8_000)],
    ] {
        let mut headers = delivery.headers.clone();
        headers.remove(SIGNATURE);
        for value in values {
            headers.append(SIGNATURE, HeaderValue::from_str(value).unwrap());
        }
        let verified = platform().verify(&connection, &headers, &delivery.body);
        assert_eq!(verified, Err(Refused::NotAuthentic), "{values:?}");
    }
}

#[test]
fn what_is_signed_but_no_json_object_is_malformed() {
    for body in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"{\"id\":1}}",
        b"{\"id\":\"\xff\"}",
    ] {
        let headers = signed("s", "orders/updated", body);
        let verified = platform().verify(&connection(&["s"]), &headers, body);
        assert!(
            matches!(verified, Err(Refused::Malformed(_))),
            "{body:?}: {verified:?}"
        );
    }
    let mut headers = signed("s", "orders/updated", b"{}");
    headers.remove("x-shopify-topic");
    let no_topic = platform().verify(&connection(&["s"]), &headers, b"{}");
    assert!(matches!(no_topic, Err(Refused::Malformed(_))));
}

/// The headers of a delivery that `secret` signs.
fn signed(secret: &str, topic: &str, body: &[u8]) -> HeaderMap {
    use hmac::{KeyInit as _, Mac as _};

    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    headers(&serde_json::json!({
        SIGNATURE: signature,
        DOMAIN: SHOP,
        "x-shopify-topic": topic,
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": "w1",
    }))
}
