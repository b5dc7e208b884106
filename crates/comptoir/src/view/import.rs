//! Imports, for people and machines.

use jiff::Timestamp;
use proto::connect as wire;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;

/// An import and how far it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Import {
    #[serde(rename = "import_id")]
    pub(crate) id: String,
    pub(crate) connection_id: String,
    pub(crate) kind: &'static str,
    pub(crate) state: &'static str,
    pub(crate) paused: bool,
    pub(crate) created_at: Timestamp,
    /// Every order found is in one of the verdicts.
    pub(crate) found: i64,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) to_tell: i64,
    pub(crate) told: i64,
    pub(crate) last_failure: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    #[serde(rename = "verdict")]
    pub(crate) code: &'static str,
    /// In a shopkeeper's words.
    #[serde(skip)]
    pub(crate) words: &'static str,
    pub(crate) orders: i64,
}

/// What a plan does to one item in one outlet.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlannedLevel {
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) outlet_id: String,
    /// The import registers it.
    pub(crate) is_new: bool,
    pub(crate) on_hand: Number,
    pub(crate) on_hand_after: Number,
    pub(crate) goes_negative: bool,
}

/// An order that could not be taken back.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct KeptOrder {
    pub(crate) order_id: String,
    pub(crate) reason: &'static str,
    #[serde(skip)]
    pub(crate) words: &'static str,
}

impl TryFrom<wire::ImportJob> for Import {
    type Error = WireError;

    fn try_from(job: wire::ImportJob) -> Result<Self, WireError> {
        let (kind, state) = (kind(job.kind()), state(job.state()));
        let wire::ImportJob {
            import_id,
            retailer_id: _,
            connection_id,
            kind: _,
            since: _,
            state: _,
            paused,
            created_at,
            changed_at: _,
            found,
            counts,
            to_tell,
            told,
            failures,
            last_failure,
        } = job;
        let verdicts = counts.into_iter().map(|count| {
            let (code, words) = verdict(count.verdict());
            Verdict {
                code,
                words,
                orders: count.orders,
            }
        });
        Ok(Self {
            id: import_id,
            connection_id,
            kind,
            state,
            paused,
            created_at: instant_from("created_at", created_at)?,
            found,
            verdicts: verdicts.collect(),
            to_tell,
            told,
            last_failure: (failures > 0).then_some(last_failure),
        })
    }
}

impl TryFrom<wire::PlannedLevel> for PlannedLevel {
    type Error = WireError;

    fn try_from(level: wire::PlannedLevel) -> Result<Self, WireError> {
        let wire::PlannedLevel {
            sku,
            name,
            outlet_id,
            item_id,
            on_hand,
            on_hand_after,
            goes_negative,
        } = level;
        Ok(Self {
            sku,
            name,
            outlet_id,
            is_new: item_id.is_empty(),
            on_hand: Number::from_wire("on_hand", on_hand)?,
            on_hand_after: Number::from_wire("on_hand_after", on_hand_after)?,
            goes_negative,
        })
    }
}

impl From<ledger::ImportedOrder> for KeptOrder {
    fn from(order: ledger::ImportedOrder) -> Self {
        let (reason, words) = match order.kept_reason() {
            ledger::KeptReason::MovedSince => (
                "moved_since",
                "moved stock since: refunded, cancelled or edited",
            ),
            ledger::KeptReason::SaleBefore => ("sale_before", "was a sale before the import"),
            ledger::KeptReason::PaidHere => ("paid_here", "was paid here since"),
            ledger::KeptReason::InvoicedHere => ("invoiced_here", "was invoiced here since"),
            ledger::KeptReason::HandedOverHere => {
                ("handed_over_here", "was handed over here since")
            }
            ledger::KeptReason::Unspecified => ("unknown", "for a reason not known here"),
        };
        Self {
            order_id: order.order_id,
            reason,
            words,
        }
    }
}

const fn kind(kind: wire::ImportKind) -> &'static str {
    match kind {
        wire::ImportKind::All => "all",
        wire::ImportKind::New => "new",
        wire::ImportKind::Unspecified => "unknown",
    }
}

const fn state(state: wire::ImportJobState) -> &'static str {
    match state {
        wire::ImportJobState::Scanning => "scanning",
        wire::ImportJobState::Planned => "planned",
        wire::ImportJobState::Committing => "committing",
        wire::ImportJobState::Settling => "settling",
        wire::ImportJobState::Complete => "complete",
        wire::ImportJobState::Cancelling => "cancelling",
        wire::ImportJobState::Cancelled => "cancelled",
        wire::ImportJobState::Unspecified => "unknown",
    }
}

const fn verdict(verdict: wire::Verdict) -> (&'static str, &'static str) {
    match verdict {
        wire::Verdict::New => ("new", "become sales"),
        wire::Verdict::Changed => ("changed", "are sales already, and have changed"),
        wire::Verdict::Known => ("known", "are sales already"),
        wire::Verdict::NotImported => ("not_imported", "are drafts or not imported"),
        wire::Verdict::Held => ("held", "wait for a person"),
        wire::Verdict::TooOld => ("too_old", "are too old"),
        wire::Verdict::NoShippingMethod => ("no_shipping_method", "have no shipping method"),
        wire::Verdict::DeletedProduct => ("deleted_product", "sell a product deleted here"),
        wire::Verdict::UnknownStatus => ("unknown_status", "have a status not known here"),
        wire::Verdict::Refused => ("refused", "cannot be booked"),
        wire::Verdict::Gone => ("gone", "are listed, but not there"),
        wire::Verdict::Unspecified => ("unknown", "are of another version"),
    }
}
