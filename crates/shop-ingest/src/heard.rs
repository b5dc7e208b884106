//! What webhooks have told lately: the gap detector must not call missed what waits for its shop, and people ask
//! when a shop was heard of last.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use retail::{ConnectionId, ShopOrderId};

use crate::recent::Recent;

/// Lives as long as the process: an order that was told to the ledger is known there, and one that was not is
/// still in the inbox and is read again.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    deliveries: HashMap<ConnectionId, Timestamp>,
    orders: Recent,
}

impl Heard {
    /// A webhook came.
    pub(crate) fn delivery(&self, connection: ConnectionId, now: Timestamp) {
        self.told().deliveries.insert(connection, now);
    }

    /// When the last one came, since the start.
    pub(crate) fn last_delivery(&self, connection: ConnectionId) -> Option<Timestamp> {
        self.told().deliveries.get(&connection).copied()
    }

    /// A webhook told of an order.
    pub(crate) fn of(&self, connection: ConnectionId, order: &ShopOrderId, now: Timestamp) {
        self.told().orders.put(connection, order, now);
    }

    /// Whether one did at `at` or later.
    pub(crate) fn since(
        &self,
        connection: ConnectionId,
        order: &ShopOrderId,
        at: Timestamp,
    ) -> bool {
        let last = self.told().orders.of(connection, order);
        last.is_some_and(|last| last >= at)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_order_was_heard_of_since_or_not() {
        let connection = ConnectionId::new(Uuid::from_u128(1));
        let order = |id: &str| ShopOrderId::new(id).unwrap();
        let heard = Heard::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        heard.of(connection, &order("1"), at(100));
        heard.of(connection, &order("1"), at(200));
        assert!(heard.since(connection, &order("1"), at(200)));
        assert!(!heard.since(connection, &order("1"), at(201)));
        assert!(!heard.since(connection, &order("2"), at(0)));
        assert_eq!(heard.last_delivery(connection), None);
        heard.delivery(connection, at(7));
        assert_eq!(heard.last_delivery(connection), Some(at(7)));
    }
}
