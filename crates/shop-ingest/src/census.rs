//! The missing-order detector: everything that a shop lists, against what the ledger knows of it. Polling asks
//! for what changed lately and trusts what it did before; this trusts nothing, asks rarely, and asks for what is
//! missing as polling does.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use retail::ShopOrderId;
use service::clock::Clock;
use shop::{Connection, Listed, Listing, PageToken, Platform, Topic};
use tokio::time::timeout;

use crate::chore::{Chore, Trouble};
use crate::delivery_id::DeliveryId;
use crate::inbox::{Arrival, Came, Inbox};
use crate::isolation::Gate;
use crate::ledger::{Ledger, Standing};
use crate::poll::TOPIC;
use crate::store::{Counted, OrderCount, Store};

/// Between two counts of a connection, where no setting says otherwise.
pub(crate) const EVERY: Duration = Duration::from_hours(6);
/// How often it is looked whether a count is due: processes start and stop meanwhile.
const LOOK_EVERY: Duration = Duration::from_mins(15);
/// For one page.
const PAGE_TIMEOUT: Duration = Duration::from_mins(2);
/// Pages of one count; a shop with more is not counted.
const PAGES_LIMIT: usize = 100_000;

/// What orders are counted with.
pub(crate) struct Census {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) inbox: Inbox,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) every: Duration,
    /// How long a change may be on its way before it counts.
    pub(crate) grace: Duration,
}

/// Which orders of a shop are held against the ledger, and how one is judged that it does not know.
#[derive(Clone, Copy, Debug)]
struct Scope {
    placed_since: Timestamp,
    /// What changed later may be on its way.
    settled_before: Timestamp,
    /// Placed before it, an order is too old to be imported.
    too_old_before: Timestamp,
    is_automatic: bool,
}

/// What becomes of an order in the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Not counted this time.
    OnItsWay,
    Known(Standing),
    TooOld,
    Waiting,
    Missing,
}

impl Chore for Census {
    const NAME: &'static str = "census";

    fn every(&self) -> Duration {
        self.every.min(LOOK_EVERY)
    }

    async fn round(&self, connection: &Connection, gate: &Gate) -> Result<(), Trouble> {
        if !self.is_due(connection).await? {
            return Ok(());
        }
        let Some(scope) = self.scope(connection).await? else {
            return Ok(());
        };
        let mut orders = OrderCount::default();
        // Rows that move while they are paged are listed twice.
        let mut counted: HashSet<ShopOrderId> = HashSet::new();
        let mut after: Option<PageToken> = None;
        for _ in 0..PAGES_LIMIT {
            let allowance = self.platform.allowance(connection);
            gate.pass_last(&allowance, allowance.changed_page).await;
            // What was placed since then has changed since then: one listing is enough, and the cheaper one.
            let listing = Listing::Changed {
                since: scope.placed_since,
            };
            let asking = self.platform.list(connection, listing, after.as_ref());
            let page = timeout(PAGE_TIMEOUT, asking).await;
            let page = page.map_err(|_| Trouble::Silent {
                limit: PAGE_TIMEOUT,
            })??;
            let mut listed = page.orders;
            listed.retain(|listed| {
                // In whole seconds, as shops date what they do.
                let is_ours = listed.placed_at.as_second() >= scope.placed_since.as_second();
                is_ours && !counted.contains(&listed.order)
            });
            let missing = self
                .count(connection, scope, &listed, &mut orders, &mut counted)
                .await?;
            try_join_all(
                missing
                    .into_iter()
                    .map(|listed| self.ask_for(connection, listed)),
            )
            .await?;
            if page.next.is_none() {
                return self.keep(connection, scope, orders).await;
            }
            if page.next == after {
                return Err(Trouble::Repeats);
            }
            after = page.next;
        }
        Err(Trouble::Repeats)
    }

    async fn failed(&self, connection: &Connection, trouble: &Trouble) {
        // Polling meets the same trouble and tells people; the last count says when it was made.
        tracing::debug!(connection = %connection.id, error = %trouble, "orders are not counted");
    }
}

impl Census {
    async fn is_due(&self, connection: &Connection) -> Result<bool, Trouble> {
        let last = self.store.last_order_count(connection.id).await?;
        let since = match last {
            Some(counted) => counted.at,
            None => self.store.poll_state(connection.id).await?.followed_from,
        };
        let every = SignedDuration::try_from(self.every).unwrap_or(SignedDuration::MAX);
        Ok(self.clock.now().duration_since(since) >= every)
    }

    /// `None` for a connection that is not there any more.
    async fn scope(&self, connection: &Connection) -> Result<Option<Scope>, Trouble> {
        let Some(stored) = self.store.connection(connection.id).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let grace = SignedDuration::try_from(self.grace).unwrap_or(SignedDuration::MAX);
        let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let age_limit = self.platform.import_rules().age_limit;
        Ok(Some(Scope {
            placed_since: self.store.orders_since(connection.id).await?,
            settled_before: before(grace),
            too_old_before: age_limit.map_or(Timestamp::MIN, before),
            is_automatic: stored.settings.is_automatic,
        }))
    }

    /// Counts the orders of a page, and gives those that are missing.
    async fn count<'a>(
        &self,
        connection: &Connection,
        scope: Scope,
        listed: &'a [Listed],
        orders: &mut OrderCount,
        counted: &mut HashSet<ShopOrderId>,
    ) -> Result<Vec<&'a Listed>, Trouble> {
        let ids: Vec<&ShopOrderId> = listed.iter().map(|listed| &listed.order).collect();
        let known = self.ledger.standings(connection, &ids).await;
        let known = known.ok_or(Trouble::Ledger(tonic::Code::Unavailable))?;
        let mut missing = Vec::new();
        for listed in listed {
            let verdict = judge(listed, known.get(&listed.order).copied(), scope);
            let count = match verdict {
                Verdict::OnItsWay => continue,
                Verdict::Known(Standing::Sale) => &mut orders.sales,
                Verdict::Known(Standing::Parked) => &mut orders.parked,
                Verdict::Known(Standing::NotImported) => &mut orders.not_imported,
                Verdict::TooOld => &mut orders.too_old,
                Verdict::Waiting => &mut orders.waiting,
                Verdict::Missing => {
                    missing.push(listed);
                    &mut orders.missing
                }
            };
            if counted.insert(listed.order.clone()) {
                *count += 1;
            }
        }
        Ok(missing)
    }

    /// Puts a missing order into the inbox, to be fetched like one that polling found.
    async fn ask_for(&self, connection: &Connection, listed: &Listed) -> Result<(), Trouble> {
        tracing::warn!(connection = %connection.id, order = %listed.order, "an order of the shop was missing");
        let id = DeliveryId::polled(connection.id, &listed.order, listed.modified_at, None);
        let arrival = Arrival {
            id: &id,
            connection,
            topic: Topic::new(TOPIC).expect("the constant is a topic"),
            order: Some(listed.order.clone()),
            came: Came::Hinted { asked_at: None },
            received_at: self.clock.now(),
            body: &[],
        };
        self.inbox.keep(arrival).await.map_err(Trouble::Broker)?;
        Ok(())
    }

    async fn keep(
        &self,
        connection: &Connection,
        scope: Scope,
        orders: OrderCount,
    ) -> Result<(), Trouble> {
        let counted = Counted {
            at: self.clock.now(),
            placed_since: scope.placed_since,
            orders,
        };
        self.store.orders_counted(connection.id, &counted).await?;
        Ok(())
    }
}

fn judge(listed: &Listed, known: Option<Standing>, scope: Scope) -> Verdict {
    match known {
        Some(standing) => Verdict::Known(standing),
        None if listed.modified_at >= scope.settled_before => Verdict::OnItsWay,
        None if listed.placed_at < scope.too_old_before => Verdict::TooOld,
        None if !scope.is_automatic => Verdict::Waiting,
        None => Verdict::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i8) -> Timestamp {
        format!("2026-11-{day:02}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn r_06_an_order_that_the_ledger_does_not_know_is_missing_unless_there_is_a_reason() {
        let listed = |placed_at, modified_at| Listed {
            order: ShopOrderId::new("7").unwrap(),
            placed_at,
            modified_at,
            body: None,
        };
        let scope = Scope {
            placed_since: at(1),
            settled_before: at(20),
            too_old_before: at(5),
            is_automatic: true,
        };
        let by_hand = Scope {
            is_automatic: false,
            ..scope
        };
        let old = listed(at(4), at(19));
        let new = listed(at(10), at(19));
        let fresh = listed(at(10), at(20));
        for (listed, known, scope, expected) in [
            (&new, None, scope, Verdict::Missing),
            (&new, None, by_hand, Verdict::Waiting),
            (&fresh, None, scope, Verdict::OnItsWay),
            (&old, None, scope, Verdict::TooOld),
            (&old, None, by_hand, Verdict::TooOld),
            (
                &old,
                Some(Standing::Sale),
                scope,
                Verdict::Known(Standing::Sale),
            ),
            (
                &fresh,
                Some(Standing::Parked),
                by_hand,
                Verdict::Known(Standing::Parked),
            ),
        ] {
            assert_eq!(judge(listed, known, scope), expected, "{listed:?}");
        }
    }
}
