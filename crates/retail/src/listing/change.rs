//! What has to be said to a shop so that it shows what the POS wants.

use crate::{Barcode, ItemId, Money, ShopVariantId, Sku};

use super::{
    Dimensions, Field, Image, ImageHash, Listing, Measure, Ownership, Rule, ShopImage, ShopListing,
    ShopVariant, Variant,
};

/// Only what differs and is the POS's to decide. `None`: leave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub title: Option<Box<str>>,
    pub description: Option<Box<str>>,
    pub brand: Option<Box<str>>,
    pub is_on_sale: Option<bool>,
    /// All option names, in order.
    pub options: Option<Vec<Box<str>>>,
    /// Removals come last: a product is never without a variant.
    pub variants: Vec<VariantChange>,
    pub images: Option<ImageChange>,
}

/// What is to happen to one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariantChange {
    Set {
        id: ShopVariantId,
        item: ItemId,
        fields: VariantFields,
    },
    /// EC-5.
    Add(Variant),
    /// It was the POS's and the POS has it no more. One that somebody made in the shop is never removed.
    Remove(ShopVariantId),
}

/// What differs of a variant. `Some(None)` empties the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantFields {
    pub values: Option<Vec<Box<str>>>,
    pub sku: Option<Option<Sku>>,
    pub barcode: Option<Option<Barcode>>,
    pub price: Option<Money>,
    pub weight: Option<Measure>,
    pub dimensions: Option<Dimensions>,
    pub is_on_sale: Option<bool>,
    pub image: Option<ImageHash>,
}

/// What is to happen to the images. Those that the shop has of its own stay, after ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageChange {
    /// The shop's ids of what was ours and is wanted no more.
    pub remove: Vec<Box<str>>,
    /// What is not there yet, in order.
    pub add: Vec<Image>,
    /// All of ours, in the order wanted.
    pub order: Vec<ImageHash>,
}

impl Change {
    /// Nothing has to be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares what is wanted with what the shop has, as it was last pushed or just read.
///
/// `shop`'s variants and images are those of ours where they name an item or a hash: by what the shop says, or by a
/// link that is kept here. Whatever names none was made in the shop and stays as it is (EC-5).
#[must_use]
pub fn change(wanted: &Listing, shop: &ShopListing, ownership: &Ownership) -> Change {
    let Listing {
        product: _,
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants: _,
        images: _,
    } = wanted;
    let text = |field, wanted: &str, found: &str| text(ownership.rule(field), wanted, found);
    Change {
        // No product is without a name.
        title: if title.is_empty() {
            None
        } else {
            text(Field::Title, title, &shop.title)
        },
        description: text(Field::Description, description, &shop.description),
        brand: text(Field::Brand, brand, &shop.brand),
        is_on_sale: (ownership.is_ours(Field::Availability) && *is_on_sale != shop.is_on_sale)
            .then_some(*is_on_sale),
        options: (ownership.is_ours(Field::Options) && *options != shop.options)
            .then(|| options.clone()),
        variants: variants(wanted, shop, ownership),
        images: if ownership.is_ours(Field::Images) {
            images(wanted, shop, ownership.rule(Field::Images))
        } else {
            None
        },
    }
}

fn text(rule: Rule, wanted: &str, found: &str) -> Option<Box<str>> {
    let is_ours = match rule {
        Rule::Pos => !wanted.is_empty(),
        Rule::PosWipes => true,
        Rule::Shop => false,
    };
    (is_ours && wanted != found).then(|| wanted.into())
}

fn variants(wanted: &Listing, shop: &ShopListing, ownership: &Ownership) -> Vec<VariantChange> {
    let is_ours = ownership.is_ours(Field::Options);
    let mut changes = Vec::new();
    for variant in &wanted.variants {
        let found = (shop.variants.iter()).find(|found| found.item == Some(variant.item));
        match found {
            Some(found) => {
                let fields = fields(variant, found, &shop.images, ownership);
                if fields != VariantFields::default() {
                    changes.push(VariantChange::Set {
                        id: found.id.clone(),
                        item: variant.item,
                        fields,
                    });
                }
            }
            None if is_ours => changes.push(VariantChange::Add(variant.clone())),
            None => {}
        }
    }
    let gone = shop.variants.iter().filter(|found| {
        is_ours && (found.item).is_some_and(|item| wanted.variants.iter().all(|v| v.item != item))
    });
    changes.extend(gone.map(|found| VariantChange::Remove(found.id.clone())));
    changes
}

fn fields(
    wanted: &Variant,
    found: &ShopVariant,
    images: &[ShopImage],
    ownership: &Ownership,
) -> VariantFields {
    let Variant {
        item: _,
        values,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale,
        image,
    } = wanted;
    let ours = |field| ownership.is_ours(field);
    VariantFields {
        values: (ours(Field::Options) && *values != found.values).then(|| values.clone()),
        sku: code(ownership.rule(Field::Sku), sku.as_ref(), found.sku.as_ref()),
        barcode: code(
            ownership.rule(Field::Barcode),
            barcode.as_ref(),
            found.barcode.as_ref(),
        ),
        price: (ours(Field::Price) && Some(*price) != found.price).then_some(*price),
        weight: weight.filter(|_| ours(Field::Weight) && *weight != found.weight),
        dimensions: dimensions
            .filter(|_| ours(Field::Dimensions) && *dimensions != found.dimensions),
        is_on_sale: (ours(Field::Availability) && *is_on_sale != found.is_on_sale)
            .then_some(*is_on_sale),
        image: image.filter(|hash| ours(Field::Images) && image_of(found, images) != Some(*hash)),
    }
}

fn image_of(found: &ShopVariant, images: &[ShopImage]) -> Option<ImageHash> {
    let id = found.image.as_ref()?;
    images.iter().find(|image| image.id == *id)?.hash
}

/// An empty code is no code: only where the POS wipes is it sent.
#[expect(
    clippy::option_option,
    reason = "to leave a field, to empty it and to fill it are three things"
)]
fn code<T: Clone + PartialEq>(
    rule: Rule,
    wanted: Option<&T>,
    found: Option<&T>,
) -> Option<Option<T>> {
    let is_ours = match rule {
        Rule::Pos => wanted.is_some(),
        Rule::PosWipes => true,
        Rule::Shop => false,
    };
    (is_ours && wanted != found).then(|| wanted.cloned())
}

fn images(wanted: &Listing, shop: &ShopListing, rule: Rule) -> Option<ImageChange> {
    // As with texts: that the POS has no picture wipes none.
    if wanted.images.is_empty() && rule == Rule::Pos {
        return None;
    }
    let order: Vec<ImageHash> = wanted.images.iter().map(|image| image.hash).collect();
    let there: Vec<ImageHash> = shop.images.iter().filter_map(|image| image.hash).collect();
    if order == there {
        return None;
    }
    let is_left = |image: &&ShopImage| image.hash.is_some_and(|hash| !order.contains(&hash));
    Some(ImageChange {
        remove: (shop.images.iter().filter(is_left))
            .map(|image| image.id.clone())
            .collect(),
        add: (wanted.images.iter())
            .filter(|image| !there.contains(&image.hash))
            .cloned()
            .collect(),
        order,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::listing::ShopProductId;
    use crate::{Currency, ProductId};

    fn item(n: u128) -> ItemId {
        ItemId::new(Uuid::from_u128(n))
    }

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::from_code("EUR").unwrap())
    }

    fn image(n: u8) -> Image {
        Image {
            hash: ImageHash([n; 32]),
            url: format!("https://pos.example/{n}.jpg").into(),
            width: 10,
            height: 10,
            alt: "".into(),
        }
    }

    fn wanted() -> Listing {
        Listing {
            product: ProductId::new(Uuid::from_u128(1)),
            title: "Shirt".into(),
            description: "<p>Linen</p>".into(),
            brand: "Lin".into(),
            is_on_sale: true,
            options: vec!["Size".into()],
            variants: [1, 2].map(variant).into(),
            images: [1, 2].map(image).into(),
        }
    }

    fn variant(n: u128) -> Variant {
        Variant {
            item: item(n),
            values: vec![format!("size {n}").into()],
            sku: Sku::new(&format!("S-{n}")).ok(),
            barcode: None,
            price: euros(2_000),
            weight: Some(Measure(200)),
            dimensions: None,
            is_on_sale: true,
            image: None,
        }
    }

    /// The shop has all that is wanted.
    fn shown(wanted: &Listing) -> ShopListing {
        ShopListing {
            id: ShopProductId::new("7").unwrap(),
            product: Some(wanted.product),
            title: wanted.title.clone(),
            description: wanted.description.clone(),
            brand: wanted.brand.clone(),
            is_on_sale: wanted.is_on_sale,
            options: wanted.options.clone(),
            variants: (wanted.variants.iter())
                .map(|variant| ShopVariant {
                    id: ShopVariantId::new(&format!("v {}", variant.item)).unwrap(),
                    stock_id: None,
                    item: Some(variant.item),
                    values: variant.values.clone(),
                    sku: variant.sku.clone(),
                    barcode: variant.barcode.clone(),
                    price: Some(variant.price),
                    weight: variant.weight,
                    dimensions: variant.dimensions,
                    is_on_sale: variant.is_on_sale,
                    image: None,
                    quantity: None,
                })
                .collect(),
            images: (wanted.images.iter().enumerate())
                .map(|(n, image)| ShopImage {
                    id: n.to_string().into(),
                    hash: Some(image.hash),
                })
                .collect(),
        }
    }

    #[test]
    fn what_is_equal_is_not_sent() {
        let wanted = wanted();
        assert!(change(&wanted, &shown(&wanted), &Ownership::default()).is_empty());
    }

    #[test]
    fn ec_03_only_what_differs_is_sent() {
        let before = wanted();
        let mut after = wanted();
        after.title = "Linen shirt".into();
        after.variants[1].price = euros(2_500);
        let change = change(&after, &shown(&before), &Ownership::default());
        let fields = VariantFields {
            price: Some(euros(2_500)),
            ..VariantFields::default()
        };
        assert_eq!(
            change,
            Change {
                title: Some("Linen shirt".into()),
                variants: vec![VariantChange::Set {
                    id: shown(&before).variants[1].id.clone(),
                    item: item(2),
                    fields,
                }],
                ..Change::default()
            }
        );
    }

    #[test]
    fn r_11_what_is_empty_here_wipes_nothing_unless_told_to() {
        let mut empty = wanted();
        empty.title = "".into();
        empty.description = "".into();
        empty.brand = "".into();
        empty.images = Vec::new();
        empty.variants[0].sku = None;
        empty.variants[0].weight = None;
        let shop = shown(&wanted());
        assert!(change(&empty, &shop, &Ownership::default()).is_empty());
        let wipes = Ownership::default()
            .with(Field::Description, Rule::PosWipes)
            .with(Field::Sku, Rule::PosWipes)
            .with(Field::Images, Rule::PosWipes);
        let told = change(&empty, &shop, &wipes);
        assert_eq!(told.description.as_deref(), Some(""));
        assert_eq!(told.brand, None);
        assert_eq!(told.title, None, "no product is without a name");
        assert_eq!(told.images.unwrap().remove.len(), 2);
        let [VariantChange::Set { fields, .. }] = told.variants.as_slice() else {
            panic!("{:?}", told.variants);
        };
        assert_eq!(fields.sku, Some(None));
    }

    #[test]
    fn r_11_what_is_the_shops_is_never_sent() {
        let mut other = shown(&wanted());
        other.title = "x".into();
        other.description = "x".into();
        other.brand = "x".into();
        other.is_on_sale = false;
        other.options = vec!["x".into()];
        other.images = Vec::new();
        other.variants.truncate(1);
        other.variants[0].price = None;
        other.variants[0].sku = None;
        other.variants[0].weight = None;
        let shops = (Field::ALL.into_iter()).fold(Ownership::default(), |all, field| {
            all.with(field, Rule::Shop)
        });
        assert!(change(&wanted(), &other, &shops).is_empty());
        assert!(!change(&wanted(), &other, &Ownership::default()).is_empty());
    }

    #[test]
    fn ec_05_variants_made_in_the_shop_stay_and_ours_come_and_go() {
        let mut three = wanted();
        three.variants.push(variant(3));
        let mut shop = shown(&wanted());
        shop.variants[1].item = None;
        let told = change(&three, &shop, &Ownership::default());
        assert_eq!(
            told.variants,
            [variant(2), variant(3)].map(VariantChange::Add).to_vec()
        );
        let mut one = wanted();
        one.variants.truncate(1);
        let shop = shown(&wanted());
        let told = change(&one, &shop, &Ownership::default());
        assert_eq!(
            told.variants,
            [VariantChange::Remove(shop.variants[1].id.clone())]
        );
    }

    #[test]
    fn ec_03_an_image_is_sent_once_and_moved_by_its_hash() {
        let before = wanted();
        let mut after = wanted();
        after.images = [2, 3].map(image).into();
        let told = change(&after, &shown(&before), &Ownership::default());
        assert_eq!(
            told.images,
            Some(ImageChange {
                remove: vec!["0".into()],
                add: vec![image(3)],
                order: [2, 3].map(|n| ImageHash([n; 32])).to_vec(),
            })
        );
        after.images = [2, 1].map(image).into();
        let told = change(&after, &shown(&before), &Ownership::default());
        let images = told.images.unwrap();
        assert!(images.add.is_empty() && images.remove.is_empty());
    }
}
