//! Many products at once (EC-11).

use retail::{ConnectionId, ProductId, RetailerId};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::list::{activity_str, place_str};
use super::{Filter, Once, Store, StoreError, channels, product};

/// Most products of one action.
pub const LIMIT: usize = 200_000;

/// Which products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Each once.
    Ids(Vec<ProductId>),
    Filter(Box<Filter>),
}

/// What is done with all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkAsked {
    pub selection: Selection,
    pub activate: bool,
    pub in_store: bool,
    pub connections: Vec<ConnectionId>,
    /// No more are meant; `None`: whatever there is.
    pub expected: Option<i64>,
}

/// What is done, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkCount {
    pub products: i64,
    /// Those that are otherwise than they were.
    pub changed: i64,
    pub refused: Vec<Refused>,
}

/// A product with which nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub product: ProductId,
    pub reason: RefusedReason,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedReason {
    Unknown,
    Deleted,
}

/// Why nothing is done at all.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    #[error("there is no connection {0}")]
    UnknownConnection(ConnectionId),
    #[error("{found} products are meant by now, more than {expected}")]
    Grew { found: i64, expected: i64 },
    #[error("more than {LIMIT} products are meant")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is found before anything is done.
struct Found {
    products: i64,
    /// Those that are otherwise than they are to be.
    to_change: Vec<Uuid>,
    refused: Vec<Refused>,
}

impl Store {
    /// What would be done.
    pub async fn preview_bulk(
        &self,
        retailer: RetailerId,
        asked: &BulkAsked,
    ) -> Result<BulkCount, BulkError> {
        let mut db = self.pool.begin().await.map_err(StoreError::from)?;
        find(&mut db, retailer, asked).await.map(counted)
    }
}

impl Once {
    /// Does it.
    pub async fn apply_bulk(&mut self, asked: &BulkAsked) -> Result<BulkCount, BulkError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        let found = find(db, retailer, asked).await?;
        if let Some(expected) = asked.expected.filter(|most| found.products > *most) {
            return Err(BulkError::Grew {
                found: found.products,
                expected,
            });
        }
        write(db, asked, &found.to_change).await?;
        product::adopt(db, &found.to_change).await?;
        product::touch(db, &found.to_change, now).await?;
        let connections: Vec<String> = asked.connections.iter().map(ToString::to_string).collect();
        let count = counted(found);
        self.note_change(
            None,
            json!({
                "activate": asked.activate,
                "in_store": asked.in_store,
                "connection_ids": connections,
                "products": count.products,
                "changed": count.changed,
                "refused": count.refused.len(),
            }),
        );
        Ok(count)
    }
}

fn counted(found: Found) -> BulkCount {
    let Found {
        products,
        to_change,
        refused,
    } = found;
    BulkCount {
        products,
        changed: i64::try_from(to_change.len()).unwrap_or(i64::MAX),
        refused,
    }
}

async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
    asked: &BulkAsked,
) -> Result<Found, BulkError> {
    if let Some(unknown) = channels::unknown(db, retailer, &asked.connections).await? {
        return Err(BulkError::UnknownConnection(unknown));
    }
    let (living, refused) = match &asked.selection {
        Selection::Ids(ids) => ticked(db, retailer, ids).await?,
        Selection::Filter(filter) => (filtered(db, retailer, filter).await?, Vec::new()),
    };
    if living.len() > LIMIT {
        return Err(BulkError::TooMany);
    }
    let products = living.len() + refused.len();
    Ok(Found {
        products: i64::try_from(products).unwrap_or(i64::MAX),
        to_change: to_change(db, asked, &living).await?,
        refused,
    })
}

async fn ticked(
    db: &mut PgConnection,
    retailer: RetailerId,
    ids: &[ProductId],
) -> Result<(Vec<Uuid>, Vec<Refused>), StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let found = sqlx::query!(
        r#"select n.id as "id!", p.product_id is not null as "is_known!", p.deleted_at is not null as "is_deleted!"
        from unnest($1::uuid[]) with ordinality n (id, place)
        left join catalog.product p on p.product_id = n.id and p.retailer_id = $2
        order by n.place"#,
        &ids,
        retailer.uuid(),
    )
    .fetch_all(db)
    .await?;
    let (mut living, mut refused) = (Vec::new(), Vec::new());
    for row in found {
        let reason = match (row.is_known, row.is_deleted) {
            (true, false) => {
                living.push(row.id);
                continue;
            }
            (true, true) => RefusedReason::Deleted,
            (false, _) => RefusedReason::Unknown,
        };
        refused.push(Refused {
            product: ProductId::new(row.id),
            reason,
        });
    }
    Ok((living, refused))
}

async fn filtered(
    db: &mut PgConnection,
    retailer: RetailerId,
    filter: &Filter,
) -> Result<Vec<Uuid>, StoreError> {
    let limit = i64::try_from(LIMIT).unwrap_or(i64::MAX).saturating_add(1);
    let found = sqlx::query_scalar!(
        r#"select product_id as "id!"
        from catalog.found_product($1, false, $2, $3, $4, $5, $6, $7, $8, $9, $10) limit $11"#,
        retailer.uuid(),
        activity_str(filter.channel.activity),
        place_str(filter.channel.place),
        filter.connection.map(ConnectionId::uuid),
        filter.text.as_deref(),
        filter.sku.as_deref(),
        filter.brand.as_deref(),
        filter.category.as_deref(),
        filter.supplier.as_deref(),
        filter.tag.as_deref(),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(found)
}

/// Locked until the transaction ends, in one order. Where nobody decided, a product is not online.
async fn to_change(
    db: &mut PgConnection,
    asked: &BulkAsked,
    living: &[Uuid],
) -> Result<Vec<Uuid>, StoreError> {
    let connections: Vec<Uuid> = asked.connections.iter().map(|one| one.uuid()).collect();
    let found = sqlx::query_scalar!(
        "select p.product_id from catalog.product p
        where p.product_id = any($1)
            and ($2 and p.is_in_store <> $3 or exists (
                select from unnest($4::uuid[]) n (connection_id)
                left join catalog.product_channel c
                    on c.product_id = p.product_id and c.connection_id = n.connection_id
                where coalesce(c.is_online, false) <> $3))
        order by p.product_id
        for no key update of p",
        living,
        asked.in_store,
        asked.activate,
        &connections,
    )
    .fetch_all(db)
    .await?;
    Ok(found)
}

async fn write(
    db: &mut PgConnection,
    asked: &BulkAsked,
    products: &[Uuid],
) -> Result<(), StoreError> {
    if asked.in_store {
        sqlx::query!(
            "update catalog.product set is_in_store = $2 where product_id = any($1)",
            products,
            asked.activate,
        )
        .execute(&mut *db)
        .await?;
    }
    let connections: Vec<Uuid> = asked.connections.iter().map(|one| one.uuid()).collect();
    if asked.activate {
        sqlx::query!(
            "insert into catalog.product_channel (product_id, connection_id, is_online)
            select p.product_id, k.connection_id, true
            from unnest($1::uuid[]) p (product_id)
            cross join unnest($2::uuid[]) k (connection_id)
            order by 1, 2
            on conflict on constraint product_channel_pkey do update set is_online = true",
            products,
            &connections,
        )
        .execute(db)
        .await?;
    } else {
        sqlx::query!(
            "update catalog.product_channel set is_online = false
            where product_id = any($1) and connection_id = any($2) and is_online",
            products,
            &connections,
        )
        .execute(db)
        .await?;
    }
    Ok(())
}
