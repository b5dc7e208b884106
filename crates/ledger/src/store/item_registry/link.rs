//! Says which variants of a shop are which items.

use retail::{ConnectionId, ItemId, ShopVariantId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{RegistryError, find_all};
use crate::decide::LinkKind;
use crate::store::ours::{self, is_ours};
use crate::store::{Once, row};

/// A variant of a shop, and the item that it is; `None`: it is not said any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantLink {
    pub variant: ShopVariantId,
    pub item: Option<ItemId>,
}

impl Once {
    /// From now on orders of the connection that name these variants sell these items, whatever the ledger made of
    /// them before; where nothing is said any more, that counts again. As a remap by a person, and in its place. A
    /// line that was recorded keeps its item. `links` holds no variant twice. Gives how many say something else than
    /// before.
    pub async fn link_variants(
        &mut self,
        connection: ConnectionId,
        links: &[VariantLink],
    ) -> Result<u64, RegistryError> {
        let (retailer, now) = (self.retailer(), self.now());
        let db = self.db();
        if !is_ours(db, retailer, connection.uuid()).await? {
            return Err(RegistryError::UnknownConnection);
        }
        ours::lock(db, retailer).await?;
        let mut items: Vec<Uuid> = links
            .iter()
            .filter_map(|link| Some(link.item?.uuid()))
            .collect();
        items.sort_unstable();
        items.dedup();
        find_all(db, retailer, &items).await?;
        let variants: Vec<&str> = links.iter().map(|link| link.variant.as_str()).collect();
        let before = said(db, connection, &variants).await?;
        let given =
            |link: &VariantLink| Some((link.variant.as_str().to_owned(), link.item?.uuid()));
        let (said, meant): (Vec<String>, Vec<Uuid>) = links.iter().filter_map(given).unzip();
        let written = sqlx::query!(
            "insert into ledger.item_remap as r (connection_id, remap_kind, shop_key, item_id, remapped_at)
            select $1, $2, n.shop_key, n.item_id, $5
            from unnest($3::text[], $4::uuid[]) n (shop_key, item_id)
            order by n.shop_key
            on conflict on constraint item_remap_pkey do update
                set item_id = excluded.item_id, remapped_at = excluded.remapped_at
                where r.item_id <> excluded.item_id",
            connection.uuid(),
            LinkKind::Variant.as_str(),
            &said,
            &meant,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let forgotten = sqlx::query!(
            "delete from ledger.item_remap
            where connection_id = $1 and remap_kind = $2 and shop_key = any($3) and shop_key <> all($4)",
            connection.uuid(),
            LinkKind::Variant.as_str(),
            &variants as _,
            &said,
        )
        .execute(db)
        .await?;
        let after = said.into_iter().zip(meant);
        self.note_change(Some(told(before)), told(after));
        Ok(written.rows_affected() + forgotten.rows_affected())
    }
}

/// What is said of the variants now.
async fn said(
    db: &mut PgConnection,
    connection: ConnectionId,
    variants: &[&str],
) -> Result<impl Iterator<Item = (String, Uuid)> + use<>, RegistryError> {
    let found = sqlx::query!(
        "select shop_key, item_id from ledger.item_remap
        where connection_id = $1 and remap_kind = $2 and shop_key = any($3)
        order by shop_key
        for update",
        connection.uuid(),
        LinkKind::Variant.as_str(),
        variants as _,
    )
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|row| (row.shop_key, row.item_id)))
}

/// As the audit log tells it.
fn told(links: impl Iterator<Item = (String, Uuid)>) -> Value {
    let link = |(variant, item)| json!({"variant_id": variant, "item_id": item});
    json!({"links": links.map(link).collect::<Vec<_>>()})
}
