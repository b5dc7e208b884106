//! Who had what done.

use proto::catalog as wire;
use proto::convert::instant_into;
use proto::ledger::AuditEntry;
use tonic::{Request, Response, Status};

use super::page::Page;
use super::{Answering, ask};
use crate::store::{Act, AuditKey, AuditView};

#[tonic::async_trait]
impl wire::audit_server::Audit for Answering {
    async fn list_audit_entries(
        &self,
        request: Request<wire::ListAuditEntriesRequest>,
    ) -> Result<Response<wire::ListAuditEntriesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<AuditKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let found = self
            .questions
            .list_audit(retailer, page.after.as_ref(), page.rows());
        let mut entries = found.await?;
        let next_page_token = page.cut(&mut entries, AuditView::key);
        Ok(Response::new(wire::ListAuditEntriesResponse {
            entries: entries.into_iter().map(entry_into).collect(),
            next_page_token,
        }))
    }
}

fn entry_into(entry: AuditView) -> AuditEntry {
    let AuditView {
        done_at,
        act: Act {
            request,
            actor,
            note,
        },
        method,
        caller,
        token,
        before,
        after,
        answer,
    } = entry;
    let text = |value: Option<serde_json::Value>| value.map(|value| value.to_string());
    AuditEntry {
        request_id: request.to_string(),
        method,
        subject: String::new(),
        caller: caller.unwrap_or_default(),
        token_id: token.map(|token| token.to_string()).unwrap_or_default(),
        actor,
        note,
        done_at: Some(instant_into(done_at)),
        before: text(before).unwrap_or_default(),
        after: text(after).unwrap_or_default(),
        answer,
    }
}
