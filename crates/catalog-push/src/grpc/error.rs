//! Why a question is not answered, and why nothing is done.

pub use service::refusal::{bad_field, not_found, precondition, unavailable};
use tonic::{Code, Status};

use crate::store::{BulkError, OnceError, RemoveError, RepushError, SaveError, StoreError};

/// The store's failures: logged here, told without what they say of the inside.
impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Race => {
                tracing::warn!(%error, "a question could not be answered");
                unavailable("the database cannot be used")
            }
            StoreError::Data { ref source, .. } => {
                tracing::error!(%error, %source, "the database refuses a row, or one cannot be read");
                Self::new(Code::Internal, "a row cannot be kept or read")
            }
        }
    }
}

impl From<OnceError> for Status {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Reused(_) => {
                precondition("request_reused", "act.request_id", &error.to_string())
            }
            OnceError::Store(error) => error.into(),
        }
    }
}

impl From<SaveError> for Status {
    fn from(error: SaveError) -> Self {
        let message = error.to_string();
        match error {
            SaveError::RevisionDiffers {
                found: _,
                expected: _,
            } => precondition("revision_differs", "expected_revision", &message),
            SaveError::Deleted => precondition("product_deleted", "product", &message),
            SaveError::ItemOfAnother(_) => {
                precondition("item_of_another_product", "product.variants", &message)
            }
            SaveError::UnknownImage(hash) => not_found("image", &hash),
            SaveError::UnknownConnection(id) => not_found("connection", &id.to_string()),
            SaveError::Foreign(id) => not_found("product", &id.to_string()),
            SaveError::Store(error) => error.into(),
        }
    }
}

impl From<RemoveError> for Status {
    fn from(error: RemoveError) -> Self {
        match error {
            RemoveError::Unknown(id) => not_found("product", &id.to_string()),
            RemoveError::Store(error) => error.into(),
        }
    }
}

impl From<RepushError> for Status {
    fn from(error: RepushError) -> Self {
        match error {
            RepushError::UnknownConnection(id) => not_found("connection", &id.to_string()),
            RepushError::Store(error) => error.into(),
        }
    }
}

impl From<BulkError> for Status {
    fn from(error: BulkError) -> Self {
        let message = error.to_string();
        match error {
            BulkError::UnknownConnection(id) => not_found("connection", &id.to_string()),
            BulkError::Grew {
                found: _,
                expected: _,
            } => precondition("selection_grew", "expected_products", &message),
            BulkError::TooMany => bad_field("selection.filter", message),
            BulkError::Store(error) => error.into(),
        }
    }
}
