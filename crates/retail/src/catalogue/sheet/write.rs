//! A product as rows.

use std::borrow::Cow;

use super::{Column, Listed, cell, number};
use crate::catalogue::{Parcel, Variant};
use crate::{ConnectionId, Money, Quantity};

/// Between tags, and before one that is part of a tag.
pub(super) const TAG_END: char = ';';
pub(super) const TAG_ESCAPE: char = '\\';

/// Decimals of a percent, of a quantity, of a kilogram in milligrams and of a centimetre in micrometres.
pub(super) const PERCENT_DECIMALS: u32 = 3;
pub(super) const QUANTITY_DECIMALS: u32 = 3;
pub(super) const KILOGRAM_DECIMALS: u32 = 6;
pub(super) const CENTIMETRE_DECIMALS: u32 = 4;

/// Every column there is, with one for each of the shops.
#[must_use]
pub fn columns(shops: &[ConnectionId]) -> Vec<Column> {
    let online = shops.iter().copied().map(Column::Online);
    let (before, after) = Column::FIXED.split_at(Column::FIXED.len() - AFTER_ONLINE);
    let before = before.iter().copied();
    before.chain(online).chain(after.iter().copied()).collect()
}

/// Columns behind those of shops: all that follow `in_store`.
const AFTER_ONLINE: usize = 21;

/// A row for each variant. What is the product's stands in the first one; its id stands in each.
#[must_use]
pub fn rows(listed: &Listed, columns: &[Column]) -> Vec<Vec<String>> {
    let variants = listed.product.variants.iter().enumerate();
    let row = |(place, variant): (usize, &Variant)| -> Vec<String> {
        let cell = |column: &Column| {
            let is_said = place == 0 || !column.is_of_product() || *column == Column::ProductId;
            if !is_said {
                return String::new();
            }
            let text = of_product(listed, *column).or_else(|| of_variant(variant, *column));
            cell::guard(&text.unwrap_or_default()).into_owned()
        };
        columns.iter().map(cell).collect()
    };
    variants.map(row).collect()
}

/// What a column of a product tells of it; `None`: it is none, or there is nothing.
pub(super) fn of_product(listed: &Listed, column: Column) -> Option<Cow<'_, str>> {
    let product = &listed.product;
    let text = match column {
        Column::ProductId => return Some(product.id.to_string().into()),
        Column::Revision => return Some(listed.revision.to_string().into()),
        Column::Handle => &product.handle,
        Column::Name => &product.name,
        Column::Description => &product.description,
        Column::Brand => &product.brand,
        Column::Category => &product.category,
        Column::Supplier => &product.supplier,
        Column::Tags => return Some(tags(&product.tags).into()),
        Column::TaxPercent => {
            let tax = i64::from(product.tax.millipercent());
            return Some(number::write(tax, PERCENT_DECIMALS, 0).into());
        }
        Column::InStore => return Some(yes_or_no(listed.in_store).into()),
        Column::Online(shop) => {
            return listed.online.get(&shop).map(|is| yes_or_no(*is).into());
        }
        Column::Option(place) => product.options.get(place)?,
        Column::ItemId
        | Column::Value(_)
        | Column::Sku
        | Column::Barcode
        | Column::Price
        | Column::Currency
        | Column::PriceIncludesTax
        | Column::Active
        | Column::SupplierCode
        | Column::SupplierPrice
        | Column::SupplierCurrency
        | Column::ReorderPoint
        | Column::ReorderAmount
        | Column::WeightKg
        | Column::LengthCm
        | Column::WidthCm
        | Column::HeightCm => return None,
    };
    Some(cell::plain(text))
}

/// What a column of a variant tells of it; `None`: it is none, or there is nothing.
pub(super) fn of_variant(variant: &Variant, column: Column) -> Option<Cow<'_, str>> {
    let length = |of: fn(&Parcel) -> u64| {
        let length = variant.parcel.as_ref().map(of)?;
        Some(scaled(length, CENTIMETRE_DECIMALS).into())
    };
    match column {
        Column::ItemId => Some(variant.item.to_string().into()),
        Column::Value(place) => variant.values.get(place).map(|value| cell::plain(value)),
        Column::Sku => variant.sku.as_ref().map(|sku| sku.as_str().into()),
        Column::Barcode => variant.barcode.as_ref().map(|code| code.as_str().into()),
        Column::Price => Some(money(variant.price.amount).into()),
        Column::Currency => Some(variant.price.amount.currency().code().into()),
        Column::PriceIncludesTax => Some(yes_or_no(variant.price.includes_tax).into()),
        Column::Active => Some(yes_or_no(variant.is_active).into()),
        Column::SupplierCode => Some(cell::plain(&variant.supply.code)),
        Column::SupplierPrice => variant.supply.price.map(|price| money(price).into()),
        Column::SupplierCurrency => {
            let price = variant.supply.price?;
            Some(price.currency().code().into())
        }
        Column::ReorderPoint => variant.supply.reorder.point.map(|it| quantity(it).into()),
        Column::ReorderAmount => variant.supply.reorder.amount.map(|it| quantity(it).into()),
        Column::WeightKg => {
            let weight = variant.weight_mg?;
            Some(scaled(weight, KILOGRAM_DECIMALS).into())
        }
        Column::LengthCm => length(|parcel| parcel.length_um),
        Column::WidthCm => length(|parcel| parcel.width_um),
        Column::HeightCm => length(|parcel| parcel.height_um),
        Column::ProductId
        | Column::Revision
        | Column::Handle
        | Column::Name
        | Column::Description
        | Column::Brand
        | Column::Category
        | Column::Supplier
        | Column::Tags
        | Column::TaxPercent
        | Column::InStore
        | Column::Online(_)
        | Column::Option(_) => None,
    }
}

const fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

fn money(money: Money) -> String {
    let decimals = money.currency().decimals();
    number::write(money.minor(), decimals, decimals)
}

fn quantity(quantity: Quantity) -> String {
    number::write(quantity.milli(), QUANTITY_DECIMALS, 0)
}

/// Weights and lengths are far below what an `i64` holds.
fn scaled(value: u64, decimals: u32) -> String {
    number::write(i64::try_from(value).unwrap_or(i64::MAX), decimals, 0)
}

fn tags(tags: &[Box<str>]) -> String {
    let mut text = String::new();
    for tag in tags {
        if !text.is_empty() {
            text.push(TAG_END);
            text.push(' ');
        }
        for one in cell::plain(tag).chars() {
            if one == TAG_END || one == TAG_ESCAPE {
                text.push(TAG_ESCAPE);
            }
            text.push(one);
        }
    }
    text
}
