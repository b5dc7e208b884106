//! What of that which differs is meant, and can be repaired.

use jiff::Timestamp;
use retail::listing::Field;
use retail::listing::drift::Repair;
use retail::{ConnectionId, ItemId, ProductId, RetailerId, Sku};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Once, StoreError, channels};
use super::value::{self, ShopValue};
use super::{DriftFilter, field_from, repairs_from};

/// Which entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriftSelection {
    /// Each once.
    Ids(Vec<Uuid>),
    /// The first so many of those about which it can be done.
    Filter(Box<DriftFilter>, i64),
}

/// An entry about which something can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftTaken {
    pub id: Uuid,
    pub connection: ConnectionId,
    pub product: ProductId,
    pub item: Option<ItemId>,
    pub field: Option<Field>,
    pub value: Option<ShopValue>,
    /// What both sides show, for people.
    pub pos: String,
    pub shop: String,
    pub seen_at: Timestamp,
    /// Of the product, by then.
    pub revision: i64,
}

/// An entry about which nothing is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDrift {
    pub id: Uuid,
    /// For people.
    pub reason: String,
}

/// What is meant, at that moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundDrift {
    /// What hurts most first.
    pub entries: Vec<DriftTaken>,
    pub refused: Vec<RefusedDrift>,
    /// Of a condition, how many more meet it.
    pub remaining: i64,
}

/// Why nothing is done.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    #[error("there is no connection {0}")]
    UnknownConnection(ConnectionId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FoundDrift {
    /// Nothing is done about these, and why.
    pub(crate) fn refuse(&mut self, entries: &[DriftTaken], reason: &str) {
        let refused = entries.iter().map(|entry| RefusedDrift {
            id: entry.id,
            reason: reason.to_owned(),
        });
        self.refused.extend(refused);
    }
}

impl Once {
    /// The entries that are meant, and about which `repair` can be done.
    pub async fn find_drift(
        &mut self,
        selection: &DriftSelection,
        repair: Repair,
    ) -> Result<FoundDrift, DriftError> {
        let retailer = self.retailer();
        let db = self.db();
        match selection {
            DriftSelection::Ids(ids) => Ok(named(db, retailer, ids, repair).await?),
            DriftSelection::Filter(filter, limit) => {
                let connection: Vec<ConnectionId> = filter.connection.into_iter().collect();
                if let Some(unknown) = channels::unknown(db, retailer, &connection).await? {
                    return Err(DriftError::UnknownConnection(unknown));
                }
                Ok(filtered(db, retailer, (filter, *limit), repair).await?)
            }
        }
    }
}

async fn named(
    db: &mut PgConnection,
    retailer: RetailerId,
    ids: &[Uuid],
    repair: Repair,
) -> Result<FoundDrift, StoreError> {
    let found = sqlx::query!(
        r#"select n.id as "id!", d.connection_id as "connection_id?", d.product_id as "product_id?", d.item_id as "item_id?",
            d.field as "field?", d.value as "value?", d.repairs as "repairs?",
            d.pos as "pos?", d.shop as "shop?",
            d.seen_at as "seen_at?: SqlTimestamp", d.revision as "revision?"
        from unnest($2::uuid[]) with ordinality n (id, place)
        left join (catalog.drift d
            join catalog.connection k on k.connection_id = d.connection_id and k.retailer_id = $1 and k.is_linked)
            on d.drift_id = n.id
        order by n.place"#,
        retailer.uuid(),
        ids,
    )
    .fetch_all(db)
    .await?;
    let mut meant = FoundDrift::default();
    for row in found {
        let (
            Some(connection),
            Some(product),
            Some(field),
            Some(repairs),
            Some(seen_at),
            Some(revision),
        ) = (
            row.connection_id,
            row.product_id,
            row.field,
            row.repairs,
            row.seen_at,
            row.revision,
        )
        else {
            let reason = "it differs no more".to_owned();
            meant.refused.push(RefusedDrift { id: row.id, reason });
            continue;
        };
        let repairs = repairs_from(&repairs)?;
        if !repairs.contains(&repair) {
            let reason = if repairs.is_empty() {
                "it has to be waited for"
            } else {
                "that cannot be done about it"
            };
            meant.refused.push(RefusedDrift {
                id: row.id,
                reason: reason.to_owned(),
            });
            continue;
        }
        meant.entries.push(DriftTaken {
            id: row.id,
            connection: ConnectionId::new(connection),
            product: ProductId::new(product),
            item: row.item_id.map(ItemId::new),
            field: field_from(&field)?,
            value: row.value.map(value::read).transpose()?,
            pos: row.pos.unwrap_or_default(),
            shop: row.shop.unwrap_or_default(),
            seen_at: seen_at.to_jiff(),
            revision,
        });
    }
    Ok(meant)
}

async fn filtered(
    db: &mut PgConnection,
    retailer: RetailerId,
    (filter, limit): (&DriftFilter, i64),
    repair: Repair,
) -> Result<FoundDrift, StoreError> {
    let found = sqlx::query!(
        r#"select d.drift_id, d.connection_id, d.product_id, d.item_id, d.field, d.value,
            d.pos, d.shop, d.seen_at as "seen_at: SqlTimestamp", d.revision
        from catalog.drift d
        join catalog.connection k on k.connection_id = d.connection_id and k.retailer_id = $1 and k.is_linked
        where $2 = any(d.repairs)
            and ($3::uuid is null or d.connection_id = $3)
            and ($4::text is null or d.kind = $4)
            and ($5::text is null or d.field = $5)
            and ($6::uuid is null or d.product_id = $6)
            and ($7::text is null or d.sku = $7)
            and ($8::timestamptz is null or d.since < $8)
        order by d.severity, d.since, d.drift_id
        limit $9"#,
        retailer.uuid(),
        repair.as_str(),
        filter.connection.map(ConnectionId::uuid),
        filter.kind.map(retail::listing::drift::Kind::as_str),
        filter.field.map(Field::as_str),
        filter.product.map(ProductId::uuid),
        filter.sku.as_ref().map(Sku::as_str),
        filter.since_before.map(row::at) as _,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    let all = count(db, retailer, filter, Some(repair)).await?;
    let entries = found.into_iter().map(|row| {
        Ok(DriftTaken {
            id: row.drift_id,
            connection: ConnectionId::new(row.connection_id),
            product: ProductId::new(row.product_id),
            item: row.item_id.map(ItemId::new),
            field: field_from(&row.field)?,
            value: row.value.map(value::read).transpose()?,
            pos: row.pos,
            shop: row.shop,
            seen_at: row.seen_at.to_jiff(),
            revision: row.revision,
        })
    });
    let entries: Vec<DriftTaken> = entries.collect::<Result<_, StoreError>>()?;
    let done = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    Ok(FoundDrift {
        entries,
        refused: Vec::new(),
        remaining: all.saturating_sub(done),
    })
}

/// How many meet the conditions; with `repair`, of those about which that can be done.
pub(super) async fn count(
    db: &mut PgConnection,
    retailer: RetailerId,
    filter: &DriftFilter,
    repair: Option<Repair>,
) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
        from catalog.drift d
        join catalog.connection k on k.connection_id = d.connection_id and k.retailer_id = $1 and k.is_linked
        where ($2::text is null or $2 = any(d.repairs))
            and ($3::uuid is null or d.connection_id = $3)
            and ($4::text is null or d.kind = $4)
            and ($5::text is null or d.field = $5)
            and ($6::uuid is null or d.product_id = $6)
            and ($7::text is null or d.sku = $7)
            and ($8::timestamptz is null or d.since < $8)"#,
        retailer.uuid(),
        repair.map(Repair::as_str),
        filter.connection.map(ConnectionId::uuid),
        filter.kind.map(retail::listing::drift::Kind::as_str),
        filter.field.map(Field::as_str),
        filter.product.map(ProductId::uuid),
        filter.sku.as_ref().map(Sku::as_str),
        filter.since_before.map(row::at) as _,
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}
