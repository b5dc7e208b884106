//! People have something done about what differs. What is to be told to a shop is marked, and told by whoever tells it.

use jiff::Timestamp;
use retail::listing::Field;
use retail::listing::drift::Repair;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::{LinkWord, Once, StoreError, link, push, row};
use super::find::{DriftTaken, FoundDrift};
use super::value::ShopValue;
use crate::push::Rank;

/// Why stock is not told from what the shop was found to have.
const TOLD_SINCE: &str = "it was told since it was looked at: it is looked at again";

impl Once {
    /// Does what is done here alone, or marks what is to be told; what is out of date moves to the refused ones. Taking
    /// over is a save of each product instead.
    pub async fn repair_drift(
        &mut self,
        repair: Repair,
        found: &mut FoundDrift,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let db = self.db();
        let mut told_since = Vec::new();
        for entry in &found.entries {
            match repair {
                Repair::TellShop if entry.field == Some(Field::Stock) => {
                    if !tell_stock(db, entry, now).await? {
                        told_since.push(entry.id);
                    }
                }
                Repair::TellShop => tell_listing(db, entry, now).await?,
                Repair::Accept => accept(db, entry, now).await?,
                Repair::CreateAgain => {
                    link::say(
                        db,
                        entry.connection,
                        &[(entry.product, LinkWord::Again)],
                        now,
                    )
                    .await?;
                }
                Repair::Unlink => {
                    link::say(
                        db,
                        entry.connection,
                        &[(entry.product, LinkWord::Apart)],
                        now,
                    )
                    .await?;
                }
                Repair::TakeOver => {}
            }
            // What is told of it is told before it is compared.
            push::mark_drift(db, entry.connection, &[entry.product.uuid()], now).await?;
        }
        wait_for(db, &found.entries).await?;
        let entries = std::mem::take(&mut found.entries).into_iter();
        let (told_since, done): (Vec<_>, Vec<_>) =
            entries.partition(|entry| told_since.contains(&entry.id));
        found.refuse(&told_since, TOLD_SINCE);
        self.note_repair(repair, &done);
        found.entries = done;
        Ok(())
    }

    /// For the audit log.
    fn note_repair(&mut self, repair: Repair, entries: &[DriftTaken]) {
        let entry = |entry: &DriftTaken| {
            json!({
                "drift_id": entry.id.to_string(),
                "connection_id": entry.connection.to_string(),
                "product_id": entry.product.to_string(),
                "item_id": entry.item.map(|item| item.to_string()),
                "field": entry.field.map(Field::as_str),
                "pos": entry.pos,
                "shop": entry.shop,
            })
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        self.note_change(
            None,
            json!({ "repair": repair.as_str(), "entries": entries }),
        );
    }
}

/// Nothing more can be done about them until they were compared again.
async fn wait_for(db: &mut PgConnection, entries: &[DriftTaken]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    sqlx::query!(
        "update catalog.drift set repairs = '{}' where drift_id = any($1)",
        &ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All that is the POS's of the product.
async fn tell_listing(
    db: &mut PgConnection,
    entry: &DriftTaken,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "update catalog.listing set pushed_revision = null, words = words + 1
        where connection_id = $1 and product_id = $2",
        entry.connection.uuid(),
        entry.product.uuid(),
    )
    .execute(&mut *db)
    .await?;
    push::mark_listings(db, entry.connection, &[entry.product.uuid()], now).await
}

/// What the shop was found to have is what it has: told from there, nothing that an order takes meanwhile is given back.
/// `false`: it is being told, or was since then, and what it was found to have is no news any more.
async fn tell_stock(
    db: &mut PgConnection,
    entry: &DriftTaken,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (Some(item), Some(ShopValue::Stock { units, mark })) = (entry.item, &entry.value) else {
        return Ok(false);
    };
    let anchored = sqlx::query!(
        "update catalog.listing_item set confirmed = $3, mark = $4, confirmed_at = $5
        where connection_id = $1 and item_id = $2 and intent_key is null
            and (confirmed_at is null or confirmed_at <= $6)",
        entry.connection.uuid(),
        item.uuid(),
        units,
        mark,
        row::at(now) as _,
        row::at(entry.seen_at) as _,
    )
    .execute(&mut *db)
    .await?;
    if anchored.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        values ($1, 'stock', $2, $3, $4, $4, 0, 1)
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)",
        entry.connection.uuid(),
        item.uuid(),
        Rank::Stock.number(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// A field is the shop's from now on, of that product; a variant that was made there is known.
async fn accept(
    db: &mut PgConnection,
    entry: &DriftTaken,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(field) = entry.field {
        sqlx::query!(
            "update catalog.listing set left_to_shop = left_to_shop || $3::text, words = words + 1
            where connection_id = $1 and product_id = $2 and $3 <> all(left_to_shop)",
            entry.connection.uuid(),
            entry.product.uuid(),
            field.as_str(),
        )
        .execute(&mut *db)
        .await?;
        return push::mark_listings(db, entry.connection, &[entry.product.uuid()], now).await;
    }
    let Some(ShopValue::Variant(variant)) = &entry.value else {
        return Ok(());
    };
    sqlx::query!(
        "update catalog.listing
        set known = jsonb_set(known, '{variants}', known -> 'variants' || jsonb_build_array($3::jsonb)),
            words = words + 1
        where connection_id = $1 and product_id = $2 and known is not null
            and not known -> 'variants' @> jsonb_build_array(jsonb_build_object('id', $3::jsonb -> 'id'))",
        entry.connection.uuid(),
        entry.product.uuid(),
        push::write_variant(variant)?,
    )
    .execute(&mut *db)
    .await?;
    // What is being told at this moment is not kept, for there is a new word.
    push::mark_listings(db, entry.connection, &[entry.product.uuid()], now).await
}
