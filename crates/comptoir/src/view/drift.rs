use jiff::Timestamp;
use proto::catalog as wire;
use proto::convert::{WireError, instant_from};
use serde::Serialize;

use super::product::field;
use super::sale::known;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DriftEntry {
    pub(crate) drift_id: String,
    pub(crate) connection_id: String,
    pub(crate) product_id: String,
    pub(crate) product_name: String,
    pub(crate) item_id: Option<String>,
    pub(crate) sku: Option<String>,
    pub(crate) shop_product_id: Option<String>,
    pub(crate) shop_variant_id: Option<String>,
    /// Absent: it is there or not as a whole.
    pub(crate) field: Option<&'static str>,
    pub(crate) pos: String,
    pub(crate) shop: String,
    pub(crate) kind: &'static str,
    pub(crate) cause: String,
    pub(crate) since: Timestamp,
    pub(crate) seen_at: Timestamp,
    pub(crate) repairs: Vec<&'static str>,
}

/// An entry about which nothing is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RefusedRepair {
    pub(crate) drift_id: String,
    pub(crate) reason: String,
}

impl TryFrom<wire::DriftEntry> for DriftEntry {
    type Error = WireError;

    fn try_from(entry: wire::DriftEntry) -> Result<Self, WireError> {
        let found = entry.field();
        let kind = kind(entry.kind());
        let repairs = entry.repairs().map(repair).collect();
        let wire::DriftEntry {
            drift_id,
            connection_id,
            product_id,
            product_name,
            item_id,
            sku,
            shop_product_id,
            shop_variant_id,
            field: _,
            pos,
            shop,
            kind: _,
            cause,
            since,
            seen_at,
            repairs: _,
        } = entry;
        Ok(Self {
            drift_id,
            connection_id,
            product_id,
            product_name,
            item_id: known(item_id),
            sku: known(sku),
            shop_product_id: known(shop_product_id),
            shop_variant_id: known(shop_variant_id),
            field: (found != wire::ListingField::Unspecified).then(|| field(found)),
            pos,
            shop,
            kind,
            cause,
            since: instant_from("since", since)?,
            seen_at: instant_from("seen_at", seen_at)?,
            repairs,
        })
    }
}

impl From<wire::RefusedRepair> for RefusedRepair {
    fn from(refused: wire::RefusedRepair) -> Self {
        let wire::RefusedRepair { drift_id, reason } = refused;
        Self { drift_id, reason }
    }
}

const fn kind(kind: wire::DriftKind) -> &'static str {
    match kind {
        wire::DriftKind::Unspecified => "unknown",
        wire::DriftKind::OversellRisk => "oversell_risk",
        wire::DriftKind::MissingInShop => "missing_in_shop",
        wire::DriftKind::ExtraInShop => "extra_in_shop",
        wire::DriftKind::Refused => "refused",
        wire::DriftKind::EditedInShop => "edited_in_shop",
        wire::DriftKind::EditedOnBothSides => "edited_on_both_sides",
        wire::DriftKind::NotToldYet => "not_told_yet",
        wire::DriftKind::OrderOnItsWay => "order_on_its_way",
    }
}

/// As the command takes it.
const fn repair(repair: wire::DriftRepair) -> &'static str {
    match repair {
        wire::DriftRepair::Unspecified => "unknown",
        wire::DriftRepair::TellShop => "tell-shop",
        wire::DriftRepair::TakeOver => "take-over",
        wire::DriftRepair::Accept => "accept",
        wire::DriftRepair::CreateAgain => "create-again",
        wire::DriftRepair::Unlink => "unlink",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_with_what_can_be_done() {
        let at = "2026-11-21T14:00:00Z".parse().unwrap();
        let entry = wire::DriftEntry {
            field: wire::ListingField::Price.into(),
            kind: wire::DriftKind::EditedInShop.into(),
            since: Some(proto::convert::instant_into(at)),
            seen_at: Some(proto::convert::instant_into(at)),
            repairs: vec![wire::DriftRepair::TakeOver.into()],
            ..wire::DriftEntry::default()
        };
        let drift = DriftEntry::try_from(entry).unwrap();
        assert_eq!((drift.field, drift.kind), (Some("price"), "edited_in_shop"));
        assert_eq!((drift.since, drift.repairs), (at, vec!["take-over"]));
        assert_eq!(drift.sku, None);
        assert!(DriftEntry::try_from(wire::DriftEntry::default()).is_err());
    }
}
