use retail::Currency;
use retail::listing::{DimensionUnit, Terms, WeightUnit};
use shop::FetchError;
use shop::push::{Push as _, To};

use super::World;

#[tokio::test]
async fn ec_01_units_taxes_and_the_place_of_stock_are_the_stores_own() {
    for (prices_include_tax, weight_units, dimension_units, weight, dimensions) in [
        (
            true,
            "KGS",
            "Centimeters",
            WeightUnit::Kilogram,
            DimensionUnit::Centimetre,
        ),
        (
            false,
            "LBS",
            "Inches",
            WeightUnit::Pound,
            DimensionUnit::Inch,
        ),
    ] {
        let world = World::of(|options| {
            options.prices_include_tax = prices_include_tax;
            options.weight_units = weight_units;
            options.dimension_units = dimension_units;
        })
        .await;
        let to = To {
            terms: None,
            ..world.to()
        };
        let wanted = Terms {
            currency: Currency::EUR,
            prices_include_tax,
            weight,
            dimensions,
            location: "1".into(),
        };
        assert_eq!(world.platform.terms(to).await, Ok(wanted));
    }
}

#[tokio::test]
async fn ec_01_a_store_that_weighs_in_another_unit_is_told_nothing() {
    let world = World::of(|options| options.weight_units = "Tonnes").await;
    let terms = world.platform.terms(world.to()).await;
    assert!(
        matches!(terms, Err(FetchError::Unreadable { .. })),
        "{terms:?}"
    );
}
