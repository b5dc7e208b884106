//! The gap detector: changes that polling saw before any webhook told of them. They are fetched at once, as
//! all news is; whether the shop told of them as well is known only when the grace is over.

use std::time::Duration;

use shop::Connection;

use super::{Poller, before};
use crate::chore::Trouble;
use crate::store::Missed;

/// How long after polling saw a change a webhook may still tell of it. Shops send theirs within seconds, and
/// late ones within minutes.
pub(crate) const GRACE: Duration = Duration::from_mins(5);
/// What the clocks of a shop and of this machine may differ by.
const CLOCKS_DIFFER: Duration = Duration::from_mins(1);
/// Changes judged after a poll; the others after the next.
const CHANGES_AT_ONCE: u16 = 200;
/// How long a missed change is remembered, and counted.
const REMEMBERED: Duration = Duration::from_hours(90 * 24);

impl Poller {
    /// Judges the suspected changes whose grace is over.
    pub(super) async fn judge_gaps(&self, connection: &Connection) -> Result<(), Trouble> {
        let now = self.clock.now();
        let id = connection.id;
        let suspected = self
            .store
            .suspected(id, before(now, self.grace), CHANGES_AT_ONCE)
            .await?;
        for change in suspected {
            match self.was_told(connection, &change).await {
                Some(true) => self.store.cleared(id, &change).await?,
                Some(false) => {
                    self.store.confirmed(id, &change, now).await?;
                    self.meters.missed();
                    tracing::info!(connection = %id, order = %change.order, "no webhook told of a change");
                }
                // The ledger cannot be asked: after the next poll, perhaps.
                None => break,
            }
        }
        self.store
            .forget_missed(id, before(now, REMEMBERED))
            .await?;
        Ok(())
    }

    async fn was_told(&self, connection: &Connection, change: &Missed) -> Option<bool> {
        let Missed {
            order,
            modified_at,
            seen_at: _,
        } = change;
        // It may wait for the shop, and nobody but this process knows.
        if self
            .heard
            .since(connection.id, order, before(*modified_at, CLOCKS_DIFFER))
        {
            return Some(true);
        }
        self.ledger
            .was_told_by_the_shop(connection, order, *modified_at)
            .await
    }
}
