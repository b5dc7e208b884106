//! Imports for people: the service that the command line speaks to.

mod convert;

use std::sync::Arc;

use proto::connect as wire;
use proto::convert::instant_from;
use retail::{ConnectionId, ImportId};
use service::clock::Clock;
use shop::ImportRules;
use tonic::{Code, Request, Response, Status};
use uuid::Uuid;

use crate::store::{
    ImportJob, JobState, LevelPlace, StartError, StartedAs, Store, StoreError, Verdict,
};

use convert::{job_into, kind_from, planned_level_into, planned_order_into, verdict_from};

/// Rows of a page when nothing is said, and at most.
const PAGE_DEFAULT: i64 = 50;
const PAGE_LIMIT: i64 = 500;
/// Longer page tokens are none of ours, in bytes.
const PAGE_TOKEN_LIMIT_BYTES: usize = 2_048;
/// Between the parts of a page token.
const SEPARATOR: char = '\u{1f}';

/// The `Imports` service.
#[derive(Clone)]
pub(crate) struct Imports {
    pub(crate) store: Store,
    pub(crate) rules: ImportRules,
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
            .map_err(|error| bad_field("since", &error.to_string()))?;
        let started = StartedAs {
            import: ImportId::new(uuid("import_id", &import_id)?),
            retailer: uuid("retailer_id", &retailer_id)?,
            connection: ConnectionId::new(uuid("connection_id", &connection_id)?),
            kind,
            since,
            needs_entitlement: self.rules.needs_entitlement,
        };
        let job = self
            .store
            .start_import(&started, self.clock.now())
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
        let job = self
            .moved(job, &[JobState::Planned], JobState::Committing, &goes)
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
        let job = self.paused(&retailer_id, &import_id, true).await?;
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
        let job = self.paused(&retailer_id, &import_id, false).await?;
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
        let job = self.moved(job, &from, JobState::Cancelling, &goes).await?;
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
        let limit = self::page_size(page_size)?;
        let job = self.job(&retailer_id, &import_id).await?;
        let after = text("page_token", &page_token)?;
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
        let limit = self::page_size(page_size)?;
        let job = self.job(&retailer_id, &import_id).await?;
        let after = place(text("page_token", &page_token)?)?;
        let mut levels = self
            .store
            .planned_levels(job.import, negative_only, after.as_ref(), limit + 1)
            .await
            .map_err(away)?;
        let next = cut(&mut levels, limit)
            .map(|last| [&*last.sku, &*last.key, &last.outlet.to_string()].join("\u{1f}"));
        Ok(Response::new(wire::ListPlannedLevelsResponse {
            levels: levels.into_iter().map(planned_level_into).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
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
            .store
            .set_import_entitlement(retailer, connection, entitled, self.clock.now())
            .await
            .map_err(away)?;
        if !is_known {
            return Err(Status::not_found("the retailer has no such connection"));
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
            .ok_or_else(|| Status::not_found(format!("no import {import}")))
    }

    /// Moves an import on; one that has gone that way already stays where it is.
    async fn moved(
        &self,
        job: ImportJob,
        from: &[JobState],
        to: JobState,
        goes: &[JobState],
    ) -> Result<ImportJob, Status> {
        self.store
            .move_import(job.import, from, to, self.clock.now())
            .await
            .map_err(away)?;
        let import = job.import;
        let job = self.store.import_job(import).await.map_err(away)?;
        let job = job.ok_or_else(|| Status::not_found(format!("no import {import}")))?;
        if goes.contains(&job.state) {
            Ok(job)
        } else {
            Err(Status::failed_precondition(format!(
                "the import is {}",
                job.state
            )))
        }
    }

    async fn paused(
        &self,
        retailer: &str,
        import: &str,
        paused: bool,
    ) -> Result<wire::ImportJob, Status> {
        let job = self.job(retailer, import).await?;
        let is_at_work = self
            .store
            .pause_import(job.import, paused, self.clock.now())
            .await
            .map_err(away)?;
        if !is_at_work {
            let state = job.state;
            return Err(Status::failed_precondition(format!(
                "the import is {state}"
            )));
        }
        let job = self.job(retailer, import).await?;
        self.told(&job).await
    }

    async fn told(&self, job: &ImportJob) -> Result<wire::ImportJob, Status> {
        let counts = self.store.plan_counts(job.import).await.map_err(away)?;
        Ok(job_into(job, counts))
    }
}

fn refused(error: &StartError) -> Status {
    match error {
        StartError::UnknownConnection => Status::not_found(error.to_string()),
        StartError::Taken => Status::new(Code::AlreadyExists, error.to_string()),
        StartError::NotEntitled => Status::permission_denied(error.to_string()),
        StartError::Busy => Status::failed_precondition(error.to_string()),
        StartError::Store(StoreError::Unavailable(_) | StoreError::Corrupt { .. }) => {
            tracing::warn!(%error, "an import is not started");
            Status::unavailable("the database cannot be used")
        }
    }
}

/// Logged here, told without what it says of the inside.
#[expect(
    clippy::needless_pass_by_value,
    reason = "given to map_err, which passes by value"
)]
fn away(error: StoreError) -> Status {
    tracing::warn!(%error, "a question about imports could not be answered");
    Status::unavailable("the database cannot be used")
}

fn bad_field(field: &str, reason: &str) -> Status {
    Status::invalid_argument(format!("{field}: {reason}"))
}

fn uuid(field: &'static str, id: &str) -> Result<Uuid, Status> {
    match Uuid::try_parse(id) {
        Ok(id) if !id.is_nil() => Ok(id),
        Ok(_) | Err(_) => Err(bad_field(field, "is not a UUID")),
    }
}

fn text<'t>(field: &'static str, text: &'t str) -> Result<&'t str, Status> {
    if text.len() > PAGE_TOKEN_LIMIT_BYTES || text.contains('\0') {
        return Err(bad_field(field, "is not a token given by this service"));
    }
    Ok(text)
}

fn place(token: &str) -> Result<Option<LevelPlace>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let unknown = || bad_field("page_token", "is not a token given by this service");
    let (rest, outlet) = token.rsplit_once(SEPARATOR).ok_or_else(unknown)?;
    let (sku, key) = rest.split_once(SEPARATOR).ok_or_else(unknown)?;
    Ok(Some(LevelPlace {
        sku: sku.to_owned(),
        key: key.to_owned(),
        outlet: Uuid::try_parse(outlet).map_err(|_| unknown())?,
    }))
}

/// 0 means the default.
fn page_size(asked: i32) -> Result<i64, Status> {
    match i64::from(asked) {
        0 => Ok(PAGE_DEFAULT),
        size @ 1..=PAGE_LIMIT => Ok(size),
        _ => Err(bad_field("page_size", "must be from 1 to 500, or 0 for 50")),
    }
}

/// Cuts a page to its size. The last row of a page after which there is more.
fn cut<T>(rows: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}
