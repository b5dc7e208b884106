//! What WooCommerce sends: the fields that are used, and no more.

use serde::Deserialize;

use crate::loose::{List, Object, Scalar};

/// The outermost fields of any delivery or answer. Reading it checks the whole body to be JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Envelope<'a> {
    pub(crate) id: Scalar<'a>,
    /// Of an error.
    pub(crate) code: Scalar<'a>,
    /// Of an order.
    pub(crate) date_modified_gmt: Scalar<'a>,
    pub(crate) arg: Object<Note<'a>>,
}

/// The argument of `action.woocommerce_new_order_note_data`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Note<'a> {
    /// The order the note is on, in spite of its name.
    #[serde(rename = "comment_post_ID")]
    pub(crate) order: Scalar<'a>,
    #[serde(rename = "comment_author")]
    pub(crate) author: Scalar<'a>,
    #[serde(rename = "comment_content")]
    pub(crate) content: Scalar<'a>,
}

/// An order, or the error that was sent in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Payload<'a> {
    pub(crate) id: Scalar<'a>,
    /// Of an error: `woocommerce_rest_shop_order_invalid_id` and the like.
    pub(crate) code: Scalar<'a>,
    pub(crate) number: Scalar<'a>,
    pub(crate) status: Scalar<'a>,
    pub(crate) currency: Scalar<'a>,
    pub(crate) total: Scalar<'a>,
    pub(crate) date_created_gmt: Scalar<'a>,
    pub(crate) date_modified_gmt: Scalar<'a>,
    pub(crate) date_paid_gmt: Scalar<'a>,
    pub(crate) payment_method: Scalar<'a>,
    pub(crate) billing: Object<Billing<'a>>,
    /// `None` where the body is no order at all.
    pub(crate) line_items: Option<List<Line<'a>>>,
    pub(crate) shipping_lines: List<Charge<'a>>,
    pub(crate) fee_lines: List<Charge<'a>>,
    pub(crate) refunds: List<Refund<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Billing<'a> {
    pub(crate) first_name: Scalar<'a>,
    pub(crate) last_name: Scalar<'a>,
    pub(crate) company: Scalar<'a>,
    pub(crate) email: Scalar<'a>,
    pub(crate) phone: Scalar<'a>,
}

/// A line of products. `price` is left out on purpose: it is a rounded floating-point number.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Line<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) name: Scalar<'a>,
    pub(crate) product_id: Scalar<'a>,
    pub(crate) variation_id: Scalar<'a>,
    pub(crate) quantity: Scalar<'a>,
    /// After discounts, without tax, also where the shop's prices include it.
    pub(crate) total: Scalar<'a>,
    pub(crate) total_tax: Scalar<'a>,
    pub(crate) sku: Scalar<'a>,
    pub(crate) meta_data: List<Meta<'a>>,
}

/// A line of shipping or of a fee.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Charge<'a> {
    pub(crate) id: Scalar<'a>,
    /// Of a fee.
    pub(crate) name: Scalar<'a>,
    /// Of shipping.
    pub(crate) method_title: Scalar<'a>,
    pub(crate) total: Scalar<'a>,
    pub(crate) total_tax: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Refund<'a> {
    pub(crate) id: Scalar<'a>,
    /// Negative.
    pub(crate) total: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Meta<'a> {
    pub(crate) key: Scalar<'a>,
    /// A text, a list or an object; only texts are of use here.
    pub(crate) value: Scalar<'a>,
    /// As people see it: of an attribute whose values are shared by products, `value` is a short name.
    pub(crate) display_value: Scalar<'a>,
}
