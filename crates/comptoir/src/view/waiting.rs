use std::fmt::Write as _;

use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use proto::ledger::DeliveryOutcome;
use serde::Serialize;

use super::sale::{known, state};
use super::{Amount, Delivery, Number, ParkedOrder};

/// A parked order, and what can be done about it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ParkedEntry {
    #[serde(flatten)]
    pub(crate) order: ParkedOrder,
    /// Whether the order itself is kept.
    pub(crate) can_retry: bool,
    pub(crate) dismissed_at: Option<Timestamp>,
    pub(crate) dismissed_note: Option<String>,
}

/// What came of trying one again.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Retried {
    pub(crate) outcome: &'static str,
    /// Where it is parked still.
    pub(crate) reason: Option<String>,
    pub(crate) detail: Option<String>,
}

/// What came of trying many again.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct RetriedAll {
    pub(crate) recorded: i64,
    pub(crate) held: i64,
    pub(crate) still_parked: i64,
}

/// An update that waits for a person (SH-12).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HeldOrder {
    pub(crate) connection_id: String,
    pub(crate) order_id: String,
    pub(crate) sale_id: String,
    pub(crate) receipt_number: String,
    pub(crate) modified_at: Timestamp,
    /// In hexadecimal digits.
    pub(crate) content_hash: String,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) first_held_at: Timestamp,
    pub(crate) last_held_at: Timestamp,
    pub(crate) before: Option<SaleFigures>,
    pub(crate) after: Option<SaleFigures>,
    pub(crate) lines: Vec<LineDifference>,
    /// Why it could not be applied as it is.
    pub(crate) reason: Option<String>,
    pub(crate) detail: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SaleFigures {
    pub(crate) state: &'static str,
    pub(crate) shop_status: String,
    pub(crate) total: Amount,
    pub(crate) tax: Amount,
    pub(crate) received: Amount,
    pub(crate) refunded: Amount,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct LineDifference {
    pub(crate) line_key: String,
    pub(crate) name: String,
    pub(crate) sku: Option<String>,
    /// `None` where the line is new.
    pub(crate) before: Option<LineFigures>,
    /// `None` where the line is gone.
    pub(crate) after: Option<LineFigures>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LineFigures {
    pub(crate) quantity: Number,
    pub(crate) restocked: Number,
    pub(crate) fulfilled: Number,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
}

/// The outcome's name, as it is shown.
pub(crate) const fn outcome(outcome: DeliveryOutcome) -> &'static str {
    match outcome {
        DeliveryOutcome::Unspecified => "unknown",
        DeliveryOutcome::Recorded => "recorded",
        DeliveryOutcome::AlreadyRecorded => "already_recorded",
        DeliveryOutcome::NotImported => "not_imported",
        DeliveryOutcome::Held => "held",
        DeliveryOutcome::Parked => "parked",
    }
}

impl TryFrom<ledger::ParkedEntry> for ParkedEntry {
    type Error = WireError;

    fn try_from(entry: ledger::ParkedEntry) -> Result<Self, WireError> {
        let ledger::ParkedEntry {
            order,
            // The order's own code says the same.
            reason: _,
            can_retry,
            dismissed_at,
            dismissed_note,
        } = entry;
        Ok(Self {
            order: order.ok_or(WireError::Missing("order"))?.try_into()?,
            can_retry,
            dismissed_at: dismissed_at
                .map(|at| instant_from("dismissed_at", Some(at)))
                .transpose()?,
            dismissed_note: known(dismissed_note),
        })
    }
}

impl From<ledger::RetryParkedResponse> for Retried {
    fn from(answer: ledger::RetryParkedResponse) -> Self {
        let outcome = outcome(answer.outcome());
        let ledger::RetryParkedResponse {
            outcome: _,
            reason,
            detail,
        } = answer;
        Self {
            outcome,
            reason: known(reason),
            detail: known(detail),
        }
    }
}

impl From<ledger::RetryAllParkedResponse> for RetriedAll {
    fn from(answer: ledger::RetryAllParkedResponse) -> Self {
        let ledger::RetryAllParkedResponse {
            recorded,
            held,
            still_parked,
            remaining: _,
        } = answer;
        Self {
            recorded,
            held,
            still_parked,
        }
    }
}

impl TryFrom<ledger::HeldOrder> for HeldOrder {
    type Error = WireError;

    fn try_from(held: ledger::HeldOrder) -> Result<Self, WireError> {
        let ledger::HeldOrder {
            connection_id,
            order_id,
            sale_id,
            receipt_number,
            modified_at,
            content_hash,
            delivery,
            first_held_at,
            last_held_at,
            before,
            after,
            lines,
            reason,
            detail,
        } = held;
        Ok(Self {
            connection_id,
            order_id,
            sale_id,
            receipt_number,
            modified_at: instant_from("modified_at", modified_at)?,
            content_hash: hexadecimal(&content_hash),
            delivery: delivery.map(Delivery::try_from).transpose()?,
            first_held_at: instant_from("first_held_at", first_held_at)?,
            last_held_at: instant_from("last_held_at", last_held_at)?,
            before: before.map(SaleFigures::try_from).transpose()?,
            after: after.map(SaleFigures::try_from).transpose()?,
            lines: lines
                .into_iter()
                .map(LineDifference::try_from)
                .collect::<Result<_, _>>()?,
            reason: known(reason),
            detail: known(detail),
        })
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl TryFrom<ledger::SaleFigures> for SaleFigures {
    type Error = WireError;

    fn try_from(figures: ledger::SaleFigures) -> Result<Self, WireError> {
        let state = state(figures.state());
        let ledger::SaleFigures {
            state: _,
            shop_status,
            total,
            tax,
            received,
            refunded,
        } = figures;
        Ok(Self {
            state,
            shop_status,
            total: Amount::from_wire("total", total)?,
            tax: Amount::from_wire("tax", tax)?,
            received: Amount::from_wire("received", received)?,
            refunded: Amount::from_wire("refunded", refunded)?,
        })
    }
}

impl TryFrom<ledger::LineDifference> for LineDifference {
    type Error = WireError;

    fn try_from(line: ledger::LineDifference) -> Result<Self, WireError> {
        let ledger::LineDifference {
            line_key,
            name,
            sku,
            before,
            after,
        } = line;
        Ok(Self {
            line_key,
            name,
            sku: known(sku),
            before: before.map(LineFigures::try_from).transpose()?,
            after: after.map(LineFigures::try_from).transpose()?,
        })
    }
}

impl TryFrom<ledger::LineFigures> for LineFigures {
    type Error = WireError;

    fn try_from(figures: ledger::LineFigures) -> Result<Self, WireError> {
        let ledger::LineFigures {
            quantity,
            restocked,
            net,
            tax,
            fulfilled,
        } = figures;
        Ok(Self {
            quantity: Number::from_wire("quantity", quantity)?,
            restocked: Number::from_wire("restocked", restocked)?,
            fulfilled: Number::from_wire("fulfilled", fulfilled)?,
            net: Amount::from_wire("net", net)?,
            tax: Amount::from_wire("tax", tax)?,
        })
    }
}
