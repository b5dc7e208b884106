//! The number of a till's sale: of its register, from 1, none left out (decision 0017).

use retail::{ConnectionId, ReceiptNumber, RetailerId, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decide::TILL_PLATFORM;
use crate::store::StoreError;

/// What stands before it, so that people tell it from a shop's.
const PREFIX: &str = "T";

/// What a till's next sale goes by.
pub(super) struct Number {
    pub connection: ConnectionId,
    pub order: ShopOrderId,
    pub receipt: ReceiptNumber,
}

/// Takes the next number of a register that is known. It is counted with the sale or not at all; until then
/// other sales of the register wait. `new` is for the connection of one that never sold anything.
pub(super) async fn take(
    db: &mut PgConnection,
    retailer: RetailerId,
    register: Uuid,
    new: ConnectionId,
) -> Result<Number, StoreError> {
    let taken = sqlx::query!(
        "insert into ledger.till as t (register_id, connection_id, sale_count) values ($1, $2, 1)
        on conflict on constraint till_pkey do update set sale_count = t.sale_count + 1
        returning connection_id, sale_count",
        register,
        new.uuid(),
    )
    .fetch_one(&mut *db)
    .await?;
    if taken.connection_id == new.uuid() {
        sqlx::query!(
            "insert into ledger.connection (connection_id, retailer_id, platform, register_id,
                order_updates)
            values ($1, $2, $3, $4, 'apply')",
            new.uuid(),
            retailer.uuid(),
            TILL_PLATFORM,
            register,
        )
        .execute(&mut *db)
        .await?;
    }
    let number = taken.sale_count.to_string();
    let wrong = |_| StoreError::corrupt("till", "sale_count", &number);
    Ok(Number {
        connection: ConnectionId::new(taken.connection_id),
        order: ShopOrderId::new(&number).map_err(wrong)?,
        receipt: ReceiptNumber::new(&format!("{PREFIX}{number}")).map_err(wrong)?,
    })
}
