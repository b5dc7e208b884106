//! All that one turn of one connection works with.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use retail::listing::{Field, Ownership, Rule, Terms};
use retail::{ConnectionId, RetailerId};
use service::clock::{Clock, Ids};
use shop::push::{Bounds, Push, To};
use uuid::Uuid;

use super::meters::Meters;
use super::purse::{Lease, LeasePurse};
use super::pushable::ShopStock;
use super::{PushSettings, patience};
use crate::store::{Fence, Held, KeptListing, Postponed, PushRules, Store, Work};

/// What a connection's process holds for as long as it tells it.
pub(super) struct Desk {
    pub(super) held: Held,
    pub(super) push: Arc<dyn Push>,
    pub(super) purse: LeasePurse,
    pub(super) ledger: ShopStock,
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) settings: PushSettings,
    pub(super) meters: Meters,
    /// Where shops reach this service, without a slash at its end.
    pub(super) public_url: Arc<str>,
}

/// What holds for one turn.
pub(super) struct Turn<'a> {
    pub(super) desk: &'a Desk,
    pub(super) rules: PushRules,
    pub(super) lease: Lease,
    pub(super) terms: Terms,
}

impl Desk {
    pub(super) const fn fence(&self) -> Fence {
        self.held.fence
    }

    pub(super) const fn connection(&self) -> ConnectionId {
        self.held.fence.connection
    }

    pub(super) const fn whose(&self) -> (RetailerId, ConnectionId) {
        (self.held.retailer, self.held.fence.connection)
    }

    pub(super) fn bounds(&self) -> &'static Bounds {
        self.push.bounds()
    }

    /// That long from now.
    pub(super) fn after(&self, wait: Duration) -> Timestamp {
        let now = self.clock.now();
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        now.checked_add(wait).unwrap_or(Timestamp::MAX)
    }

    /// It came to nothing, once more.
    pub(super) fn failed(&self, work: Work) -> Postponed {
        self.waits(work, patience::of_row)
    }

    /// What became of it is not known, once more.
    pub(super) fn doubted(&self, work: Work) -> Postponed {
        self.waits(work, patience::of_doubt)
    }

    fn waits(&self, work: Work, patience: fn(u32, Uuid) -> Duration) -> Postponed {
        let wait = patience(work.tries.saturating_add(1), work.subject);
        Postponed {
            work,
            until: self.after(wait),
            has_failed: true,
        }
    }

    /// It has to wait, and nothing is wrong with it.
    pub(super) fn later(&self, work: Work, wait: Duration) -> Postponed {
        Postponed {
            work,
            until: self.after(wait),
            has_failed: false,
        }
    }

    /// Whether an instant is longer ago than orders may be on their way while stock is told.
    pub(super) fn is_too_long_ago(&self, since: Option<Timestamp>) -> bool {
        let patience = SignedDuration::try_from(self.settings.orders_moment);
        let patience = patience.unwrap_or(SignedDuration::MAX);
        since.is_some_and(|since| self.clock.now().duration_since(since) > patience)
    }

    pub(super) fn new_key(&self) -> Uuid {
        self.ids.next()
    }
}

impl Turn<'_> {
    pub(super) fn to(&self) -> To<'_> {
        To {
            connection: &self.lease.connection,
            terms: Some(&self.terms),
            purse: &self.desk.purse,
        }
    }

    /// By what people decided and by what the platform has a place for.
    pub(super) fn ownership(&self) -> Ownership {
        let lacks = self.desk.bounds().lacks.iter();
        lacks.fold(self.rules.ownership, |all, field| {
            all.with(*field, Rule::Shop)
        })
    }

    /// The same of one product, of which a person may have left more to the shop.
    pub(super) fn ownership_of(&self, kept: &KeptListing) -> Ownership {
        let left = kept.left_to_shop.iter();
        left.fold(self.ownership(), |all, field| all.with(*field, Rule::Shop))
    }

    /// Whether stock is told at all (EF-8).
    pub(super) fn tells_stock(&self) -> bool {
        self.rules.is_stock_ours && self.ownership().is_ours(Field::Stock)
    }
}
