//! What a shop has that a product may be, and what it is.

use std::collections::BTreeSet;

use retail::catalogue::Product;
use retail::listing::link::{Doubt, LinkedProduct, OurItem, Ours, Stored, Theirs, Verdict, link};
use retail::listing::{ShopListing, ShopProductId};
use retail::{ProductId, ShopVariantId, Sku};
use shop::push::Sought;

use super::Trouble;
use super::desk::Turn;
use crate::store::{KeptLink, KeptListing, Neighbour, Traces};

/// What is known of a product by then.
pub(super) struct Found {
    pub(super) linked: LinkedProduct,
    pub(super) listings: Vec<ShopListing>,
}

/// Looks for it by what it was linked to, by our note and by its SKUs. Whoever else those may be has a say.
pub(super) async fn found(
    turn: &Turn<'_>,
    kept: &KeptListing,
    product: &Product,
) -> Result<Found, Trouble> {
    let desk = turn.desk;
    let mut listings = search(turn, vec![product.id], skus(product).collect()).await?;
    if let Some(id) = &kept.shop_product
        && listings.iter().all(|listing| listing.id != *id)
    {
        let read = desk.push.read(turn.to(), std::slice::from_ref(id)).await?;
        listings.extend(read);
    }
    listings.retain(|listing| !kept.not_these.contains(&listing.id));
    let of_shop = listings.iter().flat_map(|listing| &listing.variants);
    let of_shop = of_shop.filter_map(|variant| variant.sku.clone());
    let traces = Traces {
        listings: listings.iter().map(|it| it.id.clone()).collect(),
        products: listings.iter().filter_map(|it| it.product).collect(),
        skus: skus(product).chain(of_shop).collect(),
    };
    let others = desk.store.neighbours(desk.whose(), product.id, &traces);
    let Some(others) = others.await? else {
        return Ok(too_many(product.id, listings));
    };
    let open = others.iter();
    let open = open.filter(|other| stored_of(other).is_none());
    if open.clone().next().is_some() {
        // What they may be besides.
        let ids: Vec<ProductId> = open.clone().map(|it| it.product.id).collect();
        let theirs = open.flat_map(|it| skus(&it.product)).collect();
        for listing in search(turn, ids, theirs).await? {
            if listings.iter().all(|known| known.id != listing.id)
                && !kept.not_these.contains(&listing.id)
            {
                listings.push(listing);
            }
        }
    }
    let mut theirs: Vec<Theirs> = listings.iter().map(Theirs::from).collect();
    let mut ours = vec![of_us(product, stored(kept), &kept.items)];
    for other in &others {
        if let Some(id) = &other.shop_product
            && theirs.iter().all(|known| known.id != *id)
        {
            theirs.push(elsewhere(id));
        }
        let mut of_other = of_us(&other.product, stored_of(other), &other.items);
        if other.is_deleted {
            // Its SKUs are free, and what the shop has of it is not.
            of_other.items.clear();
        }
        ours.push(of_other);
    }
    let linking = link(&ours, &theirs);
    let mut products = linking.products.into_iter();
    let linked = products.find(|linked| linked.product == product.id);
    Ok(Found {
        linked: linked.unwrap_or_else(|| nowhere(product.id)),
        listings,
    })
}

/// As many at once as the platform takes. Each listing once.
async fn search(
    turn: &Turn<'_>,
    products: Vec<ProductId>,
    skus: Vec<Sku>,
) -> Result<Vec<ShopListing>, Trouble> {
    let desk = turn.desk;
    let most = desk.bounds().read_rows.max(1);
    let mut products = products.chunks(most);
    let mut skus = skus.chunks(most);
    let mut listings: Vec<ShopListing> = Vec::new();
    loop {
        let sought = match (products.next(), skus.next()) {
            (None, None) => return Ok(listings),
            (products, skus) => Sought {
                products: products.unwrap_or_default().to_vec(),
                skus: skus.unwrap_or_default().to_vec(),
            },
        };
        for listing in desk.push.find(turn.to(), &sought).await? {
            if listings.iter().all(|known| known.id != listing.id) {
                listings.push(listing);
            }
        }
    }
}

/// Each once.
fn skus(product: &Product) -> impl Iterator<Item = Sku> {
    let skus = product.variants.iter().filter_map(|it| it.sku.clone());
    skus.collect::<BTreeSet<_>>().into_iter()
}

fn stored(kept: &KeptListing) -> Option<Stored> {
    kept.shop_product.clone().map(Stored::Linked)
}

fn stored_of(other: &Neighbour) -> Option<Stored> {
    if other.is_apart {
        return Some(Stored::Apart);
    }
    other.shop_product.clone().map(Stored::Linked)
}

fn of_us(product: &Product, stored: Option<Stored>, links: &[KeptLink]) -> Ours {
    let items = product.variants.iter().map(|variant| {
        let mut links = links.iter();
        let link = links.find(|link| link.item == variant.item);
        OurItem {
            item: variant.item,
            stored: link.and_then(|link| ShopVariantId::new(&link.variant).ok()),
            sku: variant.sku.clone(),
            values: variant.values.clone(),
        }
    });
    Ours {
        product: product.id,
        stored,
        options: product.options.clone(),
        items: items.collect(),
    }
}

/// What another product is linked to, of which nothing matters here but that it is there.
fn elsewhere(id: &ShopProductId) -> Theirs {
    Theirs {
        id: id.clone(),
        product: None,
        options: Vec::new(),
        variants: Vec::new(),
    }
}

/// Who has a say cannot be looked at as a whole: a person says which it is.
fn too_many(product: ProductId, listings: Vec<ShopListing>) -> Found {
    let verdict = Verdict::Review {
        why: Doubt::SkuTwiceHere,
        candidates: listings.iter().map(|listing| listing.id.clone()).collect(),
    };
    Found {
        linked: LinkedProduct {
            verdict,
            ..nowhere(product)
        },
        listings,
    }
}

fn nowhere(product: ProductId) -> LinkedProduct {
    LinkedProduct {
        product,
        verdict: Verdict::OnlyHere,
        items: Vec::new(),
        shop_only: Vec::new(),
    }
}
