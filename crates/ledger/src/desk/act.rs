//! Who asks for what, once; and what it came to.

use uuid::Uuid;

use crate::decide::Outcome;
use crate::store::StoreError;

/// Who asks, and under which id. What is asked for again under the same id is not done again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub request: Uuid,
    /// In the caller's words.
    pub actor: String,
    pub note: String,
}

/// What an act is about, within a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The shop's id of the order.
    Order(String),
    /// A delivery that does not tell its order.
    Delivery(String),
    /// A variant, by the shop's id.
    Variant(String),
    /// A SKU as the shop has it.
    Sku(String),
    /// The hash of a line's name.
    Name(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    Retry,
    Dismiss,
    Remap,
    Apply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionOutcome {
    Recorded,
    AlreadyRecorded,
    NotImported,
    Held,
    Parked,
    /// The update could not be applied, and waits as before.
    Refused,
    Dismissed,
    Remapped,
}

/// What an act came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub outcome: ActionOutcome,
    /// Code and sentence, where it was of no use.
    pub reason: Option<(String, String)>,
    /// The item, of a remap.
    pub item: Option<Uuid>,
}

impl Subject {
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Delivery(_) => "delivery",
            Self::Variant(_) => "variant",
            Self::Sku(_) => "sku",
            Self::Name(_) => "name",
        }
    }

    #[must_use]
    pub const fn key(&self) -> &str {
        match self {
            Self::Order(key)
            | Self::Delivery(key)
            | Self::Variant(key)
            | Self::Sku(key)
            | Self::Name(key) => key.as_str(),
        }
    }

    pub(crate) fn from_texts(kind: &str, key: String) -> Result<Self, StoreError> {
        match kind {
            "order" => Ok(Self::Order(key)),
            "delivery" => Ok(Self::Delivery(key)),
            "variant" => Ok(Self::Variant(key)),
            "sku" => Ok(Self::Sku(key)),
            "name" => Ok(Self::Name(key)),
            other => Err(StoreError::corrupt("order_action", "subject_kind", other)),
        }
    }
}

impl ActionKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Dismiss => "dismiss",
            Self::Remap => "remap",
            Self::Apply => "apply",
        }
    }

    pub(crate) fn from_text(text: &str) -> Result<Self, StoreError> {
        match text {
            "retry" => Ok(Self::Retry),
            "dismiss" => Ok(Self::Dismiss),
            "remap" => Ok(Self::Remap),
            "apply" => Ok(Self::Apply),
            other => Err(StoreError::corrupt("order_action", "action", other)),
        }
    }
}

impl ActionOutcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::AlreadyRecorded => "already_recorded",
            Self::NotImported => "not_imported",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Refused => "refused",
            Self::Dismissed => "dismissed",
            Self::Remapped => "remapped",
        }
    }

    pub(crate) fn from_text(text: &str) -> Result<Self, StoreError> {
        match text {
            "recorded" => Ok(Self::Recorded),
            "already_recorded" => Ok(Self::AlreadyRecorded),
            "not_imported" => Ok(Self::NotImported),
            "held" => Ok(Self::Held),
            "parked" => Ok(Self::Parked),
            "refused" => Ok(Self::Refused),
            "dismissed" => Ok(Self::Dismissed),
            "remapped" => Ok(Self::Remapped),
            other => Err(StoreError::corrupt("order_action", "outcome", other)),
        }
    }

    /// Of a message that was applied; `None` when its connection or its import is gone.
    pub(crate) const fn of(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Recorded => Some(Self::Recorded),
            Outcome::AlreadyRecorded => Some(Self::AlreadyRecorded),
            Outcome::NotImported => Some(Self::NotImported),
            Outcome::Held => Some(Self::Held),
            Outcome::Parked => Some(Self::Parked),
            Outcome::UnknownConnection | Outcome::UnknownImport => None,
        }
    }
}

impl Done {
    #[must_use]
    pub const fn plain(outcome: ActionOutcome) -> Self {
        Self {
            outcome,
            reason: None,
            item: None,
        }
    }
}
