//! Every field of an order in wc/v3, in the shop's own order.

use serde::Serialize;

#[expect(clippy::struct_excessive_bools, reason = "the fields are the shop's")]
#[derive(Serialize)]
pub struct Body<'a> {
    pub id: u64,
    pub parent_id: u64,
    pub status: &'a str,
    pub currency: &'a str,
    pub version: &'a str,
    pub prices_include_tax: bool,
    pub date_created: String,
    pub date_modified: String,
    pub discount_total: String,
    pub discount_tax: String,
    pub shipping_total: String,
    pub shipping_tax: String,
    pub cart_tax: String,
    pub total: String,
    pub total_tax: String,
    pub customer_id: u64,
    pub order_key: String,
    pub billing: Billing<'a>,
    pub shipping: ShipTo<'a>,
    pub payment_method: &'a str,
    pub payment_method_title: &'a str,
    pub transaction_id: String,
    pub customer_ip_address: &'a str,
    pub customer_user_agent: &'a str,
    pub created_via: &'a str,
    pub customer_note: &'a str,
    pub date_completed: Option<String>,
    pub date_paid: Option<String>,
    pub cart_hash: &'a str,
    pub number: &'a str,
    pub meta_data: Vec<Meta<'a>>,
    pub line_items: Vec<LineItem<'a>>,
    pub tax_lines: Vec<TaxLine>,
    pub shipping_lines: Vec<ShippingLine>,
    pub fee_lines: Vec<FeeLine>,
    pub coupon_lines: Vec<CouponLine>,
    pub refunds: Vec<RefundEntry>,
    pub payment_url: String,
    pub is_editable: bool,
    pub needs_payment: bool,
    pub needs_processing: bool,
    pub date_created_gmt: String,
    pub date_modified_gmt: String,
    pub date_completed_gmt: Option<String>,
    pub date_paid_gmt: Option<String>,
    pub currency_symbol: &'a str,
    pub _links: Links,
}

#[derive(Serialize)]
pub struct Billing<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub company: &'a str,
    pub address_1: &'a str,
    pub address_2: &'a str,
    pub city: &'a str,
    pub state: &'a str,
    pub postcode: &'a str,
    pub country: &'a str,
    pub email: &'a str,
    pub phone: &'a str,
}

#[derive(Serialize)]
pub struct ShipTo<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub company: &'a str,
    pub address_1: &'a str,
    pub address_2: &'a str,
    pub city: &'a str,
    pub state: &'a str,
    pub postcode: &'a str,
    pub country: &'a str,
    pub phone: &'a str,
}

#[derive(Serialize)]
pub struct Meta<'a> {
    pub id: u64,
    pub key: &'a str,
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_value: Option<String>,
}

#[derive(Serialize)]
pub struct LineItem<'a> {
    pub id: u64,
    pub name: String,
    pub product_id: u64,
    pub variation_id: u64,
    pub quantity: i64,
    pub tax_class: &'a str,
    pub subtotal: String,
    pub subtotal_tax: String,
    pub total: String,
    pub total_tax: String,
    pub taxes: Vec<Tax>,
    pub meta_data: Vec<Meta<'a>>,
    pub sku: Option<&'a str>,
    pub price: f64,
    pub image: Image,
    pub parent_name: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Tax {
    pub id: u64,
    pub total: String,
    pub subtotal: String,
}

#[derive(Serialize)]
pub struct Image {
    pub id: u64,
    pub src: &'static str,
}

#[derive(Serialize)]
pub struct TaxLine {
    pub id: u64,
    pub rate_code: &'static str,
    pub rate_id: u64,
    pub label: &'static str,
    pub compound: bool,
    pub tax_total: String,
    pub shipping_tax_total: String,
    pub rate_percent: f64,
    pub meta_data: [(); 0],
}

#[derive(Serialize)]
pub struct ShippingLine {
    pub id: u64,
    pub method_title: &'static str,
    pub method_id: &'static str,
    pub instance_id: &'static str,
    pub total: String,
    pub total_tax: String,
    pub taxes: Vec<Tax>,
    pub tax_status: &'static str,
    pub meta_data: [(); 0],
}

#[derive(Serialize)]
pub struct FeeLine {
    pub id: u64,
    pub name: &'static str,
    pub tax_class: &'static str,
    pub tax_status: &'static str,
    pub amount: &'static str,
    pub total: String,
    pub total_tax: String,
    pub taxes: Vec<Tax>,
    pub meta_data: [(); 0],
}

#[derive(Serialize)]
pub struct CouponLine {
    pub id: u64,
    pub code: &'static str,
    pub discount: String,
    pub discount_tax: String,
    pub meta_data: [Meta<'static>; 1],
    pub discount_type: &'static str,
    pub nominal_amount: u64,
    pub free_shipping: bool,
}

#[derive(Serialize)]
pub struct RefundEntry {
    pub id: u64,
    pub reason: &'static str,
    pub total: String,
}

#[derive(Serialize)]
pub struct Links {
    #[serde(rename = "self")]
    pub itself: [Itself; 1],
    pub collection: [Link; 1],
    pub email_templates: [Embeddable; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<[Link; 1]>,
}

#[derive(Serialize)]
pub struct Itself {
    pub href: String,
    #[serde(rename = "targetHints")]
    pub target_hints: Hints,
}

#[derive(Serialize)]
pub struct Hints {
    pub allow: [&'static str; 5],
}

#[derive(Serialize)]
pub struct Link {
    pub href: String,
}

#[derive(Serialize)]
pub struct Embeddable {
    pub embeddable: bool,
    pub href: String,
}
