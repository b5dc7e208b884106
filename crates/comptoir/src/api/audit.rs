//! Who had what done, asked of the services that keep it.

use proto::catalog;
use proto::catalog::audit_client::AuditClient as CatalogAuditClient;
use proto::connect::audit_client::AuditClient as IngestAuditClient;
use proto::connect::{self as connect};
use proto::ledger;
use proto::ledger::audit_client::AuditClient;
use retail::RetailerId;

use super::import::{Ingest, Ingests};
use super::{ApiError, Catalog, Ledger, MAX_ANSWER_BYTES, Page};
use crate::services::Service;
use crate::view::AuditEntry;

/// One service's log.
#[derive(Debug)]
pub(crate) enum AuditLog {
    Ledger(Ledger),
    Catalog(Catalog),
    Ingest(Ingest, RetailerId),
}

impl AuditLog {
    /// Whose it is.
    pub(crate) fn service(&self) -> &str {
        match self {
            Self::Ledger(_) => Service::Ledger.name(),
            Self::Catalog(_) => Service::CatalogPush.name(),
            Self::Ingest(ingest, _) => ingest.name(),
        }
    }

    /// The entries after `token`, the last one first.
    pub(crate) async fn page(
        &self,
        page_size: i32,
        token: String,
    ) -> Result<Page<AuditEntry>, ApiError> {
        match self {
            Self::Ledger(ledger) => ledger.audit(page_size, token).await,
            Self::Catalog(catalog) => catalog.audit(page_size, token).await,
            Self::Ingest(ingest, retailer) => ingest.audit(*retailer, page_size, token).await,
        }
    }
}

impl Ingests {
    pub(crate) fn audit_logs(&self) -> impl Iterator<Item = AuditLog> {
        let retailer = self.retailer();
        let services = self.services().iter().cloned();
        services.map(move |ingest| AuditLog::Ingest(ingest, retailer))
    }
}

impl Ledger {
    async fn audit(
        &self,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<AuditEntry>, ApiError> {
        let request = ledger::ListAuditEntriesRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
        };
        let mut client =
            AuditClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES);
        let answer = client.list_audit_entries(request).await;
        let ledger::ListAuditEntriesResponse {
            entries,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(entries, next_page_token)?)
    }
}

impl Catalog {
    async fn audit(
        &self,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<AuditEntry>, ApiError> {
        let request = catalog::ListAuditEntriesRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
        };
        let client = CatalogAuditClient::new(self.channel());
        let mut client = client.max_decoding_message_size(MAX_ANSWER_BYTES);
        let answer = client.list_audit_entries(request).await;
        let catalog::ListAuditEntriesResponse {
            entries,
            next_page_token,
        } = self.heard(answer)?;
        Ok(Page::read(entries, next_page_token)?)
    }
}

impl Ingest {
    async fn audit(
        &self,
        retailer: RetailerId,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<AuditEntry>, ApiError> {
        let request = connect::ListAuditEntriesRequest {
            retailer_id: retailer.to_string(),
            page_size,
            page_token,
        };
        let client = IngestAuditClient::new(self.channel());
        let mut client = client.max_decoding_message_size(MAX_ANSWER_BYTES);
        let answer = client.list_audit_entries(request).await;
        let connect::ListAuditEntriesResponse {
            entries,
            next_page_token,
        } = self.heard(answer)?;
        Ok(Page::read(entries, next_page_token)?)
    }
}
