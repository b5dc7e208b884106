use bus::{Address, Reason, Subject};
use prost::Message as _;
use proto::convert::{WireError, money_from, quantity_from, uuid_from};
use proto::ledger as wire;
use retail::{Barcode, ConnectionId, ItemId, RetailerId, ShopVariantId, Sku, TextError};

use super::Take;
use super::reader::Taken;
use crate::store::{FirstSold, SoldFirst, Store};

/// Items that orders made become products, on sale where they were sold (SH-9, BC-1).
pub(super) struct Items(pub(super) Store);

impl Take for Items {
    const WHAT: &'static str = "a registered item";

    async fn take(&self, subject: &Subject, payload: &[u8]) -> Result<Taken, Reason> {
        let reason = |code, detail: String| Reason { code, detail };
        let Ok(Address::ItemRegistered { retailer }) = subject.address() else {
            let detail = format!("{subject} tells of no item");
            return Err(reason("not_its_subject", detail));
        };
        let told = wire::ItemRegistered::decode(payload)
            .map_err(|error| reason("malformed", error.to_string()))?;
        let told =
            sold_from(retailer, told).map_err(|error| reason("bad_field", error.to_string()))?;
        let Some(told) = told else {
            return Ok(Taken::Done);
        };
        Ok(match self.0.make_from_order(&told).await {
            Ok(()) => Taken::Done,
            Err(error) => error.into(),
        })
    }
}

/// `None` for what becomes no product: services, and items that were not made by an order. What was sold at no price
/// that could be one is put aside, so that somebody enters it.
fn sold_from(
    retailer: RetailerId,
    told: wire::ItemRegistered,
) -> Result<Option<SoldFirst>, WireError> {
    let is_sold =
        told.kind() == wire::ItemKind::Product && told.origin() == wire::ItemOrigin::Order;
    let wire::ItemRegistered {
        item_id,
        retailer_id,
        kind: _,
        sku,
        barcode,
        name,
        connection_id,
        origin: _,
        variant_id,
        first_sold,
    } = told;
    if uuid_from("retailer_id", &retailer_id)? != retailer.uuid() {
        return Err(WireError::invalid("retailer_id", "is not the subject's"));
    }
    if !is_sold {
        return Ok(None);
    }
    let wire::FirstSold { quantity, net, tax } =
        first_sold.ok_or(WireError::Missing("first_sold"))?;
    let price = FirstSold::of_line(
        quantity_from("first_sold.quantity", quantity)?,
        money_from("first_sold.net", net)?,
        money_from("first_sold.tax", tax)?,
    );
    let price = price.ok_or_else(|| WireError::invalid("first_sold", "is no price"))?;
    Ok(Some(SoldFirst {
        item: ItemId::new(uuid_from("item_id", &item_id)?),
        retailer,
        name,
        sku: text("sku", &sku, Sku::new)?,
        barcode: text("barcode", &barcode, Barcode::new)?,
        price,
        connection: ConnectionId::new(uuid_from("connection_id", &connection_id)?),
        variant: text("variant_id", &variant_id, ShopVariantId::new)?,
    }))
}

/// An empty text is none.
fn text<T>(
    field: &'static str,
    text: &str,
    read: impl FnOnce(&str) -> Result<T, TextError>,
) -> Result<Option<T>, WireError> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = read(text).map_err(|error| WireError::invalid(field, error))?;
    Ok(Some(read))
}
