//! From the driver's errors to what a caller can do about them.

/// Why the service's memory did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be asked just now, or does not let us. Trying again later helps.
    #[error("the database cannot be used: {0}")]
    Unavailable(#[source] Box<sqlx::Error>),
    /// A row that this program did not write, or that was sealed with a key that is gone.
    #[error("{table} {key} cannot be read back: {reason}")]
    Corrupt {
        table: &'static str,
        key: String,
        reason: String,
    },
}

impl StoreError {
    /// Whether the database cannot be reached, and nothing else would be done either.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Unavailable(error) => !matches!(**error, sqlx::Error::Database(_)),
            Self::Corrupt { .. } => false,
        }
    }

    pub(crate) fn corrupt(
        table: &'static str,
        key: impl std::fmt::Display,
        reason: impl std::fmt::Display,
    ) -> Self {
        Self::Corrupt {
            table,
            key: key.to_string(),
            reason: reason.to_string(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
