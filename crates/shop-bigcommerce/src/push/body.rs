//! What is sent: typed, so that no field of the store's is sent by accident, and no number passes through a float.

use std::borrow::Cow;

use retail::listing::{Dimensions, Field, Measure, Ownership, Variant};
use retail::{Barcode, Money};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::value::RawValue;
use shop::FetchError;

use crate::client::unreadable;
use crate::stand_in;

/// A decimal number, digit by digit.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Exact(Box<RawValue>);

impl Exact {
    pub(super) fn money(amount: Money) -> Result<Self, FetchError> {
        Self::of(Decimal::new(amount.minor(), amount.currency().decimals()))
    }

    pub(super) fn measure(measure: Measure) -> Result<Self, FetchError> {
        let Measure(thousandths) = measure;
        let thousandths = i64::try_from(thousandths)
            .map_err(|_| unreadable("a measure is larger than any store takes"))?;
        Self::of(Decimal::new(thousandths, 3))
    }

    fn of(number: Decimal) -> Result<Self, FetchError> {
        RawValue::from_string(number.normalize().to_string())
            .map(Self)
            .map_err(|_| unreadable("a number cannot be written"))
    }
}

/// Of a product, or of a variant: only what is said.
#[derive(Debug, Default, Serialize)]
pub(super) struct Goods<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sku: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upc: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) depth: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) width: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) height: Option<Exact>,
}

impl<'a> Goods<'a> {
    /// What the POS decides of a variant, where it is made.
    pub(super) fn of(variant: &'a Variant, ownership: &Ownership) -> Result<Self, FetchError> {
        let ours = |field| ownership.is_ours(field);
        let sku = variant.sku.as_ref().filter(|_| ours(Field::Sku));
        let barcode = variant.barcode.as_ref().filter(|_| ours(Field::Barcode));
        let mut goods = Self {
            sku: sku.map(|sku| Cow::Borrowed(sku.as_str())),
            upc: barcode.map(Barcode::as_str),
            price: Some(Exact::money(variant.price)?),
            ..Self::default()
        };
        goods.measure(
            variant.weight.filter(|_| ours(Field::Weight)),
            variant.dimensions.filter(|_| ours(Field::Dimensions)),
        )?;
        Ok(goods)
    }

    pub(super) fn measure(
        &mut self,
        weight: Option<Measure>,
        dimensions: Option<Dimensions>,
    ) -> Result<(), FetchError> {
        self.weight = weight.map(Exact::measure).transpose()?;
        if let Some(Dimensions {
            length,
            width,
            height,
        }) = dimensions
        {
            self.depth = Some(Exact::measure(length)?);
            self.width = Some(Exact::measure(width)?);
            self.height = Some(Exact::measure(height)?);
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        let Self {
            sku,
            upc,
            price,
            weight,
            depth,
            width,
            height,
        } = self;
        sku.is_none()
            && upc.is_none()
            && [price, weight, depth, width, height]
                .iter()
                .all(|number| number.is_none())
    }
}

/// A product.
#[derive(Debug, Default, Serialize)]
pub(super) struct ProductBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<&'a str>,
    /// Found, or made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) brand_name: Option<&'a str>,
    /// 0: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) brand_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_visible: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inventory_tracking: Option<&'static str>,
    #[serde(flatten)]
    pub(super) goods: Goods<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) variants: Vec<VariantBody<'a>>,
}

impl<'a> ProductBody<'a> {
    /// No text is a brand that is none.
    pub(super) fn set_brand(&mut self, brand: &'a str) {
        if brand.is_empty() {
            self.brand_id = Some(0);
        } else {
            self.brand_name = Some(brand);
        }
    }
}

/// A variant.
#[derive(Debug, Default, Serialize)]
pub(super) struct VariantBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    #[serde(flatten)]
    pub(super) goods: Goods<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purchasing_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) option_values: Vec<OptionValue<'a>>,
}

impl<'a> VariantBody<'a> {
    /// One that is made: each of several needs a SKU.
    pub(super) fn new(
        variant: &'a Variant,
        ownership: &Ownership,
        option_values: Vec<OptionValue<'a>>,
    ) -> Result<Self, FetchError> {
        let mut goods = Goods::of(variant, ownership)?;
        goods
            .sku
            .get_or_insert_with(|| Cow::Owned(stand_in::of_item(variant.item)));
        Ok(Self {
            id: None,
            goods,
            purchasing_disabled: (!variant.is_on_sale).then_some(true),
            option_values,
        })
    }
}

/// The value of one option: by its names with a product that is made, else by its ids.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum OptionValue<'a> {
    Named {
        option_display_name: &'a str,
        label: &'a str,
    },
    Known {
        option_id: u64,
        id: u64,
    },
}

#[cfg(test)]
mod tests {
    use retail::Currency;

    use super::*;

    #[test]
    fn numbers_are_written_digit_by_digit() {
        let euros = |minor| Money::new(minor, Currency::EUR);
        let yen = Money::new(500, Currency::JPY);
        for (number, written) in [
            (Exact::money(euros(1_990)), "19.9"),
            (Exact::money(euros(7)), "0.07"),
            (Exact::money(euros(10_000)), "100"),
            (Exact::money(yen), "500"),
            (
                Exact::money(euros(9_007_199_254_740_993)),
                "90071992547409.93",
            ),
            (Exact::measure(Measure(300)), "0.3"),
            (Exact::measure(Measure(0)), "0"),
        ] {
            assert_eq!(serde_json::to_string(&number.unwrap()).unwrap(), written);
        }
    }

    #[test]
    fn r_11_what_is_not_said_is_not_sent() {
        let body = ProductBody {
            id: Some(77),
            is_visible: Some(false),
            ..ProductBody::default()
        };
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"id":77,"is_visible":false}"#
        );
        let mut unbranded = ProductBody::default();
        unbranded.set_brand("");
        assert_eq!(
            serde_json::to_string(&unbranded).unwrap(),
            r#"{"brand_id":0}"#
        );
    }
}
