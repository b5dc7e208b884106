//! Making a listing.

use reqwest::Method;
use retail::listing::{Field, Listing, Ownership, ShopImage, ShopListing};
use serde_json::{Value, json};
use shop::FetchError;
use shop::push::{Outcome, PushReason};

use super::ask::{Asker, number};
use super::batch::{Row, Verb, batch};
use super::brand::Brands;
use super::raw::{RawProduct, RawVariation};
use super::read::read_rows;
use super::refusal::{outcome, refused};
use super::{images, note, request, shown};

/// Makes the product as a draft and then its variations. Killed in between it is found again by its slug, with the
/// variations that it has by then.
pub(super) async fn create(
    asker: &Asker<'_>,
    wanted: &Listing,
    ownership: &Ownership,
) -> Result<Outcome<ShopListing>, FetchError> {
    asker.terms()?;
    if let Some(says) = cannot_be(wanted) {
        return Ok(refused(PushReason::Invalid, says));
    }
    let brand =
        Some(&*wanted.brand).filter(|brand| ownership.is_ours(Field::Brand) && !brand.is_empty());
    let brands = Brands::of(asker, brand.into_iter()).await?;
    let body = request::new_product(wanted, ownership, brands.id(brand));
    let answer = asker
        .send(Method::POST, "products", &Value::Object(body))
        .await?;
    let product: RawProduct<'_> = match answer.judge()? {
        Ok(product) => product,
        Err(fault) => return Ok(outcome(fault)),
    };
    let id = made(&product)?;
    let images = shown::images(&product.images.0, &product.meta_data.0);
    note_images(asker, id, &images).await?;
    let mut rows = Vec::new();
    if !wanted.options.is_empty() {
        for row in variations(asker, id, wanted, ownership, &images).await? {
            match row {
                Ok(row) => rows.push(row),
                Err(fault) => return Ok(outcome(fault)),
            }
        }
    }
    let rows: Vec<RawVariation<'_>> = read_rows(&rows)?;
    let shown = shown::listing(&product, &rows, asker.terms()?);
    shown
        .map(Outcome::Done)
        .ok_or_else(|| FetchError::Unreadable {
            why: "what was made cannot be read".to_owned(),
        })
}

fn made<'a>(product: &'a RawProduct<'_>) -> Result<&'a str, FetchError> {
    let id = product.id.id().filter(|id| number(id).is_some());
    id.ok_or_else(|| FetchError::Unreadable {
        why: "the product asked for has no id".to_owned(),
    })
}

/// The shop has given them ids: from now on they may be moved about.
pub(super) async fn note_images(
    asker: &Asker<'_>,
    product: &str,
    images: &[ShopImage],
) -> Result<(), FetchError> {
    if images.iter().all(|image| image.hash.is_none()) {
        return Ok(());
    }
    let body = json!({"meta_data": [note::entry(note::IMAGES, images::settled(images))]});
    let path = format!("products/{product}");
    let answer = asker.send(Method::PUT, &path, &body).await?;
    answer.read::<RawProduct<'_>>().map(drop)
}

async fn variations(
    asker: &Asker<'_>,
    product: &str,
    wanted: &Listing,
    ownership: &Ownership,
    images: &[ShopImage],
) -> Result<Vec<Row>, FetchError> {
    let rows: Vec<request::Body> = (wanted.variants.iter())
        .map(|variant| {
            let fields = request::all_of(variant, ownership);
            let attributes = request::own_attributes(&wanted.options, &variant.values, &[]);
            request::new_variation(variant, &fields, images, attributes)
        })
        .collect();
    let path = format!("products/{product}/variations/batch");
    batch(asker, &path, Verb::Create, &rows).await
}

/// What WooCommerce would take and make something else of.
pub(super) fn cannot_be(wanted: &Listing) -> Option<&'static str> {
    if wanted.options.is_empty() && wanted.variants.len() != 1 {
        return Some("several variants need an option that they differ in");
    }
    let mut values = wanted.variants.iter().flat_map(|variant| &variant.values);
    if values.any(|value| value.contains('|')) {
        return Some("the shop takes values of options apart at |");
    }
    None
}
