//! Imports of past orders: the plan, and how far it has come.

mod asked;
mod entitlement;
mod job;
mod list;
mod page;
mod tell;

use std::fmt;

use jiff::Timestamp;
use retail::{ConnectionId, ImportId, Quantity, ShopOrderId};
use shop::PageToken;
use uuid::Uuid;

use super::StoreError;

pub use asked::{StartError, StartedAs};
pub use list::LevelPlace;
pub use page::{FoundOrder, ScannedPage, Then};
pub use tell::Untold;

/// Which orders are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// All that the shop has.
    All,
    /// Those that the ledger has never heard of.
    New,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Looking through the shop's orders.
    Scanning,
    /// Waits for a person.
    Planned,
    /// Telling the ledger.
    Committing,
    /// Everything is told; the ledger is at it.
    Settling,
    Complete,
    /// The ledger is still to be told.
    Cancelling,
    Cancelled,
}

/// What is to come of an order that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    New,
    Changed,
    Known,
    NotImported,
    Held,
    TooOld,
    NoShippingMethod,
    DeletedProduct,
    UnknownStatus,
    /// For the reason that is given.
    Refused,
    /// The shop lists it and does not have it.
    Gone,
}

/// An import and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportJob {
    pub import: ImportId,
    pub connection: ConnectionId,
    pub retailer: Uuid,
    pub kind: ImportKind,
    pub since: Option<Timestamp>,
    pub state: JobState,
    pub paused: bool,
    pub next: Option<PageToken>,
    /// Orders that the ledger was seen to have taken, and when that last grew.
    pub settled: i64,
    pub settled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    /// In a row.
    pub failures: u32,
    pub last_failure: Option<String>,
}

/// An order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedOrder {
    pub order: String,
    pub placed_at: Timestamp,
    pub verdict: Verdict,
    pub reason: String,
    pub detail: String,
    pub told_at: Option<Timestamp>,
}

/// What the plan does to one item in one outlet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedLevel {
    /// The ledger's name of the item, whether it is registered yet or not.
    pub key: String,
    pub outlet: Uuid,
    pub item: Option<Uuid>,
    pub sku: String,
    pub name: String,
    pub on_hand: Quantity,
    pub change: Quantity,
}

/// Orders of a plan by what is to come of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanCounts {
    pub by_verdict: Vec<(Verdict, i64)>,
    pub to_tell: i64,
    pub told: i64,
}

impl ImportKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::New => "new",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::All, Self::New]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

impl JobState {
    const ALL: [Self; 7] = [
        Self::Scanning,
        Self::Planned,
        Self::Committing,
        Self::Settling,
        Self::Complete,
        Self::Cancelling,
        Self::Cancelled,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scanning => "scanning",
            Self::Planned => "planned",
            Self::Committing => "committing",
            Self::Settling => "settling",
            Self::Complete => "complete",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Verdict {
    pub const ALL: [Self; 11] = [
        Self::New,
        Self::Changed,
        Self::Known,
        Self::NotImported,
        Self::Held,
        Self::TooOld,
        Self::NoShippingMethod,
        Self::DeletedProduct,
        Self::UnknownStatus,
        Self::Refused,
        Self::Gone,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Known => "known",
            Self::NotImported => "not_imported",
            Self::Held => "held",
            Self::TooOld => "too_old",
            Self::NoShippingMethod => "no_shipping_method",
            Self::DeletedProduct => "deleted_product",
            Self::UnknownStatus => "unknown_status",
            Self::Refused => "refused",
            Self::Gone => "gone",
        }
    }

    /// Whether the ledger is told of it: what it books, and what it is to list with a reason. The others
    /// would change nothing there.
    #[must_use]
    pub const fn is_told(self) -> bool {
        match self {
            Self::New
            | Self::Changed
            | Self::Held
            | Self::NoShippingMethod
            | Self::DeletedProduct
            | Self::UnknownStatus
            | Self::Refused => true,
            Self::Known | Self::NotImported | Self::TooOld | Self::Gone => false,
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or_else(|| StoreError::corrupt("import_order", text, "its verdict is not known"))
    }
}

fn order_id(text: &str) -> Result<ShopOrderId, StoreError> {
    ShopOrderId::new(text).map_err(|error| StoreError::corrupt("import_order", text, error))
}
