//! What still has to be said on the bus: a set of products that changed.

use jiff::Timestamp;
use retail::{ProductId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::SqlTimestamp;
use super::{Store, StoreError, push};
use crate::push::Rank;

/// The outbox, for the one who empties it.
#[derive(Clone)]
pub struct Outbox(pub Store);

/// A product that changed; this is what it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub product: ProductId,
    pub retailer: RetailerId,
    pub revision: i64,
    pub is_deleted: bool,
    pub changed_at: Timestamp,
    /// Taken back with [`Outbox::done`]: an entry marked again since stays.
    pub mark: i64,
}

/// Adds to the set, and to what shops are to be told.
pub(super) async fn mark(
    db: &mut PgConnection,
    products: &[Uuid],
    rank: Rank,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.outbox as o (product_id, retailer_id, mark)
        select product_id, retailer_id, 1 from catalog.product where product_id = any($1)
        order by product_id
        on conflict on constraint outbox_pkey do update set mark = o.mark + 1",
        products,
    )
    .execute(&mut *db)
    .await?;
    push::mark_products(db, products, rank, now).await
}

impl Outbox {
    /// Up to `limit`.
    pub async fn changed(&self, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let found = sqlx::query!(
            r#"select o.product_id, o.retailer_id, o.mark, p.revision, p.deleted_at is not null as "is_deleted!",
                p.changed_at as "changed_at: SqlTimestamp"
            from catalog.outbox o
            join catalog.product p on p.product_id = o.product_id
            order by o.product_id
            limit $1"#,
            limit,
        )
        .fetch_all(&self.0.pool)
        .await?;
        let entries = found.into_iter().map(|found| Entry {
            product: ProductId::new(found.product_id),
            retailer: RetailerId::new(found.retailer_id),
            revision: found.revision,
            is_deleted: found.is_deleted,
            changed_at: found.changed_at.to_jiff(),
            mark: found.mark,
        });
        Ok(entries.collect())
    }

    /// Takes out what was said, but for what was marked again meanwhile.
    pub async fn done(&self, said: &[Entry]) -> Result<(), StoreError> {
        let products: Vec<Uuid> = said.iter().map(|entry| entry.product.uuid()).collect();
        let marks: Vec<i64> = said.iter().map(|entry| entry.mark).collect();
        sqlx::query!(
            "delete from catalog.outbox o
            using unnest($1::uuid[], $2::bigint[]) said (product_id, mark)
            where o.product_id = said.product_id and o.mark = said.mark",
            &products,
            &marks,
        )
        .execute(&self.0.pool)
        .await?;
        Ok(())
    }
}
