//! `comptoir.connect.v1.PrivacyRequests`: what shops ask on behalf of people, and how it was answered.

use std::sync::Arc;

use proto::connect as wire;
use proto::convert::instant_into;
use retail::{ConnectionId, EmailKey, RetailerId};
use service::clock::Clock;
use service::refusal::{bad_field, not_found, precondition};
use shop::{Platform, PrivacyKind, PrivacySubject};
use tonic::{Request, Response, Status};

use crate::store::{Asked, PrivacyOutcome, PrivacyRequest, Store};

/// Longest name of a person, in bytes.
const ACTOR_LIMIT_BYTES: usize = 200;

/// Where privacy requests are asked for.
#[derive(Clone)]
pub(crate) struct Requests {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

#[tonic::async_trait]
impl wire::privacy_requests_server::PrivacyRequests for Requests {
    async fn list_privacy_requests(
        &self,
        request: Request<wire::ListPrivacyRequestsRequest>,
    ) -> Result<Response<wire::ListPrivacyRequestsResponse>, Status> {
        let wire::ListPrivacyRequestsRequest { retailer_id } = request.into_inner();
        let requests = self.store.privacy_requests(retailer_from(&retailer_id)?);
        Ok(Response::new(wire::ListPrivacyRequestsResponse {
            requests: requests.await?.into_iter().map(request_into).collect(),
        }))
    }

    async fn get_privacy_request(
        &self,
        request: Request<wire::GetPrivacyRequestRequest>,
    ) -> Result<Response<wire::GetPrivacyRequestResponse>, Status> {
        let wire::GetPrivacyRequestRequest {
            retailer_id,
            connection_id,
            delivery_id,
        } = request.into_inner();
        let (retailer, connection) = (
            retailer_from(&retailer_id)?,
            connection_from(&connection_id)?,
        );
        let (request, body) = self.find(retailer, connection, &delivery_id).await?;
        let subject = body.and_then(|body| self.platform.privacy_subject(&body));
        let PrivacySubject { email, orders } = subject.unwrap_or_default();
        Ok(Response::new(wire::GetPrivacyRequestResponse {
            request: Some(request_into(request)),
            email: email
                .as_ref()
                .map(EmailKey::as_str)
                .unwrap_or_default()
                .to_owned(),
            order_ids: orders.iter().map(ToString::to_string).collect(),
        }))
    }

    async fn answer_data_request(
        &self,
        request: Request<wire::AnswerDataRequestRequest>,
    ) -> Result<Response<wire::AnswerDataRequestResponse>, Status> {
        let wire::AnswerDataRequestRequest {
            retailer_id,
            connection_id,
            delivery_id,
            actor,
            nothing_held,
        } = request.into_inner();
        let (retailer, connection) = (
            retailer_from(&retailer_id)?,
            connection_from(&connection_id)?,
        );
        if actor.len() > ACTOR_LIMIT_BYTES || actor.contains('\0') {
            return Err(bad_field("actor", "is too long, or holds a NUL"));
        }
        let (request, _) = self.find(retailer, connection, &delivery_id).await?;
        if request.kind != PrivacyKind::CustomerData {
            let why = "only a request for data is answered by people";
            return Err(precondition("not_a_data_request", "delivery_id", why));
        }
        let outcome = if nothing_held {
            PrivacyOutcome::NothingHeld
        } else {
            PrivacyOutcome::Exported
        };
        let method = "PrivacyRequests.AnswerDataRequest";
        let asked = Asked {
            actor,
            ..Asked::of_call(method, retailer, self.clock.now())
        };
        let audited = self.store.audited(asked).await?;
        audited
            .answer_privacy(connection, &delivery_id, outcome)
            .await?;
        let (request, _) = self.find(retailer, connection, &delivery_id).await?;
        Ok(Response::new(wire::AnswerDataRequestResponse {
            request: Some(request_into(request)),
        }))
    }
}

impl Requests {
    async fn find(
        &self,
        retailer: RetailerId,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<(PrivacyRequest, Option<Vec<u8>>), Status> {
        let found = self.store.privacy_request(retailer, connection, delivery);
        found
            .await?
            .ok_or_else(|| not_found("privacy request", delivery))
    }
}

fn retailer_from(id: &str) -> Result<RetailerId, Status> {
    id.parse()
        .map_err(|_| bad_field("retailer_id", "is not a UUID"))
}

fn connection_from(id: &str) -> Result<ConnectionId, Status> {
    id.parse()
        .map_err(|_| bad_field("connection_id", "is not a UUID"))
}

fn request_into(request: PrivacyRequest) -> wire::PrivacyRequest {
    let PrivacyRequest {
        connection,
        delivery,
        kind,
        received_at,
        due_at,
        answer,
    } = request;
    let kind = match kind {
        PrivacyKind::CustomerData => wire::PrivacyRequestKind::CustomerData,
        PrivacyKind::CustomerErasure => wire::PrivacyRequestKind::CustomerErasure,
        PrivacyKind::ShopErasure => wire::PrivacyRequestKind::ShopErasure,
    };
    let outcome = match answer.as_ref().map(|answer| answer.outcome) {
        None => wire::PrivacyAnswer::Unspecified,
        Some(PrivacyOutcome::Exported) => wire::PrivacyAnswer::Exported,
        Some(PrivacyOutcome::Erased) => wire::PrivacyAnswer::Erased,
        Some(PrivacyOutcome::NothingHeld) => wire::PrivacyAnswer::NothingHeld,
        Some(PrivacyOutcome::LinkedAgain) => wire::PrivacyAnswer::LinkedAgain,
    };
    wire::PrivacyRequest {
        connection_id: connection.to_string(),
        delivery_id: delivery,
        kind: kind.into(),
        received_at: Some(instant_into(received_at)),
        due_at: Some(instant_into(due_at)),
        answered_at: answer.as_ref().map(|answer| instant_into(answer.at)),
        answer: outcome.into(),
        answered_by: answer.and_then(|answer| answer.by).unwrap_or_default(),
    }
}
