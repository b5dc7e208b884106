//! Imports, asked for over gRPC.

use std::collections::BTreeMap;

use proto::connect as wire;
use proto::connect::imports_client::ImportsClient;
use service::access::Authorized;
use service_kit::within;
use uuid::Uuid;

use crate::database::{RETAILER, connection_id};
use crate::running::Running;

pub struct Client {
    pub imports: ImportsClient<Authorized>,
}

impl Client {
    pub async fn of(running: &Running) -> Self {
        let imports = ImportsClient::new(service_kit::as_operator(&running.grpc));
        Self { imports }
    }

    pub async fn entitle(&mut self) {
        let request = wire::SetImportEntitlementRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: connection_id(1).to_string(),
            entitled: true,
        };
        self.imports.set_import_entitlement(request).await.unwrap();
    }

    pub async fn start(
        &mut self,
        import: Uuid,
        kind: wire::ImportKind,
    ) -> Result<wire::ImportJob, tonic::Status> {
        let request = wire::StartImportRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: connection_id(1).to_string(),
            import_id: import.to_string(),
            kind: kind.into(),
            since: None,
        };
        let started = self.imports.start_import(request).await?;
        Ok(started.into_inner().job.unwrap())
    }

    pub async fn job(&mut self, import: Uuid) -> wire::ImportJob {
        let request = wire::GetImportJobRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.get_import_job(request).await.unwrap();
        job.into_inner().job.unwrap()
    }

    /// Until the import is there.
    pub async fn comes_to(&mut self, import: Uuid, state: wire::ImportJobState) -> wire::ImportJob {
        within(async || {
            let job = self.job(import).await;
            (job.state() == state).then_some(job)
        })
        .await
    }

    pub async fn commit(&mut self, import: Uuid) -> Result<wire::ImportJob, tonic::Status> {
        let request = wire::CommitImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.commit_import(request).await?;
        Ok(job.into_inner().job.unwrap())
    }

    pub async fn cancel(&mut self, import: Uuid) -> wire::ImportJob {
        let request = wire::CancelImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.cancel_import(request).await.unwrap();
        job.into_inner().job.unwrap()
    }

    pub async fn pause(&mut self, import: Uuid) -> wire::ImportJob {
        let request = wire::PauseImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.pause_import(request).await.unwrap();
        job.into_inner().job.unwrap()
    }

    pub async fn resume(&mut self, import: Uuid) {
        let request = wire::ResumeImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        self.imports.resume_import(request).await.unwrap();
    }

    /// All orders of the plan with what is to come of them, read in small pages.
    pub async fn plan(&mut self, import: Uuid) -> BTreeMap<String, wire::Verdict> {
        let mut plan = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let request = wire::ListPlannedOrdersRequest {
                retailer_id: RETAILER.to_string(),
                import_id: import.to_string(),
                verdict: wire::Verdict::Unspecified.into(),
                page_size: 3,
                page_token,
            };
            let page = self.imports.list_planned_orders(request).await.unwrap();
            let page = page.into_inner();
            for order in page.orders {
                let verdict = order.verdict();
                assert_eq!(plan.insert(order.order_id, verdict), None, "each once");
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return plan;
            }
        }
    }
}
