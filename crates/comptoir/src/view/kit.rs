use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger;
use serde::Serialize;

use super::Number;
use super::sale::known;

/// What is sold as one item, and in stock as its parts.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Kit {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    pub(crate) number: i32,
    /// Empty where it is no kit any more.
    pub(crate) parts: Vec<KitPart>,
    pub(crate) actor: String,
    pub(crate) note: String,
    pub(crate) defined_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct KitPart {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    /// In one kit.
    pub(crate) quantity: Number,
}

/// The kit that a part moved for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MovedKit {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) name: String,
    /// So many kits.
    pub(crate) quantity: Number,
}

impl TryFrom<ledger::Kit> for Kit {
    type Error = WireError;

    fn try_from(kit: ledger::Kit) -> Result<Self, WireError> {
        let ledger::Kit {
            item_id,
            sku,
            name,
            number,
            parts,
            actor,
            note,
            defined_at,
        } = kit;
        let parts = parts.into_iter().map(KitPart::try_from);
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            number,
            parts: parts.collect::<Result<_, _>>()?,
            actor,
            note,
            defined_at: instant_from("defined_at", defined_at)?,
        })
    }
}

impl TryFrom<ledger::KitPart> for KitPart {
    type Error = WireError;

    fn try_from(part: ledger::KitPart) -> Result<Self, WireError> {
        let ledger::KitPart {
            item_id,
            sku,
            name,
            quantity,
        } = part;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            quantity: Number::from_wire("quantity", quantity)?,
        })
    }
}

impl TryFrom<ledger::MovedKit> for MovedKit {
    type Error = WireError;

    fn try_from(kit: ledger::MovedKit) -> Result<Self, WireError> {
        let ledger::MovedKit {
            item_id,
            sku,
            name,
            quantity,
        } = kit;
        Ok(Self {
            item_id,
            sku: known(sku),
            name,
            quantity: Number::from_wire("quantity", quantity)?,
        })
    }
}
