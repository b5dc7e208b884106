//! What has to be looked at: a set of items and products for each connection.

use jiff::Timestamp;
use retail::{ConnectionId, ItemId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Store, StoreError};
use crate::push::Rank;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkKind {
    /// Of an item.
    Stock,
    /// Of a product.
    Listing,
    /// What differs of a product.
    Drift,
}

/// An entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// An item or a product, by its kind.
    pub subject: Uuid,
    pub since: Timestamp,
    /// Times that it came to nothing, in a row.
    pub tries: u32,
    /// Taken back with [`Store::work_done`]: an entry marked again since stays.
    pub mark: i64,
}

/// An entry that is looked at later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Postponed {
    pub work: Work,
    pub until: Timestamp,
    /// It came to nothing.
    pub has_failed: bool,
}

impl WorkKind {
    /// As rows and instruments name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Listing => "listing",
            Self::Drift => "drift",
        }
    }
}

/// New products belong in every shop of the retailer, hidden until somebody says otherwise (EC-8).
pub(in crate::store) async fn want_everywhere(
    db: &mut PgConnection,
    products: &[Uuid],
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.listing (connection_id, product_id, standing)
        select k.connection_id, p.product_id, 'wanted'
        from catalog.product p
        join catalog.connection k on k.retailer_id = p.retailer_id and k.is_linked
        where p.product_id = any($1)
        order by 1, 2
        on conflict on constraint listing_pkey do nothing",
        products,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Products that changed are looked at in every shop where they are or are to be, and their stock as well: what is kept
/// back of it may have changed.
pub(in crate::store) async fn mark_products(
    db: &mut PgConnection,
    products: &[Uuid],
    rank: Rank,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.listing (connection_id, product_id, standing)
        select c.connection_id, c.product_id, 'wanted'
        from catalog.product_channel c
        join catalog.product p on p.product_id = c.product_id
        join catalog.connection k on k.connection_id = c.connection_id and k.is_linked
        where c.product_id = any($1) and c.is_online and p.deleted_at is null
        order by 1, 2
        on conflict on constraint listing_pkey do nothing",
        products,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select n.connection_id, n.kind, n.subject, n.rank, $3, $3, 0, 1
        from (
            select l.connection_id, 'listing' as kind, l.product_id as subject, $2::smallint as rank
            from catalog.listing l where l.product_id = any($1)
            union all
            select i.connection_id, 'stock', i.item_id, $4::smallint
            from catalog.listing l
            join catalog.listing_item i on i.connection_id = l.connection_id and i.product_id = l.product_id
            where l.product_id = any($1)
        ) n
        join catalog.connection k on k.connection_id = n.connection_id and k.is_linked
        order by n.connection_id, n.kind, n.subject
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, rank = least(w.rank, excluded.rank),
                not_before = least(w.not_before, excluded.not_before)",
        products,
        rank.number(),
        row::at(now) as _,
        Rank::Stock.number(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All that a shop shows or is to show is looked at: its settings changed.
pub(in crate::store) async fn mark_connection(
    db: &mut PgConnection,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.listing (connection_id, product_id, standing)
        select c.connection_id, c.product_id, 'wanted'
        from catalog.product_channel c
        join catalog.product p on p.product_id = c.product_id
        where c.connection_id = $1 and c.is_online and p.deleted_at is null
        order by 2
        on conflict on constraint listing_pkey do nothing",
        connection.uuid(),
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select $1, n.kind, n.subject, n.rank, $2, $2, 0, 1
        from (
            select 'listing' as kind, product_id as subject, $3::smallint as rank
            from catalog.listing where connection_id = $1
            union all
            select 'stock', item_id, $4::smallint from catalog.listing_item where connection_id = $1
        ) n
        order by n.kind, n.subject
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, rank = least(w.rank, excluded.rank),
                not_before = least(w.not_before, excluded.not_before)",
        connection.uuid(),
        row::at(now) as _,
        Rank::Content.number(),
        Rank::Stock.number(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// These products are looked at in one shop.
pub(in crate::store) async fn mark_listings(
    db: &mut PgConnection,
    connection: ConnectionId,
    products: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select $1, 'listing', l.product_id, $3, $4, $4, 0, 1
        from catalog.listing l where l.connection_id = $1 and l.product_id = any($2)
        order by l.product_id
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)",
        connection.uuid(),
        products,
        Rank::Content.number(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// These products are compared with what a shop shows of them.
pub(in crate::store) async fn mark_drift(
    db: &mut PgConnection,
    connection: ConnectionId,
    products: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    // Nearly always, where stock is told: it is sure.
    if products.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
        select $1, 'drift', n.product_id, $3, $4, $4, 0, 1
        from unnest($2::uuid[]) n (product_id)
        order by n.product_id
        on conflict on constraint work_pkey do update
            set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)",
        connection.uuid(),
        products,
        Rank::Content.number(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// These products are compared now, of those of them that differed when they were compared last.
pub(in crate::store) async fn mark_drifting(
    db: &mut PgConnection,
    connection: ConnectionId,
    products: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    let differing = sqlx::query_scalar!(
        "select distinct product_id from catalog.drift where connection_id = $1 and product_id = any($2)",
        connection.uuid(),
        products,
    )
    .fetch_all(&mut *db)
    .await?;
    mark_drift(db, connection, &differing, now).await
}

impl Store {
    /// All that a shop shows is looked at: it counts otherwise now.
    pub async fn look_at_all(&self, connection: ConnectionId) -> Result<(), StoreError> {
        let mut db = self.pool.begin().await?;
        mark_connection(&mut db, connection, self.clock.now()).await?;
        db.commit().await?;
        Ok(())
    }

    /// Since when, in seconds, the oldest work that is due waits, by platform.
    pub async fn oldest_work(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let found = sqlx::query!(
            r#"select k.platform, min(w.since) as "since!: SqlTimestamp"
            from catalog.work w
            join catalog.connection k on k.connection_id = w.connection_id and k.is_linked
            where w.not_before <= $1 and w.kind <> 'drift'
            group by k.platform"#,
            row::at(self.clock.now()) as _,
        )
        .fetch_all(&self.pool)
        .await?;
        let now = self.clock.now();
        let ages = found.into_iter().map(|found| {
            let age = now.duration_since(found.since.to_jiff()).as_secs();
            (found.platform, u64::try_from(age).unwrap_or_default())
        });
        Ok(ages.collect())
    }

    /// The stock of an item changed: it is looked at in every shop that counts it by what is told here.
    pub async fn mark_stock(
        &self,
        retailer: RetailerId,
        item: ItemId,
        rank: Rank,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select i.connection_id, 'stock', i.item_id, $3, $4, $4, 0, 1
            from catalog.listing_item i
            join catalog.connection k on k.connection_id = i.connection_id
            where i.item_id = $1 and k.retailer_id = $2 and k.is_linked and k.is_stock_ours
            order by 1
            on conflict on constraint work_pkey do update
                set mark = w.mark + 1, tries = 0, rank = least(w.rank, excluded.rank),
                    not_before = least(w.not_before, excluded.not_before)",
            item.uuid(),
            retailer.uuid(),
            rank.number(),
            row::at(self.clock.now()) as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What is to be looked at now, up to `limit`, what hurts most first.
    pub async fn due_work(
        &self,
        connection: ConnectionId,
        kind: WorkKind,
        limit: i64,
    ) -> Result<Vec<Work>, StoreError> {
        let found = sqlx::query!(
            r#"select subject, since as "since: SqlTimestamp", tries, mark
            from catalog.work
            where connection_id = $1 and kind = $2 and not_before <= $3
            order by rank, since
            limit $4"#,
            connection.uuid(),
            kind.as_str(),
            row::at(self.clock.now()) as _,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        let work = found.into_iter().map(|found| Work {
            subject: found.subject,
            since: found.since.to_jiff(),
            tries: u32::try_from(found.tries).unwrap_or_default(),
            mark: found.mark,
        });
        Ok(work.collect())
    }

    /// Takes out what was looked at, but for what was marked again meanwhile.
    pub async fn work_done(
        &self,
        connection: ConnectionId,
        kind: WorkKind,
        done: &[Work],
    ) -> Result<(), StoreError> {
        let subjects: Vec<Uuid> = done.iter().map(|work| work.subject).collect();
        let marks: Vec<i64> = done.iter().map(|work| work.mark).collect();
        sqlx::query!(
            "delete from catalog.work w
            using unnest($3::uuid[], $4::bigint[]) n (subject, mark)
            where w.connection_id = $1 and w.kind = $2 and w.subject = n.subject and w.mark = n.mark",
            connection.uuid(),
            kind.as_str(),
            &subjects,
            &marks,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts off what was looked at and is not done, but for what was marked again meanwhile.
    pub async fn postpone_work(
        &self,
        connection: ConnectionId,
        kind: WorkKind,
        postponed: &[Postponed],
    ) -> Result<(), StoreError> {
        let of = postponed.iter();
        let subjects: Vec<Uuid> = of.clone().map(|it| it.work.subject).collect();
        let marks: Vec<i64> = of.clone().map(|it| it.work.mark).collect();
        let failed: Vec<bool> = of.clone().map(|it| it.has_failed).collect();
        let until: Vec<SqlTimestamp> = of.map(|it| row::at(it.until)).collect();
        sqlx::query!(
            "update catalog.work w set not_before = n.until, tries = case when n.has_failed then w.tries + 1 else w.tries end
            from unnest($3::uuid[], $4::bigint[], $5::boolean[], $6::timestamptz[]) n (subject, mark, has_failed, until)
            where w.connection_id = $1 and w.kind = $2 and w.subject = n.subject and w.mark = n.mark",
            connection.uuid(),
            kind.as_str(),
            &subjects,
            &marks,
            &failed,
            &until as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
