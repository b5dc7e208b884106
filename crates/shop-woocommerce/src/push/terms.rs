//! In what a shop counts.

use retail::Currency;
use retail::listing::{DimensionUnit, Terms, WeightUnit};
use serde::Deserialize;
use shop::FetchError;

use super::ask::Asker;
use crate::loose::{List, Scalar};

/// Asks the shop's settings. Its stock is in one place.
pub(super) async fn terms(asker: &Asker<'_>) -> Result<Terms, FetchError> {
    let general = group(asker, "general").await?;
    let tax = group(asker, "tax").await?;
    let products = group(asker, "products").await?;
    read(&general, &tax, &products)
}

/// Settings of one group, by their ids.
struct Group(Vec<(String, String)>);

impl Group {
    fn value(&self, id: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == id);
        found.map_or("", |(_, value)| value.as_str())
    }
}

async fn group(asker: &Asker<'_>, name: &str) -> Result<Group, FetchError> {
    let query = vec![("_fields", "id,value".to_owned())];
    let answer = asker.get(&format!("settings/{name}"), query).await?;
    answer.read().map(Group::of)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawSetting<'a> {
    id: Scalar<'a>,
    value: Scalar<'a>,
}

impl Group {
    fn of(List(settings): List<RawSetting<'_>>) -> Self {
        let pair = |setting: &RawSetting<'_>| {
            let RawSetting { id, value } = setting;
            (id.as_str().to_owned(), value.as_str().to_owned())
        };
        Self(settings.iter().map(pair).collect())
    }
}

fn read(general: &Group, tax: &Group, products: &Group) -> Result<Terms, FetchError> {
    let unknown = |id: &str| FetchError::Unreadable {
        why: format!("the shop's {id} is not one that is known"),
    };
    let currency = general.value("woocommerce_currency");
    Ok(Terms {
        currency: Currency::from_code(currency).map_err(|_| unknown("currency"))?,
        prices_include_tax: tax.value("woocommerce_prices_include_tax") == "yes",
        weight: match products.value("woocommerce_weight_unit") {
            "kg" => WeightUnit::Kilogram,
            "g" => WeightUnit::Gram,
            "lbs" => WeightUnit::Pound,
            "oz" => WeightUnit::Ounce,
            _ => return Err(unknown("unit of weight")),
        },
        dimensions: match products.value("woocommerce_dimension_unit") {
            "m" => DimensionUnit::Metre,
            "cm" => DimensionUnit::Centimetre,
            "mm" => DimensionUnit::Millimetre,
            "in" => DimensionUnit::Inch,
            "yd" => DimensionUnit::Yard,
            _ => return Err(unknown("unit of length")),
        },
        location: "".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> Group {
        Group::of(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn ec_01_captured_settings_say_in_what_the_shop_counts() {
        let general = settings(include_str!(
            "../../fixtures/rest/settings-general.body.json"
        ));
        let tax = settings(include_str!("../../fixtures/rest/settings-tax.body.json"));
        let products = r#"[{"id":"woocommerce_weight_unit","value":"lbs"},
            {"id":"woocommerce_dimension_unit","value":"in"}]"#;
        let terms = read(&general, &tax, &settings(products)).unwrap();
        let expected = Terms {
            currency: Currency::CAD,
            prices_include_tax: false,
            weight: WeightUnit::Pound,
            dimensions: DimensionUnit::Inch,
            location: "".into(),
        };
        assert_eq!(terms, expected);
        let with_tax = settings(r#"[{"id":"woocommerce_prices_include_tax","value":"yes"}]"#);
        let terms = read(&general, &with_tax, &settings(products)).unwrap();
        assert!(terms.prices_include_tax);
    }

    #[test]
    fn a_unit_that_is_not_known_is_not_guessed() {
        let general = settings(r#"[{"id":"woocommerce_currency","value":"EUR"}]"#);
        for products in [
            r#"[{"id":"woocommerce_weight_unit","value":"st"}]"#,
            r#"[{"id":"woocommerce_weight_unit","value":"kg"}]"#,
            "[]",
        ] {
            assert!(read(&general, &settings("[]"), &settings(products)).is_err());
        }
        assert!(read(&settings("[]"), &settings("[]"), &settings("[]")).is_err());
    }
}
