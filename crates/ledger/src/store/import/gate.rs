//! The imports that a batch's messages name.

use std::collections::{BTreeSet, HashMap};

use retail::{ConnectionId, ImportId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::state_from;
use crate::decide::{ImportGate, Incoming};
use crate::store::StoreError;

/// Finds them and holds them as they are until the batch is through. Batches without any ask nothing.
pub(in crate::store) async fn lock(
    db: &mut PgConnection,
    incoming: &[Incoming],
) -> Result<HashMap<ImportId, ImportGate>, StoreError> {
    let ids: BTreeSet<ImportId> = incoming
        .iter()
        .filter_map(|message| message.import)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().map(ImportId::uuid).collect();
    sqlx::query!(
        "select import_id, connection_id, state from ledger.import
        where import_id = any($1)
        order by import_id
        for share",
        &ids,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        let gate = ImportGate {
            connection: ConnectionId::new(found.connection_id),
            is_open: state_from(&found.state)?.is_open(),
        };
        Ok((ImportId::new(found.import_id), gate))
    })
    .collect()
}
