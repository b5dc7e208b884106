//! Registers: their sessions, what people record as paid, and closures.

mod apply_payment;
mod close;
mod lock;
mod online;
mod open;
mod payment;
mod types;
mod view;

use retail::register::{CountError, InFuture};
use retail::{Currency, Money, PaymentType};
use uuid::Uuid;

use super::StoreError;

pub(super) use apply_payment::applied_to;
pub use apply_payment::{AppliedPayment, PaymentAsked};
pub(super) use lock::shared as lock_register;
pub(super) use payment::{NewPayment, Taking};
pub(super) use types::check as check_type;
pub use types::{PaymentMethodView, PaymentTypeView};
pub use view::{ClosureView, OnlineView, RegisterView, SessionKey, SessionView, TillPaymentView};

/// Why something is not done at a register.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error("the retailer has no such register")]
    UnknownRegister,
    #[error("the retailer has no such sale")]
    UnknownSale,
    #[error("the retailer has no such connection")]
    UnknownConnection,
    #[error("payment type {0} is not known")]
    UnknownType(PaymentType),
    /// SH-14.
    #[error("register closed")]
    Closed,
    #[error("register is open already, in its session {number}")]
    Open { number: i32 },
    #[error(transparent)]
    Count(#[from] CountError),
    #[error(transparent)]
    InFuture(#[from] InFuture),
    /// To be asked for again by somebody who knows it (SH-15).
    #[error("payment was made before the register was opened: it would be in no closure")]
    Outside,
    #[error("sale is void: there is nothing to pay")]
    Voided,
    /// To be asked for again by somebody who knows it.
    #[error("{amount} is more than the {open} that is open")]
    TooMuch { amount: Money, open: Money },
    #[error("sale is in {sale}, and the payment in {payment}")]
    SaleCurrency { sale: Currency, payment: Currency },
    #[error("register counts {session}, and the payment is in {payment}")]
    SessionCurrency {
        session: Currency,
        payment: Currency,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for RegisterError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The session that is open on a register.
#[derive(Clone, Copy, Debug)]
struct OpenSession {
    session: Uuid,
    number: i32,
    currency: Currency,
    opened_at: jiff::Timestamp,
    float_minor: i64,
}
