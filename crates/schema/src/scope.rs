//! For whom a session works. What it says of itself decides which rows it reaches: see `wall.rs`.

use std::fmt;

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// The setting of a session that policies ask. Where it is not set, the session works for nobody.
pub(crate) const SETTING: &str = "comptoir.retailer";

/// For whom a session works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// For the service itself, which looks after the rows of all.
    Everybody,
    /// For one retailer, and its rows alone.
    Retailer(Uuid),
    /// Rows that are anybody's are not there.
    Nobody,
}

/// Who decides for whom the connections of a pool work.
#[derive(Clone, Copy, Debug)]
pub enum Scoping {
    /// For the service itself, all of them.
    Ours,
    /// Asked by the task that takes a connection, each time.
    PerTask(fn() -> Scope),
}

impl Scope {
    /// From now on `db` works for it. One round trip.
    pub(crate) async fn take(self, db: &mut PgConnection) -> Result<(), sqlx::Error> {
        // Settings take no parameters. An id, a star and nothing are plain enough to stand in the text.
        let statement = format!("set {SETTING} = '{self}'");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await?;
        Ok(())
    }
}

/// As the setting has it.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("*"),
            Self::Retailer(id) => write!(f, "{id}"),
            Self::Nobody => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_said_in_plain_words() {
        let id = Uuid::from_u128(7);
        assert_eq!(Scope::Everybody.to_string(), "*");
        assert_eq!(Scope::Retailer(id).to_string(), id.hyphenated().to_string());
        assert_eq!(Scope::Nobody.to_string(), "");
    }
}
