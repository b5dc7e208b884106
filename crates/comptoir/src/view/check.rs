use proto::ledger;
use serde::Serialize;

/// One thing that must hold, and whether it does.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) holds: bool,
    pub(crate) examined: i64,
    pub(crate) failure_count: i64,
    /// The first failures.
    pub(crate) failures: Vec<String>,
}

impl From<ledger::Check> for Check {
    fn from(check: ledger::Check) -> Self {
        let ledger::Check {
            name,
            title,
            examined,
            failures,
            failure_count,
        } = check;
        Self {
            name,
            title,
            holds: failure_count == 0 && failures.is_empty(),
            examined,
            failure_count,
            failures,
        }
    }
}
