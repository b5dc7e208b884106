//! Why a question is not answered, and why nothing is done.

pub use service::refusal::{bad_field, not_found, precondition, unavailable};
use tonic::{Code, Status};

use crate::store::{
    BulkError, DriftError, LinkError, OnceError, RemoveError, RepushError, SaveError, SheetError,
    StoreError,
};

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

impl From<LinkError> for Status {
    fn from(error: LinkError) -> Self {
        let message = error.to_string();
        match error {
            LinkError::UnknownConnection(id) => not_found("connection", &id.to_string()),
            LinkError::UnknownProduct(id) => not_found("product", &id.to_string()),
            LinkError::UnknownItem(id) => not_found("item", &id.to_string()),
            LinkError::ListingTaken {
                shop_product: _,
                product: _,
            } => precondition("listing_taken", "changes", &message),
            LinkError::Store(error) => error.into(),
        }
    }
}

impl From<DriftError> for Status {
    fn from(error: DriftError) -> Self {
        match error {
            DriftError::UnknownConnection(id) => not_found("connection", &id.to_string()),
            DriftError::Store(error) => error.into(),
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

impl From<SheetError> for Status {
    fn from(error: SheetError) -> Self {
        let message = error.to_string();
        match error {
            SheetError::Unknown(id) => not_found("sheet", &id.to_string()),
            SheetError::UnknownConnection(id) => not_found("connection", &id.to_string()),
            SheetError::Begun(_) => precondition("sheet_begun", "columns", &message),
            SheetError::Closed(_) => precondition("sheet_closed", "sheet_id", &message),
            SheetError::TooManyRows => bad_field("rows", message),
            SheetError::RowsMissing { kept: _, told: _ } => {
                precondition("rows_missing", "rows", &message)
            }
            SheetError::NotReady {
                state: _,
                findings: _,
            } => precondition("sheet_not_ready", "sheet_id", &message),
            SheetError::Differs {
                found: _,
                expected: _,
            } => precondition("sheet_differs", "expected_rows", &message),
            SheetError::Store(error) => error.into(),
        }
    }
}
