//! Reading imports.

use jiff::Timestamp;
use retail::{Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ImportState, Undo, imported_from, state_from, undo_from};
use crate::decide::Imported;
use crate::store::row::SqlTimestamp;
use crate::store::{LevelKey, Reader, StoreError, row};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportView {
    pub import: Uuid,
    pub retailer: Uuid,
    pub connection: Uuid,
    pub state: ImportState,
    pub began_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub undone_at: Option<Timestamp>,
    pub counts: ImportCounts,
}

/// Orders by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub made: i64,
    pub changed: i64,
    pub already_recorded: i64,
    pub not_imported: i64,
    pub held: i64,
    pub parked: i64,
    /// Of the first two, what became of them when the import was taken back.
    pub undone: i64,
    pub kept: i64,
}

/// An import's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportKey {
    pub began_at: Timestamp,
    pub import: Uuid,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOrderView {
    pub order: String,
    pub imported: Imported,
    pub sale: Option<Uuid>,
    pub recorded_at: Timestamp,
    pub undo: Option<Undo>,
}

/// A level of the snapshot, beside what it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLevelView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub outlet: Uuid,
    pub on_hand_before: Quantity,
    pub on_hand_now: Quantity,
}

impl Reader {
    pub async fn import(
        &self,
        retailer: RetailerId,
        import: Uuid,
    ) -> Result<Option<ImportView>, StoreError> {
        let mut db = self.snapshot().await?;
        ImportView::find(&mut db, retailer.uuid(), import).await
    }

    /// Up to `limit` imports after `after`, newest first.
    pub async fn list_imports(
        &self,
        retailer: RetailerId,
        after: Option<&ImportKey>,
        limit: i64,
    ) -> Result<Vec<ImportView>, StoreError> {
        let mut db = self.snapshot().await?;
        let ids = sqlx::query_scalar!(
            "select import_id from ledger.import
            where retailer_id = $1
                and ($2::timestamptz is null or began_at <= $2)
                and ($2::timestamptz is null or began_at < $2 or import_id > $3::uuid)
            order by began_at desc, import_id
            limit $4",
            retailer.uuid(),
            after.map(|key| row::at(key.began_at)) as _,
            after.map(|key| key.import),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        let mut imports = ImportView::load(&mut db, &ids).await?;
        imports.sort_by(|a, b| (b.began_at, a.import).cmp(&(a.began_at, b.import)));
        Ok(imports)
    }

    /// Up to `limit` orders of an import after `after`, by id.
    pub async fn list_import_orders(
        &self,
        retailer: RetailerId,
        import: Uuid,
        kept_only: bool,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ImportOrderView>, StoreError> {
        let mut db = self.snapshot().await?;
        sqlx::query!(
            r#"select o.shop_order_id, o.outcome, o.sale_id,
                o.recorded_at as "recorded_at: SqlTimestamp", o.undo, o.kept_reason
            from ledger.import i
            join ledger.import_order o on o.import_id = i.import_id
            where i.import_id = $1 and i.retailer_id = $2
                and ($3::text is null or o.shop_order_id > $3)
                and (not $4 or o.undo = 'kept')
            order by o.shop_order_id
            limit $5"#,
            import,
            retailer.uuid(),
            after,
            kept_only,
            limit,
        )
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|found| {
            Ok(ImportOrderView {
                order: found.shop_order_id,
                imported: imported_from(&found.outcome)?,
                sale: found.sale_id,
                recorded_at: found.recorded_at.to_jiff(),
                undo: undo_from(found.undo.as_deref(), found.kept_reason.as_deref())?,
            })
        })
        .collect()
    }

    /// Up to `limit` levels of an import's snapshot after `after`, by SKU.
    pub async fn list_import_levels(
        &self,
        retailer: RetailerId,
        import: Uuid,
        after: Option<&LevelKey>,
        limit: i64,
    ) -> Result<Vec<ImportLevelView>, StoreError> {
        let mut db = self.snapshot().await?;
        let rows = sqlx::query!(
            r#"select s.item_id, t.sku_key as "sku!", t.name, s.outlet_id,
                s.on_hand_milli as before_milli, coalesce(l.on_hand_milli, 0) as "now_milli!"
            from ledger.import i
            join ledger.import_level s on s.import_id = i.import_id
            join ledger.item t on t.item_id = s.item_id
            left join ledger.stock_level l on l.item_id = s.item_id and l.outlet_id = s.outlet_id
            where i.import_id = $1 and i.retailer_id = $2
                and ($3::text is null
                    or (t.sku_key, s.item_id, s.outlet_id) > ($3, $4::uuid, $5::uuid))
            order by t.sku_key, s.item_id, s.outlet_id
            limit $6"#,
            import,
            retailer.uuid(),
            after.map(|key| key.sku.as_str()),
            after.map(|key| key.item),
            after.map(|key| key.outlet),
            limit,
        )
        .fetch_all(&mut *db)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| ImportLevelView {
                item: row.item_id,
                sku: row.sku,
                name: row.name,
                outlet: row.outlet_id,
                on_hand_before: Quantity::from_milli(row.before_milli),
                on_hand_now: Quantity::from_milli(row.now_milli),
            })
            .collect())
    }
}

impl ImportView {
    #[must_use]
    pub const fn key(&self) -> ImportKey {
        ImportKey {
            began_at: self.began_at,
            import: self.import,
        }
    }

    pub(super) async fn find(
        db: &mut PgConnection,
        retailer: Uuid,
        import: Uuid,
    ) -> Result<Option<Self>, StoreError> {
        let found = Self::load(db, &[import]).await?;
        Ok(found.into_iter().find(|view| view.retailer == retailer))
    }

    async fn load(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, StoreError> {
        sqlx::query!(
            r#"select i.import_id, i.retailer_id, i.connection_id, i.state,
                i.began_at as "began_at: SqlTimestamp", i.ended_at as "ended_at: SqlTimestamp",
                i.undone_at as "undone_at: SqlTimestamp",
                c.made as "made!", c.changed as "changed!",
                c.already_recorded as "already_recorded!", c.not_imported as "not_imported!",
                c.held as "held!", c.parked as "parked!", c.undone as "undone!", c.kept as "kept!"
            from ledger.import i
            cross join lateral (
                select count(*) filter (where o.outcome = 'made') as made,
                    count(*) filter (where o.outcome = 'changed') as changed,
                    count(*) filter (where o.outcome = 'already_recorded') as already_recorded,
                    count(*) filter (where o.outcome = 'not_imported') as not_imported,
                    count(*) filter (where o.outcome = 'held') as held,
                    count(*) filter (where o.outcome = 'parked') as parked,
                    count(*) filter (where o.undo = 'undone') as undone,
                    count(*) filter (where o.undo = 'kept') as kept
                from ledger.import_order o where o.import_id = i.import_id
            ) c
            where i.import_id = any($1)"#,
            ids,
        )
        .fetch_all(db)
        .await?
        .into_iter()
        .map(|found| {
            Ok(Self {
                import: found.import_id,
                retailer: found.retailer_id,
                connection: found.connection_id,
                state: state_from(&found.state)?,
                began_at: found.began_at.to_jiff(),
                ended_at: found.ended_at.map(SqlTimestamp::to_jiff),
                undone_at: found.undone_at.map(SqlTimestamp::to_jiff),
                counts: ImportCounts {
                    made: found.made,
                    changed: found.changed,
                    already_recorded: found.already_recorded,
                    not_imported: found.not_imported,
                    held: found.held,
                    parked: found.parked,
                    undone: found.undone,
                    kept: found.kept,
                },
            })
        })
        .collect()
    }
}
