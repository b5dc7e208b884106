//! What shops ask on behalf of people, asked of the ingest services that keep it.

use proto::connect as wire;
use proto::connect::privacy_requests_client::PrivacyRequestsClient;
use retail::ConnectionId;
use service::access::Authorized;

use super::ApiError;
use super::import::{Ingest, Ingests};
use crate::view::{PrivacyRequest, PrivacySubject};

impl Ingests {
    /// Of all services, those that are open first, and of these those that are due first.
    pub(crate) async fn privacy_requests(&self) -> Result<Vec<PrivacyRequest>, ApiError> {
        let mut requests = Vec::new();
        for ingest in self.services() {
            let request = wire::ListPrivacyRequestsRequest {
                retailer_id: self.retailer().to_string(),
            };
            let answer = client_of(ingest).list_privacy_requests(request).await;
            for request in ingest.heard(answer)?.requests {
                requests.push(PrivacyRequest::try_from(request)?);
            }
        }
        requests.sort_by_key(|request| (request.answered_at.is_some(), request.due_at));
        Ok(requests)
    }

    /// Whom a request speaks of.
    pub(crate) async fn privacy_subject(
        &self,
        connection: ConnectionId,
        delivery: &str,
    ) -> Result<PrivacySubject, ApiError> {
        let ingest = self.of_connection(connection).await?;
        let request = wire::GetPrivacyRequestRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: connection.to_string(),
            delivery_id: delivery.to_owned(),
        };
        let answer = client_of(ingest).get_privacy_request(request).await;
        Ok(PrivacySubject::try_from(ingest.heard(answer)?)?)
    }

    pub(crate) async fn answer_data_request(
        &self,
        connection: ConnectionId,
        delivery: &str,
        actor: String,
        nothing_held: bool,
    ) -> Result<(), ApiError> {
        let ingest = self.of_connection(connection).await?;
        let request = wire::AnswerDataRequestRequest {
            retailer_id: self.retailer().to_string(),
            connection_id: connection.to_string(),
            delivery_id: delivery.to_owned(),
            actor,
            nothing_held,
        };
        let answer = client_of(ingest).answer_data_request(request).await;
        ingest.heard(answer).map(drop)
    }
}

fn client_of(ingest: &Ingest) -> PrivacyRequestsClient<Authorized> {
    PrivacyRequestsClient::new(ingest.channel())
}
