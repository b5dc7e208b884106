//! Shops are told again, whatever they show.

use retail::{ConnectionId, ProductId};
use serde_json::json;
use uuid::Uuid;

use super::super::row;
use super::super::{Once, StoreError, channels};
use super::listing::Standing;
use crate::push::Rank;

/// What is told again: what meets every condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepushAsked {
    pub connection: Option<ConnectionId>,
    /// Empty: all.
    pub products: Vec<ProductId>,
    pub standing: Option<Standing>,
}

/// Why nothing is told again.
#[derive(Debug, thiserror::Error)]
pub enum RepushError {
    #[error("there is no connection {0}")]
    UnknownConnection(ConnectionId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Once {
    /// Gives how many products in shops that are.
    pub async fn repush(&mut self, asked: &RepushAsked) -> Result<i64, RepushError> {
        let (retailer, now) = (self.retailer(), self.now());
        let named: Vec<ConnectionId> = asked.connection.into_iter().collect();
        let db = self.db();
        if let Some(unknown) = channels::unknown(db, retailer, &named).await? {
            return Err(RepushError::UnknownConnection(unknown));
        }
        let products: Vec<Uuid> = asked.products.iter().map(|id| id.uuid()).collect();
        let changed = sqlx::query!(
            "with meant as (
                select l.connection_id, l.product_id
                from catalog.listing l
                join catalog.connection k on k.connection_id = l.connection_id and k.retailer_id = $1 and k.is_linked
                where ($2::uuid is null or l.connection_id = $2) and l.standing <> 'apart'
                    and (cardinality($3::uuid[]) = 0 or l.product_id = any($3))
                    and ($4::text is null or l.standing = $4)
                order by l.connection_id, l.product_id
                for no key update of l
            ), known_no_more as (
                update catalog.listing_item i set confirmed = null, mark = null, confirmed_at = null
                from meant m where i.connection_id = m.connection_id and i.product_id = m.product_id
            )
            update catalog.listing l
            set pushed_revision = null, candidates = '{}', words = l.words + 1, gone = null,
                standing = case when l.standing in ('missing', 'review', 'refused') and l.shop_product_id is null
                    then 'wanted' else l.standing end
            from meant m where l.connection_id = m.connection_id and l.product_id = m.product_id
            returning l.connection_id, l.product_id",
            retailer.uuid(),
            asked.connection.map(ConnectionId::uuid),
            &products,
            asked.standing.map(Standing::as_str),
        )
        .fetch_all(&mut *db)
        .await
        .map_err(StoreError::from)?;
        let (connections, meant): (Vec<Uuid>, Vec<Uuid>) = changed
            .iter()
            .map(|row| (row.connection_id, row.product_id))
            .unzip();
        sqlx::query!(
            "insert into catalog.work as w (connection_id, kind, subject, rank, since, not_before, tries, mark)
            select n.connection_id, n.kind, n.subject, n.rank, $3, $3, 0, 1
            from (
                select m.connection_id, 'listing' as kind, m.product_id as subject, $4::smallint as rank
                from unnest($1::uuid[], $2::uuid[]) m (connection_id, product_id)
                union all
                select i.connection_id, 'stock', i.item_id, $5::smallint
                from unnest($1::uuid[], $2::uuid[]) m (connection_id, product_id)
                join catalog.listing_item i on i.connection_id = m.connection_id and i.product_id = m.product_id
            ) n
            order by n.connection_id, n.kind, n.subject
            on conflict on constraint work_pkey do update
                set mark = w.mark + 1, tries = 0, not_before = least(w.not_before, excluded.not_before)",
            &connections,
            &meant,
            row::at(now) as _,
            Rank::Content.number(),
            Rank::Stock.number(),
        )
        .execute(&mut *db)
        .await
        .map_err(StoreError::from)?;
        let count = i64::try_from(changed.len()).unwrap_or(i64::MAX);
        self.note_change(
            None,
            json!({
                "connection_id": asked.connection.map(|id| id.to_string()),
                "products": asked.products.len(),
                "standing": asked.standing.map(Standing::as_str),
                "listings": count,
            }),
        );
        Ok(count)
    }
}
