//! Which sales a page of the history holds.

use std::cmp::Reverse;

use jiff::Timestamp;
use retail::{Balance, RetailerId, SaleState};
use sqlx::PgConnection;
use uuid::Uuid;

use super::sale_view::{SaleRow, sale_rows};
use super::{Reader, SaleView};
use crate::decide::receipt_key;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, row};

/// Conditions that must all hold; `None` is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleFilter {
    pub outlet: Option<Uuid>,
    pub register: Option<Uuid>,
    pub connection: Option<Uuid>,
    pub state: Option<SaleState>,
    pub balance: Option<Balance>,
    pub receipt_number: Option<String>,
    pub sku: Option<String>,
    pub placed_from: Option<Timestamp>,
    pub placed_until: Option<Timestamp>,
    pub customer: Option<Uuid>,
    pub platform: Option<String>,
}

/// A sale's place in the history; the later one is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SaleKey {
    pub placed_at: Timestamp,
    pub sale: Uuid,
}

/// The filter as columns.
pub(super) struct Columns<'a> {
    pub state: Option<&'static str>,
    pub balance: Option<&'static str>,
    pub receipt_key: Option<String>,
    /// Asked only when the number was given with its prefix.
    pub receipt_number: Option<&'a str>,
    pub from: Option<SqlTimestamp>,
    pub until: Option<SqlTimestamp>,
}

impl SaleFilter {
    pub(super) fn columns(&self) -> Columns<'_> {
        let key = self.receipt_number.as_deref().map(receipt_key);
        let prefixed = |number: &&str| key.as_deref() != Some(number.to_lowercase().as_str());
        Columns {
            state: self.state.map(SaleState::as_str),
            balance: self.balance.map(Balance::as_str),
            receipt_number: self
                .receipt_number
                .as_deref()
                .map(str::trim)
                .filter(prefixed),
            receipt_key: key,
            from: self.placed_from.map(row::at),
            until: self.placed_until.map(row::at),
        }
    }
}

impl Reader {
    /// Up to `limit` sales after `after`, newest first, without lines and payments.
    pub async fn list_sales(
        &self,
        retailer: RetailerId,
        filter: &SaleFilter,
        after: Option<SaleKey>,
        limit: i64,
    ) -> Result<Vec<SaleView>, StoreError> {
        let mut db = self.snapshot().await?;
        let mut sales = Vec::new();
        for filter in by_connection(&mut db, retailer.uuid(), filter).await? {
            let found = match &filter.sku {
                None => by_time(&mut db, retailer.uuid(), &filter, after, limit).await?,
                Some(sku) => by_sku(&mut db, retailer.uuid(), sku, &filter, after, limit).await?,
            };
            sales.extend(found);
        }
        sales.sort_unstable_by_key(|sale| Reverse((sale.placed_at, sale.sale)));
        sales.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(sales)
    }
}

/// A platform is its few connections, each asked for on its own: sales know no platform, so no index does, and where
/// one sells little its sales would be sought through all others.
async fn by_connection(
    db: &mut PgConnection,
    retailer: Uuid,
    filter: &SaleFilter,
) -> Result<Vec<SaleFilter>, StoreError> {
    let Some(platform) = &filter.platform else {
        return Ok(vec![filter.clone()]);
    };
    let connections = connections_of(db, retailer, platform).await?.into_iter();
    Ok(connections
        .filter(|id| filter.connection.is_none_or(|asked| asked == *id))
        .map(|id| SaleFilter {
            connection: Some(id),
            ..filter.clone()
        })
        .collect())
}

/// The retailer's connections of a platform, those that are no longer linked included.
pub(super) async fn connections_of(
    db: &mut PgConnection,
    retailer: Uuid,
    platform: &str,
) -> Result<Vec<Uuid>, StoreError> {
    Ok(sqlx::query_scalar!(
        "select connection_id from ledger.connection where retailer_id = $1 and platform = $2",
        retailer,
        platform,
    )
    .fetch_all(db)
    .await?)
}

/// One text for every filter: the pool plans each call anew, so that what is not asked is not there
/// and what is asked finds its index. What the index finds is read at once: in a long history each sale of a page
/// lies somewhere else, and to seek it again by its id costs as much once more.
async fn by_time(
    db: &mut PgConnection,
    retailer: Uuid,
    filter: &SaleFilter,
    after: Option<SaleKey>,
    limit: i64,
) -> Result<Vec<SaleView>, StoreError> {
    let Columns {
        state,
        balance,
        receipt_key,
        receipt_number,
        from,
        until,
    } = filter.columns();
    sale_rows!(
        "from (
                select * from ledger.sale s
                where s.retailer_id = $1
                    and ($2::timestamptz is null or (s.placed_at, s.sale_id) < ($2, $3::uuid))
                    and ($4::uuid is null or s.outlet_id = $4)
                    and ($5::uuid is null or s.register_id = $5)
                    and ($6::uuid is null or s.connection_id = $6)
                    and ($7::text is null or s.state = $7)
                    and ($8::text is null or s.balance = $8)
                    and ($9::text is null or s.receipt_key = $9)
                    and ($10::text is null or lower(s.receipt_number) = lower($10))
                    and ($11::timestamptz is null or s.placed_at >= $11)
                    and ($12::timestamptz is null or s.placed_at < $12)
                    and ($13::uuid is null or s.customer_id = $13)
                order by s.placed_at desc, s.sale_id desc
                limit $14) s
            join ledger.customer c on c.customer_id = s.customer_id",
        retailer,
        after.map(|key| row::at(key.placed_at)) as _,
        after.map(|key| key.sale),
        filter.outlet,
        filter.register,
        filter.connection,
        state,
        balance,
        receipt_key,
        receipt_number,
        from as _,
        until as _,
        filter.customer,
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(SaleRow::view)
    .collect()
}

/// The same by way of the lines, which know when their sale was placed.
async fn by_sku(
    db: &mut PgConnection,
    retailer: Uuid,
    sku: &str,
    filter: &SaleFilter,
    after: Option<SaleKey>,
    limit: i64,
) -> Result<Vec<SaleView>, StoreError> {
    let Columns {
        state,
        balance,
        receipt_key,
        receipt_number,
        from,
        until,
    } = filter.columns();
    let found = sqlx::query!(
        r#"select distinct l.placed_at as "placed_at: SqlTimestamp", l.sale_id
        from ledger.item i
        cross join lateral (
            select distinct l.placed_at, l.sale_id
            from ledger.sale_line l
            join ledger.sale s on s.sale_id = l.sale_id
            where l.item_id = i.item_id
                and ($2::timestamptz is null or (l.placed_at, l.sale_id) < ($2, $3::uuid))
                and ($4::uuid is null or s.outlet_id = $4)
                and ($5::uuid is null or s.register_id = $5)
                and ($6::uuid is null or s.connection_id = $6)
                and ($7::text is null or s.state = $7)
                and ($8::text is null or s.balance = $8)
                and ($9::text is null or s.receipt_key = $9)
                and ($10::text is null or lower(s.receipt_number) = lower($10))
                and ($11::timestamptz is null or l.placed_at >= $11)
                and ($12::timestamptz is null or l.placed_at < $12)
                and ($13::uuid is null or s.customer_id = $13)
            order by l.placed_at desc, l.sale_id desc
            limit $14
        ) l
        where i.retailer_id = $1 and i.sku_key = $15 and i.sku is not null
        order by l.placed_at desc, l.sale_id desc
        limit $14"#,
        retailer,
        after.map(|key| row::at(key.placed_at)) as _,
        after.map(|key| key.sale),
        filter.outlet,
        filter.register,
        filter.connection,
        state,
        balance,
        receipt_key,
        receipt_number,
        from as _,
        until as _,
        filter.customer,
        limit,
        sku,
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<Uuid> = found.into_iter().map(|row| row.sale_id).collect();
    SaleView::load(db, &ids).await
}
