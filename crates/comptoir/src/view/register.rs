use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Amount;
use super::sale::balance;

/// A till.
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Register {
    pub(crate) register_id: String,
    pub(crate) name: String,
    pub(crate) outlet_id: String,
    pub(crate) outlet_name: String,
    /// Of the session that is open.
    pub(crate) open_session_number: Option<i32>,
    pub(crate) opened_at: Option<Timestamp>,
}

/// The time for which a register is open.
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Session {
    pub(crate) session_id: String,
    pub(crate) register_id: String,
    pub(crate) number: i32,
    pub(crate) float: Amount,
    pub(crate) opened_at: Timestamp,
    pub(crate) opened_by: String,
    pub(crate) expected: Vec<Expected>,
    /// `None` while it is open.
    pub(crate) closure: Option<Closure>,
    /// Recorded while it was open, and in no closure.
    pub(crate) outside: Vec<TillPayment>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Expected {
    pub(crate) payment_type: String,
    pub(crate) amount: Amount,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Closure {
    pub(crate) closed_at: Timestamp,
    pub(crate) closed_by: String,
    pub(crate) note: String,
    pub(crate) counts: Vec<Count>,
    pub(crate) online: Vec<Online>,
    /// To be taken off the online amounts: people had recorded that money.
    pub(crate) covered: Vec<Amount>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Count {
    pub(crate) payment_type: String,
    pub(crate) expected: Amount,
    pub(crate) counted: Amount,
    pub(crate) difference: Amount,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Online {
    pub(crate) method: String,
    pub(crate) received: Amount,
    pub(crate) refunded: Amount,
    pub(crate) payment_count: i64,
}

/// A payment that a person recorded.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TillPayment {
    pub(crate) payment_id: String,
    pub(crate) sale_id: String,
    pub(crate) session_id: String,
    pub(crate) is_outside_session: bool,
    pub(crate) payment_type: String,
    pub(crate) amount: Amount,
    pub(crate) paid_at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    pub(crate) actor: String,
    pub(crate) note: String,
}

/// A payment, and how its sale stands now.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Applied {
    pub(crate) payment: TillPayment,
    pub(crate) received: Amount,
    pub(crate) balance: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaymentTypes {
    pub(crate) payment_types: Vec<PaymentType>,
    pub(crate) payment_methods: Vec<PaymentMethod>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaymentType {
    pub(crate) payment_type: String,
    pub(crate) name: String,
}

/// What a shop calls one of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaymentMethod {
    pub(crate) connection_id: String,
    pub(crate) method: String,
    pub(crate) payment_type: String,
}

impl TryFrom<ledger::Register> for Register {
    type Error = WireError;

    fn try_from(register: ledger::Register) -> Result<Self, WireError> {
        let ledger::Register {
            register_id,
            name,
            outlet_id,
            outlet_name,
            open_session_number,
            opened_at,
        } = register;
        Ok(Self {
            register_id,
            name,
            outlet_id,
            outlet_name,
            open_session_number: (open_session_number != 0).then_some(open_session_number),
            opened_at: opened_at
                .map(|at| instant_from("opened_at", Some(at)))
                .transpose()?,
        })
    }
}

impl TryFrom<ledger::Session> for Session {
    type Error = WireError;

    fn try_from(session: ledger::Session) -> Result<Self, WireError> {
        let ledger::Session {
            session_id,
            register_id,
            number,
            float,
            opened_at,
            opened_by,
            expected,
            closure,
            outside,
        } = session;
        Ok(Self {
            session_id,
            register_id,
            number,
            float: Amount::from_wire("float", float)?,
            opened_at: instant_from("opened_at", opened_at)?,
            opened_by,
            expected: all(expected)?,
            closure: closure.map(Closure::try_from).transpose()?,
            outside: all(outside)?,
        })
    }
}

impl TryFrom<ledger::ExpectedAmount> for Expected {
    type Error = WireError;

    fn try_from(expected: ledger::ExpectedAmount) -> Result<Self, WireError> {
        let ledger::ExpectedAmount {
            payment_type,
            amount,
        } = expected;
        Ok(Self {
            payment_type,
            amount: Amount::from_wire("amount", amount)?,
        })
    }
}

impl TryFrom<ledger::Closure> for Closure {
    type Error = WireError;

    fn try_from(closure: ledger::Closure) -> Result<Self, WireError> {
        let ledger::Closure {
            closed_at,
            closed_by,
            note,
            counts,
            online,
            covered,
        } = closure;
        Ok(Self {
            closed_at: instant_from("closed_at", closed_at)?,
            closed_by,
            note,
            counts: all(counts)?,
            online: all(online)?,
            covered: covered
                .into_iter()
                .map(|covered| Amount::from_wire("covered", Some(covered)))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ledger::Count> for Count {
    type Error = WireError;

    fn try_from(count: ledger::Count) -> Result<Self, WireError> {
        let ledger::Count {
            payment_type,
            expected,
            counted,
            difference,
        } = count;
        Ok(Self {
            payment_type,
            expected: Amount::from_wire("expected", expected)?,
            counted: Amount::from_wire("counted", counted)?,
            difference: Amount::from_wire("difference", difference)?,
        })
    }
}

impl TryFrom<ledger::OnlineAmount> for Online {
    type Error = WireError;

    fn try_from(online: ledger::OnlineAmount) -> Result<Self, WireError> {
        let ledger::OnlineAmount {
            method,
            received,
            refunded,
            payment_count,
        } = online;
        Ok(Self {
            method,
            received: Amount::from_wire("received", received)?,
            refunded: Amount::from_wire("refunded", refunded)?,
            payment_count,
        })
    }
}

impl TryFrom<ledger::TillPayment> for TillPayment {
    type Error = WireError;

    fn try_from(payment: ledger::TillPayment) -> Result<Self, WireError> {
        let ledger::TillPayment {
            payment_id,
            sale_id,
            session_id,
            is_outside_session,
            payment_type,
            amount,
            paid_at,
            recorded_at,
            actor,
            note,
        } = payment;
        Ok(Self {
            payment_id,
            sale_id,
            session_id,
            is_outside_session,
            payment_type,
            amount: Amount::from_wire("amount", amount)?,
            paid_at: instant_from("paid_at", paid_at)?,
            recorded_at: instant_from("recorded_at", recorded_at)?,
            actor,
            note,
        })
    }
}

impl TryFrom<ledger::ApplyPaymentResponse> for Applied {
    type Error = WireError;

    fn try_from(applied: ledger::ApplyPaymentResponse) -> Result<Self, WireError> {
        let balance = balance(applied.balance());
        let ledger::ApplyPaymentResponse {
            payment,
            received,
            balance: _,
        } = applied;
        Ok(Self {
            payment: payment.ok_or(WireError::Missing("payment"))?.try_into()?,
            received: Amount::from_wire("received", received)?,
            balance,
        })
    }
}

impl From<ledger::ListPaymentTypesResponse> for PaymentTypes {
    fn from(types: ledger::ListPaymentTypesResponse) -> Self {
        let ledger::ListPaymentTypesResponse {
            payment_types,
            payment_methods,
        } = types;
        let known = |known: ledger::PaymentType| {
            let ledger::PaymentType { payment_type, name } = known;
            PaymentType { payment_type, name }
        };
        let called = |called: ledger::PaymentMethod| {
            let ledger::PaymentMethod {
                connection_id,
                method,
                payment_type,
            } = called;
            PaymentMethod {
                connection_id,
                method,
                payment_type,
            }
        };
        Self {
            payment_types: payment_types.into_iter().map(known).collect(),
            payment_methods: payment_methods.into_iter().map(called).collect(),
        }
    }
}

fn all<W, T: TryFrom<W, Error = WireError>>(wire: Vec<W>) -> Result<Vec<T>, WireError> {
    wire.into_iter().map(T::try_from).collect()
}
