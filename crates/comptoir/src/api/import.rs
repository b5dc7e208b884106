//! Imports, asked of the ingest services that carry them out, and of the ledger that takes them back.

use proto::connect::connections_client::ConnectionsClient;
use proto::connect::imports_client::ImportsClient;
use proto::connect::{self as wire};
use proto::convert::instant_into;
use proto::ledger;
use proto::ledger::imports_client::ImportsClient as LedgerImportsClient;
use retail::{ConnectionId, ImportId, RetailerId, ShopOrderId};
use service::access::{Authorized, Bearer};
use tonic::Code;
use tonic::transport::Endpoint;

use super::{ANSWER_TIMEOUT, ApiError, CONNECT_TIMEOUT, Ledger, MAX_PAGES, PAGE_SIZE};

/// The ingest services of a stack, on behalf of one retailer. Which of them has a connection is found by asking.
#[derive(Clone, Debug)]
pub(crate) struct Ingests {
    services: Vec<Ingest>,
    retailer: RetailerId,
}

#[derive(Clone, Debug)]
pub(crate) struct Ingest {
    name: String,
    channel: Authorized,
    target: String,
}

impl Ingests {
    /// The services by name and address. Connects to each when it is first asked.
    pub(crate) fn at(
        targets: &[(&str, &str)],
        bearer: &Bearer,
        retailer: RetailerId,
    ) -> Result<Self, ApiError> {
        let services = targets.iter().map(|(name, target)| {
            let endpoint = Endpoint::from_shared((*target).to_owned())
                .map_err(|error| ApiError::unreachable(target, error))?
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(ANSWER_TIMEOUT);
            Ok(Ingest {
                name: (*name).to_owned(),
                channel: bearer.clone().on(endpoint.connect_lazy()),
                target: (*target).to_owned(),
            })
        });
        Ok(Self {
            services: services.collect::<Result<_, ApiError>>()?,
            retailer,
        })
    }

    /// Begins to look through a shop's orders.
    pub(crate) async fn start(
        &self,
        import: ImportId,
        connection: ConnectionId,
        kind: wire::ImportKind,
        since: Option<jiff::Timestamp>,
    ) -> Result<wire::ImportJob, ApiError> {
        let ingest = self.of_connection(connection).await?;
        let request = wire::StartImportRequest {
            retailer_id: self.retailer.to_string(),
            connection_id: connection.to_string(),
            import_id: import.to_string(),
            kind: kind.into(),
            since: since.map(instant_into),
        };
        let answer = ingest.imports().start_import(request).await;
        job(ingest.heard(answer)?.job)
    }

    /// Lets a connection import, or forbids it.
    pub(crate) async fn allow(
        &self,
        connection: ConnectionId,
        entitled: bool,
    ) -> Result<(), ApiError> {
        let ingest = self.of_connection(connection).await?;
        let request = wire::SetImportEntitlementRequest {
            retailer_id: self.retailer.to_string(),
            connection_id: connection.to_string(),
            entitled,
        };
        let answer = ingest.imports().set_import_entitlement(request).await;
        ingest.heard(answer).map(drop)
    }

    /// Has one order fetched and booked.
    pub(crate) async fn import_order(
        &self,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<(), ApiError> {
        let ingest = self.of_connection(connection).await?;
        let request = wire::ImportOrderRequest {
            retailer_id: self.retailer.to_string(),
            connection_id: connection.to_string(),
            order_id: order.to_string(),
        };
        let answer = ingest.imports().import_order(request).await;
        ingest.heard(answer).map(drop)
    }

    /// An import, with the service that carries it out.
    pub(crate) async fn find(
        &self,
        import: ImportId,
    ) -> Result<(Ingest, wire::ImportJob), ApiError> {
        for ingest in &self.services {
            match ingest.job(self.retailer, import).await {
                Err(ApiError::Refused {
                    code: Code::NotFound,
                    ..
                }) => {}
                answer => return Ok((ingest.clone(), answer?)),
            }
        }
        Err(ApiError::Refused {
            code: Code::NotFound,
            message: format!("no import {import}"),
        })
    }

    /// Of all services, newest first.
    pub(crate) async fn list(&self) -> Result<Vec<wire::ImportJob>, ApiError> {
        let mut jobs = Vec::new();
        for ingest in &self.services {
            let request = wire::ListImportJobsRequest {
                retailer_id: self.retailer.to_string(),
            };
            let answer = ingest.imports().list_import_jobs(request).await;
            jobs.extend(ingest.heard(answer)?.jobs);
        }
        let began = |job: &wire::ImportJob| job.created_at.map_or(0, |at| at.seconds);
        jobs.sort_by_key(|job| std::cmp::Reverse(began(job)));
        Ok(jobs)
    }

    pub(super) fn services(&self) -> &[Ingest] {
        &self.services
    }

    /// The service of a platform's shops.
    pub(super) fn of_platform(&self, platform: &str) -> Result<&Ingest, ApiError> {
        let name = format!("ingest-{platform}");
        let found = self.services.iter().find(|ingest| ingest.name == name);
        found.ok_or_else(|| ApiError::Refused {
            code: Code::NotFound,
            message: format!("no {name} runs: `comptoir status` shows what does"),
        })
    }

    pub(crate) const fn retailer(&self) -> RetailerId {
        self.retailer
    }

    /// The service that has a connection; `NOT_FOUND` when none of these does.
    pub(crate) async fn of_connection(
        &self,
        connection: ConnectionId,
    ) -> Result<&Ingest, ApiError> {
        for ingest in &self.services {
            let request = wire::GetConnectionRequest {
                retailer_id: self.retailer.to_string(),
                connection_id: connection.to_string(),
            };
            let answer = ConnectionsClient::new(ingest.channel.clone())
                .get_connection(request)
                .await;
            match ingest.heard(answer) {
                Ok(_) => return Ok(ingest),
                Err(ApiError::Refused {
                    code: Code::NotFound,
                    ..
                }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(ApiError::Refused {
            code: Code::NotFound,
            message: format!("no connection {connection}"),
        })
    }
}

impl Ingest {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn channel(&self) -> Authorized {
        self.channel.clone()
    }

    pub(crate) async fn job(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<wire::ImportJob, ApiError> {
        let request = wire::GetImportJobRequest {
            retailer_id: retailer.to_string(),
            import_id: import.to_string(),
        };
        let answer = self.imports().get_import_job(request).await;
        job(self.heard(answer)?.job)
    }

    pub(crate) async fn commit(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<wire::ImportJob, ApiError> {
        let request = wire::CommitImportRequest {
            retailer_id: retailer.to_string(),
            import_id: import.to_string(),
        };
        let answer = self.imports().commit_import(request).await;
        job(self.heard(answer)?.job)
    }

    pub(crate) async fn pause(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<wire::ImportJob, ApiError> {
        let request = wire::PauseImportRequest {
            retailer_id: retailer.to_string(),
            import_id: import.to_string(),
        };
        let answer = self.imports().pause_import(request).await;
        job(self.heard(answer)?.job)
    }

    pub(crate) async fn resume(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<wire::ImportJob, ApiError> {
        let request = wire::ResumeImportRequest {
            retailer_id: retailer.to_string(),
            import_id: import.to_string(),
        };
        let answer = self.imports().resume_import(request).await;
        job(self.heard(answer)?.job)
    }

    pub(crate) async fn cancel(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<wire::ImportJob, ApiError> {
        let request = wire::CancelImportRequest {
            retailer_id: retailer.to_string(),
            import_id: import.to_string(),
        };
        let answer = self.imports().cancel_import(request).await;
        job(self.heard(answer)?.job)
    }

    /// What the plan does to stock, all of it.
    pub(crate) async fn levels(
        &self,
        retailer: RetailerId,
        import: ImportId,
    ) -> Result<Vec<wire::PlannedLevel>, ApiError> {
        let (mut levels, mut page_token) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let request = wire::ListPlannedLevelsRequest {
                retailer_id: retailer.to_string(),
                import_id: import.to_string(),
                negative_only: false,
                page_size: PAGE_SIZE,
                page_token,
            };
            let page = self.heard(self.imports().list_planned_levels(request).await)?;
            levels.extend(page.levels);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(levels);
            }
        }
        Err(ApiError::Endless { pages: MAX_PAGES })
    }

    fn imports(&self) -> ImportsClient<Authorized> {
        ImportsClient::new(self.channel.clone())
    }

    pub(super) fn heard<T>(
        &self,
        answer: Result<tonic::Response<T>, tonic::Status>,
    ) -> Result<T, ApiError> {
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| ApiError::from_status(&self.target, &status))
    }
}

impl Ledger {
    /// Takes back the next orders. How many are left, and how the import stands.
    pub(crate) async fn undo_import(
        &self,
        import: ImportId,
    ) -> Result<(i64, ledger::ImportCounts), ApiError> {
        let request = ledger::UndoImportRequest {
            retailer_id: self.retailer_id(),
            import_id: import.to_string(),
        };
        let answer = LedgerImportsClient::new(self.channel.clone())
            .undo_import(request)
            .await;
        let ledger::UndoImportResponse { import, remaining } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        let counts = import.and_then(|import| import.counts).unwrap_or_default();
        Ok((remaining, counts))
    }

    /// The orders of an import that could not be taken back, the first of them.
    pub(crate) async fn kept_orders(
        &self,
        import: ImportId,
    ) -> Result<Vec<ledger::ImportedOrder>, ApiError> {
        let request = ledger::ListImportOrdersRequest {
            retailer_id: self.retailer_id(),
            import_id: import.to_string(),
            page_size: PAGE_SIZE,
            page_token: String::new(),
            kept_only: true,
        };
        let answer = LedgerImportsClient::new(self.channel.clone())
            .list_import_orders(request)
            .await;
        Ok(answer
            .map_err(|status| self.refused(&status))?
            .into_inner()
            .orders)
    }
}

fn job(job: Option<wire::ImportJob>) -> Result<wire::ImportJob, ApiError> {
    Ok(job.ok_or(proto::convert::WireError::Missing("job"))?)
}
