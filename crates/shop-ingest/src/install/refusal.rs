//! Why a way to a shop does not end at one.

use retail::Entitlement;
use shop::InstallRefusal;

use crate::linking::LinkError;
use crate::plan::PlanError;
use crate::store::StoreError;

/// The platform's reasons, and ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Shop(#[from] InstallRefusal),
    /// Nobody here has begun it, or it was forgotten.
    #[error("Comptoir does not know this way to a shop. Please begin again.")]
    Unknown,
    /// Its answer came before.
    #[error("This way to a shop was used already. Please begin again.")]
    Used,
    #[error("Too much time has passed. Please begin again.")]
    Expired,
    #[error(
        "This was begun in another browser. Please open the address and agree in one and the same browser."
    )]
    OtherBrowser,
    #[error("The shop gave access, and then did not let Comptoir in. Please begin again.")]
    NoAccess,
    /// Its cause is in the log.
    #[error("Please choose the register on which the shop's orders are booked, and begin again.")]
    NoRegister,
    /// What there is to look at (POS-8).
    #[error(
        "Please look at your products and stock first, say that you did, and begin again ({0})."
    )]
    NotChecked(String),
    /// The shop that was parted with (POS-9).
    #[error(
        "Another shop, {0}, was linked before. Please say that this is another one, and begin again."
    )]
    AnotherShop(String),
    /// EF-8.
    #[error(
        "The shop was linked before, and its stock is managed on the other side. Please change that in its settings."
    )]
    StockSide,
    /// POS-10.
    #[error(
        "The plan with Comptoir, {plan}, does not include this ({what}). Please ask who runs Comptoir for you."
    )]
    NotInPlan { what: Entitlement, plan: String },
    #[error("Comptoir cannot keep the link just now. Please begin again in a few minutes.")]
    Ours,
}

impl Refusal {
    /// A code that stays the same for ever.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Shop(refusal) => refusal.code(),
            Self::Unknown => "unknown",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::OtherBrowser => "other_browser",
            Self::NoAccess => "no_access",
            Self::NoRegister => "no_register",
            Self::NotChecked(_) => "not_checked",
            Self::AnotherShop(_) => "another_shop",
            Self::StockSide => "stock_side_not_acknowledged",
            Self::NotInPlan { .. } => "not_in_plan",
            Self::Ours => "ours",
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "an install cannot go on");
        Self::Ours
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::NoAccess(_) => Self::NoAccess,
            LinkError::NoShop(_) => Self::Shop(InstallRefusal::NotAShop),
            LinkError::Away(_) | LinkError::Silent => Self::Shop(InstallRefusal::Away),
            LinkError::Insecure { why } => Self::Shop(InstallRefusal::Insecure(why)),
            LinkError::NoRegister => Self::NoRegister,
            LinkError::NotChecked(check) => Self::NotChecked(check.map_or_else(
                || "the ledger cannot be asked what there is to see".to_owned(),
                |check| check.to_string(),
            )),
            LinkError::AnotherShop { parted } => Self::AnotherShop(parted),
            LinkError::StockSide => Self::StockSide,
            LinkError::Plan(PlanError::NotInPlan { what, plan }) => Self::NotInPlan { what, plan },
            LinkError::Plan(PlanError::Unknown) => Self::Ours,
            LinkError::Store(error) => error.into(),
        }
    }
}
