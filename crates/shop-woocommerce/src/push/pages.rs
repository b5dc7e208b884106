//! All that a shop has, a page at a time.

use retail::listing::ShopListing;
use shop::push::Listings;
use shop::{FetchError, PageToken};

use super::ask::{Asker, number};
use super::raw::{FIELDS, RawProduct};
use super::read::with_variations;
use crate::loose::List;

/// Products of a page.
const PAGE_ROWS: usize = 50;
/// Steps back to where a page goes on, at most: each is twice as long as the one before.
const STEPS_LIMIT: usize = 30;

/// One page of products by id.
///
/// WooCommerce counts pages from the beginning: when something is deleted, all that follows moves up. So each page begins with
/// the last product of the one before; where that is not found, the listing steps back until ids are smaller again.
pub(super) async fn pages(
    asker: &Asker<'_>,
    after: Option<&PageToken>,
) -> Result<Listings, FetchError> {
    let unknown = || FetchError::Unreadable {
        why: "the page asked for was never given".to_owned(),
    };
    let Place { mut offset, last } = match after {
        None => Place { offset: 0, last: 0 },
        Some(token) => Place::read(token.as_str()).ok_or_else(unknown)?,
    };
    let mut step = PAGE_ROWS / 2;
    for _ in 0..STEPS_LIMIT {
        let query = vec![
            ("offset", offset.to_string()),
            ("status", "any".to_owned()),
            ("context", "edit".to_owned()),
            ("orderby", "id".to_owned()),
            ("order", "asc".to_owned()),
            ("per_page", PAGE_ROWS.to_string()),
            ("_fields", FIELDS.to_owned()),
        ];
        let answer = asker.get("products", query).await?;
        let List(rows): List<RawProduct<'_>> = answer.read()?;
        let ids: Vec<u64> = rows.iter().filter_map(id).collect();
        if offset > 0 && ids.first().is_none_or(|first| *first > last) {
            offset = offset.saturating_sub(step);
            step = step.saturating_mul(2);
            continue;
        }
        let count = rows.len();
        let rows: Vec<RawProduct<'_>> = (rows.into_iter())
            .filter(|row| id(row).is_some_and(|id| id > last))
            .collect();
        let listings: Vec<ShopListing> = with_variations(asker, &rows).await?;
        let next = match ids.last() {
            Some(newest) if count == PAGE_ROWS => Place {
                offset: offset + count - 1,
                last: *newest,
            }
            .token(),
            _ => None,
        };
        return Ok(Listings { listings, next });
    }
    Err(FetchError::later(
        "so much is deleted that its products cannot be listed",
    ))
}

fn id(row: &RawProduct<'_>) -> Option<u64> {
    row.id.id().and_then(number)
}

/// How many products there were before the last one that was listed, and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    offset: usize,
    last: u64,
}

impl Place {
    fn read(token: &str) -> Option<Self> {
        let (offset, last) = token.split_once(':')?;
        Some(Self {
            offset: offset.parse().ok()?,
            last: last.parse().ok()?,
        })
    }

    fn token(self) -> Option<PageToken> {
        PageToken::new(&format!("{}:{}", self.offset, self.last))
    }
}
