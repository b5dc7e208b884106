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
    ActionKey, AuditKey, ChangeKey, EntryKey, HeldKey, KitKey, LevelKey, ParkedKeyView, ProductKey,
    SaleKey, SessionKey, StockTakeKey, StockTakeLineKey,
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

fn take_i64(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    Some((i64::from_be_bytes(*number), rest))
}

fn take_uuid(bytes: &[u8]) -> Option<(Uuid, &[u8])> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    Some((Uuid::from_bytes(*id), rest))
}

/// Of what is listed by an instant and an id.
fn write_moment(at: Timestamp, id: Uuid, bytes: &mut Vec<u8>) {
    bytes.extend(at.as_microsecond().to_be_bytes());
    bytes.extend(id.as_bytes());
}

fn read_moment(bytes: &[u8]) -> Option<(Timestamp, Uuid)> {
    let (at, bytes) = take_i64(bytes)?;
    let (id, rest) = take_uuid(bytes)?;
    let at = Timestamp::from_microsecond(at).ok()?;
    rest.is_empty().then_some((at, id))
}

impl Place for SaleKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { placed_at, sale } = self;
        write_moment(*placed_at, *sale, bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (placed_at, sale) = read_moment(bytes)?;
        Some(Self { placed_at, sale })
    }
}

impl Place for SessionKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { opened_at, session } = self;
        write_moment(*opened_at, *session, bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (opened_at, session) = read_moment(bytes)?;
        Some(Self { opened_at, session })
    }
}

impl Place for EntryKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { recorded_at, entry } = self;
        write_moment(*recorded_at, *entry, bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (recorded_at, entry) = read_moment(bytes)?;
        Some(Self { recorded_at, entry })
    }
}

impl Place for StockTakeKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { started_at, take } = self;
        write_moment(*started_at, *take, bytes);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (started_at, take) = read_moment(bytes)?;
        Some(Self { started_at, take })
    }
}

impl Place for StockTakeLineKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { sku, item } = self;
        bytes.extend(item.as_bytes());
        bytes.extend(sku.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (item, sku) = take_uuid(bytes)?;
        Some(Self {
            sku: text(sku)?,
            item,
        })
    }
}

impl Place for AuditKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self {
            done_at,
            request,
            subject,
        } = self;
        bytes.extend(done_at.as_microsecond().to_be_bytes());
        bytes.extend(request.as_bytes());
        bytes.extend(subject.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (done_at, bytes) = take_i64(bytes)?;
        let (request, subject) = take_uuid(bytes)?;
        Some(Self {
            done_at: Timestamp::from_microsecond(done_at).ok()?,
            request,
            subject: text(subject)?,
        })
    }
}

impl Place for ChangeKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { xid, sale } = self;
        bytes.extend(xid.to_be_bytes());
        bytes.extend(sale.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (xid, bytes) = take_i64(bytes)?;
        let (sale, rest) = take_uuid(bytes)?;
        rest.is_empty().then_some(Self { xid, sale })
    }
}

impl Place for LevelKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { sku, item, outlet } = self;
        bytes.extend(item.as_bytes());
        bytes.extend(outlet.as_bytes());
        bytes.extend(sku.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (item, bytes) = take_uuid(bytes)?;
        let (outlet, sku) = take_uuid(bytes)?;
        Some(Self {
            sku: text(sku)?,
            item,
            outlet,
        })
    }
}

impl Place for KitKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self { sku, item } = self;
        bytes.extend(item.as_bytes());
        bytes.extend(sku.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (item, sku) = take_uuid(bytes)?;
        Some(Self {
            sku: text(sku)?,
            item,
        })
    }
}

impl Place for ProductKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self {
            sku,
            item,
            currency,
        } = self;
        bytes.extend(item.as_bytes());
        bytes.extend(currency.as_bytes());
        bytes.push(0);
        bytes.extend(sku.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (item, texts) = take_uuid(bytes)?;
        let middle = texts.iter().position(|byte| *byte == 0)?;
        let (currency, sku) = texts.split_at(middle);
        Some(Self {
            sku: text(sku.get(1..)?)?,
            item,
            currency: text(currency)?,
        })
    }
}

/// A movement's own id.
impl Place for Uuid {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = take_uuid(bytes)?;
        rest.is_empty().then_some(id)
    }
}

impl Place for ParkedKeyView {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self {
            last_parked_at,
            connection,
            kind,
            key,
        } = self;
        bytes.extend(last_parked_at.as_microsecond().to_be_bytes());
        bytes.extend(connection.as_bytes());
        bytes.extend(kind.as_bytes());
        bytes.push(0);
        bytes.extend(key.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (last_parked_at, bytes) = take_i64(bytes)?;
        let (connection, texts) = take_uuid(bytes)?;
        let middle = texts.iter().position(|byte| *byte == 0)?;
        let (kind, key) = texts.split_at(middle);
        Some(Self {
            last_parked_at: Timestamp::from_microsecond(last_parked_at).ok()?,
            connection,
            kind: text(kind)?,
            key: text(key.get(1..)?)?,
        })
    }
}

impl Place for HeldKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self {
            last_held_at,
            connection,
            order,
        } = self;
        bytes.extend(last_held_at.as_microsecond().to_be_bytes());
        bytes.extend(connection.as_bytes());
        bytes.extend(order.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (last_held_at, bytes) = take_i64(bytes)?;
        let (connection, order) = take_uuid(bytes)?;
        Some(Self {
            last_held_at: Timestamp::from_microsecond(last_held_at).ok()?,
            connection,
            order: text(order)?,
        })
    }
}

impl Place for ActionKey {
    fn write(&self, bytes: &mut Vec<u8>) {
        let Self {
            acted_at,
            request,
            connection,
            kind,
            key,
        } = self;
        bytes.extend(acted_at.as_microsecond().to_be_bytes());
        bytes.extend(request.as_bytes());
        bytes.extend(connection.as_bytes());
        bytes.extend(kind.as_bytes());
        bytes.push(0);
        bytes.extend(key.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (acted_at, bytes) = take_i64(bytes)?;
        let (request, bytes) = take_uuid(bytes)?;
        let (connection, texts) = take_uuid(bytes)?;
        let middle = texts.iter().position(|byte| *byte == 0)?;
        let (kind, key) = texts.split_at(middle);
        Some(Self {
            acted_at: Timestamp::from_microsecond(acted_at).ok()?,
            request,
            connection,
            kind: text(kind)?,
            key: text(key.get(1..)?)?,
        })
    }
}

/// A text that can be sent to the database.
fn text(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then(|| text.to_owned())
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
