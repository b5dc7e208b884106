use jiff::Timestamp;
use proto::catalog as wire;
use proto::convert::{WireError, instant_from};
use serde::Serialize;

use super::sale::known;

/// How late a shop is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PushStatus {
    pub(crate) connection_id: String,
    pub(crate) platform: String,
    pub(crate) is_linked: bool,
    /// By a process, at present.
    pub(crate) is_told: bool,
    pub(crate) waiting: i64,
    pub(crate) waiting_since: Option<Timestamp>,
    pub(crate) trouble: Option<String>,
    pub(crate) trouble_says: Option<String>,
    pub(crate) trouble_since: Option<Timestamp>,
    pub(crate) standings: Vec<StandingCount>,
}

/// So many products stand so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StandingCount {
    pub(crate) standing: &'static str,
    pub(crate) products: i64,
}

/// A product in one shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PushedListing {
    pub(crate) connection_id: String,
    pub(crate) product_id: String,
    pub(crate) product_name: String,
    pub(crate) standing: &'static str,
    pub(crate) shop_product_id: Option<String>,
    pub(crate) is_up_to_date: bool,
    /// What the shop calls those that it may be.
    pub(crate) candidates: Vec<String>,
    pub(crate) refused_why: Option<String>,
    pub(crate) refused_says: Option<String>,
    pub(crate) refused_at: Option<Timestamp>,
}

/// What a shop was told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ToldShop {
    pub(crate) told_at: Timestamp,
    pub(crate) connection_id: String,
    pub(crate) product_id: String,
    pub(crate) item_id: Option<String>,
    pub(crate) what: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) quantity: Option<i64>,
    pub(crate) expected: Option<i64>,
    pub(crate) found: Option<i64>,
    pub(crate) rule: String,
}

impl TryFrom<wire::ConnectionPushStatus> for PushStatus {
    type Error = WireError;

    fn try_from(status: wire::ConnectionPushStatus) -> Result<Self, WireError> {
        let wire::ConnectionPushStatus {
            connection_id,
            platform,
            is_linked,
            is_told,
            waiting_since,
            waiting,
            trouble,
            trouble_says,
            trouble_since,
            standings,
        } = status;
        let standings = standings.into_iter().map(|count| StandingCount {
            standing: standing(count.standing()),
            products: count.products,
        });
        Ok(Self {
            connection_id,
            platform,
            is_linked,
            is_told,
            waiting,
            waiting_since: waiting_since
                .map(|at| instant_from("waiting_since", Some(at)))
                .transpose()?,
            trouble: known(trouble),
            trouble_says: known(trouble_says),
            trouble_since: trouble_since
                .map(|at| instant_from("trouble_since", Some(at)))
                .transpose()?,
            standings: standings.collect(),
        })
    }
}

impl TryFrom<wire::ShopListing> for PushedListing {
    type Error = WireError;

    fn try_from(listing: wire::ShopListing) -> Result<Self, WireError> {
        let standing = standing(listing.standing());
        let wire::ShopListing {
            connection_id,
            product_id,
            product_name,
            standing: _,
            shop_product_id,
            is_up_to_date,
            candidates,
            refused_why,
            refused_says,
            refused_at,
        } = listing;
        Ok(Self {
            connection_id,
            product_id,
            product_name,
            standing,
            shop_product_id: known(shop_product_id),
            is_up_to_date,
            candidates,
            refused_why: known(refused_why),
            refused_says: known(refused_says),
            refused_at: refused_at
                .map(|at| instant_from("refused_at", Some(at)))
                .transpose()?,
        })
    }
}

impl TryFrom<wire::ToldEntry> for ToldShop {
    type Error = WireError;

    fn try_from(entry: wire::ToldEntry) -> Result<Self, WireError> {
        let (what, outcome) = (what(entry.what()), outcome(entry.outcome()));
        let wire::ToldEntry {
            told_at,
            connection_id,
            product_id,
            item_id,
            what: _,
            outcome: _,
            quantity,
            expected,
            found,
            rule,
        } = entry;
        Ok(Self {
            told_at: instant_from("told_at", told_at)?,
            connection_id,
            product_id,
            item_id: known(item_id),
            what,
            outcome,
            quantity,
            expected,
            found,
            rule,
        })
    }
}

pub(super) const fn standing(standing: wire::ListingStanding) -> &'static str {
    match standing {
        wire::ListingStanding::Unspecified => "unknown",
        wire::ListingStanding::Wanted => "wanted",
        wire::ListingStanding::Linked => "linked",
        wire::ListingStanding::Review => "review",
        wire::ListingStanding::Missing => "missing",
        wire::ListingStanding::Refused => "refused",
        wire::ListingStanding::Deleted => "deleted",
        wire::ListingStanding::Apart => "apart",
    }
}

const fn what(what: wire::ToldWhat) -> &'static str {
    match what {
        wire::ToldWhat::Unspecified => "unknown",
        wire::ToldWhat::Stock => "stock",
        wire::ToldWhat::Created => "created",
        wire::ToldWhat::Changed => "changed",
        wire::ToldWhat::Deleted => "deleted",
        wire::ToldWhat::Linked => "linked",
    }
}

const fn outcome(outcome: wire::ToldOutcome) -> &'static str {
    match outcome {
        wire::ToldOutcome::Unspecified => "unknown",
        wire::ToldOutcome::Done => "done",
        wire::ToldOutcome::Stale => "stale",
        wire::ToldOutcome::Missing => "missing",
        wire::ToldOutcome::Unsure => "unsure",
        wire::ToldOutcome::Refused => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shop_was_told_is_shown_with_what_became_of_it() {
        let at = "2026-11-21T14:00:00Z".parse().unwrap();
        let entry = wire::ToldEntry {
            told_at: Some(proto::convert::instant_into(at)),
            what: wire::ToldWhat::Stock.into(),
            outcome: wire::ToldOutcome::Stale.into(),
            quantity: Some(7),
            found: Some(5),
            rule: "available 7".to_owned(),
            ..wire::ToldEntry::default()
        };
        let told = ToldShop::try_from(entry).unwrap();
        assert_eq!((told.what, told.outcome), ("stock", "stale"));
        assert_eq!((told.told_at, told.quantity), (at, Some(7)));
        assert_eq!((told.item_id, told.expected), (None, None));
        assert!(ToldShop::try_from(wire::ToldEntry::default()).is_err());
    }

    #[test]
    fn what_is_not_known_of_a_shop_is_not_made_up() {
        let status = wire::ConnectionPushStatus {
            standings: vec![wire::StandingCount {
                standing: wire::ListingStanding::Missing.into(),
                products: 2,
            }],
            ..wire::ConnectionPushStatus::default()
        };
        let status = PushStatus::try_from(status).unwrap();
        assert_eq!((status.waiting_since, status.trouble), (None, None));
        assert_eq!(status.standings[0].standing, "missing");
        let listing = PushedListing::try_from(wire::ShopListing::default()).unwrap();
        assert_eq!((listing.standing, listing.refused_at), ("unknown", None));
    }
}
