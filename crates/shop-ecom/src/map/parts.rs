//! An order's lines while their amounts are still exact.

use retail::{Currency, ItemRef, LineKey, LineKind, Quantity, ShopVariantId, Sku};
use rust_decimal::Decimal;
use shop::Reason;

use super::Wrong;
use super::value::{bad_amount, exact_amount, quantity, sum};
use crate::loose::Scalar;
use crate::payload::{
    HandlingFee, Item, ItemDiscount, SelectedOption, ShippingOption, Surcharge, Tax,
};
use crate::status::Status;
use crate::{amount, text};

const ONE: Quantity = Quantity::from_milli(Quantity::SCALE);

/// A line with its amount before it is known whether tax is in it.
pub(super) struct Part {
    pub(super) key: LineKey,
    pub(super) kind: LineKind,
    pub(super) name: String,
    pub(super) quantity: Quantity,
    pub(super) restocked: Quantity,
    pub(super) fulfilled: Quantity,
    /// Before discounts, as a shop whose prices include tax means it.
    pub(super) gross: Decimal,
    /// Before discounts, as a shop whose prices are without tax means it.
    pub(super) net: Decimal,
    pub(super) tax: Decimal,
    pub(super) coupon_share: Decimal,
    pub(super) discount_share: Decimal,
}

/// What an order charges for, as it came.
pub(super) struct Charged<'a> {
    pub(super) items: &'a [Item<'a>],
    /// eCom tells it of the whole order.
    pub(super) are_items_handed_over: bool,
    pub(super) shipping: Option<&'a ShippingOption<'a>>,
    pub(super) taxes_on_shipping: &'a [Tax<'a>],
    pub(super) handling: Option<&'a HandlingFee<'a>>,
    pub(super) surcharges: &'a [Surcharge<'a>],
}

/// Items first, then shipping, handling and surcharges. No charge, no line (SH-7).
pub(super) fn parts(
    status: Status,
    charged: &Charged<'_>,
    currency: Currency,
) -> Result<Vec<Part>, Wrong> {
    let Charged {
        items,
        are_items_handed_over,
        shipping,
        taxes_on_shipping,
        handling,
        surcharges,
    } = charged;
    let mut parts = Vec::with_capacity(items.len() + surcharges.len() + 2);
    for item in *items {
        parts.push(product(status, item, *are_items_handed_over, currency)?);
    }
    if let Some(ShippingOption {
        name,
        rate,
        rate_without_tax,
    }) = shipping
    {
        parts.push(charge(
            ("shipping", LineKind::Shipping),
            name_or(name, "Shipping"),
            [rate, rate_without_tax],
            taxes_on_shipping,
            currency,
        )?);
    }
    if let Some(HandlingFee {
        name,
        value,
        value_without_tax,
        taxes,
    }) = handling
    {
        parts.push(charge(
            ("handling", LineKind::Handling),
            name_or(name, "Handling"),
            [value, value_without_tax],
            taxes.as_deref().unwrap_or_default(),
            currency,
        )?);
    }
    for (number, surcharge) in (1_usize..).zip(*surcharges) {
        let Surcharge {
            id,
            description,
            total,
            total_without_tax,
            taxes,
        } = surcharge;
        parts.push(charge(
            (&format!("surcharge:{number}"), LineKind::Fee),
            name_or(description, &name_or(id, "Surcharge")),
            [total, total_without_tax],
            taxes.as_deref().unwrap_or_default(),
            currency,
        )?);
    }
    let is_charged = |part: &Part| !(part.gross.is_zero() && part.tax.is_zero());
    parts.retain(|part| matches!(part.kind, LineKind::Product(_)) || is_charged(part));
    Ok(parts)
}

fn product(
    status: Status,
    item: &Item<'_>,
    is_handed_over: bool,
    currency: Currency,
) -> Result<Part, Wrong> {
    let Item {
        id,
        product_id: _,
        combination_id: _,
        sku: _,
        name,
        quantity: sold,
        price,
        tax,
        coupon_amount,
        discounts,
        selected_options,
    } = item;
    let count = count(sold)?;
    let sold = quantity(count)?;
    let before_discounts = exact_amount("line's price", price, currency)?
        .checked_mul(count)
        .ok_or_else(|| bad_amount("line's price"))?;
    let discount_share = discounts
        .iter()
        .flatten()
        .map(|ItemDiscount { total }| exact_amount("line's discount", total, currency))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Part {
        key: id
            .id()
            .and_then(|id| LineKey::new(&format!("line:{id}")).ok())
            .ok_or_else(|| Wrong::missing("id on a line"))?,
        kind: LineKind::Product(item_ref(item)),
        name: item_name(name, selected_options.as_deref().unwrap_or_default()),
        quantity: sold,
        restocked: if status.restocked {
            sold
        } else {
            Quantity::ZERO
        },
        fulfilled: if is_handed_over { sold } else { Quantity::ZERO },
        gross: before_discounts,
        net: before_discounts,
        tax: exact_amount("line's tax", tax, currency)?,
        coupon_share: exact_amount("line's coupon", coupon_amount, currency)?,
        discount_share: sum("line's discount", discount_share)?,
    })
}

pub(super) fn item_ref(item: &Item<'_>) -> ItemRef {
    ItemRef {
        variant: variant(&item.product_id, &item.combination_id),
        // A SKU that no table could hold is as good as none: the variant stands for the item.
        sku: Sku::new(item.sku.as_str()).ok(),
        barcode: None,
    }
}

pub(super) fn sold(item: &Item<'_>) -> Result<Quantity, Wrong> {
    quantity(count(&item.quantity)?)
}

fn count(sold: &Scalar<'_>) -> Result<Decimal, Wrong> {
    amount::decimal(sold.as_str())
        .ok_or_else(|| Wrong::new(Reason::BadQuantity, "a line's quantity cannot be booked"))
}

/// A charge of one, named with and without tax; the second only by newer orders.
fn charge(
    (key, kind): (&str, LineKind),
    name: String,
    [with_tax, without_tax]: [&Scalar<'_>; 2],
    taxes: &[Tax<'_>],
    currency: Currency,
) -> Result<Part, Wrong> {
    let gross = exact_amount("charge", with_tax, currency)?;
    let taxes = taxes
        .iter()
        .map(|Tax { total }| exact_amount("charge's tax", total, currency))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Part {
        key: LineKey::new(key).expect("the text is a line key"),
        kind,
        name,
        quantity: ONE,
        restocked: Quantity::ZERO,
        fulfilled: Quantity::ZERO,
        gross,
        net: if without_tax.is_empty() {
            gross
        } else {
            exact_amount("charge", without_tax, currency)?
        },
        tax: sum("charge's tax", taxes)?,
        coupon_share: Decimal::ZERO,
        discount_share: Decimal::ZERO,
    })
}

/// What the shop calls the thing sold: `12` for a simple product, `12:14` for variation 14 of product
/// 12, since the API asks for both. `None` for a thing that was only written into the order.
fn variant(product: &Scalar<'_>, variation: &Scalar<'_>) -> Option<ShopVariantId> {
    let product = product.id()?;
    match variation.id() {
        Some(variation) => ShopVariantId::new(&format!("{product}:{variation}")).ok(),
        None => ShopVariantId::new(product).ok(),
    }
}

/// The product's name with what was chosen of it: `T-shirt (Taille: S)`. What buyers write or send
/// in themselves is left out: it may be anybody's name.
fn item_name(name: &Scalar<'_>, options: &[SelectedOption<'_>]) -> String {
    const CHOSEN: [&str; 3] = ["CHOICE", "CHOICES", "SIZE"];

    let name = name_or(name, "Unnamed product");
    let chosen: Vec<String> = options
        .iter()
        .filter(|SelectedOption { kind, value, .. }| {
            CHOSEN.contains(&kind.as_str()) && !value.is_empty()
        })
        .map(|SelectedOption { name, value, .. }| match name.as_str() {
            "" => value.as_str().to_owned(),
            name => format!("{name}: {}", value.as_str()),
        })
        .collect();
    if chosen.is_empty() {
        name
    } else {
        text::clean(&format!("{name} ({})", chosen.join(", ")))
    }
}

fn name_or(name: &Scalar<'_>, instead: &str) -> String {
    let name = text::clean(name.as_str());
    if name.is_empty() {
        instead.to_owned()
    } else {
        name
    }
}
