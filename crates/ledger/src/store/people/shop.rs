use retail::{ConnectionId, RetailerId};
use serde_json::json;
use uuid::Uuid;

use super::erase::{Erasing, Orders};
use super::{Eraser, PeopleError, lock_alone};
use crate::store::audit::{self, Entry};
use crate::store::{Store, StoreError};

/// People of one transaction.
const PAGE_LIMIT: i64 = 200;

/// How far a shop's people are erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedShop {
    pub erased: usize,
    /// Nobody remains.
    pub is_done: bool,
}

impl Store {
    /// Erases the next of those who bought in this shop and nowhere else. Whoever bought elsewhere too stays on file:
    /// the shop that goes is not the only one that knows them. To be repeated until it is done.
    pub async fn erase_shop(
        &self,
        eraser: Eraser<'_>,
        retailer: RetailerId,
        connection: ConnectionId,
    ) -> Result<ErasedShop, PeopleError> {
        let mut db = self.pool.begin().await?;
        lock_alone(&mut db, retailer).await?;
        let customers: Vec<Uuid> = sqlx::query_scalar!(
            r#"select c.customer_id
            from (select distinct customer_id from ledger.sale
                where connection_id = $1 and retailer_id = $2) s
            join ledger.customer c on c.customer_id = s.customer_id
            where c.guest_of is null and c.erased_at is null and not exists (
                select from ledger.sale o
                where o.customer_id = c.customer_id and o.connection_id is distinct from $1)
            order by c.customer_id
            limit $3"#,
            connection.uuid(),
            retailer.uuid(),
            PAGE_LIMIT,
        )
        .fetch_all(&mut *db)
        .await
        .map_err(StoreError::from)?;
        let count = customers.len();
        let now = self.clock.now();
        // Its archive goes as a whole: nobody has to be looked for there.
        let erasing = Erasing {
            retailer,
            now,
            customers,
            email: None,
            orders: Orders::new(),
            shop: Some(connection),
        };
        erasing.run(&mut db, eraser).await?;
        let entry = Entry {
            id: self.ids.next(),
            retailer: retailer.uuid(),
            method: "Erasures.EraseShop",
            subject: connection.to_string(),
            before: None,
            after: json!({"erased_customers": count}),
        };
        audit::enter(&mut db, entry, now).await?;
        db.commit().await?;
        Ok(ErasedShop {
            erased: count,
            is_done: i64::try_from(count).is_ok_and(|erased| erased < PAGE_LIMIT),
        })
    }
}
