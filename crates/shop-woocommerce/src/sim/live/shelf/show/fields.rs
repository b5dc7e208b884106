//! Every field of a product and of a variation in wc/v3, in the shop's own order.

use serde::Serialize;
use serde_json::Value;

use crate::sim::fields::{Itself, Link};

#[expect(clippy::struct_excessive_bools, reason = "the fields are the shop's")]
#[derive(Serialize)]
pub(super) struct Product<'a> {
    pub(super) id: u64,
    pub(super) name: &'a str,
    pub(super) slug: &'a str,
    pub(super) permalink: String,
    pub(super) date_created: String,
    pub(super) date_created_gmt: String,
    pub(super) date_modified: String,
    pub(super) date_modified_gmt: String,
    pub(super) r#type: &'static str,
    pub(super) status: &'a str,
    pub(super) featured: bool,
    pub(super) catalog_visibility: &'static str,
    pub(super) description: String,
    pub(super) short_description: &'a str,
    pub(super) sku: &'a str,
    pub(super) price: &'a str,
    pub(super) regular_price: &'a str,
    pub(super) sale_price: &'a str,
    pub(super) date_on_sale_from: (),
    pub(super) date_on_sale_from_gmt: (),
    pub(super) date_on_sale_to: (),
    pub(super) date_on_sale_to_gmt: (),
    pub(super) on_sale: bool,
    pub(super) purchasable: bool,
    pub(super) total_sales: i64,
    pub(super) r#virtual: bool,
    pub(super) downloadable: bool,
    pub(super) downloads: [(); 0],
    pub(super) download_limit: i64,
    pub(super) download_expiry: i64,
    pub(super) external_url: &'static str,
    pub(super) button_text: &'static str,
    pub(super) tax_status: &'static str,
    pub(super) tax_class: &'static str,
    pub(super) manage_stock: bool,
    pub(super) stock_quantity: Option<i64>,
    pub(super) backorders: &'static str,
    pub(super) backorders_allowed: bool,
    pub(super) backordered: bool,
    pub(super) low_stock_amount: (),
    pub(super) sold_individually: bool,
    pub(super) weight: &'a str,
    pub(super) dimensions: Dimensions<'a>,
    pub(super) shipping_required: bool,
    pub(super) shipping_taxable: bool,
    pub(super) shipping_class: &'static str,
    pub(super) shipping_class_id: u64,
    pub(super) reviews_allowed: bool,
    pub(super) average_rating: &'static str,
    pub(super) rating_count: u64,
    pub(super) upsell_ids: [(); 0],
    pub(super) cross_sell_ids: [(); 0],
    pub(super) parent_id: u64,
    pub(super) purchase_note: &'static str,
    pub(super) categories: [Category; 1],
    pub(super) brands: Vec<Brand<'a>>,
    pub(super) tags: [(); 0],
    pub(super) images: Vec<Image<'a>>,
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) default_attributes: [(); 0],
    pub(super) variations: Vec<u64>,
    pub(super) grouped_products: [(); 0],
    pub(super) menu_order: u64,
    pub(super) price_html: String,
    pub(super) related_ids: [(); 0],
    pub(super) meta_data: Vec<Meta<'a>>,
    pub(super) stock_status: &'static str,
    pub(super) has_options: bool,
    pub(super) post_password: &'static str,
    pub(super) global_unique_id: &'a str,
    pub(super) permalink_template: String,
    pub(super) generated_slug: &'a str,
    pub(super) _links: Links,
}

#[expect(clippy::struct_excessive_bools, reason = "the fields are the shop's")]
#[derive(Serialize)]
pub(super) struct Variation<'a> {
    pub(super) id: u64,
    pub(super) r#type: &'static str,
    pub(super) date_created: String,
    pub(super) date_created_gmt: String,
    pub(super) date_modified: String,
    pub(super) date_modified_gmt: String,
    pub(super) description: &'a str,
    pub(super) permalink: String,
    pub(super) sku: &'a str,
    pub(super) global_unique_id: &'a str,
    pub(super) price: &'a str,
    pub(super) regular_price: &'a str,
    pub(super) sale_price: &'a str,
    pub(super) date_on_sale_from: (),
    pub(super) date_on_sale_from_gmt: (),
    pub(super) date_on_sale_to: (),
    pub(super) date_on_sale_to_gmt: (),
    pub(super) on_sale: bool,
    pub(super) status: &'a str,
    pub(super) purchasable: bool,
    pub(super) r#virtual: bool,
    pub(super) downloadable: bool,
    pub(super) downloads: [(); 0],
    pub(super) download_limit: i64,
    pub(super) download_expiry: i64,
    pub(super) tax_status: &'static str,
    pub(super) tax_class: &'static str,
    /// Whether it is counted, or `parent`.
    pub(super) manage_stock: Value,
    pub(super) stock_quantity: Option<i64>,
    pub(super) stock_status: &'static str,
    pub(super) backorders: &'static str,
    pub(super) backorders_allowed: bool,
    pub(super) backordered: bool,
    pub(super) low_stock_amount: (),
    pub(super) weight: &'a str,
    pub(super) dimensions: Dimensions<'a>,
    pub(super) shipping_class: &'static str,
    pub(super) shipping_class_id: u64,
    pub(super) image: Option<Image<'a>>,
    pub(super) attributes: Vec<Own<'a>>,
    pub(super) menu_order: u64,
    pub(super) meta_data: Vec<Meta<'a>>,
    pub(super) name: String,
    pub(super) parent_id: u64,
    pub(super) _links: Links,
}

#[derive(Serialize)]
pub(super) struct Links {
    #[serde(rename = "self")]
    pub(super) itself: [Itself; 1],
    pub(super) collection: [Link; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) up: Option<[Link; 1]>,
}

#[derive(Serialize)]
pub(super) struct Dimensions<'a> {
    pub(super) length: &'a str,
    pub(super) width: &'a str,
    pub(super) height: &'a str,
}

#[derive(Serialize)]
pub(super) struct Category {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) slug: &'static str,
}

#[derive(Serialize)]
pub(super) struct Brand<'a> {
    pub(super) id: u64,
    pub(super) name: &'a str,
    pub(super) slug: String,
}

#[derive(Serialize)]
pub(super) struct Image<'a> {
    pub(super) id: u64,
    pub(super) date_created: String,
    pub(super) date_created_gmt: String,
    pub(super) date_modified: String,
    pub(super) date_modified_gmt: String,
    pub(super) src: String,
    pub(super) name: &'a str,
    pub(super) alt: &'a str,
}

#[derive(Serialize)]
pub(super) struct Attribute<'a> {
    pub(super) id: u64,
    pub(super) name: &'a str,
    pub(super) slug: &'a str,
    pub(super) position: usize,
    pub(super) visible: bool,
    pub(super) variation: bool,
    pub(super) options: &'a [String],
}

#[derive(Serialize)]
pub(super) struct Own<'a> {
    pub(super) id: u64,
    pub(super) name: &'a str,
    pub(super) slug: String,
    pub(super) option: &'a str,
}

#[derive(Serialize)]
pub(super) struct Meta<'a> {
    pub(super) id: u64,
    pub(super) key: &'a str,
    pub(super) value: &'a Value,
}
