//! A shop's orders against the ledger's, when they were last counted (R-6).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::ConnectionId;

use super::{SqlTimestamp, Store, StoreError};

/// What became of all orders that a shop has and we should. Each is one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderCount {
    pub sales: u64,
    /// Could not be booked, and wait for a person.
    pub parked: u64,
    /// Drafts, statuses that are not imported, and what a person dismissed.
    pub not_imported: u64,
    /// Never told, and older than the platform's rules let be imported.
    pub too_old: u64,
    /// Not told yet: updates are not automatic (SH-1).
    pub waiting: u64,
    /// Never told, and nobody knows why. They are asked for when they are found.
    pub missing: u64,
}

/// The last count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub at: Timestamp,
    /// Orders placed then or later.
    pub placed_since: Timestamp,
    pub orders: OrderCount,
}

impl OrderCount {
    /// How many the shop has.
    #[must_use]
    pub const fn all(self) -> u64 {
        let Self {
            sales,
            parked,
            not_imported,
            too_old,
            waiting,
            missing,
        } = self;
        sales + parked + not_imported + too_old + waiting + missing
    }
}

impl Store {
    /// Since when a connection's orders are ours to have: since it was linked first, or as far as an import of past
    /// orders reached back; no shop here is older than the century.
    pub async fn orders_since(&self, id: ConnectionId) -> Result<Timestamp, StoreError> {
        let since = sqlx::query_scalar!(
            r#"select least(p.followed_from, (
                    select min(coalesce(j.placed_since, '2000-01-01T00:00:00Z')) from import_job j
                    where j.connection_id = p.connection_id and j.state = 'complete'
                )) as "since!: SqlTimestamp"
            from poll p where p.connection_id = $1"#,
            id.uuid(),
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(since.to_jiff())
    }

    pub async fn orders_counted(
        &self,
        id: ConnectionId,
        counted: &Counted,
    ) -> Result<(), StoreError> {
        let Counted {
            at,
            placed_since,
            orders:
                OrderCount {
                    sales,
                    parked,
                    not_imported,
                    too_old,
                    waiting,
                    missing,
                },
        } = *counted;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        sqlx::query!(
            "insert into order_count (connection_id, counted_at, placed_since, sales, parked, not_imported,
                too_old, waiting, missing)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict on constraint order_count_pkey do update
                set counted_at = excluded.counted_at, placed_since = excluded.placed_since,
                    sales = excluded.sales, parked = excluded.parked,
                    not_imported = excluded.not_imported, too_old = excluded.too_old,
                    waiting = excluded.waiting, missing = excluded.missing",
            id.uuid(),
            at.to_sqlx() as _,
            placed_since.to_sqlx() as _,
            number(sales),
            number(parked),
            number(not_imported),
            number(too_old),
            number(waiting),
            number(missing),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// `None` until they were counted once.
    pub async fn last_order_count(&self, id: ConnectionId) -> Result<Option<Counted>, StoreError> {
        let row = sqlx::query!(
            r#"select counted_at as "counted_at: SqlTimestamp",
                placed_since as "placed_since: SqlTimestamp",
                sales, parked, not_imported, too_old, waiting, missing
            from order_count where connection_id = $1"#,
            id.uuid(),
        )
        .fetch_optional(&self.pool)
        .await?;
        let number = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(row.map(|row| Counted {
            at: row.counted_at.to_jiff(),
            placed_since: row.placed_since.to_jiff(),
            orders: OrderCount {
                sales: number(row.sales),
                parked: number(row.parked),
                not_imported: number(row.not_imported),
                too_old: number(row.too_old),
                waiting: number(row.waiting),
                missing: number(row.missing),
            },
        }))
    }
}
