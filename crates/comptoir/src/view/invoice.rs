use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;

/// A document that the ledger was told of.
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Invoice {
    pub(crate) invoice_id: String,
    pub(crate) kind: &'static str,
    pub(crate) number: String,
    pub(crate) issued_at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    /// Absent where nothing of the sale's lines changed.
    pub(crate) revision: Option<i32>,
    pub(crate) lines: Vec<InvoiceLine>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct InvoiceLine {
    pub(crate) line_key: String,
    pub(crate) quantity: Number,
}

/// A document that was just told, and the lines that it speaks of.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Invoiced {
    pub(crate) invoice: Invoice,
    pub(crate) lines: Vec<InvoicedLine>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct InvoicedLine {
    pub(crate) line_key: String,
    pub(crate) invoiced: Number,
    pub(crate) deducted: Number,
    pub(crate) awaiting_invoice: Number,
}

impl TryFrom<ledger::Invoice> for Invoice {
    type Error = WireError;

    fn try_from(invoice: ledger::Invoice) -> Result<Self, WireError> {
        let kind = match invoice.kind() {
            ledger::InvoiceKind::Unspecified => "unknown",
            ledger::InvoiceKind::Invoice => "invoice",
            ledger::InvoiceKind::CreditNote => "credit_note",
        };
        let ledger::Invoice {
            invoice_id,
            sale_id: _,
            kind: _,
            number,
            issued_at,
            lines,
            recorded_at,
            revision,
        } = invoice;
        let line = |line: ledger::InvoiceLine| {
            let ledger::InvoiceLine { line_key, quantity } = line;
            Ok(InvoiceLine {
                line_key,
                quantity: Number::from_wire("quantity", quantity)?,
            })
        };
        Ok(Self {
            invoice_id,
            kind,
            number,
            issued_at: instant_from("issued_at", issued_at)?,
            recorded_at: instant_from("recorded_at", recorded_at)?,
            revision: (revision != 0).then_some(revision),
            lines: lines.into_iter().map(line).collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<ledger::RecordInvoiceResponse> for Invoiced {
    type Error = WireError;

    fn try_from(answer: ledger::RecordInvoiceResponse) -> Result<Self, WireError> {
        let ledger::RecordInvoiceResponse { invoice, lines } = answer;
        let line = |line: ledger::InvoicedLine| {
            let ledger::InvoicedLine {
                line_key,
                invoiced,
                deducted,
                awaiting_invoice,
            } = line;
            Ok(InvoicedLine {
                line_key,
                invoiced: Number::from_wire("invoiced", invoiced)?,
                deducted: Number::from_wire("deducted", deducted)?,
                awaiting_invoice: Number::from_wire("awaiting_invoice", awaiting_invoice)?,
            })
        };
        Ok(Self {
            invoice: invoice.ok_or(WireError::Missing("invoice"))?.try_into()?,
            lines: lines.into_iter().map(line).collect::<Result<_, _>>()?,
        })
    }
}

pub(super) const fn stock_rule(rule: ledger::StockRule) -> &'static str {
    match rule {
        ledger::StockRule::Unspecified => "unknown",
        ledger::StockRule::AtOrder => "order",
        ledger::StockRule::AtInvoice => "invoice",
        ledger::StockRule::Never => "never",
    }
}
