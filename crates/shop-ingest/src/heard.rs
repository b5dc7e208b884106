//! What webhooks have told lately: the gap detector must not call missed what waits for its shop, and people ask
//! when a shop was heard of last.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use retail::{ConnectionId, ShopOrderId};

/// Orders remembered, of all connections; the one told of first is forgotten first.
const ORDERS_LIMIT: usize = 20_000;

type Key = (ConnectionId, ShopOrderId);

/// Lives as long as the process: an order that was told to the ledger is known there, and one that was not is
/// still in the inbox and is read again.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    orders: Mutex<Orders>,
}

#[derive(Debug, Default)]
struct Orders {
    deliveries: HashMap<ConnectionId, Timestamp>,
    last: HashMap<Key, Timestamp>,
    /// By the time of their first telling.
    queue: VecDeque<Key>,
}

impl Heard {
    /// A webhook came.
    pub(crate) fn delivery(&self, connection: ConnectionId, now: Timestamp) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.deliveries.insert(connection, now);
    }

    /// When the last one came, since the start.
    pub(crate) fn last_delivery(&self, connection: ConnectionId) -> Option<Timestamp> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.deliveries.get(&connection).copied()
    }

    /// A webhook told of an order.
    pub(crate) fn of(&self, connection: ConnectionId, order: &ShopOrderId, now: Timestamp) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (connection, order.clone());
        if orders.last.insert(key.clone(), now).is_some() {
            return;
        }
        orders.queue.push_back(key);
        if orders.queue.len() > ORDERS_LIMIT
            && let Some(oldest) = orders.queue.pop_front()
        {
            orders.last.remove(&oldest);
        }
    }

    /// Whether one did at `at` or later.
    pub(crate) fn since(
        &self,
        connection: ConnectionId,
        order: &ShopOrderId,
        at: Timestamp,
    ) -> bool {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let last = orders.last.get(&(connection, order.clone()));
        last.is_some_and(|last| *last >= at)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const CONNECTION: ConnectionId = ConnectionId::new(Uuid::from_u128(1));

    fn order(number: usize) -> ShopOrderId {
        ShopOrderId::new(&number.to_string()).unwrap()
    }

    #[test]
    fn an_order_was_heard_of_since_or_not() {
        let heard = Heard::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        heard.of(CONNECTION, &order(1), at(100));
        heard.of(CONNECTION, &order(1), at(200));
        assert!(heard.since(CONNECTION, &order(1), at(200)));
        assert!(!heard.since(CONNECTION, &order(1), at(201)));
        assert!(!heard.since(CONNECTION, &order(2), at(0)));
        let other = ConnectionId::new(Uuid::from_u128(2));
        assert!(!heard.since(other, &order(1), at(0)));
    }

    #[test]
    fn the_memory_is_limited() {
        let heard = Heard::default();
        for number in 0..=ORDERS_LIMIT {
            heard.of(CONNECTION, &order(number), Timestamp::UNIX_EPOCH);
        }
        assert!(!heard.since(CONNECTION, &order(0), Timestamp::UNIX_EPOCH));
        assert!(heard.since(CONNECTION, &order(1), Timestamp::UNIX_EPOCH));
        assert_eq!(heard.orders.lock().unwrap().last.len(), ORDERS_LIMIT);
    }
}
