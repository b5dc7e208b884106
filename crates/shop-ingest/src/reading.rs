//! A message of the inbox, opened and read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bus::{Address, Delivery, Reason};
use prost::Message as _;
use proto::connect::RawDelivery;
use service::seal::Keyring;
use shop::{Connection, Platform, Reading, Source};

use crate::connections::Connections;

/// A message delivered more often than this has taken the process down each time: it is laid aside.
/// Also the last attempt at a hint, which is postponed by redelivery.
pub(crate) const DELIVERIES_LIMIT: u64 = 10;

/// A delivery and what it says.
pub(crate) struct Read<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) origin: Origin,
    pub(crate) reading: Reading,
}

/// The delivery that an order came by.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) delivery_id: String,
    pub(crate) received_at: Option<prost_types::Timestamp>,
    pub(crate) topic: String,
}

/// Opens a message and asks the platform what it says. The error is a message that nobody can read,
/// now or later.
pub(crate) fn read<'a>(
    platform: &dyn Platform,
    connections: &'a Connections,
    keyring: &Keyring,
    message: &Delivery,
) -> Result<Read<'a>, Reason> {
    if message.delivered > DELIVERIES_LIMIT {
        let detail = format!("delivered {} times and never done", message.delivered);
        return Err(reason("delivered_too_often", detail));
    }
    let RawDelivery {
        delivery_id,
        retailer_id: _,
        connection_id: _,
        received_at,
        topic,
        order_id: _,
        sealed_body,
    } = RawDelivery::decode(message.payload.clone())
        .map_err(|error| reason("not_a_delivery", error.to_string()))?;
    let connection = connection(connections, message)?;
    // The seal holds only on the subject it was made for: a body cannot change connections.
    let body = keyring
        .open(message.subject.as_str().as_bytes(), &sealed_body)
        .map_err(|error| reason("does_not_open", error.to_string()))?;
    let source = Source::Delivery { topic: &topic };
    let reading = guarded(|| platform.read(connection, source, &body))?;
    Ok(Read {
        connection,
        origin: Origin {
            delivery_id,
            received_at,
            topic,
        },
        reading,
    })
}

/// A platform that panics over one payload must not take the others' orders with it.
pub(crate) fn guarded(read: impl FnOnce() -> Reading) -> Result<Reading, Reason> {
    catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| reason("panicked", "reading it panicked".to_owned()))
}

/// The subject says whose it is; the broker lets nobody else publish there.
fn connection<'a>(
    connections: &'a Connections,
    message: &Delivery,
) -> Result<&'a Connection, Reason> {
    match message.subject.address() {
        Ok(Address::Inbox { connection, .. }) => connections.get(connection).ok_or_else(|| {
            reason(
                "no_such_connection",
                format!("no connection {connection} here"),
            )
        }),
        Ok(_) | Err(_) => Err(reason(
            "not_an_inbox",
            format!("{} is no subject of an inbox", message.subject),
        )),
    }
}

fn reason(code: &'static str, detail: String) -> Reason {
    Reason { code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_panics_is_a_reason_and_no_crash() {
        let reason = guarded(|| panic!("for the test")).unwrap_err();
        assert_eq!(reason.code, "panicked");
        assert!(guarded(|| Reading::Nothing("fine")).is_ok());
    }
}
