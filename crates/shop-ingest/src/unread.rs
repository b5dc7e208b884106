//! Which deliveries were accepted and are not read: what they say, the ledger does not know.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bus::{Bus, Durable, InfoError, subject};
use jiff::Timestamp;
use retail::{ConnectionId, PlatformCode};
use shop::Connection;
use tokio::time::Instant;

/// After this the broker has given back what a process before this one had taken.
const GIVEN_BACK_AFTER: Duration = Duration::from_secs(40);

/// What this process has taken from the inbox. A kept delivery (SH-1) is read.
#[derive(Debug)]
pub(crate) struct Unread {
    taken: Mutex<Taken>,
    began: Instant,
}

#[derive(Debug, Default)]
struct Taken {
    by_id: HashMap<ConnectionId, BTreeSet<(Timestamp, u64)>>,
    count: usize,
    last: u64,
    /// Up to which place in the inbox deliveries were taken.
    to: u64,
}

/// A delivery that is being read, until it is dropped.
#[derive(Debug)]
pub(crate) struct BeingRead {
    unread: Arc<Unread>,
    connection: ConnectionId,
    key: (Timestamp, u64),
}

impl Unread {
    /// All up to `handed_to` was taken before, by this process or by one before it.
    pub(crate) fn new(handed_to: u64) -> Self {
        let taken = Taken {
            to: handed_to,
            ..Taken::default()
        };
        Self {
            taken: Mutex::new(taken),
            began: Instant::now(),
        }
    }

    /// A delivery was taken from this place in the inbox, where it came then.
    pub(crate) fn begin(
        self: &Arc<Self>,
        connection: ConnectionId,
        place: u64,
        came: Timestamp,
    ) -> BeingRead {
        let mut taken = self.taken();
        taken.last += 1;
        taken.count += 1;
        taken.to = taken.to.max(place);
        let key = (came, taken.last);
        taken.by_id.entry(connection).or_default().insert(key);
        drop(taken);
        BeingRead {
            unread: Arc::clone(self),
            connection,
            key,
        }
    }

    /// When the oldest delivery of a connection came that is not read; `None`: there is none.
    pub(crate) async fn since(
        &self,
        bus: &Bus,
        inbox: &Durable,
        platform: &PlatformCode,
        connection: &Connection,
    ) -> Result<Option<Timestamp>, InfoError> {
        let subject = subject::inbox(platform, connection.retailer, connection.id);
        let taken_to = self.taken().to;
        let not_taken = bus.came_after(inbox, taken_to, &subject).await?;
        let here = self.oldest(connection.id);
        let elsewhere = self.with_another(bus, inbox).await?;
        let all = [not_taken, here, elsewhere];
        Ok(all.into_iter().flatten().min())
    }

    fn oldest(&self, connection: ConnectionId) -> Option<Timestamp> {
        let taken = self.taken();
        let (came, _) = taken.by_id.get(&connection)?.first()?;
        Some(*came)
    }

    /// What a process before this one had taken comes again after a while. Until then nobody knows whose it is.
    async fn with_another(
        &self,
        bus: &Bus,
        inbox: &Durable,
    ) -> Result<Option<Timestamp>, InfoError> {
        if self.began.elapsed() > GIVEN_BACK_AFTER {
            return Ok(None);
        }
        let with_all = bus.lag(inbox).await?.ack_pending;
        let here = self.taken().count as u64;
        if with_all <= here {
            return Ok(None);
        }
        bus.oldest_waiting(inbox).await
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for BeingRead {
    fn drop(&mut self) {
        let mut taken = self.unread.taken();
        taken.count -= 1;
        if let Some(deliveries) = taken.by_id.get_mut(&self.connection) {
            deliveries.remove(&self.key);
            if deliveries.is_empty() {
                taken.by_id.remove(&self.connection);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_oldest_counts_until_it_is_read() {
        let unread = Arc::new(Unread::new(5));
        let [one, other] = [1, 2].map(|id| ConnectionId::new(Uuid::from_u128(id)));
        let at = |second| Timestamp::from_second(second).unwrap();
        let (newer, older) = (unread.begin(one, 7, at(20)), unread.begin(one, 3, at(10)));
        let _twin = unread.begin(one, 6, at(20));
        assert_eq!(unread.taken().to, 7);
        assert_eq!(
            (unread.oldest(one), unread.oldest(other)),
            (Some(at(10)), None)
        );
        drop(older);
        assert_eq!(unread.oldest(one), Some(at(20)));
        drop(newer);
        assert_eq!(unread.oldest(one), Some(at(20)));
        assert_eq!(unread.taken().count, 1);
    }
}
