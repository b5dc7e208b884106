//! What differs between shops and the catalogue, as it was seen last.

mod find;
mod keep;
mod list;
mod repair;
mod scan;
mod value;

use jiff::Timestamp;
use retail::listing::drift::{Kind, Repair};
use retail::listing::{Field, ShopProductId};
use retail::{ConnectionId, ItemId, ProductId, ShopVariantId, Sku};
use uuid::Uuid;

use super::StoreError;

pub use find::{DriftError, DriftSelection, DriftTaken, FoundDrift, RefusedDrift};
pub use keep::{NewDrift, ScannedProduct, SeenStock};
pub use list::{DriftKey, DriftPage};
pub use scan::ScanAsked;
pub use value::ShopValue;

/// Which entries are meant: those that meet every condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriftFilter {
    pub connection: Option<ConnectionId>,
    pub kind: Option<Kind>,
    pub field: Option<Field>,
    pub product: Option<ProductId>,
    pub sku: Option<Sku>,
    /// First seen before it.
    pub since_before: Option<Timestamp>,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftView {
    pub id: Uuid,
    pub connection: ConnectionId,
    pub product: ProductId,
    pub product_name: String,
    pub item: Option<ItemId>,
    pub sku: Option<String>,
    pub shop_product: Option<ShopProductId>,
    pub shop_variant: Option<ShopVariantId>,
    /// `None`: all of it.
    pub field: Option<Field>,
    /// For people.
    pub pos: String,
    pub shop: String,
    pub kind: Kind,
    pub repairs: Vec<Repair>,
    pub since: Timestamp,
    pub seen_at: Timestamp,
}

/// As a column keeps a field: empty when it is none.
fn field_str(field: Option<Field>) -> &'static str {
    field.map_or("", Field::as_str)
}

fn field_from(text: &str) -> Result<Option<Field>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    let field = Field::read(text);
    field
        .map(Some)
        .ok_or_else(|| StoreError::corrupt("drift", "field", text))
}

fn kind_from(text: &str) -> Result<Kind, StoreError> {
    Kind::read(text).ok_or_else(|| StoreError::corrupt("drift", "kind", text))
}

fn repairs_from(names: &[String]) -> Result<Vec<Repair>, StoreError> {
    let repair = |name: &String| {
        Repair::read(name).ok_or_else(|| StoreError::corrupt("drift", "repairs", name))
    };
    names.iter().map(repair).collect()
}
