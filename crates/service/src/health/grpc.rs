use std::collections::BTreeSet;
use std::pin::Pin;

use futures::Stream;
use futures::stream;
use tokio::sync::watch;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::State;

/// `grpc.health.v1.Health` over the same state as `/readyz`, so that the two cannot disagree.
#[derive(Debug)]
pub struct GrpcHealth {
    state: watch::Receiver<State>,
    services: BTreeSet<&'static str>,
}

pub(super) fn server(
    state: watch::Receiver<State>,
    services: &[&'static str],
) -> HealthServer<GrpcHealth> {
    let process = "";
    let services = services.iter().copied().chain([process]).collect();
    HealthServer::new(GrpcHealth { state, services })
}

#[tonic::async_trait]
impl Health for GrpcHealth {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let HealthCheckRequest { service } = request.into_inner();
        if !self.services.contains(service.as_str()) {
            return Err(Status::not_found("no such service here"));
        }
        Ok(Response::new(answer(serving(&self.state.borrow()))))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let HealthCheckRequest { service } = request.into_inner();
        if !self.services.contains(service.as_str()) {
            // The protocol wants this call to stay open in case the service appears: here none ever does.
            let unknown = stream::iter([Ok(answer(ServingStatus::ServiceUnknown))]);
            return Ok(Response::new(Box::pin(unknown)));
        }
        Ok(Response::new(Box::pin(changes(self.state.clone()))))
    }
}

/// The status now and at every change. Ends with the drain: a stream without an end would hold up the process's.
fn changes(
    state: watch::Receiver<State>,
) -> impl Stream<Item = Result<HealthCheckResponse, Status>> {
    stream::unfold((state, None), async |(mut state, told)| {
        if told.is_some() && state.borrow().draining {
            return None;
        }
        let changed = |state: &State| told != Some(serving(state)) || state.draining;
        let now = serving(&*state.wait_for(changed).await.ok()?);
        Some((Ok(answer(now)), (state, Some(now))))
    })
}

fn serving(state: &State) -> ServingStatus {
    if state.is_ready() {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;
    use tonic_health::pb::health_client::HealthClient;

    use super::*;
    use crate::health::Health as Shared;

    fn of(service: &str) -> HealthCheckRequest {
        HealthCheckRequest {
            service: service.to_owned(),
        }
    }

    #[tokio::test]
    async fn grpc_health_follows_the_checks_and_the_watch_ends_with_the_drain() {
        let health = Shared::new();
        let database = health.check("database");
        let server = health.grpc(&["retail.ledger.v1.Sales"]);
        let mut client = HealthClient::new(server);

        let status = client.check(of("")).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::NotServing);
        let mut changes = client
            .watch(of("retail.ledger.v1.Sales"))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            changes.next().await.unwrap().unwrap().status(),
            ServingStatus::NotServing
        );
        database.pass();
        assert_eq!(
            changes.next().await.unwrap().unwrap().status(),
            ServingStatus::Serving
        );
        let status = client
            .check(of("retail.ledger.v1.Sales"))
            .await
            .unwrap()
            .into_inner()
            .status();
        assert_eq!(status, ServingStatus::Serving);
        health.drain();
        assert_eq!(
            changes.next().await.unwrap().unwrap().status(),
            ServingStatus::NotServing
        );
        assert!(changes.next().await.is_none());
    }

    #[tokio::test]
    async fn a_service_that_is_not_here_is_not_found() {
        let mut client = HealthClient::new(Shared::new().grpc(&[]));
        assert_eq!(
            client.check(of("other")).await.unwrap_err().code(),
            tonic::Code::NotFound
        );
        let mut changes = client.watch(of("other")).await.unwrap().into_inner();
        assert_eq!(
            changes.next().await.unwrap().unwrap().status(),
            ServingStatus::ServiceUnknown
        );
    }
}
