//! In what a store counts, by its profile.

use bytes::Bytes;
use retail::listing::{DimensionUnit, Terms, WeightUnit};
use shop::FetchError;
use shop::push::To;

use super::api::{Api, Request};
use crate::client::{PROFILE_LIMIT_BYTES, bookable, parsed_profile, unreadable};
use crate::payload::{Profile, TaxSettings};

/// Asks the store. Nothing of it is guessed: a price that is understood as net where it is gross would be sold at.
pub(super) async fn terms(api: &Api<'_>) -> Result<Terms, FetchError> {
    let request = Request::get("/profile".to_owned());
    let said = api.send(&request, PROFILE_LIMIT_BYTES).await?;
    match said.status {
        200 => read(&said.body),
        402 => Err(FetchError::Refused { status: 402 }),
        status => Err(unreadable(&format!("status {status}"))),
    }
}

/// As who calls knows them, or as the store says.
pub(super) async fn of(api: &Api<'_>, to: To<'_>) -> Result<Terms, FetchError> {
    match to.terms {
        Some(known) => Ok(known.clone()),
        None => terms(api).await,
    }
}

fn read(body: &Bytes) -> Result<Terms, FetchError> {
    let Profile {
        general_info: _,
        settings: _,
        formats_and_units,
        tax_settings,
    } = parsed_profile(body)?;
    let formats = formats_and_units.unwrap_or_default();
    let TaxSettings { prices_include_tax } = tax_settings.unwrap_or_default();
    Ok(Terms {
        currency: bookable(&formats)?,
        prices_include_tax: match prices_include_tax.as_str() {
            "true" => true,
            "false" => false,
            _ => {
                return Err(unreadable(
                    "the store does not say whether prices have tax in them",
                ));
            }
        },
        weight: weight(formats.weight_unit.as_str())
            .ok_or_else(|| unreadable("the store's unit of weight"))?,
        dimensions: dimensions(formats.dimensions_unit.as_str())
            .ok_or_else(|| unreadable("the store's unit of length"))?,
        // A product's quantity is the store's: places are a thing of its own panel.
        location: "".into(),
    })
}

fn weight(unit: &str) -> Option<WeightUnit> {
    match unit {
        "CARAT" => Some(WeightUnit::Carat),
        "GRAM" => Some(WeightUnit::Gram),
        "OUNCE" => Some(WeightUnit::Ounce),
        "POUND" => Some(WeightUnit::Pound),
        "KILOGRAM" => Some(WeightUnit::Kilogram),
        _ => None,
    }
}

fn dimensions(unit: &str) -> Option<DimensionUnit> {
    match unit {
        "MM" => Some(DimensionUnit::Millimetre),
        "CM" => Some(DimensionUnit::Centimetre),
        "IN" => Some(DimensionUnit::Inch),
        "YD" => Some(DimensionUnit::Yard),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use retail::Currency;

    use super::*;

    fn told(change: impl FnOnce(&mut serde_json::Value)) -> Result<Terms, FetchError> {
        let profile = include_str!("../../fixtures/profile.json");
        let mut profile = serde_json::from_str(profile).unwrap();
        change(&mut profile);
        read(&Bytes::from(profile.to_string()))
    }

    #[test]
    fn ec_01_a_store_says_in_what_it_counts() {
        let terms = told(|_| {}).unwrap();
        assert_eq!(
            terms,
            Terms {
                currency: Currency::EUR,
                prices_include_tax: true,
                weight: WeightUnit::Kilogram,
                dimensions: DimensionUnit::Centimetre,
                location: "".into(),
            }
        );
        let terms = told(|profile| {
            profile["formatsAndUnits"]["weightUnit"] = "POUND".into();
            profile["formatsAndUnits"]["dimensionsUnit"] = "IN".into();
            profile["taxSettings"]["pricesIncludeTax"] = false.into();
        });
        let terms = terms.unwrap();
        assert_eq!(
            (terms.weight, terms.dimensions, terms.prices_include_tax),
            (WeightUnit::Pound, DimensionUnit::Inch, false)
        );
    }

    #[test]
    fn nothing_of_the_terms_is_guessed() {
        for pointer in [
            "/formatsAndUnits/currency",
            "/formatsAndUnits/weightUnit",
            "/formatsAndUnits/dimensionsUnit",
            "/taxSettings/pricesIncludeTax",
        ] {
            let missing = told(|profile| *profile.pointer_mut(pointer).unwrap() = ().into());
            assert!(
                matches!(missing, Err(FetchError::Unreadable { .. })),
                "{pointer}: {missing:?}"
            );
        }
    }
}
