use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Connection, LiveSecrets, Platform, Refused};

/// A genuine delivery to the connection it is checked with.
#[derive(Clone, Debug)]
pub struct Delivered<'a> {
    pub name: &'a str,
    pub headers: HeaderMap,
    pub body: &'a [u8],
}

/// How much of a delivery the platform's signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    Body,
    /// Only what names the event: the body is a hint, whatever it says.
    EventOnly,
}

/// Bytes of one body that are changed, one at a time, at most.
const CHANGES: usize = 64;

/// Checks, of every delivery, that
/// - it is taken, also when its secret is the second of two;
/// - with any secret but the shop's it is refused;
/// - without any one of its headers, or with one changed, it is taken as it was or refused, and for at least one it is refused;
/// - with any byte of its body changed it is refused, where the signature covers the body.
pub fn signatures(
    platform: &dyn Platform,
    connection: &Connection,
    signed: Signed,
    other_secret: &SecretString,
    deliveries: &[Delivered<'_>],
) {
    assert!(!deliveries.is_empty(), "nothing to verify");
    let secret = || {
        let first = connection.secrets.iter().next();
        first.expect("a connection has a secret").clone()
    };
    assert_ne!(secret().expose_secret(), other_secret.expose_secret());
    let second = with(connection, vec![other_secret.clone(), secret()]);
    let foreign = with(connection, vec![other_secret.clone()]);
    for delivery in deliveries {
        let Delivered {
            name,
            headers,
            body,
        } = delivery;
        let notice = platform.verify(connection, headers, body);
        assert!(notice.is_ok(), "{name}: a genuine delivery: {notice:?}");
        assert_eq!(
            platform.verify(&second, headers, body),
            notice,
            "{name}: signed with the second secret"
        );
        assert_eq!(
            platform.verify(&foreign, headers, body),
            Err(Refused::NotAuthentic),
            "{name}: signed with another shop's secret"
        );
        let mut refused = 0;
        for changed in changed_headers(headers) {
            let outcome = platform.verify(connection, &changed, body);
            refused += usize::from(outcome == Err(Refused::NotAuthentic));
        }
        assert!(refused > 0, "{name}: no header matters");
        if signed == Signed::Body {
            bodies(platform, connection, delivery);
        }
    }
}

fn bodies(platform: &dyn Platform, connection: &Connection, delivery: &Delivered<'_>) {
    let mut body = delivery.body.to_vec();
    for at in (0..body.len()).step_by((body.len() / CHANGES).max(1)) {
        body[at] ^= 1;
        assert_eq!(
            platform.verify(connection, &delivery.headers, &body),
            Err(Refused::NotAuthentic),
            "{}: byte {at} changed",
            delivery.name
        );
        body[at] ^= 1;
    }
    body.push(b' ');
    assert_eq!(
        platform.verify(connection, &delivery.headers, &body),
        Err(Refused::NotAuthentic),
        "{}: a blank more",
        delivery.name
    );
}

/// Each header left out, and each with its first byte changed.
fn changed_headers(headers: &HeaderMap) -> Vec<HeaderMap> {
    let mut all = Vec::new();
    for name in headers.keys() {
        let mut without = headers.clone();
        let value = without.remove(name).expect("its name was just given");
        all.push(without.clone());
        let mut bytes = value.as_bytes().to_vec();
        if let Some(first) = bytes.first_mut() {
            *first = if *first == b'A' { b'B' } else { b'A' };
        }
        without.insert(
            name.clone(),
            HeaderValue::from_bytes(&bytes).expect("a letter fits everywhere"),
        );
        all.push(without);
    }
    all
}

fn with(connection: &Connection, secrets: Vec<SecretString>) -> Connection {
    Connection {
        secrets: LiveSecrets::new(secrets).expect("one or two secrets"),
        ..connection.clone()
    }
}
