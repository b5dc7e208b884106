use retail::Currency;
use retail::listing::{DimensionUnit, Terms, WeightUnit};
use serde::Deserialize;
use shop::FetchError;

use super::desk::Desk;
use crate::client::unreadable;

/// In what the store counts: its own settings, and the place that its storefront sells from.
pub(super) async fn terms(desk: &mut Desk<'_>) -> Result<Terms, FetchError> {
    let store = store(desk).await?;
    let location = location(desk).await?;
    Ok(Terms {
        currency: Currency::from_code(&store.currency)
            .map_err(|_| unreadable("the store's currency is none"))?,
        prices_include_tax: store
            .is_price_entered_with_tax
            .ok_or_else(|| unreadable("the store does not say whether prices include tax"))?,
        weight: weight_unit(&store.weight_units)?,
        dimensions: dimension_unit(&store.dimension_units)?,
        location: location.to_string().into(),
    })
}

/// The channel of the store's own storefront.
pub(super) async fn storefront(desk: &mut Desk<'_>) -> Result<u64, FetchError> {
    Ok(store(desk).await?.default_channel_id)
}

#[derive(Deserialize)]
struct Store {
    currency: String,
    weight_units: String,
    dimension_units: String,
    is_price_entered_with_tax: Option<bool>,
    #[serde(default = "first")]
    default_channel_id: u64,
}

/// As it is documented for stores that do not say.
const fn first() -> u64 {
    1
}

async fn store(desk: &mut Desk<'_>) -> Result<Store, FetchError> {
    let store: Store = desk.list("/v2/store", &[]).await?;
    let storefronts = &desk.shop.storefronts;
    storefronts.told(desk.store_url(), store.default_channel_id);
    Ok(store)
}

/// A storefront sells from the default location alone, unless somebody set it up otherwise.
async fn location(desk: &mut Desk<'_>) -> Result<u64, FetchError> {
    #[derive(Deserialize)]
    struct Locations {
        data: Vec<Location>,
    }
    #[derive(Deserialize)]
    struct Location {
        id: u64,
    }

    let query = [("is_default", "true")];
    let Locations { data } = desk.list("/v3/inventory/locations", &query).await?;
    let first = data.into_iter().next();
    first
        .map(|location| location.id)
        .ok_or_else(|| unreadable("the store has no location"))
}

fn weight_unit(name: &str) -> Result<WeightUnit, FetchError> {
    match name.to_ascii_lowercase().as_str() {
        "lbs" | "pounds" => Ok(WeightUnit::Pound),
        "ounces" => Ok(WeightUnit::Ounce),
        "kgs" | "kilograms" => Ok(WeightUnit::Kilogram),
        "grams" => Ok(WeightUnit::Gram),
        _ => Err(unreadable("the store weighs in a unit that is not known")),
    }
}

fn dimension_unit(name: &str) -> Result<DimensionUnit, FetchError> {
    match name.to_ascii_lowercase().as_str() {
        "inches" => Ok(DimensionUnit::Inch),
        "centimeters" => Ok(DimensionUnit::Centimetre),
        _ => Err(unreadable("the store measures in a unit that is not known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ec_01_a_unit_that_is_not_known_is_never_guessed() {
        assert_eq!(weight_unit("KGS"), Ok(WeightUnit::Kilogram));
        assert_eq!(weight_unit("Ounces"), Ok(WeightUnit::Ounce));
        assert_eq!(dimension_unit("Inches"), Ok(DimensionUnit::Inch));
        assert!(weight_unit("Tonnes").is_err());
        assert!(weight_unit("").is_err());
        assert!(dimension_unit("Metres").is_err());
    }
}
