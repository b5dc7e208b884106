//! A message of the inbox, opened and read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bus::{Address, Delivery, Reason};
use jiff::Timestamp;
use prost::Message as _;
use proto::connect::RawDelivery;
use proto::convert::instant_from;
use retail::ShopOrderId;
use service::seal::Keyring;
use shop::{Connection, Platform, Reading, Source};

use crate::connections::Connections;
use crate::inbox::Came;
use crate::settled::settle;

/// A message that takes the process down comes again within seconds or minutes, each time. One that is
/// delivered more often than this, beyond what its age explains, is laid aside.
pub(crate) const DELIVERIES_LIMIT: u64 = 10;
/// What its age explains: a hint that finds no room is given back to the broker, in the long run once in
/// this time. So no hint is laid aside for being postponed, nor for the restarts of some days, while a
/// message that ends the process once a minute is laid aside within a quarter of an hour.
pub(crate) const GIVEN_BACK_EVERY: Duration = Duration::from_mins(5);

/// A delivery and what it says.
pub(crate) struct Read {
    pub(crate) connection: Arc<Connection>,
    pub(crate) origin: Origin,
    pub(crate) reading: Reading,
    /// What was read.
    pub(crate) body: Vec<u8>,
    /// It was kept, and somebody asked for it.
    pub(crate) is_released: bool,
}

/// The delivery that an order came by.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) delivery_id: String,
    pub(crate) received_at: Option<prost_types::Timestamp>,
    pub(crate) topic: String,
    pub(crate) came: Came,
}

/// Opens a message and asks the platform what it says. The error is a message that nobody can read,
/// now or later.
pub(crate) fn read(
    platform: &dyn Platform,
    connections: &Connections,
    keyring: &Keyring,
    message: &Delivery,
    now: Timestamp,
) -> Result<Read, Reason> {
    if is_delivered_too_often(message.delivered, age(message, now)) {
        let detail = format!("delivered {} times and never done", message.delivered);
        return Err(reason("delivered_too_often", detail));
    }
    let RawDelivery {
        delivery_id,
        retailer_id: _,
        connection_id: _,
        received_at,
        topic,
        order_id,
        sealed_body,
        origin,
        asked_at,
        released,
    } = RawDelivery::decode(message.payload.clone())
        .map_err(|error| reason("not_a_delivery", error.to_string()))?;
    let connection = connection(connections, message)?;
    // The seal holds only on the subject it was made for: a body cannot change connections.
    let body = keyring
        .open(message.subject.as_str().as_bytes(), &sealed_body)
        .map_err(|error| reason("does_not_open", error.to_string()))?;
    let came = came(origin, asked_at)?;
    let reading = match came {
        Came::Sent => {
            let source = Source::Delivery { topic: &topic };
            guarded(|| platform.read(&connection, source, &body))?
        }
        Came::Listed { asked_at } => {
            let reading = guarded(|| platform.read(&connection, Source::Fetched, &body))?;
            settle(reading, asked_at)
        }
        Came::Hinted { asked_at: _ } => Reading::Hint(
            ShopOrderId::new(&order_id).map_err(|error| reason("no_order", error.to_string()))?,
        ),
    };
    Ok(Read {
        connection,
        origin: Origin {
            delivery_id,
            received_at,
            topic,
            came,
        },
        reading,
        body,
        is_released: released,
    })
}

/// Whether only a crash explains how often a message was delivered.
pub(crate) fn is_delivered_too_often(delivered: u64, age: Duration) -> bool {
    let given_back = age.as_secs() / GIVEN_BACK_EVERY.as_secs();
    delivered > DELIVERIES_LIMIT + given_back
}

/// How long ago the broker stored a message.
pub(crate) fn age(message: &Delivery, now: Timestamp) -> Duration {
    let age = now.duration_since(message.published_at);
    Duration::try_from(age).unwrap_or_default()
}

/// A platform that panics over one payload must not take the others' orders with it.
pub(crate) fn guarded(read: impl FnOnce() -> Reading) -> Result<Reading, Reason> {
    catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| reason("panicked", "reading it panicked".to_owned()))
}

/// How it came, as far as this build knows.
fn came(origin: i32, asked_at: Option<prost_types::Timestamp>) -> Result<Came, Reason> {
    let asked_at = asked_at
        .map(|at| instant_from("asked_at", Some(at)))
        .transpose()
        .map_err(|error| reason("not_a_delivery", error.to_string()))?;
    Came::from_wire(origin, asked_at)
        .ok_or_else(|| reason("not_a_delivery", format!("origin {origin} is not known")))
}

/// The subject says whose it is; the broker lets nobody else publish there.
fn connection(connections: &Connections, message: &Delivery) -> Result<Arc<Connection>, Reason> {
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

    #[test]
    fn what_ends_the_process_again_and_again_is_delivered_too_often() {
        let minutes = Duration::from_mins;
        for (delivered, age, too_often) in [
            (10, minutes(0), false),
            (11, minutes(0), true),
            (11, minutes(4), true),
            (11, minutes(5), false),
            // Once a minute.
            (12, minutes(12), false),
            (13, minutes(13), true),
            // Within three days, restarts and all.
            (864 + 10, minutes(3 * 24 * 60), false),
            (864 + 11, minutes(3 * 24 * 60), true),
        ] {
            let is = is_delivered_too_often(delivered, age);
            assert_eq!(is, too_often, "{delivered} times in {age:?}");
        }
    }
}
