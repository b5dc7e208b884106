//! How products stand in shops.

use jiff::Timestamp;
use retail::{ConnectionId, ProductId, RetailerId};

use super::super::row::SqlTimestamp;
use super::super::{Store, StoreError};
use super::listing::Standing;

/// Which ones are meant: those that meet every condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListingFilter {
    pub connection: Option<ConnectionId>,
    pub standing: Option<Standing>,
    pub only_refused: bool,
}

/// A product in one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingView {
    pub key: ListingKey,
    pub product_name: String,
    pub standing: Standing,
    pub shop_product: Option<String>,
    pub is_up_to_date: bool,
    pub candidates: Vec<String>,
    pub refusal: Option<RefusalView>,
}

/// Why a shop does not take it as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalView {
    /// As programs read it.
    pub why: String,
    pub says: String,
    pub at: Timestamp,
}

/// A listing's place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingKey {
    pub product: ProductId,
    pub connection: ConnectionId,
}

impl Store {
    /// Up to `limit` listings after `after`, by product and connection.
    pub async fn list_listings(
        &self,
        retailer: RetailerId,
        filter: &ListingFilter,
        after: Option<ListingKey>,
        limit: i64,
    ) -> Result<Vec<ListingView>, StoreError> {
        let found = sqlx::query!(
            r#"select l.connection_id, l.product_id, p.name, l.standing, l.shop_product_id, l.candidates,
                coalesce(l.pushed_revision = p.revision, false) as "is_up_to_date!",
                l.refused_why, l.refused_says, l.refused_at as "refused_at: SqlTimestamp"
            from catalog.listing l
            join catalog.product p on p.product_id = l.product_id
            where p.retailer_id = $1
                and ($2::uuid is null or l.connection_id = $2)
                and ($3::text is null or l.standing = $3)
                and (not $4 or l.refused_why is not null)
                and ($5::uuid is null or (l.product_id, l.connection_id) > ($5, $6::uuid))
            order by l.product_id, l.connection_id
            limit $7"#,
            retailer.uuid(),
            filter.connection.map(ConnectionId::uuid),
            filter.standing.map(Standing::as_str),
            filter.only_refused,
            after.map(|key| key.product.uuid()),
            after.map(|key| key.connection.uuid()),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        found
            .into_iter()
            .map(|found| {
                // A constraint sees to it that all are there or none is.
                let refusal = found
                    .refused_why
                    .zip(found.refused_says.zip(found.refused_at));
                Ok(ListingView {
                    key: ListingKey {
                        product: ProductId::new(found.product_id),
                        connection: ConnectionId::new(found.connection_id),
                    },
                    product_name: found.name,
                    standing: Standing::read(&found.standing)?,
                    shop_product: found.shop_product_id,
                    is_up_to_date: found.is_up_to_date,
                    candidates: found.candidates,
                    refusal: refusal.map(|(why, (says, at))| RefusalView {
                        why,
                        says,
                        at: at.to_jiff(),
                    }),
                })
            })
            .collect()
    }
}
