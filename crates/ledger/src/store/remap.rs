//! A person says which item a shop means.

use retail::{ConnectionId, ItemId, RetailerId, Sku};
use serde_json::json;

use super::apply::RACE_ATTEMPTS;
use super::journal::{Entry, Recorded};
use super::ours::is_ours;
use super::{Store, StoreError, journal, row};
use crate::desk::{Act, ActionKind, ActionOutcome, Done, Subject};

/// What became of a remap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remapped {
    Now(ItemId),
    /// The act was done before.
    Before(Recorded),
    UnknownConnection,
    /// No living item has the SKU.
    UnknownSku,
}

impl Store {
    /// From now on `subject`, a name that the shop of `connection` uses, is our item of `sku`.
    pub async fn remap(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        subject: &Subject,
        sku: &Sku,
    ) -> Result<Remapped, StoreError> {
        for _ in 1..RACE_ATTEMPTS {
            match self
                .remap_once(act, retailer, connection, subject, sku)
                .await
            {
                Err(StoreError::Race) => {}
                settled => return settled,
            }
        }
        self.remap_once(act, retailer, connection, subject, sku)
            .await
    }

    async fn remap_once(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        subject: &Subject,
        sku: &Sku,
    ) -> Result<Remapped, StoreError> {
        let mut db = self.pool.begin().await?;
        if let Some(before) = journal::find(&mut db, connection.uuid(), subject, act).await? {
            return Ok(Remapped::Before(before));
        }
        if !is_ours(&mut db, retailer, connection.uuid()).await? {
            return Ok(Remapped::UnknownConnection);
        }
        let item = sqlx::query_scalar!(
            "select item_id from ledger.item
            where retailer_id = $1 and sku = $2 and deleted_at is null",
            retailer.uuid(),
            sku.as_str(),
        )
        .fetch_optional(&mut *db)
        .await?;
        let Some(item) = item else {
            return Ok(Remapped::UnknownSku);
        };
        let now = self.clock.now();
        let before = sqlx::query_scalar!(
            "select item_id from ledger.item_remap
            where connection_id = $1 and remap_kind = $2 and shop_key = $3
            for update",
            connection.uuid(),
            subject.kind(),
            subject.key(),
        )
        .fetch_optional(&mut *db)
        .await?;
        sqlx::query!(
            "insert into ledger.item_remap (connection_id, remap_kind, shop_key, item_id, remapped_at)
            values ($1, $2, $3, $4, $5)
            on conflict on constraint item_remap_pkey do update set
                item_id = excluded.item_id,
                remapped_at = excluded.remapped_at",
            connection.uuid(),
            subject.kind(),
            subject.key(),
            item,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let entry = Entry {
            retailer: retailer.uuid(),
            connection: connection.uuid(),
            subject,
            act,
            kind: ActionKind::Remap,
            done: &Done {
                item: Some(item),
                ..Done::plain(ActionOutcome::Remapped)
            },
            before: before.map(|item| json!({"item_id": item})),
        };
        journal::write(&mut db, &entry, now).await?;
        db.commit().await?;
        Ok(Remapped::Now(ItemId::new(item)))
    }
}
