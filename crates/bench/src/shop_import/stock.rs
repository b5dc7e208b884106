//! The rows that hold the ledger's stock, bit by bit, and an item that is deleted.

#![expect(
    clippy::disallowed_methods,
    reason = "looks at another crate's tables from outside, which the ledger's own query cache does not know"
)]

use std::collections::BTreeMap;

use anyhow::Context as _;
use sqlx::{PgConnection, Row as _};

/// A row of stock: thousandths on hand, and how often that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub on_hand_milli: i64,
    pub version: i64,
}

/// By item and outlet.
pub type Rows = BTreeMap<(String, String), Row>;

pub async fn rows(db: &mut PgConnection) -> anyhow::Result<Rows> {
    let rows = sqlx::query(
        "select item_id::text, outlet_id::text, on_hand_milli, version from ledger.stock_level",
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place = (row.try_get(0)?, row.try_get(1)?);
            let on_hand_milli = row.try_get(2)?;
            let version = row.try_get(3)?;
            Ok((
                place,
                Row {
                    on_hand_milli,
                    version,
                },
            ))
        })
        .collect()
}

/// Where the quantities differ; what was not there before is to be none now.
pub fn differences(before: &Rows, now: &Rows) -> Vec<String> {
    let lost = before.keys().filter(|place| !now.contains_key(*place));
    let mut found: Vec<String> = lost
        .map(|(item, _)| format!("the level of item {item} is gone"))
        .collect();
    for (place, row) in now {
        let was = before.get(place).map_or(0, |row| row.on_hand_milli);
        if row.on_hand_milli != was {
            let (item, _) = place;
            let is = row.on_hand_milli;
            found.push(format!(
                "item {item} has {is} thousandths, not {was} as before"
            ));
        }
    }
    found
}

/// Deletes an item as the till will, one day: the one in the middle that has a SKU and stock. Its SKU.
pub async fn delete_an_item(db: &mut PgConnection) -> anyhow::Result<String> {
    let row = sqlx::query(
        "with candidate as (
            select i.item_id, i.sku, row_number() over (order by i.sku) as place, count(*) over () as all_items
            from ledger.item i
            where i.sku <> '' and exists (select from ledger.stock_level l where l.item_id = i.item_id)
        )
        update ledger.item i set deleted_at = now()
        from candidate c
        where i.item_id = c.item_id and c.place = (c.all_items + 1) / 2
        returning i.sku",
    )
    .fetch_optional(db)
    .await?;
    let row = row.context("there is no item to delete")?;
    Ok(row.try_get(0)?)
}

pub async fn restore_items(db: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::query("update ledger.item set deleted_at = null")
        .execute(db)
        .await?;
    Ok(())
}
