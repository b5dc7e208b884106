use jiff::Timestamp;
use proto::catalog as wire;
use proto::convert::{WireError, instant_from};
use serde::Serialize;

use super::sale::known;
use super::{Amount, Number};

/// A product in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ListedProduct {
    pub(crate) product_id: String,
    pub(crate) revision: i64,
    pub(crate) name: String,
    pub(crate) brand: Option<String>,
    pub(crate) category: Option<String>,
    /// Of the first variant, as the price.
    pub(crate) sku: Option<String>,
    pub(crate) retail_price: Amount,
    pub(crate) variant_count: i32,
    pub(crate) in_store: bool,
    pub(crate) online_connection_ids: Vec<String>,
    pub(crate) created_from_order: bool,
    pub(crate) is_deleted: bool,
    pub(crate) changed_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "its JSON is an interface, and says what the API says"
)]
pub(crate) struct Product {
    pub(crate) product_id: String,
    pub(crate) revision: i64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) brand: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) supplier: Option<String>,
    pub(crate) handle: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) tax_rate_millipercent: i32,
    pub(crate) options: Vec<String>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) images: Vec<ProductImage>,
    pub(crate) in_store: bool,
    pub(crate) online: Vec<OnlineChannel>,
    pub(crate) created_from_order: bool,
    pub(crate) is_deleted: bool,
    pub(crate) changed_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Variant {
    pub(crate) item_id: String,
    pub(crate) values: Vec<String>,
    pub(crate) sku: Option<String>,
    pub(crate) barcode: Option<String>,
    pub(crate) retail_price: Amount,
    pub(crate) price_includes_tax: bool,
    pub(crate) supplier_code: Option<String>,
    pub(crate) supplier_price: Option<Amount>,
    pub(crate) reorder_point: Option<Number>,
    pub(crate) reorder_amount: Option<Number>,
    pub(crate) weight_mg: Option<i64>,
    /// Length, width and height.
    pub(crate) parcel_um: Option<[i64; 3]>,
    pub(crate) image_hash: Option<String>,
    pub(crate) is_inactive: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProductImage {
    pub(crate) image_hash: String,
    pub(crate) alt: Option<String>,
    pub(crate) url: Option<String>,
}

/// A product in one shop.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OnlineChannel {
    pub(crate) connection_id: String,
    /// `None`: nobody has decided.
    pub(crate) is_online: Option<bool>,
    pub(crate) buffer: Option<Number>,
}

/// What a bulk action did, or would do.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BulkDone {
    pub(crate) products: i64,
    pub(crate) changed: i64,
    pub(crate) refused: Vec<RefusedProduct>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct RefusedProduct {
    pub(crate) product_id: String,
    pub(crate) reason: &'static str,
}

/// What a shop is told.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShopSettings {
    pub(crate) connection_id: String,
    pub(crate) platform: String,
    pub(crate) is_linked: bool,
    pub(crate) profile: &'static str,
    pub(crate) rules: Vec<FieldRule>,
    pub(crate) products_online: i64,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct FieldRule {
    pub(crate) field: &'static str,
    pub(crate) owner: &'static str,
}

impl TryFrom<wire::ProductSummary> for ListedProduct {
    type Error = WireError;

    fn try_from(product: wire::ProductSummary) -> Result<Self, WireError> {
        let wire::ProductSummary {
            product_id,
            revision,
            name,
            brand,
            category,
            sku,
            retail_price,
            variant_count,
            in_store,
            online_connection_ids,
            created_from_order,
            is_deleted,
            changed_at,
        } = product;
        Ok(Self {
            product_id,
            revision,
            name,
            brand: known(brand),
            category: known(category),
            sku: known(sku),
            retail_price: Amount::from_wire("retail_price", retail_price)?,
            variant_count,
            in_store,
            online_connection_ids,
            created_from_order,
            is_deleted,
            changed_at: instant_from("changed_at", changed_at)?,
        })
    }
}

impl TryFrom<wire::Product> for Product {
    type Error = WireError;

    fn try_from(product: wire::Product) -> Result<Self, WireError> {
        let wire::Product {
            product_id,
            revision,
            name,
            description,
            brand,
            category,
            supplier,
            handle,
            tags,
            tax_rate_millipercent,
            options,
            variants,
            images,
            channels,
            created_from_order,
            is_deleted,
            changed_at,
        } = product;
        let channels = channels.ok_or(WireError::Missing("channels"))?;
        let variants = variants.into_iter().map(Variant::try_from);
        let online = channels.online.into_iter().map(OnlineChannel::try_from);
        Ok(Self {
            product_id,
            revision,
            name,
            description: known(description),
            brand: known(brand),
            category: known(category),
            supplier: known(supplier),
            handle: known(handle),
            tags,
            tax_rate_millipercent,
            options,
            variants: variants.collect::<Result<_, _>>()?,
            images: images.into_iter().map(ProductImage::from).collect(),
            in_store: channels.in_store,
            online: online.collect::<Result<_, _>>()?,
            created_from_order,
            is_deleted,
            changed_at: instant_from("changed_at", changed_at)?,
        })
    }
}

impl TryFrom<wire::Variant> for Variant {
    type Error = WireError;

    fn try_from(variant: wire::Variant) -> Result<Self, WireError> {
        let wire::Variant {
            item_id,
            values,
            sku,
            barcode,
            retail_price,
            price_includes_tax,
            supplier_code,
            supplier_price,
            reorder_point,
            reorder_amount,
            weight_mg,
            parcel,
            image_hash,
            is_inactive,
        } = variant;
        let number = |field, found: Option<_>| {
            let found = found.map(|found| Number::from_wire(field, Some(found)));
            found.transpose()
        };
        let supplied = supplier_price.map(|price| Amount::from_wire("supplier_price", Some(price)));
        let parcel = parcel.map(|size| {
            let wire::ParcelSize {
                length_um,
                width_um,
                height_um,
            } = size;
            [length_um, width_um, height_um]
        });
        Ok(Self {
            item_id,
            values,
            sku: known(sku),
            barcode: known(barcode),
            retail_price: Amount::from_wire("retail_price", retail_price)?,
            price_includes_tax,
            supplier_code: known(supplier_code),
            supplier_price: supplied.transpose()?,
            reorder_point: number("reorder_point", reorder_point)?,
            reorder_amount: number("reorder_amount", reorder_amount)?,
            weight_mg,
            parcel_um: parcel,
            image_hash: known(image_hash),
            is_inactive,
        })
    }
}

impl From<wire::ProductImage> for ProductImage {
    fn from(image: wire::ProductImage) -> Self {
        let wire::ProductImage {
            image_hash,
            alt,
            image,
        } = image;
        Self {
            image_hash,
            alt: known(alt),
            url: image.map(|image| image.url),
        }
    }
}

impl TryFrom<wire::OnlineChannel> for OnlineChannel {
    type Error = WireError;

    fn try_from(channel: wire::OnlineChannel) -> Result<Self, WireError> {
        let wire::OnlineChannel {
            connection_id,
            is_online,
            buffer,
        } = channel;
        let buffer = buffer.map(|buffer| Number::from_wire("buffer", Some(buffer)));
        Ok(Self {
            connection_id,
            is_online,
            buffer: buffer.transpose()?,
        })
    }
}

impl From<wire::PreviewBulkResponse> for BulkDone {
    fn from(answer: wire::PreviewBulkResponse) -> Self {
        let wire::PreviewBulkResponse {
            products,
            changes,
            refused,
        } = answer;
        Self {
            products,
            changed: changes,
            refused: refused.into_iter().map(RefusedProduct::from).collect(),
        }
    }
}

impl From<wire::ApplyBulkResponse> for BulkDone {
    fn from(answer: wire::ApplyBulkResponse) -> Self {
        let wire::ApplyBulkResponse {
            products,
            changed,
            refused,
        } = answer;
        Self {
            products,
            changed,
            refused: refused.into_iter().map(RefusedProduct::from).collect(),
        }
    }
}

impl From<wire::RefusedProduct> for RefusedProduct {
    fn from(refused: wire::RefusedProduct) -> Self {
        let reason = match refused.reason() {
            wire::BulkRefusal::Unspecified => "unknown_reason",
            wire::BulkRefusal::Unknown => "unknown",
            wire::BulkRefusal::Deleted => "deleted",
        };
        let wire::RefusedProduct {
            product_id,
            reason: _,
        } = refused;
        Self { product_id, reason }
    }
}

impl From<wire::ConnectionSettings> for ShopSettings {
    fn from(settings: wire::ConnectionSettings) -> Self {
        let profile = match settings.profile() {
            wire::LinkProfile::Unspecified => "unknown",
            wire::LinkProfile::PosCreated => "pos_created",
            wire::LinkProfile::Legacy => "legacy",
        };
        let wire::ConnectionSettings {
            connection_id,
            platform,
            is_linked,
            profile: _,
            rules,
            products_online,
        } = settings;
        Self {
            connection_id,
            platform,
            is_linked,
            profile,
            rules: rules.into_iter().map(FieldRule::from).collect(),
            products_online,
        }
    }
}

pub(super) const fn field(field: wire::ListingField) -> &'static str {
    match field {
        wire::ListingField::Unspecified => "unknown",
        wire::ListingField::Title => "title",
        wire::ListingField::Description => "description",
        wire::ListingField::Brand => "brand",
        wire::ListingField::Availability => "availability",
        wire::ListingField::Options => "options",
        wire::ListingField::Sku => "sku",
        wire::ListingField::Barcode => "barcode",
        wire::ListingField::Price => "price",
        wire::ListingField::Weight => "weight",
        wire::ListingField::Dimensions => "dimensions",
        wire::ListingField::Images => "images",
        wire::ListingField::Stock => "stock",
    }
}

impl From<wire::FieldRule> for FieldRule {
    fn from(rule: wire::FieldRule) -> Self {
        let field = field(rule.field());
        let owner = match rule.owner() {
            wire::FieldOwner::Unspecified => "unknown",
            wire::FieldOwner::Pos => "pos",
            wire::FieldOwner::PosWipes => "pos-wipes",
            wire::FieldOwner::Shop => "shop",
        };
        Self { field, owner }
    }
}
