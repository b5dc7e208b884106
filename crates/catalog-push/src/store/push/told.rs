//! What shops were told, and what became of it (R-3, R-7).

use jiff::Timestamp;
use retail::{ConnectionId, ItemId, ProductId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::{self, SqlTimestamp};
use super::super::{Store, StoreError};

/// What a shop was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Stock,
    /// That there is such a product.
    Created,
    /// What is different of it.
    Changed,
    Deleted,
    /// Nothing: that what it has is ours (WC-7).
    Linked,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldOutcome {
    Done,
    /// It was told nothing: it had something else than was expected.
    Stale,
    Missing,
    /// Nobody has heard yet.
    Unsure,
    Refused,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTold {
    /// Ids of later entries are greater.
    pub id: Uuid,
    pub product: ProductId,
    /// `None`: it is of the whole product.
    pub item: Option<ItemId>,
    pub what: Told,
    pub outcome: ToldOutcome,
    pub quantity: Option<i64>,
    pub expected: Option<i64>,
    pub found: Option<i64>,
    /// How what was told came about, in words.
    pub rule: String,
}

/// The same, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldView {
    pub connection: ConnectionId,
    pub told_at: Timestamp,
    pub entry: NewTold,
}

/// Which entries are meant: those that meet every condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToldFilter {
    pub connection: Option<ConnectionId>,
    pub product: Option<ProductId>,
    pub item: Option<ItemId>,
    pub from: Option<Timestamp>,
    /// Not itself.
    pub until: Option<Timestamp>,
}

impl Told {
    const ALL: [Self; 5] = [
        Self::Stock,
        Self::Created,
        Self::Changed,
        Self::Deleted,
        Self::Linked,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Linked => "linked",
        }
    }
}

impl ToldOutcome {
    const ALL: [Self; 5] = [
        Self::Done,
        Self::Stale,
        Self::Missing,
        Self::Unsure,
        Self::Refused,
    ];

    /// As rows and instruments name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Unsure => "unsure",
            Self::Refused => "refused",
        }
    }
}

impl Store {
    /// Up to `limit` entries of a retailer, the last one first, from before the entry `before` on.
    pub async fn list_told(
        &self,
        retailer: RetailerId,
        filter: &ToldFilter,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<ToldView>, StoreError> {
        let found = sqlx::query!(
            r#"select t.told_id, t.connection_id, t.product_id, t.item_id, t.what, t.outcome, t.quantity, t.expected,
                t.found, t.rule, t.told_at as "told_at: SqlTimestamp"
            from catalog.told t
            join catalog.connection k on k.connection_id = t.connection_id
            where k.retailer_id = $1
                and ($2::uuid is null or t.connection_id = $2)
                and ($3::uuid is null or t.product_id = $3)
                and ($4::uuid is null or t.item_id = $4)
                and ($5::timestamptz is null or t.told_at >= $5)
                and ($6::timestamptz is null or t.told_at < $6)
                and ($7::uuid is null or t.told_id < $7)
            order by t.told_id desc
            limit $8"#,
            retailer.uuid(),
            filter.connection.map(ConnectionId::uuid),
            filter.product.map(ProductId::uuid),
            filter.item.map(ItemId::uuid),
            filter.from.map(row::at) as _,
            filter.until.map(row::at) as _,
            before,
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        found
            .into_iter()
            .map(|found| {
                let what = Told::ALL.into_iter().find(|it| it.as_str() == found.what);
                let outcome = ToldOutcome::ALL.into_iter();
                let outcome = outcome.into_iter().find(|it| it.as_str() == found.outcome);
                Ok(ToldView {
                    connection: ConnectionId::new(found.connection_id),
                    told_at: found.told_at.to_jiff(),
                    entry: NewTold {
                        id: found.told_id,
                        product: ProductId::new(found.product_id),
                        item: found.item_id.map(ItemId::new),
                        what: what
                            .ok_or_else(|| StoreError::corrupt("told", "what", &found.what))?,
                        outcome: outcome.ok_or_else(|| {
                            StoreError::corrupt("told", "outcome", &found.outcome)
                        })?,
                        quantity: found.quantity,
                        expected: found.expected,
                        found: found.found,
                        rule: found.rule,
                    },
                })
            })
            .collect()
    }
}

pub(super) async fn write(
    db: &mut PgConnection,
    connection: ConnectionId,
    told: &[NewTold],
    now: Timestamp,
) -> Result<(), StoreError> {
    if told.is_empty() {
        return Ok(());
    }
    let of = told.iter();
    let ids: Vec<Uuid> = of.clone().map(|it| it.id).collect();
    let products: Vec<Uuid> = of.clone().map(|it| it.product.uuid()).collect();
    let items: Vec<Option<Uuid>> = of.clone().map(|it| it.item.map(ItemId::uuid)).collect();
    let whats: Vec<&str> = of.clone().map(|it| it.what.as_str()).collect();
    let outcomes: Vec<&str> = of.clone().map(|it| it.outcome.as_str()).collect();
    let quantities: Vec<Option<i64>> = of.clone().map(|it| it.quantity).collect();
    let expected: Vec<Option<i64>> = of.clone().map(|it| it.expected).collect();
    let found: Vec<Option<i64>> = of.clone().map(|it| it.found).collect();
    let rules: Vec<&str> = of.map(|it| it.rule.as_str()).collect();
    sqlx::query!(
        "insert into catalog.told (connection_id, told_id, product_id, item_id, what, outcome, quantity, expected, found, rule,
            told_at)
        select $1, n.*, $11 from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::text[]) n",
        connection.uuid(),
        &ids,
        &products,
        &items as _,
        &whats as _,
        &outcomes as _,
        &quantities as _,
        &expected as _,
        &found as _,
        &rules as _,
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
