//! Asking shops what changed. Webhooks are hints; what the shop lists, compared with what the ledger knows, is
//! the truth about which orders there are.
//!
//! A listing asks for what changed since the last one began, with an overlap, page by page. What the ledger has
//! not heard of enters the inbox like a webhook does, and a page counts as asked for only when the broker has all
//! of it: a process that is killed asks for that page again, and the message ids and the ledger make the
//! repetition nothing.

mod gaps;
mod news;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bus::PublishError;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use service::clock::Clock;
use shop::{Connection, FetchError, Listed, Listing, Page, PageToken, Platform, Topic};
use tokio::time::{Instant, timeout};

use self::news::{News, judge};
use crate::chore::{Chore, Trouble};
use crate::delivery_id::DeliveryId;
use crate::heard::Heard;
use crate::inbox::{Arrival, Came, Inbox};
use crate::isolation::Gate;
use crate::ledger::Ledger;
use crate::meters::{Meters, Polled};
use crate::recent::Recent;
use crate::settled::settled;
use crate::store::{Store, Underway};
use crate::webhook::BODY_LIMIT_BYTES;

pub(crate) use gaps::GRACE;

/// Between two polls of a connection, where no setting says otherwise.
pub(crate) const EVERY: Duration = Duration::from_mins(1);
/// The topic of what polling found; no shop's own topic is like it.
pub(crate) const TOPIC: &str = "comptoir.poll";
/// How far a listing reaches back before the one before it began. Shops' changes show in their listings late:
/// indexes, caches, transactions that took their time, clocks that were set.
const OVERLAP: Duration = Duration::from_mins(10);
/// For one page.
const PAGE_TIMEOUT: Duration = Duration::from_mins(2);
/// Pages of one round; the next round goes on there.
const PAGES_AT_ONCE: usize = 500;
/// A listing that has not come to its end by then begins anew: its page token is no good any more.
const LISTING_PATIENCE: Duration = Duration::from_hours(6);

/// What shops are polled with.
pub(crate) struct Poller {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) inbox: Inbox,
    pub(crate) ledger: Ledger,
    pub(crate) heard: Arc<Heard>,
    /// The instants of the orders that polling told of since the start.
    pub(crate) told: Mutex<Recent>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) every: Duration,
    /// How long a webhook may come after polling saw the change.
    pub(crate) grace: Duration,
}

/// A listing on its way.
struct Walk {
    followed_from: Timestamp,
    since: Timestamp,
    /// What has been asked for at its end; known once the first page is here.
    to: Option<Timestamp>,
    began_at: Timestamp,
    after: Option<PageToken>,
}

/// A page, and the shop's clock at a moment before it was read.
struct Answer {
    page: Page,
    asked_at: Option<Timestamp>,
    /// How far the shop's clock is ahead of ours, as far as it is told.
    ahead: SignedDuration,
}

impl Chore for Poller {
    const NAME: &'static str = "poll";

    fn every(&self) -> Duration {
        self.every
    }

    async fn round(&self, connection: &Connection, gate: &Gate) -> Result<(), Trouble> {
        let mut walk = self.begin(connection).await?;
        for _ in 0..PAGES_AT_ONCE {
            let allowance = self.platform.allowance(connection);
            gate.pass(&allowance, allowance.changed_page).await;
            let Answer {
                page,
                asked_at,
                ahead,
            } = self.ask(connection, &walk).await?;
            let Page {
                orders,
                answered_at: _,
                next,
            } = page;
            let orders = since_linked(orders, walk.followed_from, ahead);
            self.take(connection, &orders, asked_at).await?;
            // By the earlier of the two clocks: one that is ahead for once must not make a gap.
            let to = walk.to.unwrap_or_else(|| {
                asked_at.map_or(walk.began_at, |asked_at| asked_at.min(walk.began_at))
            });
            let Some(next) = next else {
                let now = self.clock.now();
                self.store
                    .listing_ended(connection.id, to, walk.began_at, now)
                    .await?;
                self.meters.polled(Polled::Listing);
                return self.judge_gaps(connection).await;
            };
            if walk.after.as_ref() == Some(&next) {
                self.store.listing_dropped(connection.id).await?;
                return Err(Trouble::Repeats);
            }
            let underway = Underway {
                since: walk.since,
                to,
                began_at: walk.began_at,
                next,
            };
            self.store.listing_goes_on(connection.id, &underway).await?;
            walk.to = Some(to);
            walk.after = Some(underway.next);
        }
        Ok(())
    }

    async fn failed(&self, connection: &Connection, trouble: &Trouble) {
        self.meters.polled(Polled::Failed);
        let now = self.clock.now();
        let reason = trouble.to_string();
        if let Err(error) = self.store.poll_failed(connection.id, &reason, now).await {
            tracing::debug!(%error, "a failed poll is not remembered");
        }
    }
}

impl Poller {
    /// Goes on with the listing under way, or begins one.
    async fn begin(&self, connection: &Connection) -> Result<Walk, Trouble> {
        let now = self.clock.now();
        let state = self.store.poll_state(connection.id).await?;
        let patience = before(now, LISTING_PATIENCE);
        let walk = match state.underway {
            Some(Underway {
                since,
                to,
                began_at,
                next,
            }) if began_at > patience => Walk {
                followed_from: state.followed_from,
                since,
                to: Some(to),
                began_at,
                after: Some(next),
            },
            Some(_) | None => Walk {
                followed_from: state.followed_from,
                since: before(state.polled_to, OVERLAP),
                to: None,
                began_at: now,
                after: None,
            },
        };
        Ok(walk)
    }

    async fn ask(&self, connection: &Connection, walk: &Walk) -> Result<Answer, Trouble> {
        let listing = Listing::Changed { since: walk.since };
        let (began, now) = (Instant::now(), self.clock.now());
        let asking = self.platform.list(connection, listing, walk.after.as_ref());
        match timeout(PAGE_TIMEOUT, asking).await {
            Ok(Ok(page)) => {
                // The shop's clock when it answered, less the time that took: it was asked no earlier.
                let took = SignedDuration::try_from(began.elapsed()).unwrap_or(SignedDuration::MAX);
                let asked_at = page
                    .answered_at
                    .and_then(|answered_at| answered_at.checked_sub(took).ok());
                let ahead = asked_at.map(|asked_at| asked_at.duration_since(now));
                Ok(Answer {
                    page,
                    asked_at,
                    ahead: ahead.unwrap_or_default(),
                })
            }
            Ok(Err(error)) => {
                // Perhaps it is the page token that the shop does not understand any more.
                if walk.after.is_some()
                    && matches!(error, FetchError::Unreadable { .. } | FetchError::Gone)
                {
                    self.store.listing_dropped(connection.id).await?;
                }
                Err(error.into())
            }
            Err(_) => Err(Trouble::Silent {
                limit: PAGE_TIMEOUT,
            }),
        }
    }

    /// Puts into the inbox what the ledger has not heard of; returns when the broker has all of it.
    async fn take(
        &self,
        connection: &Connection,
        orders: &[Listed],
        asked_at: Option<Timestamp>,
    ) -> Result<(), Trouble> {
        if orders.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = orders.iter().map(|listed| &listed.order).collect();
        let known = self.ledger.known(connection, &ids).await;
        let mut unheard = Vec::new();
        let mut telling = Vec::new();
        for listed in orders {
            let told = self.told(|told| told.of(connection.id, &listed.order));
            match judge(listed, asked_at, known.as_ref(), told) {
                News::None => {
                    self.meters.polled(Polled::Known);
                    continue;
                }
                News::Again => self.meters.polled(Polled::Again),
                News::Unheard => {
                    self.meters.polled(Polled::Unheard);
                    unheard.push((&listed.order, listed.modified_at));
                }
            }
            telling.push(self.tell(connection, listed, asked_at));
        }
        // All at once: publishes that wait together are committed together.
        try_join_all(telling).await?;
        if !unheard.is_empty() {
            let now = self.clock.now();
            self.store.suspect(connection.id, &unheard, now).await?;
        }
        Ok(())
    }

    fn told<T>(&self, change: impl FnOnce(&mut Recent) -> T) -> T {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The whole order where the listing has it, and a hint where it has not, or more than a message holds.
    async fn tell(
        &self,
        connection: &Connection,
        listed: &Listed,
        asked_at: Option<Timestamp>,
    ) -> Result<(), Trouble> {
        let body = listed
            .body
            .as_deref()
            .filter(|body| body.len() <= BODY_LIMIT_BYTES);
        let instant = settled(listed.modified_at, asked_at);
        let id = DeliveryId::polled(connection.id, &listed.order, instant, body);
        let arrival = Arrival {
            id: &id,
            connection,
            topic: Topic::new(TOPIC).expect("the constant is a topic"),
            order: Some(listed.order.clone()),
            came: match body {
                Some(_) => Came::Listed { asked_at },
                None => Came::Hinted { asked_at },
            },
            received_at: self.clock.now(),
            body: body.unwrap_or_default(),
        };
        match self.inbox.keep(arrival).await {
            Ok(_) => {
                self.told(|told| told.put(connection.id, &listed.order, instant));
                Ok(())
            }
            Err(
                error @ (PublishError::TooLarge { .. }
                | PublishError::Unavailable { .. }
                | PublishError::Full { .. }
                | PublishError::Denied { .. }
                | PublishError::Refused { .. }),
            ) => Err(Trouble::Broker(error)),
        }
    }
}

/// Without what changed before the shop was linked, which the overlap of the first listings reaches: that is
/// imported by hand or not at all (WC-2). In whole seconds, as shops date changes, and by the earlier of the
/// two clocks: a shop's clock that is put forward must not make what was dated before look older than the link.
fn since_linked(
    mut orders: Vec<Listed>,
    followed_from: Timestamp,
    ahead: SignedDuration,
) -> Vec<Listed> {
    let linked_at = followed_from
        .checked_add(ahead.min(SignedDuration::ZERO))
        .unwrap_or(followed_from);
    orders.retain(|listed| listed.modified_at.as_second() >= linked_at.as_second());
    orders
}

/// `duration` before `instant`, or the beginning of time.
pub(crate) fn before(instant: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| instant.checked_sub(duration).ok())
        .unwrap_or(Timestamp::MIN)
}
