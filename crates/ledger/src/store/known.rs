//! Reads, and where it must locks, everything a decision depends on.

use std::collections::BTreeMap;

use retail::{ConnectionId, EmailKey, ItemId, LineKind, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, customer, head, import, item, kit};
use crate::decide::{Batch, Body, Identity, ItemKind, Keys, Known, LinkKey, Names};
use crate::erasure::ErasureKey;

/// What the batch's lines and customers have to be looked up by.
#[derive(Default)]
struct Asked<'a> {
    links: Keys<LinkKey<'a>>,
    /// SKUs of lines, with the link that makes asking for them needless.
    skus: Vec<(RetailerId, &'a str, Option<LinkKey<'a>>)>,
    services: Keys<(RetailerId, ItemKind)>,
    customers: Keys<(RetailerId, &'a EmailKey)>,
    guests: Keys<ConnectionId>,
}

pub(super) async fn load<'a>(
    db: &mut PgConnection,
    batch: &Batch<'a>,
    erasures: &ErasureKey,
) -> Result<Known<'a>, StoreError> {
    let heads = head::lock(db, &batch.groups).await?;
    let Asked {
        links,
        skus,
        services,
        customers,
        guests,
    } = ask(batch);
    let links = item::find_links(db, links).await?;
    let mut unlinked = Keys::new();
    let mut new_variants = Vec::new();
    for (retailer, sku, link) in skus {
        if link.as_ref().is_none_or(|link| links.get(link).is_none()) {
            unlinked.add((retailer, sku));
            new_variants.extend(link.map(|link| (link, (retailer, sku))));
        }
    }
    let withdrawn = import::find_withdrawn(db, &batch.groups, &heads).await?;
    let skus = item::find_skus(db, unlinked).await?;
    let pairs: Vec<(ConnectionId, ItemId)> = new_variants
        .iter()
        .filter_map(|(link, sku)| Some((link.connection, skus.get(sku)?.item)))
        .collect();
    let sold = item::find_sold(db, &pairs).await?;
    if !sold.is_empty() {
        let variants = new_variants.into_iter().map(|(link, _)| link);
        are_still_new(db, variants).await?;
    }
    let kits = if batch.groups.iter().any(|group| group.settings.has_kits) {
        let linked = links
            .values()
            .flat_map(|linked| [linked.own, linked.remapped]);
        let named = linked.flatten().chain(skus.values().copied());
        let named: Vec<Uuid> = named.map(|found| found.item.uuid()).collect();
        kit::of_items(db, &named).await?
    } else {
        BTreeMap::new()
    };
    let (customers, erased) = customer::find(db, customers, erasures).await?;
    Ok(Known {
        kits,
        heads,
        withdrawn,
        links,
        skus,
        sold,
        services: item::find_services(db, &services).await?,
        customers,
        erased,
        guests: customer::find_guests(db, &guests).await?,
    })
}

/// An item and its link are written together. One that another batch wrote after the links were read, and before
/// the SKUs were, looks as if it were sold as another variant.
async fn are_still_new<'a>(
    db: &mut PgConnection,
    variants: impl Iterator<Item = LinkKey<'a>>,
) -> Result<(), StoreError> {
    let variants: Vec<LinkKey<'a>> = variants.collect();
    let mut keys = Keys::new();
    for key in &variants {
        keys.add(key.clone());
    }
    let links = item::find_links(db, keys).await?;
    if variants.iter().any(|key| links.get(key).is_some()) {
        return Err(StoreError::Race);
    }
    Ok(())
}

fn ask<'a>(batch: &Batch<'a>) -> Asked<'a> {
    let mut asked = Asked::default();
    for group in &batch.groups {
        let retailer = group.settings.retailer;
        for (_, message) in &group.messages {
            let Body::Order { order, email } = &message.body else {
                continue;
            };
            match email {
                Some(key) => asked.customers.add((retailer, key)),
                None => asked.guests.add(group.connection),
            }
            for line in &order.lines {
                let product = match &line.kind {
                    LineKind::Product(product) => product,
                    LineKind::Shipping
                    | LineKind::Handling
                    | LineKind::GiftWrapping
                    | LineKind::Fee
                    | LineKind::Rounding => {
                        asked.services.add((retailer, ItemKind::of(&line.kind)));
                        continue;
                    }
                };
                let Names {
                    identity,
                    link,
                    sku,
                } = Names::of(retailer, group.connection, product, &line.name);
                for key in link.iter().chain(&sku) {
                    asked.links.add(key.clone());
                }
                match identity {
                    Identity::Sku(retailer, sku) => asked.skus.push((retailer, sku, link)),
                    Identity::Link(_) | Identity::Service(..) => {}
                }
            }
        }
    }
    asked
}
