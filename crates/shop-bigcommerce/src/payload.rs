//! What BigCommerce sends: the fields that are used, and no more. New ones come without notice.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::scalar::Scalar;

/// A delivery. It is thin: an id, never an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Hook<'a> {
    pub(crate) scope: Scalar<'a>,
    /// `stores/{hash}`
    pub(crate) producer: Scalar<'a>,
    /// Of another shape in every scope: nothing in it makes a delivery malformed.
    pub(crate) data: Option<&'a RawValue>,
}

/// A delivery's `data`, where its scope is one of orders.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct HookData<'a> {
    pub(crate) id: Scalar<'a>,
    /// Of a transaction, which has no `id`.
    pub(crate) order_id: Scalar<'a>,
}

/// An order with its sub-resources, as [`crate::client`] composes it. Other parts of the document are
/// for people and for later; they do not change the sale.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct Document<'a> {
    pub(crate) order: Order<'a>,
    pub(crate) products: Vec<Line<'a>>,
    pub(crate) fees: Vec<Fee<'a>>,
    pub(crate) refunds: Vec<Refund<'a>>,
    pub(crate) transactions: Vec<Transaction<'a>>,
}

/// As much of a document as tells its order and when that changed, should the rest be unreadable.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct Named<'a> {
    pub(crate) order: Id<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Id<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) date_modified: Scalar<'a>,
}

/// `refunded_amount` is left out on purpose: it is always 0. Refunds are a resource of their own.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Order<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) status_id: Scalar<'a>,
    pub(crate) status: Scalar<'a>,
    /// The merchant's own word for the status.
    pub(crate) custom_status: Scalar<'a>,
    pub(crate) is_deleted: Scalar<'a>,
    pub(crate) date_created: Scalar<'a>,
    pub(crate) date_modified: Scalar<'a>,
    /// What the shopper paid in; `currency_code` is what prices were shown in.
    pub(crate) default_currency_code: Scalar<'a>,
    pub(crate) currency_code: Scalar<'a>,
    pub(crate) subtotal_inc_tax: Scalar<'a>,
    pub(crate) shipping_cost_inc_tax: Scalar<'a>,
    pub(crate) shipping_cost_tax: Scalar<'a>,
    pub(crate) handling_cost_inc_tax: Scalar<'a>,
    pub(crate) handling_cost_tax: Scalar<'a>,
    pub(crate) wrapping_cost_inc_tax: Scalar<'a>,
    pub(crate) wrapping_cost_tax: Scalar<'a>,
    pub(crate) discount_amount: Scalar<'a>,
    pub(crate) coupon_discount: Scalar<'a>,
    pub(crate) gift_certificate_amount: Scalar<'a>,
    pub(crate) store_credit_amount: Scalar<'a>,
    pub(crate) total_inc_tax: Scalar<'a>,
    pub(crate) total_tax: Scalar<'a>,
    /// A text for people.
    pub(crate) payment_method: Scalar<'a>,
    pub(crate) payment_status: Scalar<'a>,
    pub(crate) billing_address: Option<Billing<'a>>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Billing<'a> {
    pub(crate) first_name: Scalar<'a>,
    pub(crate) last_name: Scalar<'a>,
    pub(crate) company: Scalar<'a>,
    pub(crate) email: Scalar<'a>,
    pub(crate) phone: Scalar<'a>,
}

/// A line of products.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Line<'a> {
    pub(crate) id: Scalar<'a>,
    /// 0 for a product made up for this order.
    pub(crate) product_id: Scalar<'a>,
    pub(crate) variant_id: Scalar<'a>,
    pub(crate) name: Scalar<'a>,
    pub(crate) sku: Scalar<'a>,
    pub(crate) upc: Scalar<'a>,
    /// `physical`, `digital` or `giftcertificate`
    #[serde(rename = "type")]
    pub(crate) kind: Scalar<'a>,
    pub(crate) quantity: Scalar<'a>,
    pub(crate) quantity_shipped: Scalar<'a>,
    /// Units whose money went back: it tells nothing of their goods.
    pub(crate) quantity_refunded: Scalar<'a>,
    /// Before discounts.
    pub(crate) total_inc_tax: Scalar<'a>,
    /// Before discounts.
    pub(crate) total_tax: Scalar<'a>,
    /// After discounts: what the line brought in. Older answers lack it.
    pub(crate) discounted_total_inc_tax: Scalar<'a>,
    pub(crate) applied_discounts: Option<Vec<Discount<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Discount<'a> {
    pub(crate) amount: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Fee<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) display_name_customer: Scalar<'a>,
    pub(crate) display_name_merchant: Scalar<'a>,
    pub(crate) cost_inc_tax: Scalar<'a>,
    pub(crate) cost_tax: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Refund<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) created: Scalar<'a>,
    pub(crate) payments: Option<Vec<RefundPayment<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct RefundPayment<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) provider_id: Scalar<'a>,
    pub(crate) amount: Scalar<'a>,
    /// The money did not go back after all.
    pub(crate) is_declined: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Transaction<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) event: Scalar<'a>,
    pub(crate) method: Scalar<'a>,
    pub(crate) amount: Scalar<'a>,
    pub(crate) currency: Scalar<'a>,
    pub(crate) status: Scalar<'a>,
    pub(crate) date_created: Scalar<'a>,
    pub(crate) test: Scalar<'a>,
}
