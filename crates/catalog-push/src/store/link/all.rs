//! A whole shop is looked through (WC-7).

use jiff::Timestamp;
use retail::{ConnectionId, RetailerId};
use serde_json::json;
use sqlx::PgConnection;

use super::super::{Once, StoreError, channels, row};
use super::{LinkError, LinkedAll};
use crate::push::Rank;

impl Once {
    /// Every living product that is not linked is looked for; with `overwrite`, those that are linked are told again.
    pub async fn link_all(
        &mut self,
        connection: ConnectionId,
        overwrite: bool,
    ) -> Result<LinkedAll, LinkError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        if let Some(unknown) = channels::unknown(db, retailer, &[connection]).await? {
            return Err(LinkError::UnknownConnection(unknown));
        }
        want_all(db, retailer, connection).await?;
        if overwrite {
            forget_told(db, connection).await?;
        }
        let all = mark_all(db, connection, overwrite, now).await?;
        self.note_change(
            None,
            json!({
                "connection_id": connection.to_string(),
                "overwrite": overwrite,
                "sought": all.sought,
                "overwritten": all.overwritten,
            }),
        );
        Ok(all)
    }
}

async fn want_all(
    db: &mut PgConnection,
    retailer: RetailerId,
    connection: ConnectionId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.listing (connection_id, product_id, standing)
        select $1, product_id, 'wanted' from catalog.product
        where retailer_id = $2 and deleted_at is null and not is_as_sold
        order by product_id
        on conflict on constraint listing_pkey do nothing",
        connection.uuid(),
        retailer.uuid(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whatever the shop shows of what is linked is made equal, and its stock told as for the first time.
async fn forget_told(db: &mut PgConnection, connection: ConnectionId) -> Result<(), StoreError> {
    sqlx::query!(
        "with known_no_more as (
            update catalog.listing_item set confirmed = null, mark = null, confirmed_at = null
            where connection_id = $1
        )
        update catalog.listing set pushed_revision = null, words = words + 1
        where connection_id = $1 and standing = 'linked'",
        connection.uuid(),
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn mark_all(
    db: &mut PgConnection,
    connection: ConnectionId,
    overwrite: bool,
    now: Timestamp,
) -> Result<LinkedAll, StoreError> {
    let marked = sqlx::query!(
        r#"with meant as (
            select l.product_id, l.standing = 'linked' as is_linked
            from catalog.listing l
            join catalog.product p on p.product_id = l.product_id and p.deleted_at is null and not p.is_as_sold
            where l.connection_id = $1 and l.standing <> 'apart' and ($2 or l.standing <> 'linked')
        ), marked as (
            insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select $1, n.kind, n.subject, n.rank, $3, $3, 0, 1
            from (
                select 'listing' as kind, m.product_id as subject, $4::smallint as rank from meant m
                union all
                select 'stock', i.item_id, $5::smallint from meant m
                join catalog.listing_item i on i.connection_id = $1 and i.product_id = m.product_id
                where m.is_linked
            ) n
            order by n.kind, n.subject
            on conflict on constraint work_pkey do update
                set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)
        )
        select count(*) filter (where is_linked) as "overwritten!", count(*) filter (where not is_linked) as "sought!"
        from meant"#,
        connection.uuid(),
        overwrite,
        row::at(now) as _,
        Rank::Content.number(),
        Rank::Stock.number(),
    )
    .fetch_one(db)
    .await?;
    Ok(LinkedAll {
        sought: marked.sought,
        overwritten: marked.overwritten,
    })
}
