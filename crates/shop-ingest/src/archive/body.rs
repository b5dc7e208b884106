//! Bodies as they are archived: compressed, then sealed.

use std::sync::Arc;

use retail::ConnectionId;
use service::seal::{Keyring, SealError};

use crate::webhook::BODY_LIMIT_BYTES;

/// The compressor's own default: a third of the size of most orders, at hundreds of megabytes in a second.
const LEVEL: i32 = 3;

/// Makes and reads archived bodies.
#[derive(Clone)]
pub(crate) struct Bodies(pub(crate) Arc<Keyring>);

/// Why an archived body cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error(transparent)]
    Sealed(#[from] SealError),
    #[error("body cannot be compressed or decompressed: {0}")]
    Compressed(#[from] std::io::Error),
}

impl Bodies {
    pub(crate) fn archived(
        &self,
        connection: ConnectionId,
        delivery: &str,
        body: &[u8],
    ) -> Result<Vec<u8>, BodyError> {
        let compressed = zstd::bulk::compress(body, LEVEL)?;
        Ok(self.0.seal(&place(connection, delivery), &compressed))
    }

    pub(crate) fn opened(
        &self,
        connection: ConnectionId,
        delivery: &str,
        archived: &[u8],
    ) -> Result<Vec<u8>, BodyError> {
        let compressed = self.0.open(&place(connection, delivery), archived)?;
        Ok(zstd::bulk::decompress(&compressed, BODY_LIMIT_BYTES)?)
    }
}

/// A body cannot be passed off as another delivery's.
fn place(connection: ConnectionId, delivery: &str) -> Vec<u8> {
    format!("delivery/{connection}/{delivery}").into_bytes()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use service::Settings;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_body_comes_back_byte_for_byte_and_for_its_own_delivery_only() {
        let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        let settings = Settings::from_map([("COMPTOIR_SEAL_KEY", key)]);
        let bodies = Bodies(Arc::new(Keyring::from_settings(&settings).unwrap()));
        let of = |number| ConnectionId::new(Uuid::from_u128(number));
        for body in [
            Vec::new(),
            b"{\"id\":1}".to_vec(),
            vec![b' '; BODY_LIMIT_BYTES],
        ] {
            let archived = bodies.archived(of(1), "d1", &body).unwrap();
            assert!(archived.len() < body.len() + 100);
            assert_eq!(bodies.opened(of(1), "d1", &archived).unwrap(), body);
            assert!(bodies.opened(of(1), "d2", &archived).is_err());
            assert!(bodies.opened(of(2), "d1", &archived).is_err());
        }
    }
}
