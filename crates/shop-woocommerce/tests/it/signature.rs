//! Who may say what happened in a shop.

use http::{HeaderMap, HeaderValue};
use shop::{Notice, Platform as _, Refused};

use crate::capture::{Capture, all, connection, one, platform};

const SIGNATURE: &str = "x-wc-webhook-signature";
const TOPIC: &str = "x-wc-webhook-topic";

#[test]
fn every_captured_delivery_verifies_with_its_secret_and_no_other() {
    let platform = platform();
    let mut signed = 0;
    for Capture {
        file,
        topic,
        headers,
        body,
        secret,
        ..
    } in all()
    {
        let Some(secret) = secret else {
            assert_eq!(topic, "ping", "{file}");
            let notice = platform.verify(&connection(&["any"]), &headers, &body);
            assert_eq!(notice, Ok(Notice::Ping), "{file}");
            continue;
        };
        signed += 1;
        for live in [
            vec![secret.as_str()],
            vec!["old", &secret],
            vec![&secret, "new"],
        ] {
            match platform.verify(&connection(&live), &headers, &body) {
                Ok(Notice::Delivery { topic: told, .. }) => {
                    assert_eq!(told.as_str(), topic, "{file}");
                }
                other => panic!("{file}: {other:?}"),
            }
        }
        let stranger = platform.verify(&connection(&["another", "secret"]), &headers, &body);
        assert_eq!(stranger, Err(Refused::NotAuthentic), "{file}");
    }
    assert!(signed >= 170, "{signed} signed deliveries");
}

#[test]
fn every_flipped_bit_of_a_body_or_signature_is_refused() {
    let platform = platform();
    let refused = |capture: &Capture, headers: &HeaderMap, body: &[u8]| {
        let connection = connection(&[capture.secret.as_deref().unwrap()]);
        platform.verify(&connection, headers, body) == Err(Refused::NotAuthentic)
    };
    let small = one("order-trashed.01.order.deleted");
    let large = one("order-simple-guest-paid.01.order.created");
    for (capture, bits) in [(&small, 0..8), (&large, 3..4)] {
        for at in 0..capture.body.len() {
            for bit in bits.clone() {
                let mut body = capture.body.clone();
                body[at] ^= 1 << bit;
                assert!(
                    refused(capture, &capture.headers, &body),
                    "byte {at}, bit {bit}"
                );
            }
        }
        let signature = capture.headers[SIGNATURE].as_bytes().to_vec();
        for at in 0..signature.len() {
            for bit in 0..8 {
                let mut forged = signature.clone();
                forged[at] ^= 1 << bit;
                let Ok(value) = HeaderValue::from_bytes(&forged) else {
                    continue;
                };
                let mut headers = capture.headers.clone();
                headers.insert(SIGNATURE, value);
                assert!(
                    refused(capture, &headers, &capture.body),
                    "byte {at}, bit {bit}"
                );
            }
        }
    }
}

/// One bit of each of the others: of the first byte, the last and one between.
#[test]
fn no_captured_delivery_verifies_once_altered() {
    let platform = platform();
    for Capture {
        file,
        headers,
        body,
        secret,
        ..
    } in all()
    {
        let Some(secret) = secret else { continue };
        for at in [0, body.len() / 2, body.len() - 1] {
            let mut altered = body.clone();
            altered[at] ^= 1;
            let verified = platform.verify(&connection(&[&secret]), &headers, &altered);
            assert_eq!(verified, Err(Refused::NotAuthentic), "{file}, byte {at}");
        }
    }
}

#[test]
fn every_kind_of_bad_signature_is_one_and_the_same_refusal() {
    let platform = platform();
    let capture = one("order-simple-guest-paid.01.order.created");
    let good = capture.headers[SIGNATURE].clone();
    let text = good.to_str().unwrap();
    let connection = connection(&["secret-order-created"]);
    let with = |values: &[&str]| {
        let mut headers = capture.headers.clone();
        headers.remove(SIGNATURE);
        for value in values {
            headers.append(SIGNATURE, HeaderValue::from_str(value).unwrap());
        }
        platform.verify(&connection, &headers, &capture.body)
    };
    assert!(with(&[text]).is_ok());
    let unpadded = text.trim_end_matches('=');
    for values in [
        &[][..],
        &[""],
        &["="],
        &["not base64 at all"],
        &[unpadded],
        &[&format!("{text}=")],
        &[&format!("sha256={text}")],
        &[&text.to_lowercase()],
        &["AAAA"],
        &["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        &[text, text],
        &[text, "AAAA"],
        &[&"A".repeat(8_000)],
    ] {
        assert_eq!(with(values), Err(Refused::NotAuthentic), "{values:?}");
    }
}

#[test]
fn the_secret_signs_with_its_entities_decoded() {
    let capture = one("secret-entities.01.order.created");
    let verified = |secret: &str| {
        platform()
            .verify(&connection(&[secret]), &capture.headers, &capture.body)
            .is_ok()
    };
    assert!(verified("a&amp;b"), "as it was given to the shop");
    assert!(verified("a&b"));
    assert!(!verified("a&amp;amp;b"));
}

#[test]
fn only_a_bare_form_is_a_ping() {
    let platform = platform();
    let ping = one("webhook-ping.01.ping");
    let verify =
        |headers: &HeaderMap, body: &[u8]| platform.verify(&connection(&["any"]), headers, body);
    assert_eq!(
        verify(&ping.headers, b"webhook_id=12345678"),
        Ok(Notice::Ping)
    );
    for body in [
        &b""[..],
        b"webhook_id=",
        b"webhook_id=1&order=2",
        b"webhook_id=x",
        b"{\"id\":1}",
        b"webhook_id=11111111111111111111111111111111111111111111111111111111111111111",
    ] {
        assert_eq!(
            verify(&ping.headers, body),
            Err(Refused::NotAuthentic),
            "{body:?}"
        );
    }
    let mut json = ping.headers.clone();
    json.insert("content-type", HeaderValue::from_static("application/json"));
    let mut claims = ping.headers.clone();
    claims.insert(TOPIC, HeaderValue::from_static("order.created"));
    for headers in [json, claims, HeaderMap::new()] {
        assert_eq!(verify(&headers, &ping.body), Err(Refused::NotAuthentic));
    }
}

#[test]
fn what_is_signed_but_no_json_is_malformed() {
    for body in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"\"id\"",
        b"{\"id\":1}}",
        b"{\"id\":\"\xff\"}",
        b"webhook_id=1",
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, HeaderValue::from_str(&sign("s", body)).unwrap());
        headers.insert(TOPIC, HeaderValue::from_static("order.updated"));
        let verified = platform().verify(&connection(&["s"]), &headers, body);
        assert!(
            matches!(verified, Err(Refused::Malformed(_))),
            "{body:?}: {verified:?}"
        );
    }
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE, HeaderValue::from_str(&sign("s", b"{}")).unwrap());
    let no_topic = platform().verify(&connection(&["s"]), &headers, b"{}");
    assert!(
        matches!(no_topic, Err(Refused::Malformed(_))),
        "{no_topic:?}"
    );
}

#[test]
fn the_envelope_names_the_order() {
    let platform = platform();
    for (name, order) in [
        ("order-simple-guest-paid.01.order.created", Some("25")),
        ("order-trashed.01.order.deleted", Some("33")),
        (
            "action-note-private.01.action.woocommerce_new_order_note_data",
            Some("133"),
        ),
        ("deleted-before-delivery.01.order.created", None),
        ("product-stock-set.01.product.updated", None),
        (
            "action-order-paid.08.action.woocommerce_payment_complete",
            None,
        ),
    ] {
        let Capture {
            headers,
            body,
            secret,
            ..
        } = one(name);
        match platform.verify(&connection(&[&secret.unwrap()]), &headers, &body) {
            Ok(Notice::Delivery { order: told, .. }) => {
                assert_eq!(
                    told.as_ref().map(retail::ShopOrderId::as_str),
                    order,
                    "{name}"
                );
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn sign(secret: &str, body: &[u8]) -> String {
    use base64::Engine as _;
    use hmac::{KeyInit as _, Mac as _};

    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}
