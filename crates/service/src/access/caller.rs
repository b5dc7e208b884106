use jiff::Timestamp;
use uuid::Uuid;

use super::Roles;

/// Who calls, as its token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The token's name: of a person, a program or a service.
    pub name: String,
    /// The token itself by its id; `None` of operators and services.
    pub token: Option<Uuid>,
    /// The one retailer that it may speak of; `None` of operators and services, who may of all.
    pub retailer: Option<Uuid>,
    pub roles: Roles,
    /// `None`: for good.
    pub expires_at: Option<Timestamp>,
}

/// What the operator is called.
pub(super) const OPERATOR: &str = "operator";

/// Whether a retailer's token may not go by it: in an audit log it would be taken for the operator's or a service's.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    [OPERATOR, "ledger"].contains(&name.as_str()) || name.starts_with("ingest-")
}

tokio::task_local! {
    /// Travels with the call, as its span does.
    static CURRENT: Caller;
}

impl Caller {
    /// Whoever the call that is being answered is from; `None` outside of calls.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Answers a call of this caller.
    pub(super) async fn answered<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }

    /// Whether it is nobody any more.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}
