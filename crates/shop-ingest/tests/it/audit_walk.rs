//! Calls writing methods, and looks at what each of them leaves in the audit log.

use std::collections::BTreeSet;

use proto::connect as wire;
use proto::connect::audit_client::AuditClient;
use proto::convert::instant_from;
use proto::ledger::{AuditEntry, Role};
use serde_json::Value;
use service::access::{Authorized, TokenDigest};
use service::clock::{Clock as _, SystemClock};
use service_kit::{OPERATOR, bearer};
use tonic::transport::Endpoint;
use tonic::{Response, Status};

use crate::access::known_token;
use crate::database::{RETAILER, connection_id};
use crate::running::Running;

/// An operator alone may: no token of a retailer is of its name.
pub const OPERATORS: &str = "Imports/SetImportEntitlement";

/// Calls methods, and looks at what each of them leaves in the log.
pub struct Trail<'a> {
    pub running: &'a Running,
    pub walked: BTreeSet<String>,
}

/// What an entry says of a write.
pub struct Left {
    pub subject: String,
    pub before: Value,
    pub after: Value,
}

impl Trail<'_> {
    /// Calls a writing method with a token of its own name. It leaves one entry.
    pub async fn of<T>(
        &mut self,
        method: &str,
        call: impl AsyncFnOnce(Authorized) -> Result<Response<T>, Status>,
    ) -> Left {
        self.walked.insert(method.to_owned());
        let (from, before) = (SystemClock.now(), entries(self.running).await);
        let (channel, caller, token_id) = self.with_own_token(method);
        call(channel).await.unwrap();
        let mut left = entries(self.running).await;
        left.retain(|entry| !before.contains(entry));
        let entry = left.pop().unwrap_or_else(|| panic!("{method} left none"));
        assert_eq!(left, [], "{method}");
        assert_eq!(entry.method, method.replace('/', "."));
        assert_eq!((entry.caller, entry.token_id), (caller, token_id));
        let done_at = instant_from("done_at", entry.done_at).unwrap();
        let is_kept_as_micros = from.as_microsecond() <= done_at.as_microsecond();
        assert!(is_kept_as_micros && done_at <= SystemClock.now());
        Left {
            subject: entry.subject,
            before: json_of(&entry.before),
            after: json_of(&entry.after),
        }
    }

    fn with_own_token(&self, method: &str) -> (Authorized, String, String) {
        let endpoint = Endpoint::from_shared(self.running.grpc.clone()).unwrap();
        let channel = endpoint.connect_lazy();
        if method == OPERATORS {
            let operator = bearer(OPERATOR).on(channel);
            return (operator, "operator".to_owned(), String::new());
        }
        let (text, token) = (
            format!("comptoir_{method}"),
            known_token(method, Role::Owner),
        );
        let digest = TokenDigest::of(&text).as_bytes().to_vec();
        let mut known = self.running.books.tokens.lock().unwrap();
        known.insert(digest, (RETAILER, token.clone()));
        drop(known);
        (bearer(&text).on(channel), token.name, token.token_id)
    }
}

pub async fn entries(running: &Running) -> Vec<AuditEntry> {
    let mut audit = AuditClient::new(service_kit::as_operator(&running.grpc));
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = wire::ListAuditEntriesRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 3,
            page_token,
        };
        let page = audit.list_audit_entries(request).await.unwrap();
        let page = page.into_inner();
        all.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

fn json_of(text: &str) -> Value {
    match text {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap(),
    }
}

pub fn retailer() -> String {
    RETAILER.to_string()
}

pub fn first() -> String {
    connection_id(1).to_string()
}

pub fn of_first(what: &str) -> String {
    format!("{} {what}", first())
}
