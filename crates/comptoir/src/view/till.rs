use proto::convert::WireError;
use proto::ledger;
use serde::Serialize;

use super::{Amount, Number};

/// A line of a sale as a till sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TillLine {
    pub(crate) line_key: String,
    pub(crate) item_id: String,
    pub(crate) quantity: Number,
    pub(crate) returned: Number,
    pub(crate) returnable: Number,
    /// For all that is returnable.
    pub(crate) returnable_net: Amount,
    pub(crate) returnable_tax: Amount,
    /// None of what no till sold.
    pub(crate) unit_price: Option<Amount>,
    pub(crate) discount: Option<Amount>,
    pub(crate) is_tax_included: bool,
    /// What came back by it; none of what was sold.
    pub(crate) returned_sale_id: Option<String>,
    pub(crate) returned_line_key: Option<String>,
}

impl TryFrom<ledger::TillLine> for TillLine {
    type Error = WireError;

    fn try_from(line: ledger::TillLine) -> Result<Self, WireError> {
        let ledger::TillLine {
            line_key,
            item_id,
            quantity,
            returned,
            returnable,
            returnable_net,
            returnable_tax,
            unit_price,
            discount,
            is_tax_included,
            returned_sale_id,
            returned_line_key,
        } = line;
        let told = |field, amount: Option<_>| {
            let amount = amount.map(|amount| Amount::from_wire(field, Some(amount)));
            amount.transpose()
        };
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(Self {
            line_key,
            item_id,
            quantity: Number::from_wire("quantity", quantity)?,
            returned: Number::from_wire("returned", returned)?,
            returnable: Number::from_wire("returnable", returnable)?,
            returnable_net: Amount::from_wire("returnable_net", returnable_net)?,
            returnable_tax: Amount::from_wire("returnable_tax", returnable_tax)?,
            unit_price: told("unit_price", unit_price)?,
            discount: told("discount", discount)?,
            is_tax_included,
            returned_sale_id: known(returned_sale_id),
            returned_line_key: known(returned_line_key),
        })
    }
}
