//! What waits for all shops: they take turns, and share a limited room.

use std::collections::{HashMap, VecDeque};

use retail::ConnectionId;
use tokio::time::Instant;

use super::shop_queue::{Added, Job, ShopQueue};

/// Orders of one connection that wait here. More hints are given back to the broker for a while.
const ORDERS_PER_SHOP: usize = 200;
/// The same for all connections together: half of what the broker lets be unacknowledged.
const ORDERS_IN_ALL: usize = 1_000;

/// The queues of all shops for which something waits.
#[derive(Debug)]
pub(super) struct Shops<H> {
    queues: HashMap<ConnectionId, ShopQueue<H>>,
    /// Every connection of `queues` once; the first has waited longest for a turn.
    turns: VecDeque<ConnectionId>,
}

impl<H> Shops<H> {
    pub(super) fn new() -> Self {
        Self {
            queues: HashMap::new(),
            turns: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, connection: ConnectionId, job: Job<H>) -> Added<H> {
        let in_all: usize = self.queues.values().map(ShopQueue::orders).sum();
        let shop = self.shop(connection);
        let has_room = in_all < ORDERS_IN_ALL && shop.orders() < ORDERS_PER_SHOP;
        shop.add(job, has_room)
    }

    /// The next question of the shop whose turn it is, of those that can be asked now.
    pub(super) fn next(&mut self, now: Instant) -> Option<(ConnectionId, Job<H>)> {
        for _ in 0..self.turns.len() {
            let connection = self.turns.pop_front()?;
            self.turns.push_back(connection);
            if let Some(job) = self.queues.get_mut(&connection)?.next(now) {
                return Some((connection, job));
            }
        }
        None
    }

    /// When there is a next question, if time alone brings it.
    pub(super) fn due(&self) -> Option<Instant> {
        self.queues.values().filter_map(ShopQueue::due).min()
    }

    pub(super) fn shop(&mut self, connection: ConnectionId) -> &mut ShopQueue<H> {
        self.queues.entry(connection).or_insert_with(|| {
            self.turns.push_back(connection);
            ShopQueue::default()
        })
    }

    pub(super) fn forget_idle(&mut self, now: Instant) {
        self.queues.retain(|_, shop| !shop.is_idle(now));
        self.turns.retain(|shop| self.queues.contains_key(shop));
    }

    /// What waits, but for the orders being asked for.
    pub(super) fn hints(&self) -> impl Iterator<Item = &H> {
        self.queues.values().flat_map(ShopQueue::hints)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use retail::ShopOrderId;
    use uuid::Uuid;

    use super::*;

    fn shop(id: u128) -> ConnectionId {
        ConnectionId::new(Uuid::from_u128(id))
    }

    /// The hint's sequence is the order's number.
    fn job(order: u64) -> Job<u64> {
        Job::new(ShopOrderId::new(&order.to_string()).unwrap(), order, order)
    }

    #[test]
    fn shops_take_turns() {
        let now = Instant::now();
        let mut shops = Shops::new();
        for id in [1, 1, 1, 2, 2, 3] {
            let order = shops.hints().count() as u64;
            assert_eq!(shops.add(shop(id), job(order)), Added::Waits);
        }
        let mut asked = Vec::new();
        while let Some((connection, job)) = shops.next(now) {
            shops.shop(connection).answered(&job);
            asked.push(connection.uuid().as_u128());
        }
        assert_eq!(asked, [1, 2, 3, 1, 2, 1]);
    }

    #[test]
    fn a_shop_that_is_left_alone_holds_nobody_else() {
        let now = Instant::now();
        let mut shops = Shops::new();
        for (id, order) in [(1, 1), (1, 2), (2, 3)] {
            shops.add(shop(id), job(order));
        }
        let (away, asked) = shops.next(now).unwrap();
        assert_eq!(away, shop(1));
        let pause = Duration::from_mins(1);
        shops
            .shop(away)
            .asked_in_vain(asked, now, Some(pause), Duration::ZERO);
        let (other, asked) = shops.next(now).unwrap();
        assert_eq!(other, shop(2));
        assert!(shops.next(now).is_none());
        shops.shop(other).answered(&asked);
        assert_eq!(shops.due(), Some(now + pause));
        shops.forget_idle(now);
        assert_eq!(shops.next(now + pause).unwrap().0, away);
    }

    #[test]
    fn the_room_is_counted_in_orders_and_no_shop_takes_it_all() {
        let mut shops = Shops::new();
        let mut sequence = 0;
        for id in 1..=5 {
            for _ in 0..ORDERS_PER_SHOP {
                sequence += 1;
                assert_eq!(shops.add(shop(id), job(sequence)), Added::Waits);
            }
            assert_eq!(shops.add(shop(id), job(0)), Added::NoRoom(0), "shop {id}");
        }
        assert_eq!(sequence, ORDERS_IN_ALL as u64);
        assert_eq!(shops.add(shop(6), job(0)), Added::NoRoom(0), "all is full");
        assert_eq!(shops.hints().count(), ORDERS_IN_ALL);
        let again = Job::new(ShopOrderId::new("1").unwrap(), sequence + 1, sequence + 1);
        assert_eq!(shops.add(shop(1), again), Added::Covered(1));

        // The one being asked takes its room until it is answered.
        let now = Instant::now();
        let (first, asked) = shops.next(now).unwrap();
        assert_eq!(first, shop(1));
        assert_eq!(shops.add(shop(1), job(0)), Added::NoRoom(0));
        shops.shop(first).answered(&asked);
        assert_eq!(shops.add(shop(1), job(0)), Added::Waits);
    }

    #[test]
    fn shops_with_nothing_left_are_forgotten() {
        let now = Instant::now();
        let mut shops = Shops::new();
        shops.add(shop(1), job(1));
        shops.forget_idle(now);
        assert_eq!(shops.turns.len(), 1);
        let (_, asked) = shops.next(now).unwrap();
        shops.forget_idle(now);
        assert_eq!(shops.turns.len(), 1, "one is being asked");
        shops.shop(shop(1)).answered(&asked);
        shops.forget_idle(now);
        assert!(shops.turns.is_empty() && shops.queues.is_empty());
    }
}
