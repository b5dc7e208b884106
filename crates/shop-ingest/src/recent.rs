//! An instant for each of the orders dealt with lately, within a limit.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use retail::{ConnectionId, ShopOrderId};

/// Orders remembered, of all connections; the one that came first is forgotten first.
const ORDERS_LIMIT: usize = 20_000;

type Key = (ConnectionId, ShopOrderId);

#[derive(Debug, Default)]
pub(crate) struct Recent {
    last: HashMap<Key, Timestamp>,
    /// By the time they came first.
    queue: VecDeque<Key>,
}

impl Recent {
    pub(crate) fn put(&mut self, connection: ConnectionId, order: &ShopOrderId, at: Timestamp) {
        let key = (connection, order.clone());
        if self.last.insert(key.clone(), at).is_some() {
            return;
        }
        self.queue.push_back(key);
        if self.queue.len() > ORDERS_LIMIT
            && let Some(oldest) = self.queue.pop_front()
        {
            self.last.remove(&oldest);
        }
    }

    pub(crate) fn of(&self, connection: ConnectionId, order: &ShopOrderId) -> Option<Timestamp> {
        self.last.get(&(connection, order.clone())).copied()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_newest_instant_counts_and_the_memory_is_limited() {
        let connection = ConnectionId::new(Uuid::from_u128(1));
        let order = |number: usize| ShopOrderId::new(&number.to_string()).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut recent = Recent::default();
        recent.put(connection, &order(0), at(1));
        recent.put(connection, &order(0), at(2));
        assert_eq!(recent.of(connection, &order(0)), Some(at(2)));
        let other = ConnectionId::new(Uuid::from_u128(2));
        assert_eq!(recent.of(other, &order(0)), None);
        for number in 1..=ORDERS_LIMIT {
            recent.put(connection, &order(number), at(3));
        }
        assert_eq!(recent.of(connection, &order(0)), None);
        assert_eq!(recent.of(connection, &order(1)), Some(at(3)));
        assert_eq!(recent.last.len(), ORDERS_LIMIT);
    }
}
