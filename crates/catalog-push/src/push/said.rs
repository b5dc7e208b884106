//! What a shop shows after a change that it took.

use retail::listing::{
    Change, Image, ImageChange, Listing, ShopImage, ShopListing, ShopVariant, Variant,
    VariantChange, VariantFields,
};
use shop::push::Changed;

/// `shop` with the change done, under the ids that the shop gave. An image or a variant whose id it does not tell is
/// left out: it is found when the shop is read next.
#[must_use]
pub fn after(shop: &ShopListing, wanted: &Listing, change: &Change, said: &Changed) -> ShopListing {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants,
        images,
    } = change;
    let mut now = shop.clone();
    now.product = Some(wanted.product);
    set(&mut now.title, title.as_ref());
    set(&mut now.description, description.as_ref());
    set(&mut now.brand, brand.as_ref());
    set(&mut now.is_on_sale, is_on_sale.as_ref());
    set(&mut now.options, options.as_ref());
    if let Some(images) = images {
        now.images = arranged(&shop.images, images, said);
    }
    for change in variants {
        match change {
            VariantChange::Set { id, item, fields } => {
                let found = now.variants.iter_mut().find(|found| found.id == *id);
                if let Some(found) = found {
                    found.item = Some(*item);
                    fill(found, fields, &now.images);
                }
            }
            VariantChange::Add(variant) => {
                now.variants.extend(added(variant, said, &now.images));
            }
            VariantChange::Remove(id) => now.variants.retain(|found| found.id != *id),
        }
    }
    for variant in &mut now.variants {
        let renamed = said.variants.iter();
        let mut renamed = renamed.filter(|(item, ..)| Some(*item) == variant.item);
        if let Some((_, id, stock_id)) = renamed.next() {
            variant.id = id.clone();
            variant.stock_id.clone_from(stock_id);
        }
    }
    now
}

fn set<T: Clone>(field: &mut T, change: Option<&T>) {
    if let Some(change) = change {
        field.clone_from(change);
    }
}

fn fill(found: &mut ShopVariant, fields: &VariantFields, images: &[ShopImage]) {
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
    set(&mut found.values, values.as_ref());
    set(&mut found.sku, sku.as_ref());
    set(&mut found.barcode, barcode.as_ref());
    found.price = price.or(found.price);
    found.weight = weight.or(found.weight);
    found.dimensions = dimensions.or(found.dimensions);
    set(&mut found.is_on_sale, is_on_sale.as_ref());
    if let Some(hash) = image {
        let shown = images.iter().find(|image| image.hash == Some(*hash));
        found.image = shown.map(|image| image.id.clone());
    }
}

fn added(variant: &Variant, said: &Changed, images: &[ShopImage]) -> Option<ShopVariant> {
    let Variant {
        item,
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale,
        image,
    } = variant;
    let mut named = said.variants.iter();
    let (_, id, stock_id) = named.find(|(named, ..)| named == item)?;
    let shown = images
        .iter()
        .find(|shown| shown.hash.is_some() && shown.hash == *image);
    Some(ShopVariant {
        id: id.clone(),
        stock_id: stock_id.clone(),
        item: Some(*item),
        values: values.clone(),
        sku: sku.clone(),
        barcode: barcode.clone(),
        price: Some(*price),
        weight: *weight,
        dimensions: *dimensions,
        is_on_sale: *is_on_sale,
        image: shown.map(|image| image.id.clone()),
        quantity: None,
    })
}

/// Ours in the order wanted, then those that the shop has of its own.
fn arranged(were: &[ShopImage], change: &ImageChange, said: &Changed) -> Vec<ShopImage> {
    let ImageChange { remove, add, order } = change;
    let is_added = |hash| add.iter().any(|image: &Image| image.hash == hash);
    let ours = order.iter().filter_map(|hash| {
        let mut made = said.images.iter().filter(|_| is_added(*hash));
        let made = made.find(|(made, _)| made == hash).map(|(_, id)| id);
        let there = were.iter().find(|image| image.hash == Some(*hash));
        let id = made.or_else(|| there.map(|image| &image.id))?;
        Some(ShopImage {
            id: id.clone(),
            hash: Some(*hash),
        })
    });
    let own = were
        .iter()
        .filter(|image| image.hash.is_none() && !remove.contains(&image.id));
    ours.chain(own.cloned()).collect()
}

#[cfg(test)]
mod tests {
    use retail::listing::{Field, ImageHash, Ownership, Rule, ShopProductId, change};
    use retail::{Currency, ItemId, Money, ProductId, ShopVariantId, Sku};
    use uuid::Uuid;

    use super::*;

    fn variant(n: u128, price: i64) -> Variant {
        Variant {
            item: ItemId::new(Uuid::from_u128(n)),
            values: vec![format!("size {n}").into()],
            sku: Sku::new(&format!("S-{n}")).ok(),
            barcode: None,
            price: Money::new(price, Currency::EUR),
            weight: None,
            dimensions: None,
            is_on_sale: true,
            image: Some(ImageHash([1; 32])),
        }
    }

    fn wanted() -> Listing {
        let image = |n| Image {
            hash: ImageHash([n; 32]),
            url: "https://pos.example/1.jpg".into(),
            width: 1,
            height: 1,
            alt: "".into(),
        };
        Listing {
            product: ProductId::new(Uuid::from_u128(9)),
            title: "Shirt".into(),
            description: "".into(),
            brand: "Lin".into(),
            is_on_sale: true,
            options: vec!["Size".into()],
            variants: vec![variant(1, 100), variant(2, 200)],
            images: [1, 2].map(image).into(),
        }
    }

    fn shown() -> ShopListing {
        let own = |id: &str, item: Option<u128>| ShopVariant {
            id: ShopVariantId::new(id).unwrap(),
            stock_id: None,
            item: item.map(|item| ItemId::new(Uuid::from_u128(item))),
            values: Vec::new(),
            sku: None,
            barcode: None,
            price: None,
            weight: None,
            dimensions: None,
            is_on_sale: false,
            image: None,
            quantity: Some(3),
        };
        let image = |id: &str, hash: Option<u8>| ShopImage {
            id: id.into(),
            hash: hash.map(|hash| ImageHash([hash; 32])),
        };
        ShopListing {
            id: ShopProductId::new("7").unwrap(),
            product: None,
            title: "x".into(),
            description: "theirs".into(),
            brand: "".into(),
            is_on_sale: false,
            options: Vec::new(),
            variants: vec![own("a", Some(1)), own("b", Some(3)), own("c", None)],
            images: vec![
                image("own", None),
                image("old", Some(9)),
                image("two", Some(2)),
            ],
        }
    }

    fn said() -> Changed {
        let id = |id: &str| ShopVariantId::new(id).unwrap();
        Changed {
            variants: vec![(ItemId::new(Uuid::from_u128(2)), id("new"), None)],
            images: vec![(ImageHash([1; 32]), "one".into())],
        }
    }

    #[test]
    fn after_a_change_nothing_is_left_to_say() {
        for rules in [
            Ownership::default(),
            Ownership::default().with(Field::Images, Rule::Shop),
            Ownership::default().with(Field::Description, Rule::PosWipes),
        ] {
            let told = change(&wanted(), &shown(), &rules);
            assert!(!told.is_empty());
            let now = after(&shown(), &wanted(), &told, &said());
            let left = change(&wanted(), &now, &rules);
            assert!(left.is_empty(), "{left:?}");
        }
    }

    #[test]
    fn ec_05_what_is_the_shops_own_stays_known() {
        let told = change(&wanted(), &shown(), &Ownership::default());
        let now = after(&shown(), &wanted(), &told, &said());
        let variants: Vec<&str> = now.variants.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(variants, ["a", "c", "new"]);
        let images: Vec<&str> = now.images.iter().map(|it| &*it.id).collect();
        assert_eq!(images, ["one", "two", "own"]);
        assert_eq!(&*now.description, "theirs");
    }
}
