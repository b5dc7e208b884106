//! In what the shop counts.

use retail::Currency;
use retail::listing::{DimensionUnit, Terms, WeightUnit};
use serde::Deserialize;
use serde_json::json;
use shop::FetchError;

use crate::answer::unreadable;
use crate::id::Id;

use super::operation::SHOP_TERMS;
use super::teller::Teller;

/// Asks the shop. Its stock is at its primary location.
pub(super) async fn terms(teller: Teller<'_>) -> Result<Terms, FetchError> {
    let Data { shop, location } = teller.ask(&SHOP_TERMS, json!({})).await?;
    let Shop {
        currency_code,
        taxes_included,
        weight_unit,
    } = shop;
    let unknown = |what: &str| unreadable(format!("its {what} is unknown"));
    Ok(Terms {
        currency: Currency::from_code(&currency_code).map_err(|_| unknown("currency"))?,
        prices_include_tax: taxes_included,
        weight: unit(&weight_unit).ok_or_else(|| unknown("unit of weight"))?,
        // Never used: its variants have no dimensions.
        dimensions: DimensionUnit::Centimetre,
        location: location
            .ok_or_else(|| unknown("location"))?
            .id
            .as_str()
            .into(),
    })
}

/// As the API names units of weight.
pub(super) fn unit(name: &str) -> Option<WeightUnit> {
    match name {
        "GRAMS" => Some(WeightUnit::Gram),
        "KILOGRAMS" => Some(WeightUnit::Kilogram),
        "OUNCES" => Some(WeightUnit::Ounce),
        "POUNDS" => Some(WeightUnit::Pound),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Data {
    shop: Shop,
    location: Option<Location>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shop {
    currency_code: String,
    taxes_included: bool,
    weight_unit: String,
}

#[derive(Deserialize)]
struct Location {
    id: Id,
}
