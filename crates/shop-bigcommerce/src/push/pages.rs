use retail::listing::ShopListing;
use shop::push::Listings;
use shop::{FetchError, PageToken};

use super::PAGE_ROWS;
use super::desk::Desk;
use super::read::{INCLUDED, id_of, listings_of};
use crate::client::unreadable;

/// A page of all products, by their ids: what is deleted meanwhile moves no page, and what is made comes last.
pub(super) async fn page(
    desk: &mut Desk<'_>,
    after: Option<&PageToken>,
) -> Result<Listings, FetchError> {
    let limit = PAGE_ROWS.to_string();
    let after = after.map_or("0", PageToken::as_str);
    let query = [
        ("id:greater", after),
        ("sort", "id"),
        ("direction", "asc"),
        ("include", INCLUDED),
        ("limit", limit.as_str()),
    ];
    let listings = listings_of(desk, &query).await?;
    let last = listings
        .iter()
        .filter_map(|ShopListing { id, .. }| id_of(id))
        .max();
    let next = match last.filter(|_| listings.len() >= PAGE_ROWS) {
        Some(last) if last.to_string() == after => {
            return Err(unreadable("the store's list of products does not go on"));
        }
        Some(last) => PageToken::new(&last.to_string()),
        None => None,
    };
    Ok(Listings { listings, next })
}
