//! What is written to a store: the fields that the POS may own, and no others.

use http::Method;
use retail::listing::{Dimensions, Measure, Variant, VariantFields};
use retail::{Barcode, Money, Sku};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::value::RawValue;

use super::api::Request;

/// A product or a variation, or what changes of one. `None`: it is left as it is.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sku: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unlimited: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) out_of_stock_visibility_behaviour: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dimensions: Option<Sizes>,
    /// Those that are not named stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) attributes: Vec<Attribute>,
    /// Of a product: all of them. Of a variation: what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) options: Option<Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_reference_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) media: Option<Media>,
}

/// A JSON number, exactly as it is meant.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Number(Box<RawValue>);

#[derive(Debug, Serialize)]
pub(super) struct Sizes {
    length: Number,
    width: Number,
    height: Number,
}

#[derive(Debug, Serialize)]
pub(super) struct Attribute {
    alias: &'static str,
    value: Box<str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Media {
    pub(super) images: Vec<Placed>,
}

/// Where an image stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Placed {
    pub(super) id: Box<str>,
    pub(super) order_by: usize,
}

/// What a variation is: one value of one option.
#[derive(Serialize)]
pub(super) struct Chosen<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// Relative, so that what buyers take meanwhile stays taken.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Delta {
    pub(super) quantity_delta: i64,
}

impl Body {
    /// The fields that differ.
    pub(super) fn put(&mut self, fields: &VariantFields) {
        let VariantFields {
            values: _,
            sku,
            barcode,
            price,
            weight,
            dimensions,
            is_on_sale: _,
            image: _,
        } = fields;
        if let Some(sku) = sku {
            self.sku = Some(sku.as_ref().map_or("", Sku::as_str).into());
        }
        if let Some(barcode) = barcode {
            self.attribute("UPC", barcode.as_ref().map_or("", Barcode::as_str));
        }
        self.price = price.map(Number::money).or(self.price.take());
        self.weight = weight.map(Number::measure).or(self.weight.take());
        self.dimensions = dimensions.map(Sizes::of).or(self.dimensions.take());
    }

    pub(super) fn brand(&mut self, brand: &str) {
        self.attribute("BRAND", brand);
    }

    fn attribute(&mut self, alias: &'static str, value: &str) {
        self.attributes.push(Attribute {
            alias,
            value: value.into(),
        });
    }

    /// Nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            name,
            description,
            sku,
            enabled,
            quantity,
            unlimited,
            out_of_stock_visibility_behaviour,
            price,
            weight,
            dimensions,
            attributes,
            options,
            external_reference_id,
            media,
        } = self;
        name.is_none()
            && description.is_none()
            && sku.is_none()
            && enabled.is_none()
            && quantity.is_none()
            && unlimited.is_none()
            && out_of_stock_visibility_behaviour.is_none()
            && price.is_none()
            && weight.is_none()
            && dimensions.is_none()
            && attributes.is_empty()
            && options.is_none()
            && external_reference_id.is_none()
            && media.is_none()
    }
}

impl Number {
    pub(super) fn money(money: Money) -> Self {
        let number = Decimal::new(money.minor(), money.currency().decimals());
        Self::decimal(number)
    }

    fn measure(Measure(thousandths): Measure) -> Self {
        let thousandths = i64::try_from(thousandths).unwrap_or(i64::MAX);
        Self::decimal(Decimal::new(thousandths, 3).normalize())
    }

    fn decimal(number: Decimal) -> Self {
        Self(RawValue::from_string(number.to_string()).expect("a decimal is a number of JSON"))
    }
}

impl Sizes {
    fn of(dimensions: Dimensions) -> Self {
        let Dimensions {
            length,
            width,
            height,
        } = dimensions;
        Self {
            length: Number::measure(length),
            width: Number::measure(width),
            height: Number::measure(height),
        }
    }
}

/// All that the POS has of a variant, where what is not there is nothing said.
pub(super) fn whole(variant: &Variant) -> VariantFields {
    let Variant {
        item: _,
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale,
        image: _,
    } = variant;
    VariantFields {
        values: Some(values.clone()),
        sku: sku.clone().map(Some),
        barcode: barcode.clone().map(Some),
        price: Some(*price),
        weight: *weight,
        dimensions: *dimensions,
        is_on_sale: Some(*is_on_sale),
        image: None,
    }
}

/// Any of the bodies above, as JSON.
pub(super) fn json(body: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(body).expect("texts and numbers are JSON")
}

/// A request that writes.
pub(super) fn write(method: Method, path: String, body: &impl Serialize) -> Request {
    Request {
        method,
        path,
        body: Some(json(body)),
    }
}

#[cfg(test)]
mod tests {
    use retail::Currency;

    use super::*;

    #[test]
    fn numbers_are_written_exactly() {
        for (minor, currency, text) in [
            (2_400, "EUR", "24.00"),
            (1_999, "EUR", "19.99"),
            (500, "JPY", "500"),
            (0, "EUR", "0.00"),
            (9_007_199_254_740_993, "EUR", "90071992547409.93"),
        ] {
            let money = Money::new(minor, Currency::from_code(currency).unwrap());
            assert_eq!(json(&Number::money(money)).get(), text);
        }
        for (thousandths, text) in [(300, "0.3"), (1_250, "1.25"), (30_000, "30"), (0, "0")] {
            assert_eq!(json(&Number::measure(Measure(thousandths))).get(), text);
        }
    }

    #[test]
    fn what_is_not_said_is_not_written() {
        assert!(Body::default().is_empty());
        assert_eq!(json(&Body::default()).get(), "{}");
        let mut body = Body::default();
        body.put(&VariantFields {
            sku: Some(None),
            barcode: Some(None),
            ..VariantFields::default()
        });
        assert!(!body.is_empty());
        assert_eq!(
            json(&body).get(),
            r#"{"sku":"","attributes":[{"alias":"UPC","value":""}]}"#
        );
    }
}
