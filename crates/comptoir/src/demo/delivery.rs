use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::captures::Capture;

/// Largest answer read.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;
/// The header whose value proves the sender.
const SIGNATURE: &str = "x-wc-webhook-signature";

/// A capture made ready for one of our connections: only the address and the signature differ from
/// what the shop sent.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    address: SocketAddr,
    request: Vec<u8>,
    is_signed: bool,
}

impl Delivery {
    /// `path` is the connection's; `secret` is what its deliveries are signed with.
    pub(super) fn new(capture: Capture, address: SocketAddr, path: &str, secret: &str) -> Self {
        let Capture { head, body } = capture;
        let mut request = format!("POST {path} HTTP/1.1\r\n");
        let mut is_signed = false;
        for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
            let name = line.split(':').next().unwrap_or_default();
            let line = if name.eq_ignore_ascii_case("host") {
                format!("{name}: {address}")
            } else if name.eq_ignore_ascii_case(SIGNATURE) {
                is_signed = true;
                format!("{name}: {}", sign(body, secret))
            } else {
                line.to_owned()
            };
            request.push_str(&line);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        let mut request = request.into_bytes();
        request.extend_from_slice(body);
        Self {
            address,
            request,
            is_signed,
        }
    }

    /// The same with one bit of the body turned: what a forger's would look like. `None` for a
    /// delivery that shops do not sign.
    pub(super) fn forged(&self) -> Option<Self> {
        let mut forged = self.clone();
        *forged.request.last_mut()? ^= 1;
        self.is_signed.then_some(forged)
    }

    /// Sends it over a connection of its own, as shops do, and returns the status.
    pub(super) async fn send(&self) -> io::Result<u16> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&self.request).await?;
        let mut answer = Vec::new();
        stream
            .take(MAX_ANSWER_BYTES)
            .read_to_end(&mut answer)
            .await?;
        let status = answer
            .split(|byte| *byte == b' ')
            .nth(1)
            .and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
        status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no HTTP answer"))
    }
}

/// HMAC-SHA256 over the raw bytes, in base64.
fn sign(body: &[u8], secret: &str) -> String {
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map(|mac| BASE64_STANDARD.encode(mac.chain_update(body).finalize().into_bytes()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::captures::CAPTURES;

    #[test]
    fn a_delivery_signed_with_the_shops_own_secret_is_what_the_shop_sent() {
        let capture = CAPTURES
            .into_iter()
            .flatten()
            .find(|capture| capture.head.contains("X-WC-Webhook-Topic: order.created"))
            .unwrap();
        let original = capture
            .head
            .lines()
            .find_map(|line| line.strip_prefix("X-WC-Webhook-Signature: "))
            .unwrap();
        assert_eq!(sign(capture.body, "secret-order-created"), original);
    }

    #[test]
    fn only_path_host_and_signature_differ() {
        let capture = CAPTURES[0][0];
        let address: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let delivery = Delivery::new(capture, address, "/hooks/c", "secret");
        let text = String::from_utf8(delivery.request.clone()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.as_bytes(), capture.body);
        let differing: Vec<(&str, &str)> = head
            .lines()
            .zip(capture.head.lines())
            .filter(|(ours, theirs)| ours != theirs)
            .collect();
        assert!(differing.len() <= 3, "{differing:?}");
        assert_eq!(head.lines().next(), Some("POST /hooks/c HTTP/1.1"));
        assert!(head.contains("\r\nHost: 127.0.0.1:1\r\n"));
        assert_eq!(
            delivery.forged().is_some(),
            head.contains("Webhook-Signature")
        );
    }
}
