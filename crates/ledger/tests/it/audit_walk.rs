//! Calls writing methods, and looks at what each of them leaves in the audit log.

use std::sync::Arc;

use proto::convert::instant_from;
use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use proto::ledger::audit_client::AuditClient;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use service::access::{Authorized, PUSHER};
use service::clock::Clock;
use service_kit::{OPERATOR, bearer};
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::client::Client;
use crate::support::RETAILER;

/// Who ingest services are.
pub const SERVICE: &str = "ingest-woocommerce";

/// Follows what is called.
pub struct Trail {
    operator: Authorized,
    url: String,
    clock: Arc<dyn Clock>,
    /// The methods that were called.
    pub walked: Vec<String>,
    seen: Vec<wire::AuditEntry>,
    caller: String,
    token_id: String,
}

/// What an entry says of a write.
#[derive(Debug)]
pub struct Left {
    pub subject: String,
    /// Null: nothing was there.
    pub before: Value,
    pub after: Value,
}

impl Trail {
    pub fn of(client: &Client, clock: impl Clock) -> Self {
        Self {
            operator: client.channel.clone(),
            url: client.url.clone(),
            clock: Arc::new(clock),
            walked: Vec::new(),
            seen: Vec::new(),
            caller: String::new(),
            token_id: String::new(),
        }
    }

    /// From now on `client` calls by an owner's token that is named as the method it calls next.
    pub async fn own(&mut self, client: &mut Client, method: &str) {
        let request = wire::CreateTokenRequest {
            retailer_id: RETAILER.to_string(),
            name: method.to_owned(),
            roles: vec![wire::Role::Owner.into()],
            expires_at: None,
            act: Some(wire::Act {
                request_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, method.as_bytes()).to_string(),
                actor: "a test".to_owned(),
                note: String::new(),
            }),
        };
        let mut access = AccessClient::new(self.operator.clone());
        let made = access.create_token(request).await.unwrap().into_inner();
        let token_id = made.token.unwrap().token_id;
        self.next(client, method, &made.secret).await;
        (self.caller, self.token_id) = (method.to_owned(), token_id);
    }

    /// From now on `client` calls as the operator, whose token has no id.
    pub async fn operator(&mut self, client: &mut Client, method: &str) {
        self.next(client, method, OPERATOR).await;
        (self.caller, self.token_id) = ("operator".to_owned(), String::new());
    }

    /// From now on `client` calls as an ingest service.
    pub async fn service(&mut self, client: &mut Client, method: &str) {
        let token = service_kit::secrets()
            .keys()
            .mint(SERVICE, self.clock.now());
        self.next(client, method, token.expose_secret()).await;
        (self.caller, self.token_id) = (SERVICE.to_owned(), String::new());
    }

    /// From now on `client` calls as the service that writes to shops.
    pub async fn pusher(&mut self, client: &mut Client, method: &str) {
        let token = service_kit::secrets().keys().mint(PUSHER, self.clock.now());
        self.next(client, method, token.expose_secret()).await;
        (self.caller, self.token_id) = (PUSHER.to_owned(), String::new());
    }

    async fn next(&mut self, client: &mut Client, method: &str, token: &str) {
        let endpoint = Endpoint::from_shared(self.url.clone()).unwrap();
        client.call_by(bearer(token).on(endpoint.connect_lazy()));
        self.walked.push(method.to_owned());
        self.seen = self.entries().await;
    }

    /// The one entry that was left since then, by the token that was called by.
    pub async fn left(&mut self) -> Left {
        let method = self.walked.last().unwrap().replace('/', ".");
        let method = match method.as_str() {
            // One order after the other.
            "WaitingOrders.RetryAllParked" => "WaitingOrders.RetryParked",
            method => method,
        };
        let mut left = self.entries().await;
        left.retain(|entry| !self.seen.contains(entry));
        let entry = left.pop().unwrap_or_else(|| panic!("{method} left none"));
        assert_eq!(left, [], "{method}");
        assert_eq!(entry.method, method);
        let by = (entry.caller.as_str(), entry.token_id.as_str());
        assert_eq!(by, (self.caller.as_str(), self.token_id.as_str()));
        let done_at = instant_from("done_at", entry.done_at).unwrap();
        let ago = self.clock.now().duration_since(done_at);
        assert!(!ago.is_negative() && ago.as_mins() < 1, "{method}");
        Left {
            subject: entry.subject,
            before: json_of(&entry.before),
            after: json_of(&entry.after),
        }
    }

    /// All there is, in small pages.
    pub async fn entries(&self) -> Vec<wire::AuditEntry> {
        let mut audit = AuditClient::new(self.operator.clone());
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
}

impl Left {
    /// Of a field that was there before and after.
    pub fn change(&self, field: &str) -> (String, String) {
        let told = |value: &Value| match &value[field] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (told(&self.before), told(&self.after))
    }

    pub fn assert_change(&self, field: &str, before: &str, after: &str) {
        let expected = (before.to_owned(), after.to_owned());
        assert_eq!(self.change(field), expected, "{self:?}");
    }

    /// Of the first level: what was on hand, and what is.
    pub fn assert_level(&self, before: &str, after: &str) {
        let on_hand = |value: &Value| value["levels"][0]["on_hand"].clone();
        assert_eq!(
            (on_hand(&self.before), on_hand(&self.after)),
            (before.into(), after.into())
        );
    }
}

fn json_of(text: &str) -> Value {
    match text {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap(),
    }
}
