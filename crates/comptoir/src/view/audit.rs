use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger as wire;
use serde::Serialize;
use serde_json::Value;

/// One write that somebody asked a service for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Audited {
    pub(crate) service: String,
    #[serde(flatten)]
    pub(crate) entry: AuditEntry,
}

/// One write that somebody asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuditEntry {
    pub(crate) done_at: Timestamp,
    pub(crate) method: String,
    pub(crate) subject: String,
    pub(crate) caller: String,
    pub(crate) token_id: String,
    pub(crate) actor: String,
    pub(crate) note: String,
    pub(crate) request_id: String,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

impl TryFrom<wire::AuditEntry> for AuditEntry {
    type Error = WireError;

    fn try_from(entry: wire::AuditEntry) -> Result<Self, WireError> {
        let wire::AuditEntry {
            request_id,
            method,
            subject,
            caller,
            token_id,
            actor,
            note,
            done_at,
            before,
            after,
            answer: _,
        } = entry;
        Ok(Self {
            done_at: instant_from("done_at", done_at)?,
            method,
            subject,
            caller,
            token_id,
            actor,
            note,
            request_id,
            before: json("before", &before)?,
            after: json("after", &after)?,
        })
    }
}

fn json(field: &'static str, text: &str) -> Result<Option<Value>, WireError> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = serde_json::from_str(text);
    value
        .map(Some)
        .map_err(|error| WireError::invalid(field, error))
}
