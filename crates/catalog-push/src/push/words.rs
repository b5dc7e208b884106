//! How what was told came about, in words that people read.

use retail::Quantity;
use retail::listing::{Change, Pushable, VariantChange, VariantFields};

/// Of stock.
#[must_use]
pub fn of_stock(pushable: Pushable, buffer: Quantity, is_hidden: bool) -> String {
    let Pushable {
        available,
        open,
        taken,
    } = pushable;
    let mut words = format!("available {available}");
    for (name, quantity) in [
        ("in open orders", open),
        ("kept back", buffer),
        ("taken by this shop's orders", taken),
    ] {
        if quantity != Quantity::ZERO {
            words.extend([", ", name, " ", &quantity.to_string()]);
        }
    }
    if is_hidden {
        words.push_str(", not sold");
    }
    words
}

/// Of a change.
#[must_use]
pub fn of_change(change: &Change) -> String {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants,
        images,
    } = change;
    let mut words: Vec<String> = [
        ("title", title.is_some()),
        ("description", description.is_some()),
        ("brand", brand.is_some()),
        ("shown", *is_on_sale == Some(true)),
        ("hidden", *is_on_sale == Some(false)),
        ("options", options.is_some()),
        ("images", images.is_some()),
    ]
    .into_iter()
    .filter(|(_, is_said)| *is_said)
    .map(|(name, _)| name.to_owned())
    .collect();
    let (mut added, mut removed) = (0_usize, 0_usize);
    let mut of_fields = [("", 0_usize); 8];
    for variant in variants {
        match variant {
            VariantChange::Add(_) => added += 1,
            VariantChange::Remove(_) => removed += 1,
            VariantChange::Set { fields, .. } => {
                for (count, (name, is_said)) in of_fields.iter_mut().zip(said(fields)) {
                    *count = (name, count.1 + usize::from(is_said));
                }
            }
        }
    }
    let changed = of_fields
        .into_iter()
        .chain([("variants added", added), ("variants removed", removed)]);
    let counted = changed.filter(|(_, count)| *count > 0);
    words.extend(counted.map(|(name, count)| format!("{name} ({count})")));
    words.join(", ")
}

fn said(fields: &VariantFields) -> [(&'static str, bool); 8] {
    let VariantFields {
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale,
        image,
    } = fields;
    [
        ("option values", values.is_some()),
        ("SKU", sku.is_some()),
        ("barcode", barcode.is_some()),
        ("price", price.is_some()),
        ("weight", weight.is_some()),
        ("dimensions", dimensions.is_some()),
        ("variant shown or hidden", is_on_sale.is_some()),
        ("variant image", image.is_some()),
    ]
}

#[cfg(test)]
mod tests {
    use retail::{Currency, ItemId, Money, ShopVariantId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn r_03_stock_is_told_with_what_made_it() {
        let units = |units| Quantity::units(units).unwrap();
        let pushable = |available, open, taken| Pushable {
            available: units(available),
            open: units(open),
            taken: units(taken),
        };
        assert_eq!(of_stock(pushable(7, 0, 0), units(0), false), "available 7");
        assert_eq!(
            of_stock(pushable(7, 2, 1), units(3), true),
            "available 7, in open orders 2, kept back 3, taken by this shop's orders 1, not sold"
        );
    }

    #[test]
    fn a_change_is_told_by_its_fields_and_how_many_variants_it_is_of() {
        let set = |n: u128| VariantChange::Set {
            id: ShopVariantId::new("1").unwrap(),
            item: ItemId::new(Uuid::from_u128(n)),
            fields: VariantFields {
                price: Some(Money::new(1, Currency::EUR)),
                ..VariantFields::default()
            },
        };
        let change = Change {
            title: Some("x".into()),
            is_on_sale: Some(false),
            variants: vec![
                set(1),
                set(2),
                VariantChange::Remove(ShopVariantId::new("3").unwrap()),
            ],
            ..Change::default()
        };
        assert_eq!(
            of_change(&change),
            "title, hidden, price (2), variants removed (1)"
        );
    }
}
