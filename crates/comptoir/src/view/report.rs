use jiff::civil::Date;
use proto::convert::WireError;
use proto::ledger;
use serde::Serialize;

use super::sale::{item_kind, known};
use super::{Amount, Number};

/// What was sold over some days (SH-8).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProductReport {
    pub(crate) from: Date,
    /// The day after the last one.
    pub(crate) until: Date,
    pub(crate) products: Vec<ReportedProduct>,
    pub(crate) kinds: Vec<ReportedKind>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReportedProduct {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) quantity: Number,
    pub(crate) restocked: Number,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
    pub(crate) sales: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReportedKind {
    pub(crate) kind: &'static str,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
    pub(crate) sales: i64,
}

impl TryFrom<ledger::ProductReport> for ReportedProduct {
    type Error = WireError;

    fn try_from(product: ledger::ProductReport) -> Result<Self, WireError> {
        let kind = item_kind(product.kind());
        let ledger::ProductReport {
            item_id,
            sku,
            name,
            kind: _,
            quantity,
            restocked,
            net,
            tax,
            sales,
        } = product;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            kind,
            quantity: Number::from_wire("quantity", quantity)?,
            restocked: Number::from_wire("restocked", restocked)?,
            net: Amount::from_wire("net", net)?,
            tax: Amount::from_wire("tax", tax)?,
            sales,
        })
    }
}

impl TryFrom<ledger::KindReport> for ReportedKind {
    type Error = WireError;

    fn try_from(report: ledger::KindReport) -> Result<Self, WireError> {
        let kind = item_kind(report.kind());
        let ledger::KindReport {
            kind: _,
            net,
            tax,
            sales,
        } = report;
        Ok(Self {
            kind,
            net: Amount::from_wire("net", net)?,
            tax: Amount::from_wire("tax", tax)?,
            sales,
        })
    }
}
