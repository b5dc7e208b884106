//! What the Admin API answers of an order: the fields that are used, and no more.
//!
//! Shopify's schema types every field, so what is not as the schema says is refused and never guessed.
//! Amounts are decimal texts and stay texts here.

use jiff::Timestamp;
use serde::Deserialize;

use crate::id::Id;

/// The answer to `OrderById`, its pages put together.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) data: Data,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Data {
    pub(crate) order: Option<Order>,
}

/// The same, from an answer whose rest cannot be read.
#[derive(Debug, Deserialize)]
pub(crate) struct Headless {
    pub(crate) data: HeadlessData,
}

#[derive(Debug, Deserialize)]
pub(crate) struct HeadlessData {
    pub(crate) order: Option<Head>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) test: bool,
    pub(crate) cancelled_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Of the shop, not of the buyer.
    pub(crate) currency_code: String,
    pub(crate) taxes_included: bool,
    pub(crate) duties_included: bool,
    pub(crate) display_financial_status: Option<String>,
    pub(crate) display_fulfillment_status: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) customer: Option<Customer>,
    pub(crate) billing_address: Option<Address>,
    pub(crate) shipping_address: Option<Address>,
    /// Before returns; counts units that an edit removed.
    pub(crate) total_price_set: MoneyBag,
    pub(crate) total_tax_set: Option<MoneyBag>,
    /// After edits, refunds and returns.
    pub(crate) current_total_price_set: MoneyBag,
    pub(crate) current_total_tax_set: MoneyBag,
    pub(crate) total_tip_received_set: MoneyBag,
    pub(crate) additional_fees: Vec<AdditionalFee>,
    pub(crate) line_items: Paged<LineItem>,
    pub(crate) shipping_lines: Paged<ShippingLine>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) refunds: Vec<Refund>,
}

/// As much of an order as tells which it is, and when it changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(crate) id: Id,
    pub(crate) updated_at: Option<String>,
}

/// A thing that is only pointed at.
#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub(crate) id: Id,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Paged<T> {
    pub(crate) nodes: Vec<T>,
    pub(crate) page_info: PageInfo,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    pub(crate) has_next_page: bool,
    /// Where the next page begins.
    pub(crate) end_cursor: Option<String>,
}

/// An amount twice: in the shop's currency, which is booked, and in the buyer's, which is for documents.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MoneyBag {
    pub(crate) shop_money: Amount,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Amount {
    pub(crate) amount: String,
    pub(crate) currency_code: String,
}

/// Any of it may be missing: personal data is given to approved apps only.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Customer {
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) default_email_address: Option<Email>,
    pub(crate) default_phone_number: Option<Phone>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Email {
    pub(crate) email_address: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Phone {
    pub(crate) phone_number: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    pub(crate) name: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) phone: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineItem {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) sku: Option<String>,
    /// Never falls: counts units refunded and removed since.
    pub(crate) quantity: i64,
    /// Without those.
    pub(crate) current_quantity: i64,
    /// Of the current quantity, what is not yet shipped nor picked up.
    pub(crate) unfulfilled_quantity: i64,
    pub(crate) is_gift_card: bool,
    pub(crate) taxable: bool,
    /// `None` for a line typed by hand and for a product deleted since.
    pub(crate) variant: Option<Variant>,
    /// Before discounts, of `quantity` units; with tax where the order's prices include it.
    pub(crate) original_total_set: MoneyBag,
    /// All discounts, those of codes and of the whole order included.
    pub(crate) discount_allocations: Vec<DiscountAllocation>,
    pub(crate) tax_lines: Vec<TaxLine>,
    pub(crate) duties: Vec<Duty>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Variant {
    pub(crate) id: Id,
    pub(crate) barcode: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiscountAllocation {
    pub(crate) allocated_amount_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaxLine {
    pub(crate) price_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Duty {
    pub(crate) id: Id,
    pub(crate) price: MoneyBag,
    pub(crate) tax_lines: Vec<TaxLine>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AdditionalFee {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) price: MoneyBag,
    pub(crate) tax_lines: Vec<TaxLine>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShippingLine {
    pub(crate) id: Id,
    pub(crate) title: String,
    /// Taken off by an edit.
    pub(crate) is_removed: bool,
    /// After discounts, before refunds.
    pub(crate) discounted_price_set: MoneyBag,
    pub(crate) tax_lines: Vec<TaxLine>,
}

/// Kinds and states are texts: Shopify adds to them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) id: Id,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) gateway: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) processed_at: Option<Timestamp>,
    pub(crate) amount_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refund {
    pub(crate) total_refunded_set: MoneyBag,
    pub(crate) duties: Option<Vec<RefundDuty>>,
    #[serde(rename = "refundLineItems")]
    pub(crate) lines: Paged<RefundLineItem>,
    #[serde(rename = "refundShippingLines")]
    pub(crate) shipping_lines: Paged<RefundShippingLine>,
    pub(crate) transactions: Paged<RefundTransaction>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundDuty {
    pub(crate) amount_set: MoneyBag,
    pub(crate) original_duty: Option<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundLineItem {
    pub(crate) quantity: i64,
    pub(crate) restocked: bool,
    pub(crate) line_item: Reference,
    pub(crate) subtotal_set: MoneyBag,
    pub(crate) total_tax_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefundShippingLine {
    pub(crate) shipping_line: Reference,
    pub(crate) subtotal_amount_set: MoneyBag,
    pub(crate) tax_amount_set: MoneyBag,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RefundTransaction {
    pub(crate) kind: String,
}
