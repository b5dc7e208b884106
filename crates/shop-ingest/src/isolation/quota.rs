//! How many deliveries of one connection are taken, so that a flood stays its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use retail::ConnectionId;
use tokio::time::Instant;

use super::{Budget, Rate};

/// Deliveries a second of one connection, where the settings name no other number: three thousand a
/// minute, all day long.
pub(crate) const PER_SECOND: u32 = 50;
/// So many seconds' worth are taken at once: a flash sale of a thousand orders.
const BURST_S: u32 = 60;

/// The quotas of all connections. What is turned away was never acknowledged: the shop sends it again, or
/// polling finds the order.
#[derive(Debug)]
pub(crate) struct Quotas {
    rate: Rate,
    by_id: Mutex<HashMap<ConnectionId, Budget>>,
}

impl Quotas {
    pub(crate) fn new(per_second: u32) -> Self {
        let per_second = per_second.max(1);
        Self {
            rate: Rate {
                per_second,
                at_once: per_second.saturating_mul(BURST_S),
            },
            by_id: Mutex::default(),
        }
    }

    /// Whether a delivery would be taken, or how long it is until one will be: a flood is turned away by it
    /// before it is read.
    pub(crate) fn look(&self, id: ConnectionId) -> Result<(), Duration> {
        let by_id = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let mut budget = by_id.get(&id).cloned().unwrap_or_default();
        budget.take_now(self.rate, Instant::now())
    }

    /// Takes a delivery, or says how long it is until the next one will be taken. Only for deliveries that
    /// the shop has signed: nobody else can use up its quota.
    pub(crate) fn take(&self, id: ConnectionId) -> Result<(), Duration> {
        let mut by_id = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        let budget = by_id.entry(id).or_default();
        budget.take_now(self.rate, Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_turned_away_and_another_shop_is_not() {
        let quotas = Quotas::new(10);
        let [floods, well] = [1, 2].map(|id| ConnectionId::new(Uuid::from_u128(id)));
        for _ in 0..10 * BURST_S {
            assert_eq!(quotas.take(floods), Ok(()));
        }
        let wait = quotas.take(floods).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        assert_eq!(quotas.look(floods), Err(wait));
        assert_eq!(quotas.look(well), Ok(()));
        assert_eq!(quotas.take(floods), Err(wait), "a refusal uses nothing up");
        assert_eq!(quotas.take(well), Ok(()));
        tokio::time::sleep(wait).await;
        assert_eq!(quotas.take(floods), Ok(()));
    }
}
