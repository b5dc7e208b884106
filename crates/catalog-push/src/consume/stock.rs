use bus::{Address, Reason, Subject};
use prost::Message as _;
use proto::convert::{WireError, quantity_from, uuid_from};
use proto::ledger as wire;
use retail::{ItemId, Quantity, RetailerId};

use super::Take;
use super::reader::Taken;
use crate::push::Rank;
use crate::store::Store;

/// Stock that changed is looked at in every shop that shows it (POS-6).
pub(super) struct Stock {
    pub(super) store: Store,
    /// Of what no more than so many are left is told first.
    pub(super) last_units: Quantity,
}

impl Take for Stock {
    const WHAT: &'static str = "a change of stock";

    async fn take(&self, subject: &Subject, payload: &[u8]) -> Result<Taken, Reason> {
        let reason = |code, detail: String| Reason { code, detail };
        let Ok(Address::StockChanged { retailer }) = subject.address() else {
            let detail = format!("{subject} tells of no stock");
            return Err(reason("not_its_subject", detail));
        };
        let told = wire::StockChanged::decode(payload)
            .map_err(|error| reason("malformed", error.to_string()))?;
        let (item, available) =
            read(retailer, told).map_err(|error| reason("bad_field", error.to_string()))?;
        let rank = Rank::of_stock(available, self.last_units);
        Ok(match self.store.mark_stock(retailer, item, rank).await {
            Ok(()) => Taken::Done,
            Err(error) => error.into(),
        })
    }
}

/// What shops are told is asked for when they are: this is only that it changed, and how little is left.
fn read(retailer: RetailerId, told: wire::StockChanged) -> Result<(ItemId, Quantity), WireError> {
    let wire::StockChanged {
        retailer_id,
        item_id,
        outlet_id: _,
        on_hand: _,
        version: _,
        changed_at: _,
        safety_stock: _,
        available,
        is_kit: _,
    } = told;
    if uuid_from("retailer_id", &retailer_id)? != retailer.uuid() {
        return Err(WireError::invalid("retailer_id", "is not the subject's"));
    }
    let item = ItemId::new(uuid_from("item_id", &item_id)?);
    Ok((item, quantity_from("available", available)?))
}
