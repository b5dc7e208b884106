//! The currency of each store, for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use retail::{ConnectionId, Currency};

/// How long a store's currency is known before it is asked for again. A store that changes its
/// currency gives no sign of it, and shows its old orders in the new one.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Most stores remembered. Beyond them all are asked again.
const STORES_LIMIT: usize = 10_000;

/// What was asked lately. An order names no currency, and asking for it with each order would halve
/// how many orders the shop's limit lets through.
#[derive(Default)]
pub(crate) struct Currencies(Mutex<HashMap<ConnectionId, (Currency, Timestamp)>>);

impl Currencies {
    pub(crate) fn get(&self, connection: ConnectionId, now: Timestamp) -> Option<Currency> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (currency, asked_at) = known.get(&connection)?;
        // A clock that went back makes nothing last longer.
        let age = now.duration_since(*asked_at);
        (!age.is_negative() && age < LIFETIME).then_some(*currency)
    }

    pub(crate) fn put(&self, connection: ConnectionId, currency: Currency, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= STORES_LIMIT {
            known.clear();
        }
        known.insert(connection, (currency, now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_known_for_a_while() {
        let currencies = Currencies::default();
        let connection = ConnectionId::new(uuid::Uuid::from_u128(7));
        let asked_at: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        assert_eq!(currencies.get(connection, asked_at), None);
        currencies.put(connection, Currency::EUR, asked_at);
        for (at, known) in [
            ("2026-01-05T09:00:00Z", true),
            ("2026-01-05T09:09:59Z", true),
            ("2026-01-05T09:10:00Z", false),
            ("2026-01-05T08:59:59Z", false),
        ] {
            let currency = currencies.get(connection, at.parse().unwrap());
            assert_eq!(currency.is_some(), known, "{at}");
        }
    }
}
