//! What shops were told of stock, beside what the ledger says of it.

use anyhow::Context as _;
use jiff::Timestamp;
use retail::{ConnectionId, ItemId};

use super::Place;
use crate::api::{Catalog, ToldAsked};
use crate::output::Screen;
use crate::tables;
use crate::view::ToldShop;

/// Entries that an explanation ends with; `comptoir push told` has all.
const LATEST: i32 = 20;
/// Of one shop, entries among which the last one that it took is looked for.
const LOOKED_AT: i32 = 50;

/// What shops were told last of an item, newest first. `None`: another ledger is asked, and no catalogue is known here.
pub(super) async fn latest(place: &Place, item: &str) -> anyhow::Result<Option<Vec<ToldShop>>> {
    let Ok(catalog) = place.catalog() else {
        return Ok(None);
    };
    let asked = ToldAsked {
        item: Some(id(item)?),
        ..ToldAsked::default()
    };
    Ok(Some(catalog.told(asked, LATEST, String::new()).await?.rows))
}

/// The figure that each shop took last before an instant, of each of these items. `None`: as with [`latest`].
pub(super) async fn by_then(
    place: &Place,
    asked: &[(String, Timestamp)],
) -> anyhow::Result<Option<Vec<ToldShop>>> {
    let Ok(catalog) = place.catalog() else {
        return Ok(None);
    };
    let shops = catalog.push_status().await?;
    let mut told = Vec::new();
    for (item, until) in asked {
        for shop in &shops {
            let connection = shop.connection_id.parse().context("a shop without an id")?;
            told.extend(last(&catalog, connection, id(item)?, *until).await?);
        }
    }
    Ok(Some(told))
}

async fn last(
    catalog: &Catalog,
    connection: ConnectionId,
    item: ItemId,
    until: Timestamp,
) -> anyhow::Result<Option<ToldShop>> {
    let asked = ToldAsked {
        connection: Some(connection),
        item: Some(item),
        until: Some(until),
        ..ToldAsked::default()
    };
    let page = catalog.told(asked, LOOKED_AT, String::new()).await?;
    let mut rows = page.rows.into_iter();
    Ok(rows.find(|entry| entry.what == "stock" && entry.outcome == "done"))
}

pub(super) fn show(screen: Screen, told: Option<&[ToldShop]>) {
    if let Some(told) = told {
        screen.line("");
        screen.line("What shops were told of it:");
        tables::told(screen, told);
    }
}

fn id(item: &str) -> anyhow::Result<ItemId> {
    item.parse().context("an item without an id")
}
