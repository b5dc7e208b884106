//! Reads what a shop has in stock.

use std::collections::{BTreeMap, BTreeSet};

use retail::ShopVariantId;
use retail::listing::ShopProductId;

use super::Trouble;
use super::desk::Turn;
use super::plan::{self, AfterStale, Telling};
use super::stock::{Asked, Kept, WAITS};
use crate::store::ListedItem;

/// What follows from what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The shop has what it is to have, but for orders that are not known; and what it has if there is none.
    Met {
        confirms: i64,
    },
    Tell(Telling),
}

/// Each with the figure that is expected. Those that are not there, or have to wait, are not among what is given.
pub(super) async fn at(
    turn: &Turn<'_>,
    mut looks: Vec<(Asked, i64)>,
    kept: &mut Kept,
) -> Result<Vec<(Asked, Seen)>, Trouble> {
    let desk = turn.desk;
    let mut seen = Vec::with_capacity(looks.len());
    while !looks.is_empty() {
        let some = looks.split_off(looks.len().saturating_sub(desk.bounds().read_rows.max(1)));
        let found = found(turn, some.iter().map(|(asked, _)| &asked.row)).await?;
        for (asked, expected) in some {
            let Some(found) = found.get(&asked.row.variant) else {
                let product = asked.row.product;
                desk.store.doubt_listing(desk.connection(), product).await?;
                kept.done.push(asked.work);
                continue;
            };
            // What is not counted there says so when it is told.
            let found = found.unwrap_or(expected);
            match plan::after_look(asked.target, expected, found, asked.work.tries < WAITS) {
                AfterStale::Wait => kept.postponed.push(desk.doubted(asked.work)),
                AfterStale::Tell(telling) if telling.expected == Some(telling.wanted) => {
                    let confirms = telling.confirms;
                    seen.push((asked, Seen::Met { confirms }));
                }
                AfterStale::Tell(telling) => seen.push((asked, Seen::Tell(telling))),
            }
        }
    }
    Ok(seen)
}

/// What the shop has of the variants of these rows' products; `None`: it does not count it.
pub(super) async fn found<'a>(
    turn: &Turn<'_>,
    rows: impl Iterator<Item = &'a ListedItem>,
) -> Result<BTreeMap<ShopVariantId, Option<i64>>, Trouble> {
    let products: BTreeSet<&ShopProductId> = rows.map(|row| &row.shop_product).collect();
    let products: Vec<ShopProductId> = products.into_iter().cloned().collect();
    let shown = turn.desk.push.read(turn.to(), &products).await?;
    let variants = shown.into_iter().flat_map(|shown| shown.variants);
    Ok(variants
        .map(|variant| (variant.id, variant.quantity))
        .collect())
}
