//! What differs but stock.

use super::{Drift, Drifted, Kind, Look, Repair, Shown};
use crate::ItemId;
use crate::listing::{
    Change, Field, ShopListing, ShopVariant, Variant, VariantChange, VariantFields, change,
};

pub(super) fn goods(look: Look<'_>, found: &ShopListing) -> Vec<Drift> {
    let change = change(look.wanted, found, look.ownership);
    let own = Field::ALL.into_iter().filter(|field| says(&change, *field));
    let mut drifts: Vec<Drift> = own
        .filter_map(|field| of_product(look, found, field))
        .collect();
    for told in &change.variants {
        match told {
            VariantChange::Set {
                id: _,
                item,
                fields,
            } => drifts.extend(of_variant(look, found, *item, fields)),
            VariantChange::Add(variant) => drifts.push(not_there(look, variant)),
            VariantChange::Remove(id) => {
                let mut variants = found.variants.iter();
                let gone = variants.find(|variant| variant.id == *id);
                drifts.extend(gone.map(|variant| extra(variant, Repair::TellShop)));
            }
        }
    }
    drifts.extend(made_in_shop(look, found));
    drifts
}

/// Whether something is to be said of the product's own field.
fn says(change: &Change, field: Field) -> bool {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants: _,
        images,
    } = change;
    match field {
        Field::Title => title.is_some(),
        Field::Description => description.is_some(),
        Field::Brand => brand.is_some(),
        Field::Availability => is_on_sale.is_some(),
        Field::Options => options.is_some(),
        Field::Images => images.is_some(),
        Field::Sku
        | Field::Barcode
        | Field::Price
        | Field::Weight
        | Field::Dimensions
        | Field::Stock => false,
    }
}

/// Whether something is to be said of the variant's field.
fn says_of(fields: &VariantFields, field: Field) -> bool {
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
    match field {
        Field::Options => values.is_some(),
        Field::Sku => sku.is_some(),
        Field::Barcode => barcode.is_some(),
        Field::Price => price.is_some(),
        Field::Weight => weight.is_some(),
        Field::Dimensions => dimensions.is_some(),
        Field::Availability => is_on_sale.is_some(),
        Field::Images => image.is_some(),
        Field::Title | Field::Description | Field::Brand | Field::Stock => false,
    }
}

fn of_product(look: Look<'_>, found: &ShopListing, field: Field) -> Option<Drift> {
    let pos = Shown::wanted(look.wanted, field)?;
    let shop = Shown::found(found, field)?;
    let known = look.known.and_then(|known| Shown::found(known, field));
    let can_take_over = match field {
        // No product is without a name.
        Field::Title => shop != Shown::Nothing,
        Field::Description | Field::Brand | Field::Availability => true,
        // Variants hang on options, and the POS has its own pictures: both are changed there, by hand.
        Field::Options
        | Field::Images
        | Field::Sku
        | Field::Barcode
        | Field::Price
        | Field::Weight
        | Field::Dimensions
        | Field::Stock => false,
    };
    Some(Drift {
        variant: None,
        field: Some(field),
        kind: kind(look, &pos, known.as_ref(), &shop),
        repairs: repairs(can_take_over),
        pos,
        shop,
    })
}

fn of_variant<'a>(
    look: Look<'a>,
    found: &'a ShopListing,
    item: ItemId,
    fields: &'a VariantFields,
) -> impl Iterator<Item = Drift> + 'a {
    let wanted = look
        .wanted
        .variants
        .iter()
        .find(move |wanted| wanted.item == item);
    let there = of_item(found, item);
    let known = look
        .known
        .and_then(|known| Some((known, of_item(known, item)?)));
    let fields = Field::ALL
        .into_iter()
        .filter(|field| says_of(fields, *field));
    fields.filter_map(move |field| {
        let (wanted, there) = (wanted?, there?);
        let pos = Shown::wanted_of(wanted, field)?;
        let shop = Shown::found_of(found, there, field)?;
        let known = known.and_then(|(listing, known)| Shown::found_of(listing, known, field));
        let can_take_over = match field {
            Field::Barcode | Field::Price | Field::Weight | Field::Dimensions => {
                shop != Shown::Nothing
            }
            // A SKU is what an item goes by at tills and in other shops; whether a variant is sold holds there too.
            Field::Sku
            | Field::Availability
            | Field::Options
            | Field::Images
            | Field::Title
            | Field::Description
            | Field::Brand
            | Field::Stock => false,
        };
        Some(Drift {
            variant: Some(drifted(wanted, Some(there))),
            field: Some(field),
            kind: kind(look, &pos, known.as_ref(), &shop),
            repairs: repairs(can_take_over),
            pos,
            shop,
        })
    })
}

fn not_there(look: Look<'_>, wanted: &Variant) -> Drift {
    let was_there = look
        .known
        .is_some_and(|known| of_item(known, wanted.item).is_some());
    let kind = match (was_there, look.is_refused) {
        (true, _) => Kind::MissingInShop,
        (false, true) => Kind::Refused,
        (false, false) => Kind::NotToldYet,
    };
    Drift {
        variant: Some(drifted(wanted, None)),
        field: None,
        pos: Shown::Texts(wanted.values.clone()),
        shop: Shown::Nothing,
        kind,
        repairs: vec![Repair::TellShop],
    }
}

/// Variants that are new in the shop stay there (EC-5), and are told of until the listing is known with them.
fn made_in_shop<'a>(look: Look<'a>, found: &'a ShopListing) -> impl Iterator<Item = Drift> + 'a {
    let is_known = move |variant: &ShopVariant| {
        let mut known = look.known.into_iter().flat_map(|known| &known.variants);
        known.any(|known| known.id == variant.id)
    };
    let is_ours = look.ownership.is_ours(Field::Options);
    let made = found.variants.iter();
    made.filter(move |variant| {
        is_ours && look.known.is_some() && variant.item.is_none() && !is_known(variant)
    })
    .map(|variant| extra(variant, Repair::Accept))
}

fn extra(variant: &ShopVariant, repair: Repair) -> Drift {
    Drift {
        variant: Some(Drifted {
            item: variant.item,
            id: Some(variant.id.clone()),
            sku: variant.sku.clone(),
        }),
        field: None,
        pos: Shown::Nothing,
        shop: Shown::Texts(variant.values.clone()),
        kind: Kind::ExtraInShop,
        repairs: vec![repair],
    }
}

fn kind(look: Look<'_>, pos: &Shown, known: Option<&Shown>, found: &Shown) -> Kind {
    match known {
        Some(known) if known != found && known == pos => Kind::EditedInShop,
        Some(known) if known != found => Kind::EditedOnBothSides,
        Some(_) | None if look.is_refused => Kind::Refused,
        Some(_) | None => Kind::NotToldYet,
    }
}

fn repairs(can_take_over: bool) -> Vec<Repair> {
    let mut repairs = vec![Repair::TellShop];
    repairs.extend(can_take_over.then_some(Repair::TakeOver));
    repairs.push(Repair::Accept);
    repairs
}

fn of_item(listing: &ShopListing, item: ItemId) -> Option<&ShopVariant> {
    let mut variants = listing.variants.iter();
    variants.find(|variant| variant.item == Some(item))
}

pub(super) fn drifted(wanted: &Variant, there: Option<&ShopVariant>) -> Drifted {
    Drifted {
        item: Some(wanted.item),
        id: there.map(|there| there.id.clone()),
        sku: wanted.sku.clone(),
    }
}
