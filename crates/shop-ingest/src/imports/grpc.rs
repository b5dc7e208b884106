//! Imports for people: the service that the command line speaks to.

mod convert;
mod page;

use std::sync::Arc;

use proto::connect as wire;
use proto::convert::instant_from;
use retail::{ConnectionId, Entitlement, ImportId, PlanOption, RetailerId, ShopOrderId};
use service::clock::Clock;
use service::refusal::{bad_field, not_found, precondition, unavailable};
use shop::ImportRules;
use tonic::{Code, Request, Response, Status};
use uuid::Uuid;

use self::convert::{job_into, kind_from, planned_level_into, planned_order_into, verdict_from};
use self::page::{after_level, after_order, token_of};
use super::order;
use crate::connections::Connections;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::page::{cut, limit_of};
use crate::store::{
    Asked, Audited, ImportJob, JobState, StartError, StartedAs, Store, StoreError, Verdict,
};

/// The `Imports` service.
#[derive(Clone)]
pub(crate) struct Imports {
    pub(crate) store: Store,
    pub(crate) rules: ImportRules,
    pub(crate) connections: Arc<Connections>,
    pub(crate) inbox: Inbox,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
}

#[tonic::async_trait]
impl wire::imports_server::Imports for Imports {
    async fn start_import(
        &self,
        request: Request<wire::StartImportRequest>,
    ) -> Result<Response<wire::StartImportResponse>, Status> {
        let request = request.into_inner();
        let kind = kind_from(request.kind())?;
        let wire::StartImportRequest {
            retailer_id,
            connection_id,
            import_id,
            kind: _,
            since,
        } = request;
        let since = since
            .map(|since| instant_from("since", Some(since)))
            .transpose()
            .map_err(|error| bad_field("since", error))?;
        let retailer = uuid("retailer_id", &retailer_id)?;
        let started = StartedAs {
            import: ImportId::new(uuid("import_id", &import_id)?),
            retailer,
            connection: ConnectionId::new(uuid("connection_id", &connection_id)?),
            kind,
            since,
            needs_entitlement: self.rules.needs_entitlement,
        };
        self.check_plan(&started).await?;
        let job = self
            .audited("Imports.StartImport", retailer)
            .await?
            .start_import(&started)
            .await
            .map_err(|error| refused(&error))?;
        Ok(Response::new(wire::StartImportResponse {
            job: Some(self.told(&job).await?),
        }))
    }

    async fn get_import_job(
        &self,
        request: Request<wire::GetImportJobRequest>,
    ) -> Result<Response<wire::GetImportJobResponse>, Status> {
        let wire::GetImportJobRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let job = self.job(&retailer_id, &import_id).await?;
        Ok(Response::new(wire::GetImportJobResponse {
            job: Some(self.told(&job).await?),
        }))
    }

    async fn list_import_jobs(
        &self,
        request: Request<wire::ListImportJobsRequest>,
    ) -> Result<Response<wire::ListImportJobsResponse>, Status> {
        let wire::ListImportJobsRequest { retailer_id } = request.into_inner();
        let retailer = uuid("retailer_id", &retailer_id)?;
        let jobs = self.store.import_jobs(retailer).await.map_err(away)?;
        let mut told = Vec::with_capacity(jobs.len());
        for job in &jobs {
            told.push(self.told(job).await?);
        }
        Ok(Response::new(wire::ListImportJobsResponse { jobs: told }))
    }

    async fn commit_import(
        &self,
        request: Request<wire::CommitImportRequest>,
    ) -> Result<Response<wire::CommitImportResponse>, Status> {
        let wire::CommitImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let job = self.job(&retailer_id, &import_id).await?;
        let goes = [JobState::Committing, JobState::Settling, JobState::Complete];
        let audited = self.audited("Imports.CommitImport", job.retailer).await?;
        let job = self
            .moved(
                audited,
                job,
                &[JobState::Planned],
                JobState::Committing,
                &goes,
            )
            .await?;
        Ok(Response::new(wire::CommitImportResponse {
            job: Some(self.told(&job).await?),
        }))
    }

    async fn pause_import(
        &self,
        request: Request<wire::PauseImportRequest>,
    ) -> Result<Response<wire::PauseImportResponse>, Status> {
        let wire::PauseImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let job = self.job(&retailer_id, &import_id).await?;
        let audited = self.audited("Imports.PauseImport", job.retailer).await?;
        let job = self.paused(audited, job, true).await?;
        Ok(Response::new(wire::PauseImportResponse { job: Some(job) }))
    }

    async fn resume_import(
        &self,
        request: Request<wire::ResumeImportRequest>,
    ) -> Result<Response<wire::ResumeImportResponse>, Status> {
        let wire::ResumeImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let job = self.job(&retailer_id, &import_id).await?;
        let audited = self.audited("Imports.ResumeImport", job.retailer).await?;
        let job = self.paused(audited, job, false).await?;
        Ok(Response::new(wire::ResumeImportResponse { job: Some(job) }))
    }

    async fn cancel_import(
        &self,
        request: Request<wire::CancelImportRequest>,
    ) -> Result<Response<wire::CancelImportResponse>, Status> {
        let wire::CancelImportRequest {
            retailer_id,
            import_id,
        } = request.into_inner();
        let job = self.job(&retailer_id, &import_id).await?;
        let from = [
            JobState::Scanning,
            JobState::Planned,
            JobState::Committing,
            JobState::Settling,
        ];
        let goes = [JobState::Cancelling, JobState::Cancelled];
        let audited = self.audited("Imports.CancelImport", job.retailer).await?;
        let job = self
            .moved(audited, job, &from, JobState::Cancelling, &goes)
            .await?;
        Ok(Response::new(wire::CancelImportResponse {
            job: Some(self.told(&job).await?),
        }))
    }

    async fn list_planned_orders(
        &self,
        request: Request<wire::ListPlannedOrdersRequest>,
    ) -> Result<Response<wire::ListPlannedOrdersResponse>, Status> {
        let request = request.into_inner();
        let verdict: Option<Verdict> = verdict_from(request.verdict());
        let wire::ListPlannedOrdersRequest {
            retailer_id,
            import_id,
            verdict: _,
            page_size,
            page_token,
        } = request;
        let limit = limit_of(page_size)?;
        let job = self.job(&retailer_id, &import_id).await?;
        let after = after_order(&page_token)?;
        let mut orders = self
            .store
            .planned_orders(job.import, verdict, after, limit + 1)
            .await
            .map_err(away)?;
        let next = cut(&mut orders, limit).map(|last| last.order.clone());
        Ok(Response::new(wire::ListPlannedOrdersResponse {
            orders: orders.into_iter().map(planned_order_into).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn list_planned_levels(
        &self,
        request: Request<wire::ListPlannedLevelsRequest>,
    ) -> Result<Response<wire::ListPlannedLevelsResponse>, Status> {
        let wire::ListPlannedLevelsRequest {
            retailer_id,
            import_id,
            negative_only,
            page_size,
            page_token,
        } = request.into_inner();
        let limit = limit_of(page_size)?;
        let job = self.job(&retailer_id, &import_id).await?;
        let after = after_level(&page_token)?;
        let mut levels = self
            .store
            .planned_levels(job.import, negative_only, after.as_ref(), limit + 1)
            .await
            .map_err(away)?;
        let next = cut(&mut levels, limit).map(token_of);
        Ok(Response::new(wire::ListPlannedLevelsResponse {
            levels: levels.into_iter().map(planned_level_into).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn import_order(
        &self,
        request: Request<wire::ImportOrderRequest>,
    ) -> Result<Response<wire::ImportOrderResponse>, Status> {
        let wire::ImportOrderRequest {
            retailer_id,
            connection_id,
            order_id,
        } = request.into_inner();
        let retailer = uuid("retailer_id", &retailer_id)?;
        let id = ConnectionId::new(uuid("connection_id", &connection_id)?);
        let order = ShopOrderId::new(&order_id).map_err(|error| bad_field("order_id", error))?;
        let connection = self
            .connections
            .get(id)
            .filter(|connection| connection.retailer.uuid() == retailer)
            .ok_or_else(|| not_found("connection", &connection_id))?;
        if !self.connections.asked().contains_key(&id) {
            return Err(precondition(
                "not_asked",
                "connection",
                "the shop is not asked for now",
            ));
        }
        // First of all: what is fetched unasked would be worse than what was asked for in vain.
        self.audited("Imports.ImportOrder", retailer)
            .await?
            .ask_for_order(id, &order)
            .await
            .map_err(away)?;
        order::hint(&self.inbox, &connection, order, self.clock.now())
            .await
            .map_err(|error| {
                tracing::warn!(%error, "an order that was asked for is not fetched");
                unavailable("the broker does not keep the question")
            })?;
        Ok(Response::new(wire::ImportOrderResponse {}))
    }

    async fn set_import_entitlement(
        &self,
        request: Request<wire::SetImportEntitlementRequest>,
    ) -> Result<Response<wire::SetImportEntitlementResponse>, Status> {
        let wire::SetImportEntitlementRequest {
            retailer_id,
            connection_id,
            entitled,
        } = request.into_inner();
        let retailer = uuid("retailer_id", &retailer_id)?;
        let connection = ConnectionId::new(uuid("connection_id", &connection_id)?);
        let is_known = self
            .audited("Imports.SetImportEntitlement", retailer)
            .await?
            .set_import_entitlement(connection, entitled)
            .await
            .map_err(away)?;
        if !is_known {
            return Err(not_found("connection", &connection_id));
        }
        Ok(Response::new(wire::SetImportEntitlementResponse {}))
    }
}

impl Imports {
    async fn job(&self, retailer: &str, import: &str) -> Result<ImportJob, Status> {
        let retailer = uuid("retailer_id", retailer)?;
        let import = ImportId::new(uuid("import_id", import)?);
        self.store
            .import_job(import)
            .await
            .map_err(away)?
            .filter(|job| job.retailer == retailer)
            .ok_or_else(|| not_found("import", &import.to_string()))
    }

    async fn audited(&self, method: &'static str, retailer: Uuid) -> Result<Audited, Status> {
        let retailer = RetailerId::new(retailer);
        let asked = Asked::of_call(method, retailer, self.clock.now());
        self.store.audited(asked).await.map_err(away)
    }

    /// Of an import that was begun the plan is not asked again.
    async fn check_plan(&self, started: &StartedAs) -> Result<(), Status> {
        let begun = self.store.import_job(started.import).await.map_err(away)?;
        if begun.is_some() {
            return Ok(());
        }
        let imports = Entitlement::Option(PlanOption::HistoryImport);
        let retailer = RetailerId::new(started.retailer);
        Ok(self.ledger.check_plan(retailer, &[imports]).await?)
    }

    /// Moves an import on; one that has gone that way already stays where it is.
    async fn moved(
        &self,
        audited: Audited,
        job: ImportJob,
        from: &[JobState],
        to: JobState,
        goes: &[JobState],
    ) -> Result<ImportJob, Status> {
        audited
            .move_import(job.import, from, to)
            .await
            .map_err(away)?;
        let import = job.import;
        let job = self.store.import_job(import).await.map_err(away)?;
        let job = job.ok_or_else(|| not_found("import", &import.to_string()))?;
        if goes.contains(&job.state) {
            Ok(job)
        } else {
            Err(wrong_state(&job))
        }
    }

    async fn paused(
        &self,
        audited: Audited,
        job: ImportJob,
        paused: bool,
    ) -> Result<wire::ImportJob, Status> {
        let import = job.import;
        let is_at_work = audited.pause_import(import, paused).await.map_err(away)?;
        if !is_at_work {
            return Err(wrong_state(&job));
        }
        let job = self.store.import_job(import).await.map_err(away)?;
        let job = job.ok_or_else(|| not_found("import", &import.to_string()))?;
        self.told(&job).await
    }

    async fn told(&self, job: &ImportJob) -> Result<wire::ImportJob, Status> {
        let counts = self.store.plan_counts(job.import).await.map_err(away)?;
        Ok(job_into(job, counts))
    }
}

fn refused(error: &StartError) -> Status {
    match error {
        StartError::UnknownConnection => not_found("connection", "of this retailer"),
        StartError::Taken => Status::new(Code::AlreadyExists, error.to_string()),
        StartError::NotEntitled => Status::permission_denied(error.to_string()),
        StartError::Busy => precondition("import_state", "connection", &error.to_string()),
        StartError::Store(StoreError::Unavailable(_) | StoreError::Corrupt { .. }) => {
            tracing::warn!(%error, "an import is not started");
            unavailable("the database cannot be used")
        }
    }
}

/// It has gone another way.
fn wrong_state(job: &ImportJob) -> Status {
    let told = format!("the import is {}", job.state);
    precondition("import_state", &job.import.to_string(), &told)
}

/// Logged here, told without what it says of the inside.
#[expect(
    clippy::needless_pass_by_value,
    reason = "given to map_err, which passes by value"
)]
fn away(error: StoreError) -> Status {
    tracing::warn!(%error, "a question about imports could not be answered");
    unavailable("the database cannot be used")
}

fn uuid(field: &'static str, id: &str) -> Result<Uuid, Status> {
    match Uuid::try_parse(id) {
        Ok(id) if !id.is_nil() => Ok(id),
        Ok(_) | Err(_) => Err(bad_field(field, "is not a UUID")),
    }
}
