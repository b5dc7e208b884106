//! What a shop shows, in the catalogue's own terms, as a column keeps it.

use retail::catalogue::{Parcel, Price};
use retail::listing::ShopVariant;
use retail::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{StoreError, push};

/// As much of it as a repair needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopValue {
    /// Of a title, a description, a brand or a barcode.
    Text(Box<str>),
    Online(bool),
    Price(Price),
    WeightMg(u64),
    Parcel(Parcel),
    /// That was made in the shop.
    Variant(Box<ShopVariant>),
    /// With the ledger's mark of that moment.
    Stock {
        units: i64,
        mark: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Text(Box<str>),
    Online(bool),
    Price {
        minor: i64,
        currency: String,
        includes_tax: bool,
    },
    WeightMg(u64),
    ParcelUm {
        length: u64,
        width: u64,
        height: u64,
    },
    Variant(Value),
    Stock {
        units: i64,
        mark: String,
    },
}

pub(super) fn write(value: &ShopValue) -> Result<Value, StoreError> {
    let kept = match value.clone() {
        ShopValue::Text(text) => Kept::Text(text),
        ShopValue::Online(is_online) => Kept::Online(is_online),
        ShopValue::Price(Price {
            amount,
            includes_tax,
        }) => Kept::Price {
            minor: amount.minor(),
            currency: amount.currency().code().to_owned(),
            includes_tax,
        },
        ShopValue::WeightMg(weight) => Kept::WeightMg(weight),
        ShopValue::Parcel(Parcel {
            length_um,
            width_um,
            height_um,
        }) => Kept::ParcelUm {
            length: length_um,
            width: width_um,
            height: height_um,
        },
        ShopValue::Variant(variant) => Kept::Variant(push::write_variant(&variant)?),
        ShopValue::Stock { units, mark } => Kept::Stock { units, mark },
    };
    serde_json::to_value(kept).map_err(|error| corrupt(&error))
}

pub(super) fn read(value: Value) -> Result<ShopValue, StoreError> {
    let kept: Kept = serde_json::from_value(value).map_err(|error| corrupt(&error))?;
    Ok(match kept {
        Kept::Text(text) => ShopValue::Text(text),
        Kept::Online(is_online) => ShopValue::Online(is_online),
        Kept::Price {
            minor,
            currency,
            includes_tax,
        } => {
            let currency = Currency::from_code(&currency).map_err(|error| corrupt(&error))?;
            ShopValue::Price(Price {
                amount: Money::new(minor, currency),
                includes_tax,
            })
        }
        Kept::WeightMg(weight) => ShopValue::WeightMg(weight),
        Kept::ParcelUm {
            length,
            width,
            height,
        } => ShopValue::Parcel(Parcel {
            length_um: length,
            width_um: width,
            height_um: height,
        }),
        Kept::Variant(variant) => ShopValue::Variant(Box::new(push::read_variant(variant)?)),
        Kept::Stock { units, mark } => ShopValue::Stock { units, mark },
    })
}

fn corrupt(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::corrupt("drift", "value", &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shop_shows_is_kept_as_it_is() {
        let price = Price {
            amount: Money::new(1_999, Currency::EUR),
            includes_tax: true,
        };
        let parcel = Parcel {
            length_um: 1,
            width_um: 2,
            height_um: 3,
        };
        for value in [
            ShopValue::Text("Cup".into()),
            ShopValue::Online(false),
            ShopValue::Price(price),
            ShopValue::WeightMg(u64::MAX),
            ShopValue::Parcel(parcel),
            ShopValue::Stock {
                units: -1,
                mark: "m".to_owned(),
            },
        ] {
            assert_eq!(read(write(&value).unwrap()).unwrap(), value);
        }
        assert!(read(Value::Null).is_err());
    }
}
