//! From the driver's errors to what a caller can do about them.

/// Why the database did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Rows that it cannot hold. Trying again is no use; without the bad one the others will do.
    #[error("the database refuses what it was given (code {sql_state})")]
    Data {
        /// The SQLSTATE, or `corrupt` for a row that cannot be read back, `encode` for one that cannot be sent.
        sql_state: String,
        /// The constraint that stands against it, where one does.
        constraint: Option<String>,
        #[source]
        source: Box<sqlx::Error>,
    },
    /// Another writer was there first. Trying again at once helps.
    #[error("another writer was there first")]
    Race,
    /// It cannot be asked just now, or does not let us. Nothing is wrong with the rows.
    #[error("the database cannot be used: {0}")]
    Unavailable(#[source] Box<sqlx::Error>),
}

/// SQLSTATE classes that speak of the rows: one key twice in a statement, data exception, integrity violation,
/// limit of the program.
const DATA_CLASSES: [&str; 4] = ["21", "22", "23", "54"];
/// Serialization failure and deadlock.
const RACE_CODES: [&str; 2] = ["40001", "40P01"];

impl StoreError {
    /// A stored text that is none of those the program writes.
    pub(crate) fn corrupt(table: &'static str, column: &'static str, value: &str) -> Self {
        Self::from(sqlx::Error::ColumnDecode {
            index: format!("{table}.{column}"),
            source: format!("{value:?} is not a known value").into(),
        })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let data = |sql_state: &str, error: sqlx::Error| Self::Data {
            sql_state: sql_state.to_owned(),
            constraint: error
                .as_database_error()
                .and_then(|reported| reported.constraint().map(str::to_owned)),
            source: Box::new(error),
        };
        match &error {
            sqlx::Error::Database(reported) => {
                let code = reported.code().unwrap_or_default().into_owned();
                if RACE_CODES.contains(&code.as_str()) {
                    Self::Race
                } else if DATA_CLASSES.iter().any(|class| code.starts_with(class)) {
                    data(&code, error)
                } else {
                    Self::Unavailable(Box::new(error))
                }
            }
            sqlx::Error::Encode(_) => data("encode", error),
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => data("corrupt", error),
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}
