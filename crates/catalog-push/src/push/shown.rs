//! What two sides show, in words, and what the shop shows in the catalogue's own terms.

use retail::catalogue::{Parcel, Price};
use retail::listing::drift::{Drift, Shown};
use retail::listing::{DimensionUnit, Dimensions, Field, Measure, ShopListing, Terms, WeightUnit};

use crate::store::ShopValue;

/// Of a longer text people see the beginning, in characters.
const WORDS_LIMIT: usize = 300;

/// For people, in the shop's currency and units; empty: nothing.
#[must_use]
pub fn words(shown: &Shown, terms: &Terms) -> String {
    let words = match shown {
        Shown::Nothing => String::new(),
        Shown::Text(text) => text.to_string(),
        Shown::Texts(texts) => texts.join(", "),
        Shown::OnSale(true) => "shown".to_owned(),
        Shown::OnSale(false) => "hidden".to_owned(),
        Shown::Price(price) => price.to_string(),
        Shown::Weight(weight) => format!("{} {}", number(*weight), of_weight(terms.weight)),
        Shown::Dimensions(Dimensions {
            length,
            width,
            height,
        }) => {
            let [length, width, height] = [length, width, height].map(|it| number(*it));
            let unit = of_length(terms.dimensions);
            format!("{length} x {width} x {height} {unit}")
        }
        Shown::Images(hashes) => {
            // Enough of each to tell one from another.
            let names = hashes.iter().map(|hash| hex::encode(&hash.0[..4]));
            names.collect::<Vec<_>>().join(", ")
        }
        Shown::Units(units) => units.to_string(),
    };
    match words.char_indices().nth(WORDS_LIMIT) {
        Some((end, _)) => words[..end].to_owned(),
        None => words,
    }
}

/// What the shop shows, as far as a repair needs it. `None`: none does.
#[must_use]
pub fn value(drift: &Drift, found: &ShopListing, terms: &Terms) -> Option<ShopValue> {
    if drift.field.is_none() {
        let id = drift.variant.as_ref()?.id.as_ref()?;
        let mut variants = found.variants.iter();
        let made = variants.find(|variant| variant.id == *id)?;
        return Some(ShopValue::Variant(Box::new(made.clone())));
    }
    match &drift.shop {
        Shown::Nothing if is_text(drift.field) => Some(ShopValue::Text("".into())),
        Shown::Text(text) => Some(ShopValue::Text(text.clone())),
        Shown::OnSale(is_online) => Some(ShopValue::Online(*is_online)),
        Shown::Price(amount) => Some(ShopValue::Price(Price {
            amount: *amount,
            includes_tax: terms.prices_include_tax,
        })),
        Shown::Weight(weight) => Some(ShopValue::WeightMg(terms.weight.milligrams(*weight))),
        Shown::Dimensions(Dimensions {
            length,
            width,
            height,
        }) => {
            let [length_um, width_um, height_um] =
                [length, width, height].map(|it| terms.dimensions.micrometres(*it));
            Some(ShopValue::Parcel(Parcel {
                length_um,
                width_um,
                height_um,
            }))
        }
        Shown::Nothing | Shown::Texts(_) | Shown::Images(_) | Shown::Units(_) => None,
    }
}

/// Of what that there is nothing can be taken over.
fn is_text(field: Option<Field>) -> bool {
    matches!(field, Some(Field::Description | Field::Brand))
}

/// Without zeros that say nothing.
fn number(Measure(thousandths): Measure) -> String {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    let number = format!("{whole}.{part:03}");
    number
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

const fn of_weight(unit: WeightUnit) -> &'static str {
    match unit {
        WeightUnit::Carat => "ct",
        WeightUnit::Gram => "g",
        WeightUnit::Kilogram => "kg",
        WeightUnit::Ounce => "oz",
        WeightUnit::Pound => "lb",
        WeightUnit::ShortTon => "short tons",
    }
}

const fn of_length(unit: DimensionUnit) -> &'static str {
    match unit {
        DimensionUnit::Millimetre => "mm",
        DimensionUnit::Centimetre => "cm",
        DimensionUnit::Metre => "m",
        DimensionUnit::Inch => "in",
        DimensionUnit::Foot => "ft",
        DimensionUnit::Yard => "yd",
    }
}

#[cfg(test)]
mod tests {
    use retail::listing::ImageHash;
    use retail::listing::drift::Kind;
    use retail::{Currency, Money};

    use super::*;

    fn terms() -> Terms {
        Terms {
            currency: Currency::EUR,
            prices_include_tax: false,
            weight: WeightUnit::Kilogram,
            dimensions: DimensionUnit::Centimetre,
            location: "".into(),
        }
    }

    fn drift(field: Field, shop: Shown) -> Drift {
        Drift {
            variant: None,
            field: Some(field),
            pos: Shown::Nothing,
            shop,
            kind: Kind::EditedInShop,
            repairs: Vec::new(),
        }
    }

    fn found() -> ShopListing {
        ShopListing {
            id: retail::listing::ShopProductId::new("7").unwrap(),
            product: None,
            title: "".into(),
            description: "".into(),
            brand: "".into(),
            is_on_sale: true,
            options: Vec::new(),
            variants: Vec::new(),
            images: Vec::new(),
        }
    }

    #[test]
    fn r_05_what_sides_show_is_told_in_the_shops_terms() {
        let dimensions = Dimensions {
            length: Measure(30_000),
            width: Measure(1_500),
            height: Measure(5),
        };
        for (shown, words_of_it) in [
            (Shown::Nothing, ""),
            (Shown::Text("Cup".into()), "Cup"),
            (Shown::Texts(vec!["red".into(), "L".into()]), "red, L"),
            (Shown::OnSale(false), "hidden"),
            (Shown::Price(Money::new(1_999, Currency::EUR)), "19.99 EUR"),
            (Shown::Weight(Measure(200)), "0.2 kg"),
            (Shown::Dimensions(dimensions), "30 x 1.5 x 0.005 cm"),
            (Shown::Images(vec![ImageHash([7; 32])]), "07070707"),
            (Shown::Units(-2), "-2"),
        ] {
            assert_eq!(words(&shown, &terms()), words_of_it);
        }
        let long = Shown::Text("é".repeat(WORDS_LIMIT + 1).into());
        assert_eq!(words(&long, &terms()).chars().count(), WORDS_LIMIT);
    }

    #[test]
    fn r_05_what_is_taken_over_is_in_the_catalogues_terms() {
        let price = Price {
            amount: Money::new(1_999, Currency::EUR),
            includes_tax: false,
        };
        let of = |field, shop| value(&drift(field, shop), &found(), &terms());
        assert_eq!(
            of(Field::Price, Shown::Price(price.amount)),
            Some(ShopValue::Price(price))
        );
        assert_eq!(
            of(Field::Weight, Shown::Weight(Measure(200))),
            Some(ShopValue::WeightMg(200_000))
        );
        assert_eq!(
            of(Field::Brand, Shown::Nothing),
            Some(ShopValue::Text("".into()))
        );
        assert_eq!(of(Field::Price, Shown::Nothing), None);
        assert_eq!(of(Field::Options, Shown::Texts(Vec::new())), None);
    }
}
