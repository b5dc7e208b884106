//! What eCom sends: the fields that are used, and no more.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::loose::Scalar;

/// A delivery. Only `eventCreated` and `eventId` are signed: nothing else of it can be trusted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Event<'a> {
    #[serde(rename = "eventId")]
    pub(crate) id: Scalar<'a>,
    /// Unix seconds.
    #[serde(rename = "eventCreated")]
    pub(crate) created: Scalar<'a>,
    #[serde(rename = "eventType")]
    pub(crate) kind: Scalar<'a>,
    pub(crate) store_id: Scalar<'a>,
    /// Of an order: the internal number, not the id that people know.
    pub(crate) entity_id: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) data: Option<&'a RawValue>,
}

/// The `data` of an order's event.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct EventData<'a> {
    pub(crate) order_id: Scalar<'a>,
}

/// One answer of the search for orders.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Search<'a> {
    /// How many the search has, on this page and others.
    pub(crate) total: Scalar<'a>,
    #[serde(borrow)]
    pub(crate) items: Option<Vec<&'a RawValue>>,
}

/// What a listing needs of an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct ListedOrder<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) internal_id: Scalar<'a>,
    pub(crate) create_date: Scalar<'a>,
    pub(crate) create_timestamp: Scalar<'a>,
    pub(crate) update_date: Scalar<'a>,
    pub(crate) update_timestamp: Scalar<'a>,
}

/// What [`crate::client::fetch`] answers: an order names no currency, the store's profile does.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Fetched<'a> {
    pub(crate) currency: &'a str,
    #[serde(borrow)]
    pub(crate) order: &'a RawValue,
}

/// The store's profile.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Profile<'a> {
    pub(crate) general_info: Option<General<'a>>,
    pub(crate) settings: Option<Settings<'a>>,
    pub(crate) formats_and_units: Option<Formats<'a>>,
    pub(crate) tax_settings: Option<TaxSettings<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct General<'a> {
    pub(crate) store_id: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Settings<'a> {
    pub(crate) store_name: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Formats<'a> {
    pub(crate) currency: Scalar<'a>,
    pub(crate) timezone: Scalar<'a>,
    pub(crate) weight_unit: Scalar<'a>,
    pub(crate) dimensions_unit: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct TaxSettings<'a> {
    /// Whether the prices that merchants enter are gross.
    pub(crate) prices_include_tax: Scalar<'a>,
}

/// What an order is known by and when it changed, readable even where the rest of it is not.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Identity<'a> {
    /// With the merchant's prefix and suffix, as the buyer sees it.
    pub(crate) id: Scalar<'a>,
    pub(crate) internal_id: Scalar<'a>,
    pub(crate) order_number: Scalar<'a>,
    pub(crate) update_date: Scalar<'a>,
    pub(crate) update_timestamp: Scalar<'a>,
}

/// An order. Amounts are numbers with or without tax, as `pricesIncludeTax` says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Payload<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) internal_id: Scalar<'a>,
    pub(crate) vendor_order_number: Scalar<'a>,
    pub(crate) payment_status: Scalar<'a>,
    pub(crate) fulfillment_status: Scalar<'a>,
    pub(crate) payment_method: Scalar<'a>,
    pub(crate) payment_module: Scalar<'a>,
    /// What is left to pay after gift cards.
    pub(crate) total: Scalar<'a>,
    pub(crate) gift_card_redemption: Scalar<'a>,
    pub(crate) coupon_discount: Scalar<'a>,
    pub(crate) discount: Scalar<'a>,
    pub(crate) prices_include_tax: Scalar<'a>,
    pub(crate) refunded_amount: Scalar<'a>,
    pub(crate) refunds: Option<Vec<Refund<'a>>>,
    pub(crate) create_date: Scalar<'a>,
    pub(crate) create_timestamp: Scalar<'a>,
    pub(crate) update_date: Scalar<'a>,
    pub(crate) update_timestamp: Scalar<'a>,
    pub(crate) email: Scalar<'a>,
    pub(crate) billing_person: Option<Person<'a>>,
    pub(crate) shipping_person: Option<Person<'a>>,
    /// `None` where the body is no order at all.
    pub(crate) items: Option<Vec<Item<'a>>>,
    pub(crate) shipping_option: Option<ShippingOption<'a>>,
    pub(crate) taxes_on_shipping: Option<Vec<Tax<'a>>>,
    pub(crate) handling_fee: Option<HandlingFee<'a>>,
    pub(crate) custom_surcharges: Option<Vec<Surcharge<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Person<'a> {
    pub(crate) name: Scalar<'a>,
    pub(crate) first_name: Scalar<'a>,
    pub(crate) last_name: Scalar<'a>,
    pub(crate) company_name: Scalar<'a>,
    pub(crate) phone: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Item<'a> {
    pub(crate) id: Scalar<'a>,
    pub(crate) product_id: Scalar<'a>,
    /// The variation sold.
    pub(crate) combination_id: Scalar<'a>,
    /// The variation's, where there is one.
    pub(crate) sku: Scalar<'a>,
    pub(crate) name: Scalar<'a>,
    pub(crate) quantity: Scalar<'a>,
    /// Of one unit, before discounts.
    pub(crate) price: Scalar<'a>,
    /// Of the whole line, after discounts.
    pub(crate) tax: Scalar<'a>,
    pub(crate) coupon_amount: Scalar<'a>,
    pub(crate) discounts: Option<Vec<ItemDiscount<'a>>>,
    pub(crate) selected_options: Option<Vec<SelectedOption<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct ItemDiscount<'a> {
    pub(crate) total: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct SelectedOption<'a> {
    pub(crate) name: Scalar<'a>,
    #[serde(rename = "type")]
    pub(crate) kind: Scalar<'a>,
    pub(crate) value: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Tax<'a> {
    pub(crate) total: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct ShippingOption<'a> {
    #[serde(rename = "shippingMethodName")]
    pub(crate) name: Scalar<'a>,
    #[serde(rename = "shippingRate")]
    pub(crate) rate: Scalar<'a>,
    #[serde(rename = "shippingRateWithoutTax")]
    pub(crate) rate_without_tax: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct HandlingFee<'a> {
    pub(crate) name: Scalar<'a>,
    pub(crate) value: Scalar<'a>,
    pub(crate) value_without_tax: Scalar<'a>,
    pub(crate) taxes: Option<Vec<Tax<'a>>>,
}

/// A tip, wrapping and the like.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Surcharge<'a> {
    /// Not unique: surcharges without one share the default.
    pub(crate) id: Scalar<'a>,
    pub(crate) description: Scalar<'a>,
    pub(crate) total: Scalar<'a>,
    pub(crate) total_without_tax: Scalar<'a>,
    pub(crate) taxes: Option<Vec<Tax<'a>>>,
}

/// Has no id.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Refund<'a> {
    pub(crate) date: Scalar<'a>,
    pub(crate) amount: Scalar<'a>,
}

/// What eCom answers instead of what was asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Problem<'a> {
    pub(crate) error_message: Scalar<'a>,
}
