//! Orders that were taken back and stay out until they are imported anew.

use std::collections::HashSet;

use jiff::Timestamp;
use retail::{ConnectionId, ImportId, SaleState, ShopOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decide::{Group, Head};
use crate::store::{StoreError, row};

/// Those of the batch. Their sales are void, so that a batch without void sales asks nothing.
pub(in crate::store) async fn find_withdrawn<'a>(
    db: &mut PgConnection,
    groups: &[Group<'a>],
    heads: &[Option<Head>],
) -> Result<HashSet<(ConnectionId, &'a ShopOrderId)>, StoreError> {
    let is_void = |head: &Option<Head>| {
        let sale = head.as_ref().and_then(|head| head.sale.as_ref());
        sale.is_some_and(|sale| sale.recorded.state == SaleState::Voided)
    };
    let void: Vec<&Group<'a>> = groups
        .iter()
        .zip(heads)
        .filter(|(_, head)| is_void(head))
        .map(|(group, _)| group)
        .collect();
    if void.is_empty() {
        return Ok(HashSet::new());
    }
    let connections: Vec<Uuid> = void.iter().map(|group| group.connection.uuid()).collect();
    let orders: Vec<&str> = void.iter().map(|group| group.order.as_str()).collect();
    let places = sqlx::query_scalar!(
        r#"select k.place as "place!"
        from unnest($1::uuid[], $2::text[]) with ordinality k (connection_id, shop_order_id, place)
        join ledger.withdrawn_order w
            on w.connection_id = k.connection_id and w.shop_order_id = k.shop_order_id"#,
        &connections,
        &orders as _,
    )
    .fetch_all(db)
    .await?;
    Ok(places
        .into_iter()
        .filter_map(|place| void.get(row::place(place)))
        .map(|group| (group.connection, group.order))
        .collect())
}

/// They count again.
pub(in crate::store) async fn readmit(
    db: &mut PgConnection,
    orders: &[(ConnectionId, &ShopOrderId)],
) -> Result<(), StoreError> {
    if orders.is_empty() {
        return Ok(());
    }
    let connections: Vec<Uuid> = orders.iter().map(|(of, _)| of.uuid()).collect();
    let orders: Vec<&str> = orders.iter().map(|(_, order)| order.as_str()).collect();
    sqlx::query!(
        "delete from ledger.withdrawn_order w
        using unnest($1::uuid[], $2::text[]) n (connection_id, shop_order_id)
        where w.connection_id = n.connection_id and w.shop_order_id = n.shop_order_id",
        &connections,
        &orders as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// They stay out from now on.
pub(super) async fn write(
    db: &mut PgConnection,
    import: ImportId,
    connection: ConnectionId,
    orders: &[&str],
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into ledger.withdrawn_order (connection_id, shop_order_id, import_id, withdrawn_at)
        select $1, n.*, $3, $4 from unnest($2::text[]) n",
        connection.uuid(),
        orders as _,
        import.uuid(),
        row::at(now) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
