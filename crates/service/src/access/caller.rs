use std::sync::Arc;

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
    [OPERATOR, "ledger", "catalog-push"].contains(&name.as_str()) || name.starts_with("ingest-")
}

tokio::task_local! {
    /// Travels with the call, as its span does.
    static CURRENT: Arc<Caller>;
}

impl Caller {
    /// Whoever the call that is being answered is from; `None` outside of calls.
    #[must_use]
    pub fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Takes the caller along: a task that a call begins belongs to no call by itself.
    pub async fn along<F: Future>(caller: Option<Arc<Self>>, task: F) -> F::Output {
        match caller {
            Some(caller) => caller.answered(task).await,
            None => task.await,
        }
    }

    /// Answers a call of this caller.
    pub(super) async fn answered<F: Future>(self: Arc<Self>, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }

    /// Goes on with an answer to this caller.
    pub(super) fn goes_on<T>(self: &Arc<Self>, with: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(Arc::clone(self), with)
    }

    /// Whether it is nobody any more.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Arc<Caller> {
        Arc::new(Caller {
            name: "till 1".to_owned(),
            token: None,
            retailer: Some(Uuid::from_u128(1)),
            roles: Roles::READ,
            expires_at: None,
        })
    }

    #[tokio::test]
    async fn a_task_knows_its_caller_when_it_is_taken_along() {
        let known = caller().answered(async {
            let mut tasks = tokio::task::JoinSet::new();
            tasks.spawn(async { Caller::current() });
            let left = tasks.join_next().await.unwrap().unwrap();
            tasks.spawn(Caller::along(Caller::current(), async {
                Caller::current()
            }));
            (left, tasks.join_next().await.unwrap().unwrap())
        });
        assert_eq!(known.await, (None, Some(caller())));
        assert_eq!(Caller::current(), None);
    }
}
