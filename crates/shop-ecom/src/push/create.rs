//! Making a listing: hidden, without stock, and once.

use http::Method;
use retail::ConnectionId;
use retail::listing::{self, Field, Listing, Ownership, ShopListing, ShopProductId, Terms};
use serde::Deserialize;
use shop::FetchError;
use shop::push::{ChangeRow, Outcome};
use uuid::Uuid;

use super::api::{ANSWER_LIMIT_BYTES, Api, Request, Said};
use super::batch::{self, Submitted, submit};
use super::body::{Body, Number, whole, write};
use super::change::change;
use super::read::read;
use super::said::{Word, word};
use crate::client::unreadable;
use crate::loose::Scalar;

/// Most listings under one key that were deleted since, before somebody has to look.
const LIVES_LIMIT: usize = 5;

/// Makes the product, then whatever it is still found to lack: its variations and images.
pub(super) async fn create(
    api: &Api<'_>,
    connection: ConnectionId,
    terms: &Terms,
    wanted: &Listing,
    ownership: &Ownership,
) -> Result<Outcome<ShopListing>, FetchError> {
    let shop = match product(api, connection, terms, wanted, ownership).await? {
        Outcome::Done(shop) => own(shop, wanted),
        other => return Ok(other),
    };
    let id = shop.id.clone();
    let wanted = Listing {
        is_on_sale: shop.is_on_sale,
        ..wanted.clone()
    };
    let row = ChangeRow {
        change: listing::change(&wanted, &shop, ownership),
        shop,
        wanted,
    };
    let wanted = &row.wanted;
    let mut variants = Vec::new();
    let mut images = Vec::new();
    for outcome in change(api, std::slice::from_ref(&row)).await? {
        match outcome {
            Outcome::Done(changed) => {
                variants = changed.variants;
                images = changed.images;
            }
            Outcome::Missing => return Ok(Outcome::Missing),
            Outcome::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
        }
    }
    let Some(mut shop) = read(api, terms, &[id]).await?.pop() else {
        return Ok(Outcome::Missing);
    };
    for variant in &mut shop.variants {
        let made = variants.iter().find(|(_, id, _)| *id == variant.id);
        variant.item = variant.item.or(made.map(|(item, _, _)| *item));
    }
    for image in &mut shop.images {
        let sent = images.iter().find(|(_, id)| *id == image.id);
        image.hash = image.hash.or(sent.map(|(hash, _)| *hash));
    }
    Ok(Outcome::Done(own(shop, wanted)))
}

/// What is the product itself is the one variant of a listing that has no options. The store has no place to say so.
fn own(mut shop: ShopListing, wanted: &Listing) -> ShopListing {
    if let ([base], [one], []) = (
        shop.variants.as_mut_slice(),
        wanted.variants.as_slice(),
        wanted.options.as_slice(),
    ) {
        base.item = base.item.or(Some(one.item));
    }
    shop
}

/// The product alone, as the store has it once it is made.
///
/// It is made under a key that follows from ours: the same call soon after is told the same id, whether or not a search
/// finds the product yet. One that was deleted since leaves its id to the next key.
async fn product(
    api: &Api<'_>,
    connection: ConnectionId,
    terms: &Terms,
    wanted: &Listing,
    ownership: &Ownership,
) -> Result<Outcome<ShopListing>, FetchError> {
    let request = write(
        Method::POST,
        "/products".to_owned(),
        &body(wanted, ownership),
    );
    let mut name = format!("create:{}", wanted.product);
    for _ in 0..LIVES_LIMIT {
        let key = Uuid::new_v5(&connection.uuid(), name.as_bytes());
        let said = once(api, &request, key).await?;
        let id = match word(&said) {
            Word::Done => made(&said)?,
            Word::Later => return Err(FetchError::later("the store could not make a product")),
            Word::Missing => return Err(unreadable("the store has no products")),
            Word::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        if let Some(shop) = read(api, terms, std::slice::from_ref(&id)).await?.pop() {
            return Ok(Outcome::Done(shop));
        }
        name = format!("{name}:after:{}", id.as_str());
    }
    Err(FetchError::later("a product is gone as soon as it is made"))
}

/// Does it under the key. A refusal is remembered for an hour as well, whatever was mended since: so one is asked for again
/// without a key. Under the key none was made, and who calls looks for one first.
async fn once(api: &Api<'_>, request: &Request, key: Uuid) -> Result<Said, FetchError> {
    let rows = std::slice::from_ref(request);
    if let Submitted::Ticket(ticket) = submit(api, rows, Some(key)).await? {
        let said = batch::result(api, &ticket, rows.len()).await?.pop();
        let said = said.ok_or_else(|| unreadable("a batch without a result"))?;
        match word(&said) {
            Word::Done | Word::Missing | Word::Later => return Ok(said),
            Word::Refused(_) => {}
        }
    }
    api.send(request, ANSWER_LIMIT_BYTES).await
}

fn made(said: &Said) -> Result<ShopProductId, FetchError> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Made<'a> {
        id: Scalar<'a>,
    }
    let Made { id } = serde_json::from_slice(&said.body).unwrap_or_default();
    let id = id.id().and_then(|id| ShopProductId::new(id).ok());
    id.ok_or_else(|| unreadable("a product's id"))
}

/// Disabled, whatever is wanted (EC-8), and counted from nothing. A store takes no product without a name and a price;
/// of the rest only what is the POS's to decide.
fn body(wanted: &Listing, ownership: &Ownership) -> Body {
    let Listing {
        product,
        title,
        description,
        brand,
        is_on_sale: _,
        options,
        variants,
        images: _,
    } = wanted;
    let is_ours = |field| ownership.is_ours(field);
    let price = variants.first().map(|variant| variant.price);
    let mut body = Body {
        name: Some(title.clone()),
        enabled: Some(false),
        quantity: Some(0),
        unlimited: Some(false),
        external_reference_id: Some(product.to_string()),
        ..Body::default()
    };
    if !description.is_empty() && is_ours(Field::Description) {
        body.description = Some(description.clone());
    }
    if !brand.is_empty() && is_ours(Field::Brand) {
        body.brand(brand);
    }
    if let ([one], []) = (variants.as_slice(), options.as_slice()) {
        let mut fields = whole(one);
        fields.sku = fields.sku.filter(|_| is_ours(Field::Sku));
        fields.barcode = fields.barcode.filter(|_| is_ours(Field::Barcode));
        fields.weight = fields.weight.filter(|_| is_ours(Field::Weight));
        fields.dimensions = fields.dimensions.filter(|_| is_ours(Field::Dimensions));
        body.put(&fields);
    }
    body.price = price.map(Number::money);
    body
}
