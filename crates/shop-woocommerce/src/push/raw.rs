//! Products as the shop's API shows them: the fields that are used, and no more.

use serde::Deserialize;

use crate::loose::{List, Object, Scalar};

/// What is asked for of a product. With `context=edit`, for what is written there and not what is shown to buyers.
pub(super) const FIELDS: &str = "id,parent_id,type,status,slug,name,description,sku,global_unique_id,regular_price,\
    manage_stock,stock_quantity,weight,dimensions,brands,images,attributes,variations,meta_data";
/// The same of a variation.
pub(super) const VARIATION_FIELDS: &str = "id,status,sku,global_unique_id,regular_price,manage_stock,stock_quantity,\
    weight,dimensions,image,attributes,meta_data";

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawProduct<'a> {
    pub(super) id: Scalar<'a>,
    /// Of a variation, where a search for SKUs gives one.
    pub(super) parent_id: Scalar<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Scalar<'a>,
    pub(super) status: Scalar<'a>,
    pub(super) slug: Scalar<'a>,
    pub(super) name: Scalar<'a>,
    pub(super) description: Scalar<'a>,
    pub(super) sku: Scalar<'a>,
    pub(super) global_unique_id: Scalar<'a>,
    pub(super) regular_price: Scalar<'a>,
    pub(super) manage_stock: Scalar<'a>,
    pub(super) stock_quantity: Scalar<'a>,
    pub(super) weight: Scalar<'a>,
    pub(super) dimensions: Object<RawDimensions<'a>>,
    pub(super) brands: List<RawBrand<'a>>,
    pub(super) images: List<RawImage<'a>>,
    pub(super) attributes: List<RawAttribute<'a>>,
    pub(super) variations: List<Scalar<'a>>,
    pub(super) meta_data: List<RawMeta<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawVariation<'a> {
    pub(super) id: Scalar<'a>,
    pub(super) status: Scalar<'a>,
    pub(super) sku: Scalar<'a>,
    pub(super) global_unique_id: Scalar<'a>,
    pub(super) regular_price: Scalar<'a>,
    /// `parent`: the parent counts for all of its variations.
    pub(super) manage_stock: Scalar<'a>,
    pub(super) stock_quantity: Scalar<'a>,
    pub(super) weight: Scalar<'a>,
    pub(super) dimensions: Object<RawDimensions<'a>>,
    pub(super) image: Object<RawImage<'a>>,
    pub(super) attributes: List<RawAttribute<'a>>,
    pub(super) meta_data: List<RawMeta<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawDimensions<'a> {
    pub(super) length: Scalar<'a>,
    pub(super) width: Scalar<'a>,
    pub(super) height: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawBrand<'a> {
    pub(super) id: Scalar<'a>,
    pub(super) name: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawImage<'a> {
    pub(super) id: Scalar<'a>,
}

/// An option of a product with all its values, or a variation's one value of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawAttribute<'a> {
    /// 0 for one of this product alone.
    pub(super) id: Scalar<'a>,
    pub(super) name: Scalar<'a>,
    pub(super) visible: Scalar<'a>,
    /// Whether variations differ in it.
    pub(super) variation: Scalar<'a>,
    pub(super) options: List<Scalar<'a>>,
    /// Of a variation. Empty: any.
    pub(super) option: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct RawMeta<'a> {
    pub(super) key: Scalar<'a>,
    pub(super) value: Scalar<'a>,
}

/// What stands under a key of ours; empty where nothing does.
pub(super) fn noted<'a>(meta_data: &'a [RawMeta<'_>], key: &str) -> &'a str {
    let found = meta_data.iter().find(|meta| meta.key.as_str() == key);
    found.map_or("", |meta| meta.value.as_str())
}

impl RawProduct<'_> {
    /// Whether it is sold in variations, of whatever kind a plugin makes them.
    pub(super) fn is_variable(&self) -> bool {
        self.kind.as_str().starts_with("variable") || !self.variations.0.is_empty()
    }
}
