//! Which connections there are, and where their orders are booked.

use std::collections::{BTreeSet, HashMap};

use retail::posting::Policy;
use retail::{ConnectionId, OutletId, RegisterId, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{StoreError, row};
use crate::decide::{Connection, Incoming};

/// The connections that `incoming` names, as far as they exist (WC-6: the outlet is the register's).
pub(super) async fn find(
    db: &mut PgConnection,
    incoming: &[Incoming],
) -> Result<HashMap<ConnectionId, Connection>, StoreError> {
    let ids: BTreeSet<Uuid> = incoming
        .iter()
        .map(|message| message.connection.uuid())
        .collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    by_id(db, &ids).await
}

pub(super) async fn by_id(
    db: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<ConnectionId, Connection>, StoreError> {
    sqlx::query!(
        "select c.connection_id, c.retailer_id, c.register_id, r.outlet_id, c.order_updates
        from ledger.connection c
        join ledger.register r on r.register_id = c.register_id
        where c.connection_id = any($1)",
        ids,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let settings = Connection {
            retailer: RetailerId::new(found.retailer_id),
            outlet: OutletId::new(found.outlet_id),
            register: RegisterId::new(found.register_id),
            policy: Policy {
                updates: row::order_updates_from(&found.order_updates)?,
            },
        };
        Ok((ConnectionId::new(found.connection_id), settings))
    })
    .collect()
}
