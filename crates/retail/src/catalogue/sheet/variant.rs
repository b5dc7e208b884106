//! What a row says of its variant.

use std::fmt::Display;

use super::finding::Problem;
use super::reading::{At, New, Reading};
use super::write::{CENTIMETRE_DECIMALS, KILOGRAM_DECIMALS, QUANTITY_DECIMALS, of_variant};
use super::{Column, RowSaid, code};
use crate::catalogue::{Parcel, Price, Product, Supply, Variant};
use crate::{Barcode, Currency, Money, Quantity, Sku, TextError};

impl<'a> Reading<'a> {
    /// The variant as the row says it is; `like` is another one of the product, which a new one is priced like.
    pub(super) fn variant(
        &mut self,
        row: &RowSaid<'a>,
        before: Option<&Variant>,
        like: Option<Price>,
        options: usize,
    ) -> Option<Variant> {
        let price = self.price(row, before, like);
        let values = self.values(row, before, options);
        let mut variant = match before {
            Some(before) => before.clone(),
            None => Variant {
                item: row.item,
                values: Vec::new(),
                sku: None,
                barcode: None,
                price: price?,
                supply: Supply::default(),
                weight_mg: None,
                parcel: None,
                image: None,
                is_active: true,
            },
        };
        variant.price = price?;
        variant.values = values;
        self.code(row, Column::Sku, &mut variant.sku, Sku::new);
        self.code(row, Column::Barcode, &mut variant.barcode, Barcode::new);
        if let Some((at, new)) = self.new_for_variant(row, before, Column::Active)
            && let Some(is) = self.yes_or_no(at, new)
        {
            variant.is_active = is;
        }
        self.supply(row, before, &mut variant);
        self.weight(row, before, &mut variant.weight_mg);
        self.parcel(row, before, &mut variant);
        Some(variant)
    }

    fn new_for_variant(
        &mut self,
        row: &RowSaid<'a>,
        before: Option<&Variant>,
        column: Column,
    ) -> Option<(At, New<'a>)> {
        let was = before.and_then(|before| of_variant(before, column));
        self.new_in(row, column, was.as_deref())
    }

    fn values(
        &mut self,
        row: &RowSaid<'a>,
        before: Option<&Variant>,
        options: usize,
    ) -> Vec<Box<str>> {
        let mut values = before.map_or_else(Vec::new, |before| before.values.clone());
        values.resize(Product::OPTIONS_LIMIT, "".into());
        for (place, value) in values.iter_mut().enumerate() {
            let Some((at, new)) = self.new_for_variant(row, before, Column::Value(place)) else {
                continue;
            };
            if place >= options && matches!(new, New::Text(_)) {
                self.wrong(at, Problem::ValueWithoutOption);
            } else if let Some(text) = self.text(at, new, Product::NAME_LIMIT_BYTES) {
                *value = text;
            }
        }
        values.truncate(options);
        let missing = values.iter().position(|value| value.is_empty());
        if let Some(place) = missing {
            let at = At {
                row: row.number,
                column: Column::Value(place),
            };
            self.wrong(at, Problem::Missing);
        }
        values
    }

    fn price(
        &mut self,
        row: &RowSaid<'a>,
        before: Option<&Variant>,
        like: Option<Price>,
    ) -> Option<Price> {
        let now = before.map(|before| before.price);
        let said = self.new_for_variant(row, before, Column::Currency);
        let is_other = said.is_some();
        let was = now.or(like).map(|price| price.amount.currency());
        let currency = match said {
            Some((at, new)) => Some(self.currency(at, new)?),
            None => was,
        };
        let amount = match (self.new_for_variant(row, before, Column::Price), now) {
            (Some((at, new)), _) => {
                let text = self.uncleared(at, new)?;
                let Some(currency) = currency else {
                    self.missing(row, Column::Currency);
                    return None;
                };
                self.money(at, &text, currency)?
            }
            (None, Some(now)) if !is_other => now.amount,
            // It may say the same number, of the other currency.
            (None, Some(_)) => self.same_price(row, currency?)?,
            (None, None) => {
                self.missing(row, Column::Price);
                return None;
            }
        };
        let mut includes_tax = now.or(like).is_none_or(|price| price.includes_tax);
        if let Some((at, new)) = self.new_for_variant(row, before, Column::PriceIncludesTax) {
            includes_tax = self.yes_or_no(at, new)?;
        }
        Some(Price {
            amount,
            includes_tax,
        })
    }

    fn same_price(&mut self, row: &RowSaid<'a>, currency: Currency) -> Option<Money> {
        let at = At {
            row: row.number,
            column: Column::Price,
        };
        let Some((at, new)) = self.new_in(row, Column::Price, None) else {
            self.wrong(at, Problem::PriceOfOtherCurrency(currency));
            return None;
        };
        let text = self.uncleared(at, new)?;
        self.money(at, &text, currency)
    }

    fn currency(&mut self, at: At, new: New<'_>) -> Option<Currency> {
        let text = self.uncleared(at, new)?;
        if let Ok(currency) = Currency::from_code(&text.to_uppercase()) {
            return Some(currency);
        }
        self.wrong(at, Problem::UnknownCurrency);
        None
    }

    fn money(&mut self, at: At, text: &str, currency: Currency) -> Option<Money> {
        let minor = self.number(at, text, currency.decimals())?;
        if minor < 0 {
            self.wrong(at, Problem::BelowZero);
            return None;
        }
        Some(Money::new(minor, currency))
    }

    fn code<T: Display>(
        &mut self,
        row: &RowSaid<'a>,
        column: Column,
        code: &mut Option<T>,
        read: impl FnOnce(&str) -> Result<T, TextError>,
    ) {
        let was = code.as_ref().map(T::to_string);
        match self.new_in(row, column, was.as_deref()) {
            None => {}
            Some((_, New::Clear)) => *code = None,
            Some((at, New::Text(text))) => {
                if let Some(damage) = code::damage(&text, was.as_deref()) {
                    self.wrong(at, damage);
                    return;
                }
                match read(&text) {
                    Ok(read) => *code = Some(read),
                    Err(error) => self.wrong(at, error),
                }
            }
        }
    }

    fn supply(&mut self, row: &RowSaid<'a>, before: Option<&Variant>, variant: &mut Variant) {
        if let Some((at, new)) = self.new_for_variant(row, before, Column::SupplierCode)
            && let Some(text) = self.text(at, new, Product::NAME_LIMIT_BYTES)
        {
            variant.supply.code = text;
        }
        let price = variant.price.amount.currency();
        self.supplier_price(row, before, price, &mut variant.supply.price);
        let reorder = &mut variant.supply.reorder;
        self.quantity(row, before, Column::ReorderPoint, &mut reorder.point);
        self.quantity(row, before, Column::ReorderAmount, &mut reorder.amount);
    }

    /// In its own currency, else in that of the price.
    fn supplier_price(
        &mut self,
        row: &RowSaid<'a>,
        before: Option<&Variant>,
        price: Currency,
        supplied: &mut Option<Money>,
    ) {
        let said = self.new_for_variant(row, before, Column::SupplierCurrency);
        let (is_other, currency) = match said {
            None => (false, supplied.map_or(price, Money::currency)),
            // Whoever clears the price clears its currency with it.
            Some((_, New::Clear)) => (false, price),
            Some((at, new)) => match self.currency(at, new) {
                Some(currency) => (true, currency),
                None => return,
            },
        };
        let column = Column::SupplierPrice;
        let found = if is_other {
            self.new_in(row, column, None)
        } else {
            self.new_for_variant(row, before, column)
        };
        match found {
            Some((_, New::Clear)) => *supplied = None,
            Some((at, New::Text(text))) => {
                *supplied = self.money(at, &text, currency).or(*supplied);
            }
            None if is_other => {
                let at = At {
                    row: row.number,
                    column,
                };
                self.wrong(at, Problem::PriceOfOtherCurrency(currency));
            }
            None => {}
        }
    }

    fn quantity(
        &mut self,
        row: &RowSaid<'a>,
        before: Option<&Variant>,
        column: Column,
        quantity: &mut Option<Quantity>,
    ) {
        match self.new_for_variant(row, before, column) {
            None => {}
            Some((_, New::Clear)) => *quantity = None,
            Some((at, New::Text(text))) => {
                let milli = self.number(at, &text, QUANTITY_DECIMALS);
                *quantity = milli.map(Quantity::from_milli).or(*quantity);
            }
        }
    }

    fn weight(&mut self, row: &RowSaid<'a>, before: Option<&Variant>, weight_mg: &mut Option<u64>) {
        match self.new_for_variant(row, before, Column::WeightKg) {
            None => {}
            Some((_, New::Clear)) => *weight_mg = None,
            Some((at, New::Text(text))) => {
                let limit = Variant::WEIGHT_LIMIT_MG;
                let weight = self.size(at, &text, KILOGRAM_DECIMALS, limit);
                *weight_mg = weight.or(*weight_mg);
            }
        }
    }

    /// All three sizes, or none.
    fn parcel(&mut self, row: &RowSaid<'a>, before: Option<&Variant>, variant: &mut Variant) {
        let now = variant.parcel;
        let mut sizes = [
            (Column::LengthCm, now.map(|parcel| parcel.length_um)),
            (Column::WidthCm, now.map(|parcel| parcel.width_um)),
            (Column::HeightCm, now.map(|parcel| parcel.height_um)),
        ];
        let mut last = None;
        for (column, size) in &mut sizes {
            let Some((at, new)) = self.new_for_variant(row, before, *column) else {
                continue;
            };
            last = Some(at);
            *size = match new {
                New::Clear => None,
                New::Text(text) => {
                    let limit = Parcel::LENGTH_LIMIT_UM;
                    let Some(found) = self.size(at, &text, CENTIMETRE_DECIMALS, limit) else {
                        return;
                    };
                    Some(found)
                }
            };
        }
        let Some(last) = last else {
            return;
        };
        variant.parcel = match sizes.map(|(_, size)| size) {
            [None, None, None] => None,
            [Some(length_um), Some(width_um), Some(height_um)] => Some(Parcel {
                length_um,
                width_um,
                height_um,
            }),
            _ => return self.wrong(last, Problem::HalfAParcel),
        };
    }

    fn missing(&mut self, row: &RowSaid<'a>, column: Column) {
        let at = At {
            row: row.number,
            column,
        };
        self.wrong(at, Problem::Missing);
    }
}
