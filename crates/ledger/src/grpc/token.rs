//! Page and resume tokens: opaque to callers, a place and what the place belongs to.
//!
//! A token is no secret and no right: all it can do is begin a page elsewhere. It carries a print of the
//! question it was given for, so that one of another question is refused instead of skipping rows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use tonic::Status;
use uuid::Uuid;

use super::error::bad_field;
use crate::store::{
    ActionKey, AuditKey, ChangeKey, EntryKey, HeldKey, KitKey, LevelKey, Mark, ParkedKeyView,
    ProductKey, SaleKey, SessionKey, StockTakeKey, StockTakeLineKey,
};

/// Tokens of another layout are refused.
const LAYOUT: u8 = 1;
const PRINT_BYTES: usize = 8;
/// Longer tokens are none of ours, in characters.
const LIMIT_CHARS: usize = 2_048;

/// A place that a token can hold.
pub trait Place: Sized {
    fn write(&self, bytes: &mut Vec<u8>);
    /// `None` when the bytes are not such a place.
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// What a token belongs to: the question without its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print([u8; PRINT_BYTES]);

impl Print {
    /// Of a request whose page size and token were cleared.
    pub fn of(request: &impl prost::Message) -> Self {
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, &request.encode_to_vec());
        let mut print = [0; PRINT_BYTES];
        print.copy_from_slice(&hash.as_bytes()[..PRINT_BYTES]);
        Self(print)
    }
}

/// The token for `place`.
pub fn write(print: Print, place: &impl Place) -> String {
    let mut bytes = vec![LAYOUT];
    bytes.extend(print.0);
    place.write(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place in `token`; `None` for an empty one.
pub fn read<P: Place>(field: &'static str, print: Print, token: &str) -> Result<Option<P>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let unknown = || bad_field(field, "is not a token given by this service");
    if token.len() > LIMIT_CHARS {
        return Err(unknown());
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| unknown())?;
    let (&layout, rest) = bytes.split_first().ok_or_else(unknown)?;
    let (found, place) = rest
        .split_first_chunk::<PRINT_BYTES>()
        .ok_or_else(unknown)?;
    if layout != LAYOUT {
        return Err(unknown());
    }
    if *found != print.0 {
        return Err(bad_field(field, "was given for another question"));
    }
    P::read(place).map(Some).ok_or_else(unknown)
}

/// What a place is made of.
trait Part: Sized {
    fn put(&self, bytes: &mut Vec<u8>);
    /// Takes it from the front; `None` when it is not there.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

impl Part for i64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_be_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (number, rest) = bytes.split_first_chunk::<8>()?;
        *bytes = rest;
        Some(Self::from_be_bytes(*number))
    }
}

/// To the microsecond, as the database keeps it.
impl Part for Timestamp {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.as_microsecond().put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_microsecond(i64::take(bytes)?).ok()
    }
}

impl Part for Uuid {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.as_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        *bytes = rest;
        Some(Self::from_bytes(*id))
    }
}

/// Up to a NUL, which the database cannot hold in a text, or to the end.
impl Part for String {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.as_bytes());
        bytes.push(0);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(2, |byte| *byte == 0);
        let text = parts.next()?;
        *bytes = parts.next().unwrap_or_default();
        std::str::from_utf8(text).ok().map(str::to_owned)
    }
}

/// A key is written part by part, in the order given.
macro_rules! place {
    ($key:ident { $($part:ident),+ }) => {
        impl Place for $key {
            fn write(&self, bytes: &mut Vec<u8>) {
                $(self.$part.put(bytes);)+
            }

            fn read(mut bytes: &[u8]) -> Option<Self> {
                $(let $part = Part::take(&mut bytes)?;)+
                bytes.is_empty().then_some(Self { $($part),+ })
            }
        }
    };
}

place!(ActionKey {
    acted_at,
    request,
    connection,
    kind,
    key
});
place!(AuditKey {
    done_at,
    request,
    subject
});
place!(ChangeKey { xid, sale });
place!(EntryKey { recorded_at, entry });
place!(HeldKey {
    last_held_at,
    connection,
    order
});
place!(KitKey { item, sku });
place!(LevelKey { item, outlet, sku });
place!(Mark {
    at,
    unapplied,
    snapshot
});
place!(ParkedKeyView {
    last_parked_at,
    connection,
    kind,
    key
});
place!(ProductKey {
    item,
    currency,
    sku
});
place!(SaleKey { placed_at, sale });
place!(SessionKey { opened_at, session });
place!(StockTakeKey { started_at, take });
place!(StockTakeLineKey { item, sku });

/// A movement's own id.
impl Place for Uuid {
    fn write(&self, bytes: &mut Vec<u8>) {
        self.put(bytes);
    }

    fn read(mut bytes: &[u8]) -> Option<Self> {
        let id = Part::take(&mut bytes)?;
        bytes.is_empty().then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &str) -> Print {
        Print::of(&proto::ledger::VerifyRequest {
            retailer_id: text.to_owned(),
        })
    }

    fn there_and_back<P: Place + PartialEq + std::fmt::Debug>(place: &P) {
        let token = write(print("a"), place);
        assert_eq!(
            read::<P>("page_token", print("a"), &token)
                .unwrap()
                .as_ref(),
            Some(place)
        );
        assert!(
            read::<P>("page_token", print("b"), &token).is_err(),
            "another question's"
        );
    }

    #[test]
    fn places_go_there_and_back() {
        let id = Uuid::from_u128(7);
        let at: Timestamp = "2026-11-21T19:52:29.000001Z".parse().unwrap();
        there_and_back(&SaleKey {
            placed_at: at,
            sale: id,
        });
        there_and_back(&EntryKey {
            recorded_at: at,
            entry: id,
        });
        there_and_back(&StockTakeKey {
            started_at: at,
            take: id,
        });
        there_and_back(&StockTakeLineKey {
            sku: "TS-001 é".to_owned(),
            item: id,
        });
        there_and_back(&ChangeKey { xid: -1, sale: id });
        there_and_back(&id);
        there_and_back(&LevelKey {
            sku: "TS-001 é".to_owned(),
            item: id,
            outlet: id,
        });
        there_and_back(&ProductKey {
            sku: "TS-001 é".to_owned(),
            item: id,
            currency: "CAD".to_owned(),
        });
        there_and_back(&ParkedKeyView {
            last_parked_at: at,
            connection: id,
            kind: "order".to_owned(),
            key: "25".to_owned(),
        });
        there_and_back(&HeldKey {
            last_held_at: at,
            connection: id,
            order: "25".to_owned(),
        });
        there_and_back(&ActionKey {
            acted_at: at,
            request: id,
            connection: id,
            kind: "sku".to_owned(),
            key: "TS-001 é".to_owned(),
        });
    }

    #[test]
    fn anything_else_is_refused() {
        for token in ["x", "!!", "AQ", &"A".repeat(LIMIT_CHARS + 1)] {
            let refused = read::<SaleKey>("page_token", print("a"), token).unwrap_err();
            assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{token}");
        }
        assert!(
            read::<SaleKey>("page_token", print("a"), "")
                .unwrap()
                .is_none()
        );
    }
}
