//! `comptoir.connect.v1.Audit`: who had what done here.

use jiff::Timestamp;
use proto::connect as wire;
use proto::convert::instant_into;
use proto::ledger::AuditEntry;
use retail::RetailerId;
use service::refusal::bad_field;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::page::{cut, limit_of, unknown_token};
use crate::store::{AuditPlace, AuditView, Store};

/// Where the audit log is asked for.
#[derive(Clone)]
pub(crate) struct Audit {
    pub(crate) store: Store,
}

#[tonic::async_trait]
impl wire::audit_server::Audit for Audit {
    async fn list_audit_entries(
        &self,
        request: Request<wire::ListAuditEntriesRequest>,
    ) -> Result<Response<wire::ListAuditEntriesResponse>, Status> {
        let wire::ListAuditEntriesRequest {
            retailer_id,
            page_size,
            page_token,
        } = request.into_inner();
        let limit = limit_of(page_size)?;
        let retailer: RetailerId = retailer_id
            .parse()
            .map_err(|_| bad_field("retailer_id", "is not a UUID"))?;
        let after = place_from(&page_token)?;
        let mut entries = self.store.list_audit(retailer, after, limit + 1).await?;
        let next = cut(&mut entries, limit).map(|last| token_of(last.place));
        Ok(Response::new(wire::ListAuditEntriesResponse {
            entries: entries.into_iter().map(entry_into).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}

fn entry_into(entry: AuditView) -> AuditEntry {
    let AuditView {
        place: AuditPlace { done_at, entry },
        method,
        connection,
        subject,
        caller,
        token,
        actor,
        before,
        after,
    } = entry;
    let connection = connection.map(|id| id.to_string()).unwrap_or_default();
    let text = |value: Option<serde_json::Value>| value.map(|value| value.to_string());
    AuditEntry {
        request_id: entry.to_string(),
        method,
        subject: format!("{connection} {subject}").trim().to_owned(),
        caller: caller.unwrap_or_default(),
        token_id: token.map(|token| token.to_string()).unwrap_or_default(),
        actor,
        note: String::new(),
        done_at: Some(instant_into(done_at)),
        before: text(before).unwrap_or_default(),
        after: text(after).unwrap_or_default(),
        answer: Vec::new(),
    }
}

/// What [`place_from`] reads.
fn token_of(place: AuditPlace) -> String {
    let AuditPlace { done_at, entry } = place;
    format!("{}.{entry}", done_at.as_microsecond())
}

/// The entry after which a page begins; none: the last one.
fn place_from(token: &str) -> Result<Option<AuditPlace>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let (micros, entry) = token.split_once('.')?;
        Some(AuditPlace {
            done_at: Timestamp::from_microsecond(micros.parse().ok()?).ok()?,
            entry: Uuid::try_parse(entry).ok()?,
        })
    };
    read().map(Some).ok_or_else(unknown_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_goes_on_where_its_token_says_and_no_other_token_is_taken() {
        let place = AuditPlace {
            done_at: "2026-11-22T10:00:00.000123Z".parse().unwrap(),
            entry: Uuid::from_u128(7),
        };
        assert_eq!(place_from(&token_of(place)).unwrap(), Some(place));
        assert_eq!(place_from("").unwrap(), None);
        for token in ["7", ".", "7.", "x.00000000-0000-0000-0000-000000000007"] {
            assert!(place_from(token).is_err(), "{token}");
        }
    }
}
