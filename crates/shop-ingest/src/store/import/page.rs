//! A page of the scan, or a part of one: its orders, what they do to stock, and where the listing goes on, all
//! or nothing.

use std::collections::HashSet;

use bytes::Bytes;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use retail::{ImportId, ShopOrderId};
use shop::PageToken;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{PlannedLevel, Verdict};
use crate::store::{SqlTimestamp, Store, StoreError};

/// An order that the scan has judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundOrder {
    pub order: ShopOrderId,
    pub placed_at: Timestamp,
    pub verdict: Verdict,
    pub reason: String,
    pub detail: String,
    /// As the shop gave it, where the ledger is to be told, with the shop's clock at a moment before.
    pub body: Option<Bytes>,
    pub asked_at: Option<Timestamp>,
}

/// A page, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedPage {
    pub orders: Vec<FoundOrder>,
    pub levels: Vec<PlannedLevel>,
    pub then: Then,
}

/// Where the scan goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// On the same page, which has more.
    Stay,
    Next(PageToken),
    /// There are no more.
    End,
}

impl Store {
    /// Which of these orders the plan has already.
    pub async fn planned(
        &self,
        import: ImportId,
        orders: &[&ShopOrderId],
    ) -> Result<HashSet<String>, StoreError> {
        let ids: Vec<&str> = orders.iter().map(|order| order.as_str()).collect();
        let known = sqlx::query_scalar!(
            "select shop_order_id from import_order
            where import_id = $1 and shop_order_id = any($2)",
            import.uuid(),
            &ids as _,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(known.into_iter().collect())
    }

    /// Takes a page into the plan, if the import is still being scanned. Whether it is.
    pub async fn page_scanned(
        &self,
        import: ImportId,
        page: &ScannedPage,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ScannedPage {
            orders,
            levels,
            then,
        } = page;
        let mut db = self.pool.begin().await?;
        let (state, stays, token) = match then {
            Then::Stay => ("scanning", true, None),
            Then::Next(token) => ("scanning", false, Some(token.as_str())),
            Then::End => ("planned", false, None),
        };
        let moved = sqlx::query!(
            "update import_job
            set page_token = case when $5 then page_token else $2 end, state = $3,
                failures = 0, last_failure = null, changed_at = $4
            where import_id = $1 and state = 'scanning'",
            import.uuid(),
            token,
            state,
            now.to_sqlx() as _,
            stays,
        )
        .execute(&mut *db)
        .await?
        .rows_affected();
        if moved != 1 {
            return Ok(false);
        }
        self.write_orders(&mut db, import, orders).await?;
        write_levels(&mut db, import, levels).await?;
        db.commit().await?;
        Ok(true)
    }

    /// The page token is no good any more: the listing begins anew, and the plan keeps what it has (WC-10).
    pub async fn scan_restarts(&self, import: ImportId, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query!(
            "update import_job set page_token = null, changed_at = $2
            where import_id = $1 and state = 'scanning'",
            import.uuid(),
            now.to_sqlx() as _,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn write_orders(
        &self,
        db: &mut PgConnection,
        import: ImportId,
        orders: &[FoundOrder],
    ) -> Result<(), StoreError> {
        let ids: Vec<&str> = orders.iter().map(|found| found.order.as_str()).collect();
        let placed: Vec<SqlTimestamp> = orders
            .iter()
            .map(|found| found.placed_at.to_sqlx())
            .collect();
        let verdicts: Vec<&str> = orders.iter().map(|found| found.verdict.as_str()).collect();
        let reasons: Vec<&str> = orders.iter().map(|found| found.reason.as_str()).collect();
        let details: Vec<&str> = orders.iter().map(|found| found.detail.as_str()).collect();
        let bodies: Vec<Option<Vec<u8>>> = orders
            .iter()
            .map(|found| {
                let purpose = self.import_purpose(import, &found.order);
                let body = found.body.as_ref()?;
                Some(self.keyring.seal(&purpose, body))
            })
            .collect();
        let asked: Vec<Option<SqlTimestamp>> = orders
            .iter()
            .map(|found| found.asked_at.map(jiff_sqlx::ToSqlx::to_sqlx))
            .collect();
        sqlx::query!(
            "insert into import_order (import_id, shop_order_id, placed_at, verdict, reason, detail,
                sealed_body, asked_at)
            select $1, n.* from unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                $7::bytea[], $8::timestamptz[]) n
            on conflict on constraint import_order_pkey do nothing",
            import.uuid(),
            &ids as _,
            &placed as _,
            &verdicts as _,
            &reasons as _,
            &details as _,
            &bodies as _,
            &asked as _,
        )
        .execute(db)
        .await?;
        Ok(())
    }

    /// A body opens for its import and order only.
    pub(super) fn import_purpose(&self, import: ImportId, order: &ShopOrderId) -> Vec<u8> {
        format!("{}/import/{import}/{order}", self.schema).into_bytes()
    }
}

async fn write_levels(
    db: &mut PgConnection,
    import: ImportId,
    levels: &[PlannedLevel],
) -> Result<(), StoreError> {
    let keys: Vec<&str> = levels.iter().map(|level| level.key.as_str()).collect();
    let outlets: Vec<Uuid> = levels.iter().map(|level| level.outlet).collect();
    let items: Vec<Option<Uuid>> = levels.iter().map(|level| level.item).collect();
    let skus: Vec<&str> = levels.iter().map(|level| level.sku.as_str()).collect();
    let names: Vec<&str> = levels.iter().map(|level| level.name.as_str()).collect();
    let on_hand: Vec<i64> = levels.iter().map(|level| level.on_hand.milli()).collect();
    let changes: Vec<i64> = levels.iter().map(|level| level.change.milli()).collect();
    sqlx::query!(
        "insert into import_level as l (import_id, item_key, outlet_id, item_id, sku, name, on_hand_milli,
            change_milli)
        select $1, n.* from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
            $7::bigint[], $8::bigint[]) n
        on conflict on constraint import_level_pkey do update set
            on_hand_milli = excluded.on_hand_milli,
            change_milli = l.change_milli + excluded.change_milli",
        import.uuid(),
        &keys as _,
        &outlets,
        &items as _,
        &skus as _,
        &names as _,
        &on_hand,
        &changes,
    )
    .execute(db)
    .await?;
    Ok(())
}
