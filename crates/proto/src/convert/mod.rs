//! Between wire and domain. `into_*` never fails; `*_from` checks and names the field that is wrong.

mod order;
mod plan;
mod status;
mod value;

pub use order::{order_from, order_into, outline_from, outline_into};
pub use plan::{entitlement_from, entitlement_into, plan_option_into};
pub use status::{balance_into, payment_kind_from, payment_kind_into, state_from, state_into};
pub use value::{
    date_from, date_into, instant_from, instant_into, money_from, money_into, quantity_from,
    quantity_into, uuid_from,
};

/// Why a message cannot be what it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("field {0} is missing")]
    Missing(&'static str),
    #[error("field {field} is wrong: {reason}")]
    Invalid { field: &'static str, reason: String },
}

impl WireError {
    /// A wrong field, with what its type says about it.
    pub fn invalid(field: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Invalid {
            field,
            reason: reason.to_string(),
        }
    }
}
