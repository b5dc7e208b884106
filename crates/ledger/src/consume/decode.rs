//! A message's bytes become a domain value, checked and opened.

use bytes::Bytes;
use jiff::Timestamp;
use prost::Message as _;
use proto::convert::{WireError, instant_from, order_from, outline_from, uuid_from};
use proto::order as wire;
use retail::{ConnectionId, Customer, ImportId, Order, RetailerId, ShopOrderId};
use service::seal::{Keyring, SealError};

use crate::decide::{Body, Delivery, Incoming, Refused};

/// Longest delivery id, in bytes: it is part of a key.
const DELIVERY_ID_LIMIT_BYTES: usize = 256;
/// Longer free texts (names, statuses, details) are cut, in bytes.
const TEXT_LIMIT_BYTES: usize = 2_000;
/// The first instant that is taken for one: PostgreSQL and protobuf both know it.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Why a message is nothing the ledger can work with. Trying again is no use.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// Not protobuf, or not of this shape.
    #[error("not an order message: {0}")]
    Malformed(#[from] prost::DecodeError),
    /// A field is missing or makes no sense.
    #[error(transparent)]
    Field(#[from] WireError),
    /// Retailer or connection are not those of the subject, which is what the sender was allowed to use.
    #[error("the message names another {0} than its subject")]
    NotItsSubject(&'static str),
    /// The customer cannot be opened.
    #[error("customer: {0}")]
    Sealed(#[from] SealError),
}

impl Undecodable {
    /// A short code to count by.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Field(_) => "bad_field",
            Self::NotItsSubject(_) => "not_its_subject",
            Self::Sealed(_) => "not_opened",
        }
    }
}

/// Decodes `payload`, which came on the subject of `retailer` and `connection`.
pub fn decode(
    keyring: &Keyring,
    retailer: RetailerId,
    connection: ConnectionId,
    payload: &Bytes,
) -> Result<Incoming, Undecodable> {
    let message = wire::OrderMessage::decode(payload.as_ref())?;
    let mut incoming = incoming_from(retailer, connection, message, |order| {
        open(keyring, connection, order)
    })?;
    if matches!(incoming.body, Body::Order { .. }) {
        incoming.kept = payload.clone();
    }
    Ok(incoming)
}

/// What a message says, but for the customer, who stays sealed: for those who only want to know what
/// would become of the order.
pub fn decode_unopened(
    retailer: RetailerId,
    connection: ConnectionId,
    message: wire::OrderMessage,
) -> Result<Incoming, Undecodable> {
    incoming_from(retailer, connection, message, |_| Ok(None))
}

/// Whom a kept message names: the order's id and the customer. `None` when it names nobody.
pub fn customer_of(
    keyring: &Keyring,
    connection: ConnectionId,
    message: &[u8],
) -> Result<Option<(String, Customer)>, Undecodable> {
    let message = wire::OrderMessage::decode(message)?;
    let Some(wire::order_message::Body::Order(order)) = message.body else {
        return Ok(None);
    };
    let customer = open(keyring, connection, &order)?;
    Ok(customer.map(|customer| (order.order_id, customer)))
}

/// A message as it came, but for the customer: it names nobody any more. What is no such message has none.
#[must_use]
pub fn without_customer(message: &[u8]) -> Vec<u8> {
    let Ok(mut stripped) = wire::OrderMessage::decode(message) else {
        return Vec::new();
    };
    if let Some(wire::order_message::Body::Order(order)) = &mut stripped.body {
        order.sealed_customer = Bytes::new();
    }
    stripped.encode_to_vec()
}

fn incoming_from(
    retailer: RetailerId,
    connection: ConnectionId,
    message: wire::OrderMessage,
    customer_of: impl FnOnce(&wire::Order) -> Result<Option<Customer>, Undecodable>,
) -> Result<Incoming, Undecodable> {
    let wire::OrderMessage {
        retailer_id,
        connection_id,
        delivery,
        body,
        import_id,
    } = message;
    if uuid_from("retailer_id", &retailer_id)? != retailer.uuid() {
        return Err(Undecodable::NotItsSubject("retailer"));
    }
    if uuid_from("connection_id", &connection_id)? != connection.uuid() {
        return Err(Undecodable::NotItsSubject("connection"));
    }
    let delivery = delivery_from(delivery.ok_or(WireError::Missing("delivery"))?)?;
    let body = match body.ok_or(WireError::Missing("body"))? {
        wire::order_message::Body::Order(order) => {
            let customer = customer_of(&order)?;
            let mut order = order_from(connection, *order, customer)?;
            tidy(&mut order)?;
            let email = order.customer.as_ref().and_then(Customer::key);
            Body::Order {
                order: Box::new(order),
                email,
            }
        }
        wire::order_message::Body::Refused(refused) => Body::Refused(refused_from(refused)?),
    };
    Ok(Incoming {
        retailer,
        connection,
        delivery,
        kept: Bytes::new(),
        body,
        import: match import_id.as_str() {
            "" => None,
            id => Some(ImportId::new(uuid_from("import_id", id)?)),
        },
    })
}

fn delivery_from(delivery: wire::Delivery) -> Result<Delivery, WireError> {
    let wire::Delivery {
        delivery_id,
        received_at,
        topic,
    } = delivery;
    let sound = !delivery_id.is_empty()
        && delivery_id.len() <= DELIVERY_ID_LIMIT_BYTES
        && !delivery_id.chars().any(char::is_control);
    if !sound {
        return Err(WireError::invalid(
            "delivery.delivery_id",
            "not 1 to 256 printable bytes",
        ));
    }
    Ok(Delivery {
        id: delivery_id,
        topic: storable(topic),
        received_at: keepable(
            "delivery.received_at",
            instant_from("delivery.received_at", received_at)?,
        )?,
    })
}

fn refused_from(refused: wire::Refused) -> Result<Refused, WireError> {
    let wire::Refused {
        order_id,
        reason,
        detail,
        outline,
    } = refused;
    let order = match order_id.as_str() {
        "" => None,
        text => Some(
            ShopOrderId::new(text)
                .map_err(|error| WireError::invalid("refused.order_id", error))?,
        ),
    };
    let mut outline = outline.map(outline_from).transpose()?.map(Box::new);
    if let Some(outline) = &mut outline {
        outline.version.modified_at = keepable("outline.modified_at", outline.version.modified_at)?;
        outline.placed_at = outline
            .placed_at
            .map(|at| keepable("outline.placed_at", at))
            .transpose()?;
    }
    Ok(Refused {
        order,
        reason: storable(reason),
        detail: storable(detail),
        outline,
    })
}

fn open(
    keyring: &Keyring,
    connection: ConnectionId,
    order: &wire::Order,
) -> Result<Option<Customer>, Undecodable> {
    if order.sealed_customer.is_empty() {
        return Ok(None);
    }
    let aad = format!("{connection}/{}", order.order_id);
    let opened = keyring.open(aad.as_bytes(), &order.sealed_customer)?;
    let wire::Customer { email, name, phone } = wire::Customer::decode(opened.as_slice())?;
    Ok(Some(Customer {
        email: storable(email),
        name: storable(name),
        phone: storable(phone),
    }))
}

/// Makes everything storable that may be so made without changing what the order says: instants lose
/// what is below a microsecond, so that a version read back compares as it did; texts lose NUL and length.
fn tidy(order: &mut Order) -> Result<(), WireError> {
    order.version.modified_at = keepable("modified_at", order.version.modified_at)?;
    order.placed_at = keepable("placed_at", order.placed_at)?;
    order.shop_status = storable(std::mem::take(&mut order.shop_status));
    for line in &mut order.lines {
        line.name = storable(std::mem::take(&mut line.name));
    }
    for payment in &mut order.payments {
        payment.method = storable(std::mem::take(&mut payment.method));
        payment.paid_at = payment
            .paid_at
            .map(|at| keepable("payments.paid_at", at))
            .transpose()?;
    }
    Ok(())
}

fn keepable(field: &'static str, at: Timestamp) -> Result<Timestamp, WireError> {
    if at < FIRST_INSTANT {
        return Err(WireError::invalid(field, "before the year 1"));
    }
    Timestamp::from_microsecond(at.as_microsecond())
        .map_err(|error| WireError::invalid(field, error))
}

/// PostgreSQL stores no NUL.
fn storable(mut text: String) -> String {
    if text.contains('\0') {
        text = text.replace('\0', "\u{fffd}");
    }
    text.truncate(text.floor_char_boundary(TEXT_LIMIT_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_what_cannot_be_stored() {
        assert_eq!(storable("a\0b".to_owned()), "a\u{fffd}b");
        let long = "é".repeat(TEXT_LIMIT_BYTES);
        let cut = storable(long);
        assert!(cut.len() <= TEXT_LIMIT_BYTES && cut.ends_with('é'));
    }

    #[test]
    fn instants_lose_what_the_database_would_lose() {
        let at: Timestamp = "2026-11-21T19:52:29.123456789Z".parse().unwrap();
        let kept = keepable("at", at).unwrap();
        assert_eq!(kept.to_string(), "2026-11-21T19:52:29.123456Z");
        assert!(keepable("at", Timestamp::MIN).is_err());
        assert!(keepable("at", FIRST_INSTANT).is_ok());
    }
}
