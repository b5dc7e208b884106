//! The catalogue has it as a shop shows it: a save of each product, of which the ledger is told first.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use retail::catalogue::{Parcel, Product, Variant};
use retail::listing::Field;
use retail::{Barcode, ItemId, ProductId};
use tokio::time::Instant;
use tonic::{Code, Status};

use super::ask;
use crate::registry::{OnBehalf, Registry};
use crate::store::{
    Act, ChannelAsked, DriftTaken, FoundDrift, Identity, Once, ProductView, SaveAsked, SaveError,
    ShopValue,
};

/// For how long products are begun with: each is a question to the ledger, while the database waits.
const ASKING_FOR: Duration = Duration::from_secs(5);
/// Items told of at once; the ledger takes no more.
const ITEMS_AT_ONCE: usize = 500;

/// Saves what can be taken over; what cannot moves to the refused ones.
pub async fn take_over(
    registry: &Registry,
    act: &Act,
    once: &mut Once,
    found: &mut FoundDrift,
) -> Result<(), Status> {
    let mut by_product: BTreeMap<ProductId, Vec<DriftTaken>> = BTreeMap::new();
    for entry in std::mem::take(&mut found.entries) {
        by_product.entry(entry.product).or_default().push(entry);
    }
    let begun = Instant::now();
    for (product, entries) in by_product {
        if begun.elapsed() > ASKING_FOR {
            found.refuse(&entries, "the ledger is slow: it is for another time");
            continue;
        }
        let (entries, twice) = first_of_each(entries);
        let by_another = "what another shop shows of it is taken over";
        found.refuse(&twice, by_another);
        let looked = once.look_before_removing(product).await?;
        if looked.is_deleted {
            found.refuse(&entries, "the product is deleted");
            continue;
        }
        let is_current = |entry: &DriftTaken| entry.revision == looked.revision;
        let (entries, outdated): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_current);
        found.refuse(&outdated, "the product was saved since it was looked at");
        if entries.is_empty() {
            continue;
        }
        match save(registry, act, once, &looked, &entries).await {
            Ok(()) => found.entries.extend(entries),
            // Of this product alone: what is wrong with it is told, and others are saved.
            Err(status) if is_of_product(&status) => found.refuse(&entries, status.message()),
            Err(status) => return Err(status),
        }
    }
    Ok(())
}

fn is_of_product(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::FailedPrecondition | Code::InvalidArgument
    )
}

/// Several shops may show something else in the same field: what hurts most is first.
fn first_of_each(entries: Vec<DriftTaken>) -> (Vec<DriftTaken>, Vec<DriftTaken>) {
    let mut seen = BTreeSet::new();
    entries.into_iter().partition(|entry| {
        // Whether it is online is said of each shop.
        let shop = (entry.field == Some(Field::Availability)).then_some(entry.connection);
        seen.insert((entry.item, entry.field, shop))
    })
}

async fn save(
    registry: &Registry,
    act: &Act,
    once: &mut Once,
    looked: &ProductView,
    entries: &[DriftTaken],
) -> Result<(), Status> {
    let mut product = looked.product.clone();
    let mut online = Vec::new();
    for entry in entries {
        match (&entry.value, entry.field) {
            (Some(ShopValue::Online(is_online)), Some(Field::Availability)) => {
                let mut channels = looked.online.iter();
                let known = channels.find(|known| known.connection == entry.connection);
                online.push(ChannelAsked {
                    connection: entry.connection,
                    is_online: Some(*is_online),
                    buffer: known.and_then(|known| known.buffer),
                });
            }
            (Some(value), Some(field)) => set(&mut product, entry.item, field, value)?,
            (None, _) | (_, None) => return Err(Status::failed_precondition(NOTHING)),
        }
    }
    let checked = product.check();
    checked.map_err(|error| Status::failed_precondition(error.to_string()))?;
    let by = OnBehalf {
        retailer: once.retailer(),
        act,
    };
    tell(registry, by, &looked.product, &product).await?;
    let asked = SaveAsked {
        product,
        expected_revision: looked.revision,
        in_store: None,
        online,
    };
    let before = once.look_before_saving(&asked).await?;
    let saved = once.save_product(&asked, before).await;
    saved.map_err(SaveError::from)?;
    Ok(())
}

const NOTHING: &str = "what the shop shows cannot be taken over";

fn set(
    product: &mut Product,
    item: Option<ItemId>,
    field: Field,
    value: &ShopValue,
) -> Result<(), Status> {
    let nothing = || Status::failed_precondition(NOTHING);
    let variant = |product: &mut Product, set: &dyn Fn(&mut Variant)| {
        let mut variants = product.variants.iter_mut();
        let found = variants.find(|variant| Some(variant.item) == item);
        found.map(set).ok_or_else(nothing)
    };
    let text = |text: &str, limit| {
        let checked = ask::text("shop", text.trim().to_owned(), limit);
        checked.map(String::into_boxed_str)
    };
    match (field, value) {
        (Field::Title, ShopValue::Text(name)) => {
            product.name = text(name, Product::NAME_LIMIT_BYTES)?;
        }
        (Field::Description, ShopValue::Text(html)) => {
            product.description = text(html, Product::DESCRIPTION_LIMIT_BYTES)?;
        }
        (Field::Brand, ShopValue::Text(name)) => {
            product.brand = text(name, Product::NAME_LIMIT_BYTES)?;
        }
        (Field::Barcode, ShopValue::Text(code)) => {
            let barcode = Barcode::new(code);
            let barcode =
                barcode.map_err(|error| Status::failed_precondition(error.to_string()))?;
            variant(product, &|it| it.barcode = Some(barcode.clone()))?;
        }
        (Field::Price, ShopValue::Price(price)) => variant(product, &|it| it.price = *price)?,
        (Field::Weight, ShopValue::WeightMg(weight)) if *weight <= Variant::WEIGHT_LIMIT_MG => {
            variant(product, &|it| it.weight_mg = Some(*weight))?;
        }
        (Field::Dimensions, ShopValue::Parcel(parcel)) if is_parcel(*parcel) => {
            variant(product, &|it| it.parcel = Some(*parcel))?;
        }
        (
            Field::Title
            | Field::Description
            | Field::Brand
            | Field::Barcode
            | Field::Price
            | Field::Weight
            | Field::Dimensions
            | Field::Availability
            | Field::Options
            | Field::Sku
            | Field::Images
            | Field::Stock,
            _,
        ) => return Err(nothing()),
    }
    Ok(())
}

fn is_parcel(parcel: Parcel) -> bool {
    let Parcel {
        length_um,
        width_um,
        height_um,
    } = parcel;
    let fits = |length| length <= Parcel::LENGTH_LIMIT_UM;
    [length_um, width_um, height_um].into_iter().all(fits)
}

/// Of items that are known by something else from now on.
async fn tell(
    registry: &Registry,
    by: OnBehalf<'_>,
    before: &Product,
    after: &Product,
) -> Result<(), Status> {
    let was: BTreeMap<ItemId, Identity> = identities(before).collect();
    let changed = identities(after).filter(|(item, now)| was.get(item) != Some(now));
    let changed: Vec<(ItemId, Identity)> = changed.collect();
    for (place, some) in changed.chunks(ITEMS_AT_ONCE).enumerate() {
        let items: Vec<(ItemId, &Identity)> = some.iter().map(|(item, it)| (*item, it)).collect();
        let what = format!("take over {} {place}", after.id);
        registry.tell(by, &what, &items).await?;
    }
    Ok(())
}

fn identities(product: &Product) -> impl Iterator<Item = (ItemId, Identity)> + '_ {
    product.variants.iter().map(|variant| {
        let identity = Identity {
            sku: variant.sku.clone(),
            barcode: variant.barcode.clone(),
            name: product.item_name(variant),
        };
        (variant.item, identity)
    })
}
