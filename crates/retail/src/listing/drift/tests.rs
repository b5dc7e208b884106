use std::sync::LazyLock;

use uuid::Uuid;

use super::*;
use crate::listing::{
    Image, ImageHash, Measure, Rule, ShopImage, ShopProductId, ShopVariant, Variant,
};
use crate::{Barcode, Currency, Money, ProductId};

fn item(n: u128) -> ItemId {
    ItemId::new(Uuid::from_u128(n))
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(super) fn variant(n: u128) -> Variant {
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

pub(super) fn image(n: u8) -> Image {
    Image {
        hash: ImageHash([n; 32]),
        url: format!("https://pos.example/{n}.jpg").into(),
        width: 10,
        height: 10,
        alt: "".into(),
    }
}

pub(super) fn wanted() -> Listing {
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

pub(super) fn shop_variant(variant: &Variant, images: &[ShopImage]) -> ShopVariant {
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
    } = variant.clone();
    let image = image.and_then(|hash| images.iter().find(|image| image.hash == Some(hash)));
    ShopVariant {
        id: ShopVariantId::new(&format!("v {item}")).unwrap(),
        stock_id: None,
        item: Some(item),
        values,
        sku,
        barcode,
        price: Some(price),
        weight,
        dimensions,
        is_on_sale,
        image: image.map(|image| image.id.clone()),
        quantity: Some(5),
    }
}

pub(super) fn shop_image(hash: ImageHash) -> ShopImage {
    ShopImage {
        id: format!("image {}", hash.0[0]).into(),
        hash: Some(hash),
    }
}

/// The shop has all that is wanted.
pub(super) fn shown(wanted: &Listing) -> ShopListing {
    let images: Vec<ShopImage> = wanted
        .images
        .iter()
        .map(|image| shop_image(image.hash))
        .collect();
    let variants = wanted.variants.iter();
    ShopListing {
        id: ShopProductId::new("7").unwrap(),
        product: Some(wanted.product),
        title: wanted.title.clone(),
        description: wanted.description.clone(),
        brand: wanted.brand.clone(),
        is_on_sale: wanted.is_on_sale,
        options: wanted.options.clone(),
        variants: variants
            .map(|variant| shop_variant(variant, &images))
            .collect(),
        images,
    }
}

/// Everything is the POS's to decide.
static OURS: LazyLock<Ownership> = LazyLock::new(Ownership::default);

fn look<'a>(wanted: &'a Listing, known: &'a ShopListing, found: &'a ShopListing) -> Look<'a> {
    Look {
        wanted,
        known: Some(known),
        found: Some(found),
        ownership: &OURS,
        is_refused: false,
        stock: &[],
    }
}

fn only(drifts: Vec<Drift>) -> Drift {
    let [drift] = drifts.try_into().unwrap();
    drift
}

#[test]
fn r_05_what_is_equal_does_not_drift() {
    let wanted = wanted();
    let shop = shown(&wanted);
    assert_eq!(drift(look(&wanted, &shop, &shop)), []);
}

#[test]
fn ec_04_an_edit_in_the_shop_is_told_of_and_can_be_undone_or_taken_over() {
    let wanted = wanted();
    let known = shown(&wanted);
    let mut found = known.clone();
    found.title = "Blouse".into();
    let told = only(drift(look(&wanted, &known, &found)));
    assert_eq!(
        told,
        Drift {
            variant: None,
            field: Some(Field::Title),
            pos: Shown::Text("Shirt".into()),
            shop: Shown::Text("Blouse".into()),
            kind: Kind::EditedInShop,
            repairs: vec![Repair::TellShop, Repair::TakeOver, Repair::Accept],
        }
    );
    found.title = "".into();
    let emptied = only(drift(look(&wanted, &known, &found)));
    assert_eq!(emptied.repairs, [Repair::TellShop, Repair::Accept]);
}

#[test]
fn r_05_a_drift_is_of_one_variant_and_one_field() {
    let wanted = wanted();
    let known = shown(&wanted);
    let mut found = known.clone();
    found.variants[1].price = Some(euros(1_500));
    found.variants[1].sku = None;
    found.variants[0].barcode = Barcode::new("123").ok();
    let drifts = drift(look(&wanted, &known, &found));
    let second = Drifted {
        item: Some(item(2)),
        id: Some(known.variants[1].id.clone()),
        sku: Sku::new("S-2").ok(),
    };
    let [sku, price] = drifts.as_slice() else {
        panic!("{drifts:?}");
    };
    assert_eq!(
        (&sku.variant, sku.field),
        (&Some(second.clone()), Some(Field::Sku))
    );
    assert_eq!(sku.shop, Shown::Nothing);
    assert!(
        !sku.repairs.contains(&Repair::TakeOver),
        "it is what tills know it by"
    );
    assert_eq!(
        (&price.variant, price.field),
        (&Some(second), Some(Field::Price))
    );
    assert_eq!(price.pos, Shown::Price(euros(2_000)));
    assert!(price.repairs.contains(&Repair::TakeOver));
}

#[test]
fn r_05_the_cause_is_told_from_what_was_known() {
    let before = wanted();
    let mut after = wanted();
    after.title = "Linen shirt".into();
    let known = shown(&before);
    let mut edited = known.clone();
    edited.title = "Blouse".into();
    let refused = |look| Look {
        is_refused: true,
        ..look
    };
    let unknown = |look| Look {
        known: None,
        ..look
    };
    for (look, kind) in [
        (look(&before, &known, &edited), Kind::EditedInShop),
        (look(&after, &known, &edited), Kind::EditedOnBothSides),
        (look(&after, &known, &known), Kind::NotToldYet),
        (refused(look(&after, &known, &known)), Kind::Refused),
        (refused(look(&before, &known, &edited)), Kind::EditedInShop),
        (unknown(look(&after, &known, &known)), Kind::NotToldYet),
    ] {
        let told = only(drift(look));
        assert_eq!(told.kind, kind);
        assert!(!told.kind.cause().is_empty());
    }
}

#[test]
fn ec_07_what_was_deleted_in_the_shop_is_made_again_only_by_a_person() {
    let wanted = wanted();
    let known = shown(&wanted);
    let gone = only(drift(Look {
        found: None,
        ..look(&wanted, &known, &known)
    }));
    assert_eq!(gone.kind, Kind::MissingInShop);
    assert_eq!(gone.repairs, [Repair::CreateAgain, Repair::Unlink]);
    let never_there = only(drift(Look {
        found: None,
        known: None,
        ..look(&wanted, &known, &known)
    }));
    assert_eq!(never_there.kind, Kind::NotToldYet);
    let mut found = known.clone();
    found.variants.truncate(1);
    let variant = only(drift(look(&wanted, &known, &found)));
    assert_eq!(
        (variant.kind, variant.shop),
        (Kind::MissingInShop, Shown::Nothing)
    );
    assert_eq!(variant.variant.unwrap().item, Some(item(2)));
    let not_yet = only(drift(look(&wanted, &found, &found)));
    assert_eq!(not_yet.kind, Kind::NotToldYet);
}

#[test]
fn ec_05_a_variant_made_in_the_shop_is_told_of_until_it_is_known_and_never_removed() {
    let wanted = wanted();
    let known = shown(&wanted);
    let mut found = known.clone();
    let mut theirs = shop_variant(&variant(3), &[]);
    theirs.item = None;
    found.variants.push(theirs.clone());
    let extra = only(drift(look(&wanted, &known, &found)));
    assert_eq!(extra.kind, Kind::ExtraInShop);
    assert_eq!(extra.repairs, [Repair::Accept]);
    assert_eq!(extra.variant.unwrap().sku, theirs.sku);
    assert_eq!(drift(look(&wanted, &found, &found)), []);
    found.variants[2].item = Some(item(3));
    let gone_here = only(drift(look(&wanted, &found, &found)));
    assert_eq!(
        (gone_here.kind, gone_here.repairs),
        (Kind::ExtraInShop, vec![Repair::TellShop])
    );
}

#[test]
fn r_11_what_the_shop_decides_never_drifts() {
    let wanted = wanted();
    let known = shown(&wanted);
    let mut found = known.clone();
    found.description = "rich".into();
    found.is_on_sale = false;
    found.images.clear();
    let mut shops = *OURS;
    for field in [Field::Description, Field::Availability, Field::Images] {
        shops = shops.with(field, Rule::Shop);
    }
    let look = Look {
        ownership: &shops,
        ..look(&wanted, &known, &found)
    };
    assert_eq!(drift(look), []);
    let told = drift(Look {
        ownership: &OURS,
        ..look
    });
    assert_eq!(told.len(), 3, "{told:#?}");
}

#[test]
fn r_11_what_is_empty_here_is_no_drift_unless_it_wipes() {
    let mut empty = wanted();
    empty.description = "".into();
    let shop = shown(&wanted());
    assert_eq!(drift(look(&empty, &shop, &shop)), []);
    let wipes = OURS.with(Field::Description, Rule::PosWipes);
    let told = only(drift(Look {
        ownership: &wipes,
        ..look(&empty, &shop, &shop)
    }));
    assert_eq!(told.pos, Shown::Nothing);
}

#[test]
fn r_05_stock_differs_only_when_no_order_explains_it() {
    let wanted = wanted();
    let both = [Repair::TellShop];
    for (expected, target, found, is_quiet, told) in [
        (Some(5), 5, Some(5), true, None),
        (Some(5), 5, Some(5), false, None),
        // Sold in the shop, and on its way.
        (
            Some(5),
            5,
            Some(4),
            false,
            Some((Kind::OrderOnItsWay, &both[..0])),
        ),
        // It stays missing: nobody ordered it.
        (
            Some(5),
            5,
            Some(4),
            true,
            Some((Kind::EditedInShop, &both[..])),
        ),
        // A till sold one, and the shop sells it still.
        (
            Some(5),
            4,
            Some(5),
            true,
            Some((Kind::OversellRisk, &both[..])),
        ),
        (
            Some(5),
            5,
            Some(9),
            true,
            Some((Kind::OversellRisk, &both[..])),
        ),
        // Goods came in.
        (
            Some(5),
            8,
            Some(5),
            true,
            Some((Kind::NotToldYet, &both[..])),
        ),
        (None, 8, Some(5), true, Some((Kind::NotToldYet, &both[..]))),
        (
            Some(5),
            5,
            None,
            true,
            Some((Kind::EditedInShop, &[Repair::Accept][..])),
        ),
    ] {
        let mut shop = shown(&wanted);
        shop.variants[0].quantity = found;
        let stock = [StockLook {
            item: item(1),
            target: StockTarget {
                wanted: target,
                expected,
            },
            is_quiet,
        }];
        let drifts = drift(Look {
            stock: &stock,
            ..look(&wanted, &shop, &shop)
        });
        let kinds: Vec<_> = (drifts.iter())
            .map(|drift| (drift.kind, drift.repairs.as_slice()))
            .collect();
        assert_eq!(
            kinds,
            Vec::from_iter(told),
            "{expected:?} {target} {found:?}"
        );
        let shops = OURS.with(Field::Stock, Rule::Shop);
        let not_ours = drift(Look {
            stock: &stock,
            ownership: &shops,
            ..look(&wanted, &shop, &shop)
        });
        assert_eq!(not_ours, []);
    }
}

#[test]
fn kinds_and_repairs_are_read_by_their_names_and_what_hurts_most_is_first() {
    for kind in Kind::ALL {
        assert_eq!(Kind::read(kind.as_str()), Some(kind));
    }
    assert!(Kind::ALL.is_sorted());
    for repair in Repair::ALL {
        assert_eq!(Repair::read(repair.as_str()), Some(repair));
    }
    assert_eq!((Kind::read("x"), Repair::read("x")), (None, None));
}
