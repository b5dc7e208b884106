//! All of the shop's listings, a page at a time.

use retail::listing::ShopProductId;
use serde::Deserialize;
use serde_json::json;
use shop::push::Listings;
use shop::{FetchError, PageToken};

use crate::id::Id;
use crate::payload::Paged;

use super::listing::more;
use super::operation::PRODUCT_IDS_PAGE;
use super::read::read;
use super::teller::{Teller, not_as_documented};

/// By key, so that what is made or deleted meanwhile pushes nothing off its page.
pub(super) async fn page(
    teller: Teller<'_>,
    after: Option<&PageToken>,
) -> Result<Listings, FetchError> {
    let after = after.map(PageToken::as_str);
    let Data {
        products: Paged { nodes, page_info },
    } = teller
        .ask(&PRODUCT_IDS_PAGE, json!({ "after": after }))
        .await?;
    let products: Vec<ShopProductId> = nodes
        .iter()
        .map(|product| ShopProductId::new(product.id.as_str()))
        .collect::<Result<_, _>>()
        .map_err(|_| not_as_documented())?;
    let next = match more(&page_info) {
        None => None,
        Some(cursor) => Some(PageToken::new(cursor).ok_or_else(not_as_documented)?),
    };
    Ok(Listings {
        listings: read(teller, &products).await?,
        next,
    })
}

#[derive(Deserialize)]
struct Data {
    products: Paged<Product>,
}

#[derive(Deserialize)]
struct Product {
    id: Id,
}
