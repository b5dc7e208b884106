//! Imports: what the batches that bring their orders lock and note, their life, and taking them back.
//!
//! Whoever changes an import's state waits for the batches that hold it; from then on no batch of it gets
//! in. So nothing of an import is recorded after the moment from which it is taken back.

mod begin;
mod end;
mod gate;
mod note;
mod preview;
mod read;
mod undo;
mod withdrawn;

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::audit::Entry;
use crate::decide::{Imported, Kept};

pub use preview::{Preview, PreviewedLevel, PreviewedOrder};
pub use read::{ImportCounts, ImportKey, ImportLevelView, ImportOrderView, ImportView};
pub use undo::Undone;

pub(super) use gate::lock;
pub(super) use note::note;
pub(super) use undo::{TOPIC as UNDONE_TOPIC, void};
pub(super) use withdrawn::{find_withdrawn, readmit};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    Running,
    /// All its orders were sent.
    Complete,
    Cancelled,
    /// Being taken back.
    Undoing,
    Undone,
}

/// What became of an order when its import was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    Undone,
    Kept(Kept),
}

/// Why an import cannot be brought where it should go.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the retailer has no such import")]
    Unknown,
    /// The id belongs to an import of another connection.
    #[error("another connection's import has this id")]
    Taken,
    #[error("the retailer has no such connection")]
    UnknownConnection,
    /// Another one of the same connection is running or being taken back.
    #[error("another import of this connection is under way")]
    Busy,
    #[error("the import is {0}")]
    Is(ImportState),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// Whether its orders are taken.
    const fn is_open(self) -> bool {
        match self {
            Self::Running | Self::Complete => true,
            Self::Cancelled | Self::Undoing | Self::Undone => false,
        }
    }
}

impl std::fmt::Display for ImportState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::constraint);
        if constraint == Some("import_connection_id_key") {
            return Self::Busy;
        }
        Self::Store(error.into())
    }
}

fn state_from(text: &str) -> Result<ImportState, StoreError> {
    match text {
        "running" => Ok(ImportState::Running),
        "complete" => Ok(ImportState::Complete),
        "cancelled" => Ok(ImportState::Cancelled),
        "undoing" => Ok(ImportState::Undoing),
        "undone" => Ok(ImportState::Undone),
        other => Err(StoreError::corrupt("import", "state", other)),
    }
}

fn imported_from(text: &str) -> Result<Imported, StoreError> {
    Imported::ALL
        .into_iter()
        .find(|imported| imported.as_str() == text)
        .ok_or_else(|| StoreError::corrupt("import_order", "outcome", text))
}

fn undo_from(undo: Option<&str>, kept: Option<&str>) -> Result<Option<Undo>, StoreError> {
    match (undo, kept) {
        (None, _) => Ok(None),
        (Some("undone"), _) => Ok(Some(Undo::Undone)),
        (Some("kept"), Some("moved_since")) => Ok(Some(Undo::Kept(Kept::MovedSince))),
        (Some("kept"), Some("sale_before")) => Ok(Some(Undo::Kept(Kept::SaleBefore))),
        (Some("kept"), Some("paid_here")) => Ok(Some(Undo::Kept(Kept::PaidHere))),
        (Some("kept"), Some("invoiced_here")) => Ok(Some(Undo::Kept(Kept::InvoicedHere))),
        (Some("kept"), Some("handed_over_here")) => Ok(Some(Undo::Kept(Kept::HandedOverHere))),
        (Some(other), _) => Err(StoreError::corrupt("import_order", "undo", other)),
    }
}

/// What somebody made of an import, as the audit log tells it.
fn entry(
    id: Uuid,
    method: &'static str,
    import: &ImportView,
    before: Option<ImportState>,
) -> Entry {
    let undone = import.counts.undone;
    Entry {
        id,
        retailer: import.retailer,
        method,
        subject: format!("{} import {}", import.connection, import.import),
        before: before.map(|state| json!({"state": state.as_str()})),
        after: match import.state {
            ImportState::Running | ImportState::Complete | ImportState::Cancelled => {
                json!({"state": import.state.as_str()})
            }
            ImportState::Undoing | ImportState::Undone => {
                json!({"state": import.state.as_str(), "undone": undone})
            }
        },
    }
}

/// An import's connection and state, locked against batches and other calls.
async fn lock_alone(
    db: &mut PgConnection,
    retailer: Uuid,
    import: Uuid,
) -> Result<(Uuid, ImportState), ImportError> {
    let found = sqlx::query!(
        "select connection_id, state from ledger.import
        where import_id = $1 and retailer_id = $2
        for update",
        import,
        retailer,
    )
    .fetch_optional(db)
    .await?
    .ok_or(ImportError::Unknown)?;
    Ok((found.connection_id, state_from(&found.state)?))
}
