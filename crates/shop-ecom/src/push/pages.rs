//! All of a store's listings, a page at a time.

use retail::listing::{ShopListing, Terms};
use shop::push::Listings;
use shop::{FetchError, PageToken};

use super::api::Api;
use super::read::{PAGE_ROWS, search};
use crate::client::unreadable;

/// Most pages gone back in one call, to find the product that was read last.
const PAGES_BACK_LIMIT: usize = 3;

/// The page that begins where `after` says: in the order in which products were made, so that new ones come last.
///
/// Products that are deleted meanwhile move the others forward. So each page begins with the last product of the one
/// before. Where that is not so, the reading goes back until it finds it, and where it cannot be found it rather tells
/// some products twice than one never.
pub(super) async fn pages(
    api: &Api<'_>,
    terms: &Terms,
    after: Option<&PageToken>,
) -> Result<Listings, FetchError> {
    let Place { mut offset, last } = match after {
        None => Place::default(),
        Some(token) => {
            Place::read(token).ok_or_else(|| unreadable("its next page is not one of ours"))?
        }
    };
    let mut pages_back = 0;
    loop {
        let mut listings = page(api, terms, offset).await?;
        let known = listings.iter().position(|at| at.id.as_str() == last);
        if known.is_none() && offset > 0 && pages_back < PAGES_BACK_LIMIT {
            offset = offset.saturating_sub(PAGE_ROWS);
            pages_back += 1;
            continue;
        }
        let next = next(offset, &listings)?;
        listings.drain(..known.map_or(0, |known| known + 1));
        return Ok(Listings { listings, next });
    }
}

async fn page(api: &Api<'_>, terms: &Terms, offset: usize) -> Result<Vec<ShopListing>, FetchError> {
    let (offset, limit) = (offset.to_string(), PAGE_ROWS.to_string());
    let asked = [
        ("offset", offset.as_str()),
        ("limit", limit.as_str()),
        ("sortBy", "ADDED_TIME_ASC"),
    ];
    search(api, &asked).await?.listings(terms)
}

/// A page that is not full is the last one.
fn next(offset: usize, listings: &[ShopListing]) -> Result<Option<PageToken>, FetchError> {
    let Some(last) = listings.last().filter(|_| listings.len() >= PAGE_ROWS) else {
        return Ok(None);
    };
    let next = Place {
        offset: offset + listings.len() - 1,
        last: last.id.as_str().to_owned(),
    };
    let token = next.token();
    token
        .map(Some)
        .ok_or_else(|| unreadable("a product's id is too long for a page"))
}

/// Where a page begins, and with which product.
#[derive(Debug, Default, PartialEq, Eq)]
struct Place {
    offset: usize,
    last: String,
}

impl Place {
    fn read(token: &PageToken) -> Option<Self> {
        let (offset, last) = token.as_str().split_once(':')?;
        Some(Self {
            offset: offset.parse().ok()?,
            last: last.to_owned(),
        })
    }

    fn token(&self) -> Option<PageToken> {
        let Self { offset, last } = self;
        PageToken::new(&format!("{offset}:{last}"))
    }
}
