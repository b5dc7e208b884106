//! Which plans retailers have, and what they may begin (POS-10).

mod check;
mod set;
mod view;

use retail::{Entitlement, Plan};

use super::StoreError;

pub use view::PlanView;

/// Why a retailer does not get a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("there is no such retailer")]
    UnknownRetailer,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why something is not begun.
#[derive(Debug, thiserror::Error)]
pub enum NotEntitled {
    #[error("the retailer's plan, {plan}, does not include {what}")]
    NotInPlan { what: Entitlement, plan: Plan },
    #[error(transparent)]
    Store(#[from] StoreError),
}
