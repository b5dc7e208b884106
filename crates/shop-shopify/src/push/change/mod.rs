//! Changing a listing, by as few requests as it takes and in an order that shows buyers nothing half-done.

mod images;
mod notes;
mod options;
mod product;
mod variants;

use retail::listing::Change;
use shop::push::{ChangeRow, Changed};

use crate::id::Id;

use super::gid;
use super::stop::Stop;
use super::teller::Teller;

/// What goes off sale goes first, what comes on sale last; variants come before others go, so that the product is
/// never without one.
pub(super) async fn change(teller: Teller<'_>, row: &ChangeRow) -> Result<Changed, Stop> {
    let ChangeRow {
        shop,
        wanted,
        change,
    } = row;
    let Change {
        title: _,
        description: _,
        brand: _,
        is_on_sale,
        options,
        variants,
        images,
    } = change;
    let id = Id::new(shop.id.as_str()).ok_or(Stop::Missing)?;
    let product = gid("Product", id.as_str());
    notes::keep(teller, row).await?;
    product::tell(teller, &product, change).await?;
    let added = match images {
        Some(images) => images::add(teller, &product, &shop.images, &images.add).await?,
        None => Vec::new(),
    };
    let options = options::begin(teller, &product, shop, wanted, options.as_deref()).await?;
    let images_there = images::ids(&shop.images, &added);
    let told = variants::Told {
        teller,
        product: &product,
        options: &wanted.options,
        fill: options.fill(shop),
        images: &images_there,
    };
    let variants = told.apply(variants).await?;
    options::finish(teller, &product, &options).await?;
    if let Some(images) = images {
        images::arrange(teller, &product, &shop.images, &added, images).await?;
    }
    if *is_on_sale == Some(true) {
        product::show(teller, &product).await?;
    }
    Ok(Changed {
        variants,
        images: added,
    })
}
