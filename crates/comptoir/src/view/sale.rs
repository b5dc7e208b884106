use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::{ledger, order};
use serde::Serialize;

use super::invoice::stock_rule;
use super::{Amount, Invoice, Number};

#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sale {
    pub(crate) sale_id: String,
    pub(crate) retailer_id: String,
    pub(crate) outlet_id: String,
    pub(crate) register_id: String,
    pub(crate) connection_id: String,
    pub(crate) order_id: String,
    pub(crate) receipt_number: String,
    pub(crate) state: &'static str,
    pub(crate) balance: &'static str,
    pub(crate) total: Amount,
    pub(crate) tax: Amount,
    pub(crate) received: Amount,
    /// How much of what the shop tells people had recorded: it counts once.
    pub(crate) covered: Amount,
    pub(crate) refunded: Amount,
    pub(crate) customer_id: Option<String>,
    pub(crate) customer_name: Option<String>,
    pub(crate) placed_at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) revision: i32,
    pub(crate) shop_status: String,
    /// The shop said later that the order is a draft; the sale stays.
    pub(crate) warning_not_imported: bool,
    /// What takes its goods from stock: its order, its invoices, or nothing here.
    pub(crate) stock_rule: &'static str,
    /// Empty in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<SaleLine>,
    /// Empty in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) payments: Vec<Payment>,
    /// Empty in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) invoices: Vec<Invoice>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct SaleLine {
    pub(crate) line_key: String,
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) quantity: Number,
    pub(crate) restocked: Number,
    pub(crate) fulfilled: Number,
    pub(crate) deducted: Number,
    /// Held besides, and taken once it is invoiced.
    pub(crate) awaiting_invoice: Number,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
}

#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Payment {
    pub(crate) payment_key: String,
    pub(crate) kind: &'static str,
    pub(crate) method: String,
    pub(crate) amount: Amount,
    pub(crate) paid_at: Option<Timestamp>,
    /// A person recorded it; else the shop told of it.
    pub(crate) is_by_hand: bool,
}

impl TryFrom<ledger::Sale> for Sale {
    type Error = WireError;

    fn try_from(sale: ledger::Sale) -> Result<Self, WireError> {
        let state = state(sale.state());
        let balance = balance(sale.balance());
        let stock_rule = stock_rule(sale.stock_rule());
        let ledger::Sale {
            sale_id,
            retailer_id,
            outlet_id,
            register_id,
            connection_id,
            order_id,
            receipt_number,
            state: _,
            balance: _,
            total,
            tax,
            received,
            refunded,
            customer_id,
            customer_name,
            placed_at,
            recorded_at,
            changed_at,
            revision,
            shop_status,
            warning_not_imported,
            lines,
            payments,
            covered,
            stock_rule: _,
            invoices,
        } = sale;
        Ok(Self {
            sale_id,
            retailer_id,
            outlet_id,
            register_id,
            connection_id,
            order_id,
            receipt_number,
            state,
            balance,
            total: Amount::from_wire("total", total)?,
            tax: Amount::from_wire("tax", tax)?,
            received: Amount::from_wire("received", received)?,
            covered: Amount::from_wire("covered", covered)?,
            refunded: Amount::from_wire("refunded", refunded)?,
            customer_id: known(customer_id),
            customer_name: known(customer_name),
            placed_at: instant_from("placed_at", placed_at)?,
            recorded_at: instant_from("recorded_at", recorded_at)?,
            changed_at: instant_from("changed_at", changed_at)?,
            revision,
            shop_status,
            warning_not_imported,
            stock_rule,
            lines: lines
                .into_iter()
                .map(SaleLine::try_from)
                .collect::<Result<_, _>>()?,
            payments: payments
                .into_iter()
                .map(Payment::try_from)
                .collect::<Result<_, _>>()?,
            invoices: invoices
                .into_iter()
                .map(Invoice::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ledger::SaleLine> for SaleLine {
    type Error = WireError;

    fn try_from(line: ledger::SaleLine) -> Result<Self, WireError> {
        let kind = item_kind(line.kind());
        let ledger::SaleLine {
            line_key,
            item_id,
            sku,
            name,
            kind: _,
            quantity,
            restocked,
            deducted,
            net,
            tax,
            fulfilled,
            awaiting_invoice,
        } = line;
        Ok(Self {
            line_key,
            item_id,
            sku: known(sku),
            name,
            kind,
            quantity: Number::from_wire("quantity", quantity)?,
            restocked: Number::from_wire("restocked", restocked)?,
            fulfilled: Number::from_wire("fulfilled", fulfilled)?,
            deducted: Number::from_wire("deducted", deducted)?,
            awaiting_invoice: Number::from_wire("awaiting_invoice", awaiting_invoice)?,
            net: Amount::from_wire("net", net)?,
            tax: Amount::from_wire("tax", tax)?,
        })
    }
}

impl TryFrom<ledger::Payment> for Payment {
    type Error = WireError;

    fn try_from(payment: ledger::Payment) -> Result<Self, WireError> {
        let kind = payment_kind(payment.kind());
        let ledger::Payment {
            payment_key,
            kind: _,
            method,
            amount,
            paid_at,
            is_by_hand,
        } = payment;
        Ok(Self {
            payment_key,
            kind,
            method,
            amount: Amount::from_wire("amount", amount)?,
            paid_at: paid_at
                .map(|at| instant_from("paid_at", Some(at)))
                .transpose()?,
            is_by_hand,
        })
    }
}

/// On the wire an empty text is an unknown one.
pub(super) fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

pub(super) const fn state(state: order::SaleState) -> &'static str {
    match state {
        order::SaleState::Unspecified => "unknown",
        order::SaleState::Unfinished | order::SaleState::NotImported => "not_imported",
        order::SaleState::Closed => "closed",
        order::SaleState::Voided => "voided",
    }
}

pub(super) const fn balance(balance: ledger::Balance) -> &'static str {
    match balance {
        ledger::Balance::Unspecified => "unknown",
        ledger::Balance::Unpaid => "unpaid",
        ledger::Balance::PartPaid => "part_paid",
        ledger::Balance::Paid => "paid",
    }
}

pub(super) const fn item_kind(kind: ledger::ItemKind) -> &'static str {
    match kind {
        ledger::ItemKind::Unspecified => "unknown",
        ledger::ItemKind::Product => "product",
        ledger::ItemKind::Shipping => "shipping",
        ledger::ItemKind::Handling => "handling",
        ledger::ItemKind::GiftWrapping => "gift_wrapping",
        ledger::ItemKind::Fee => "fee",
        ledger::ItemKind::Rounding => "rounding",
    }
}

const fn payment_kind(kind: order::PaymentKind) -> &'static str {
    match kind {
        order::PaymentKind::Unspecified => "unknown",
        order::PaymentKind::Received => "received",
        order::PaymentKind::Refunded => "refunded",
    }
}
