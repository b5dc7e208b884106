use bus::{Address, Reason, Subject};
use prost::Message as _;
use proto::convert::{WireError, instant_from, uuid_from};
use proto::ledger as wire;
use proto::order::SaleState;
use retail::{ConnectionId, ItemId, RetailerId, ShopVariantId};

use super::Take;
use super::reader::Taken;
use crate::store::{SoldItem, SoldItems, Store};

/// What was sold in a shop is on sale there (SH-10), and is the variants that its shop calls it.
pub(super) struct Sales(pub(super) Store);

impl Take for Sales {
    const WHAT: &'static str = "a recorded sale";

    async fn take(&self, subject: &Subject, payload: &[u8]) -> Result<Taken, Reason> {
        let reason = |code, detail: String| Reason { code, detail };
        let Ok(Address::SaleRecorded { retailer }) = subject.address() else {
            let detail = format!("{subject} tells of no sale");
            return Err(reason("not_its_subject", detail));
        };
        let told = wire::SaleRecorded::decode(payload)
            .map_err(|error| reason("malformed", error.to_string()))?;
        let told =
            sold_from(retailer, told).map_err(|error| reason("bad_field", error.to_string()))?;
        let Some(told) = told else {
            return Ok(Taken::Done);
        };
        Ok(match self.0.publish_sold(&told).await {
            Ok(()) => Taken::Done,
            Err(error) => error.into(),
        })
    }
}

/// `None` when nothing is on sale for it: it does not count, or holds services alone.
fn sold_from(
    retailer: RetailerId,
    told: wire::SaleRecorded,
) -> Result<Option<SoldItems>, WireError> {
    let is_closed = told.state() == SaleState::Closed;
    let wire::SaleRecorded {
        sale_id: _,
        retailer_id,
        connection_id,
        order_id: _,
        receipt_number: _,
        revision: _,
        state: _,
        balance: _,
        total: _,
        changed_at,
        items,
        fulfilment: _,
        handovers: _,
        stock_rule: _,
    } = told;
    if uuid_from("retailer_id", &retailer_id)? != retailer.uuid() {
        return Err(WireError::invalid("retailer_id", "is not the subject's"));
    }
    let is_product = |sold: &wire::SoldItem| sold.kind() == wire::ItemKind::Product;
    let products = items
        .into_iter()
        .filter(|sold| is_closed && is_product(sold));
    let items: Vec<SoldItem> = products.map(item_from).collect::<Result<_, _>>()?;
    if items.is_empty() {
        return Ok(None);
    }
    Ok(Some(SoldItems {
        retailer,
        connection: ConnectionId::new(uuid_from("connection_id", &connection_id)?),
        told_at: instant_from("changed_at", changed_at)?,
        items,
    }))
}

fn item_from(sold: wire::SoldItem) -> Result<SoldItem, WireError> {
    let wire::SoldItem {
        item_id,
        kind: _,
        variant_ids,
    } = sold;
    let variant = |id: &String| {
        ShopVariantId::new(id).map_err(|error| WireError::invalid("variant_ids", error))
    };
    Ok(SoldItem {
        item: ItemId::new(uuid_from("item_id", &item_id)?),
        variants: variant_ids.iter().map(variant).collect::<Result<_, _>>()?,
    })
}
