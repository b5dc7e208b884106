//! Who may call an ingest service (item 9). Whose a token is, it asks the ledger.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use proto::connect;
use proto::connect::connections_client::ConnectionsClient;
use proto::ledger as wire;
use proto::ledger::access_server::Access;
use retail::RetailerId;
use secrecy::SecretString;
use service::access::{Role, TokenDigest};
use service_kit::{Walk, bearer};
use tonic::transport::Endpoint;
use tonic::{Code, Request, Response, Status};
use uuid::Uuid;

use crate::books::Books;
use crate::database::RETAILER;
use crate::running::Running;

const ROLES: [(Role, wire::Role); 5] = [
    (Role::Viewer, wire::Role::Viewer),
    (Role::Cashier, wire::Role::Cashier),
    (Role::StockKeeper, wire::Role::StockKeeper),
    (Role::Manager, wire::Role::Manager),
    (Role::Owner, wire::Role::Owner),
];

/// The tokens that the tests' own ledger knows, by their digests, with whose they are.
pub type Tokens = Arc<Mutex<HashMap<Vec<u8>, (RetailerId, wire::Token)>>>;

/// One of them, which is good for long. Its id is made of its name.
pub fn known_token(name: &str, role: wire::Role) -> wire::Token {
    wire::Token {
        token_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string(),
        name: name.to_owned(),
        roles: vec![role.into()],
        expires_at: Some(prost_types::Timestamp {
            seconds: 9_999_999_999,
            nanos: 0,
        }),
        ..wire::Token::default()
    }
}

#[tonic::async_trait]
impl Access for Books {
    async fn find_token(
        &self,
        request: Request<wire::FindTokenRequest>,
    ) -> Result<Response<wire::FindTokenResponse>, Status> {
        self.answers()?;
        let digest = request.into_inner().digest;
        let found = self.tokens.lock().unwrap().get(&digest).cloned();
        let (retailer, token) = found.ok_or_else(|| Status::not_found("no such token"))?;
        Ok(Response::new(wire::FindTokenResponse {
            retailer_id: retailer.to_string(),
            token: Some(token),
        }))
    }

    async fn create_token(
        &self,
        _: Request<wire::CreateTokenRequest>,
    ) -> Result<Response<wire::CreateTokenResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn list_tokens(
        &self,
        _: Request<wire::ListTokensRequest>,
    ) -> Result<Response<wire::ListTokensResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn revoke_token(
        &self,
        _: Request<wire::RevokeTokenRequest>,
    ) -> Result<Response<wire::RevokeTokenResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }
}

/// A token of each role, which the ledger knows.
fn tokens(books: &Books) -> BTreeMap<Role, SecretString> {
    let mut known = books.tokens.lock().unwrap();
    let token = |(role, wire): (Role, wire::Role)| {
        let text = format!("comptoir_{role}");
        let digest = TokenDigest::of(&text).as_bytes().to_vec();
        known.insert(digest, (RETAILER, known_token("of tests", wire)));
        (role, SecretString::from(text))
    };
    ROLES.into_iter().map(token).collect()
}

#[tokio::test]
async fn item_9_every_method_is_open_to_its_roles_alone() {
    let running = Running::start(vec![]).await;
    let walk = Walk {
        url: &running.grpc,
        package: "comptoir.connect.v1",
        methods: shop_ingest::METHODS,
        tokens: tokens(&running.books),
        retailer: RETAILER.to_string(),
        foreign: Uuid::max().to_string(),
    };
    walk.assert_as_declared().await;
}

#[tokio::test]
async fn item_9_the_ledger_is_asked_once_for_a_token_and_nobody_passes_while_it_is_away() {
    let running = Running::start(vec![]).await;
    let _ = tokens(&running.books);
    let list = async |token: &str| {
        let endpoint = Endpoint::from_shared(running.grpc.clone()).unwrap();
        let channel = bearer(token).on(endpoint.connect_lazy());
        let request = connect::ListConnectionsRequest {
            retailer_id: RETAILER.to_string(),
        };
        ConnectionsClient::new(channel)
            .list_connections(request)
            .await
    };
    running.books.is_away.store(true, Ordering::Relaxed);
    let status = list("comptoir_viewer").await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    running.books.is_away.store(false, Ordering::Relaxed);
    let before = running.books.asked.load(Ordering::Relaxed);
    for _ in 0..5 {
        list("comptoir_viewer").await.unwrap();
    }
    let asked = running.books.asked.load(Ordering::Relaxed) - before;
    assert_eq!(asked, 1);
}
