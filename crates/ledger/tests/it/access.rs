//! Tokens and what they open (item 9).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger::grpc::METHODS;
use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use secrecy::SecretString;
use service::access::{Authorized, Role, TOKEN_AGE};
use service::clock::{Clock as _, ManualClock, SystemClock};
use service_kit::{Walk, as_operator, bearer};
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::client::Client;
use crate::support::{Ledger, OTHER_RETAILER, RETAILER, id};

const ROLES: [(Role, wire::Role); 5] = [
    (Role::Viewer, wire::Role::Viewer),
    (Role::Cashier, wire::Role::Cashier),
    (Role::StockKeeper, wire::Role::StockKeeper),
    (Role::Manager, wire::Role::Manager),
    (Role::Owner, wire::Role::Owner),
];

/// That nothing else of this process has.
fn fresh_id() -> Uuid {
    static LAST: AtomicU64 = AtomicU64::new(0);
    id(1_000_000 + u128::from(LAST.fetch_add(1, Ordering::Relaxed)))
}

fn act() -> wire::Act {
    wire::Act {
        request_id: fresh_id().to_string(),
        actor: "a test".to_owned(),
        note: String::new(),
    }
}

fn asked(name: &str, role: wire::Role) -> wire::CreateTokenRequest {
    wire::CreateTokenRequest {
        retailer_id: RETAILER.to_string(),
        name: name.to_owned(),
        roles: vec![role.into()],
        expires_at: None,
        act: Some(act()),
    }
}

/// Calls the server with a token.
fn with(client: &Client, token: &str) -> AccessClient<Authorized> {
    let endpoint = Endpoint::from_shared(client.url.clone()).unwrap();
    AccessClient::new(bearer(token).on(endpoint.connect_lazy()))
}

async fn create(client: &Client, name: &str, role: wire::Role) -> (wire::Token, String) {
    let mut access = AccessClient::new(client.channel.clone());
    let answer = access.create_token(asked(name, role)).await.unwrap();
    let wire::CreateTokenResponse { token, secret } = answer.into_inner();
    (token.unwrap(), secret)
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

#[tokio::test]
async fn item_9_every_method_is_open_to_its_roles_alone() {
    let client = Client::of(&Ledger::new().await).await;
    let mut tokens = BTreeMap::new();
    for (role, wire) in ROLES {
        let (_, secret) = create(&client, role.as_str(), wire).await;
        tokens.insert(role, SecretString::from(secret));
    }
    let walk = Walk {
        url: &client.url,
        package: "comptoir.ledger.v1",
        methods: METHODS,
        tokens,
        retailer: RETAILER.to_string(),
        foreign: OTHER_RETAILER.to_string(),
    };
    walk.assert_as_declared().await;
}

#[tokio::test]
async fn item_9_a_token_is_told_once_and_kept_as_its_digest() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let mut access = AccessClient::new(client.channel.clone());
    let request = asked("till 1", wire::Role::Owner);
    let first = access.create_token(request.clone()).await.unwrap();
    let wire::CreateTokenResponse { token, secret } = first.into_inner();
    let again = access.create_token(request).await.unwrap().into_inner();
    assert_eq!(again.token, token);
    assert_eq!(again.secret, "");

    let kept = "select string_agg(t::text, '') from (
        select t::text from ledger.access_token t union all select r::text from ledger.request r) t";
    assert!(!ledger.sql(kept).contains(&secret));
    let answers = "select count(*) from ledger.request
        where position(convert_to('SECRET', 'UTF8') in answer) > 0";
    assert_eq!(ledger.sql(&answers.replace("SECRET", &secret)), "0");

    let request = wire::ListTokensRequest {
        retailer_id: RETAILER.to_string(),
    };
    let listed = with(&client, &secret).list_tokens(request).await.unwrap();
    let listed = listed.into_inner().tokens;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].token_id, token.unwrap().token_id);
    assert_eq!(listed[0].roles, [i32::from(wire::Role::Owner)]);
}

#[tokio::test]
async fn item_9_two_tokens_of_a_name_are_live_and_no_more() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let (old, _) = create(&client, "till 1", wire::Role::Cashier).await;
    create(&client, "till 2", wire::Role::Cashier).await;
    let access = AccessClient::new(client.channel.clone());
    let ask = async || {
        let asked = asked("till 1", wire::Role::Cashier);
        access.clone().create_token(asked).await
    };
    // All at once: one of them has the place.
    let (one, two, three) = tokio::join!(ask(), ask(), ask());
    let refused: Vec<Status> = [one, two, three]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert_eq!(refused.len(), 2);
    for status in refused {
        assert_eq!(status.code(), Code::FailedPrecondition);
        let failure = status.get_details_precondition_failure().unwrap();
        assert_eq!(failure.violations[0].r#type, "two_tokens_live");
    }
    let request = wire::RevokeTokenRequest {
        retailer_id: RETAILER.to_string(),
        token_id: old.token_id,
        act: Some(act()),
    };
    access.clone().revoke_token(request).await.unwrap();
    ask().await.unwrap();
}

#[tokio::test]
async fn item_9_what_is_asked_of_a_token_must_make_sense() {
    let client = Client::of(&Ledger::new().await).await;
    let mut access = AccessClient::new(client.channel.clone());
    let sound = asked("till 1", wire::Role::Cashier);
    let long_ago = prost_types::Timestamp {
        seconds: 1,
        nanos: 0,
    };
    let too_late = prost_types::Timestamp {
        seconds: 9_999_999_999,
        nanos: 0,
    };
    let wrong = [
        (
            wire::CreateTokenRequest {
                name: " ".to_owned(),
                ..sound.clone()
            },
            "name",
        ),
        (
            wire::CreateTokenRequest {
                name: "Operator".to_owned(),
                ..sound.clone()
            },
            "name",
        ),
        (
            wire::CreateTokenRequest {
                name: "ingest-shopify".to_owned(),
                ..sound.clone()
            },
            "name",
        ),
        (
            wire::CreateTokenRequest {
                roles: vec![],
                ..sound.clone()
            },
            "roles",
        ),
        (
            wire::CreateTokenRequest {
                roles: vec![0],
                ..sound.clone()
            },
            "roles",
        ),
        (
            wire::CreateTokenRequest {
                roles: vec![77],
                ..sound.clone()
            },
            "roles",
        ),
        (
            wire::CreateTokenRequest {
                expires_at: Some(long_ago),
                ..sound.clone()
            },
            "expires_at",
        ),
        (
            wire::CreateTokenRequest {
                expires_at: Some(too_late),
                ..sound.clone()
            },
            "expires_at",
        ),
        (
            wire::CreateTokenRequest {
                act: None,
                ..sound.clone()
            },
            "act",
        ),
    ];
    for (request, field) in wrong {
        let status = access.create_token(request).await.unwrap_err();
        let violation = status.get_details_bad_request().unwrap();
        assert_eq!(violation.field_violations[0].field, field);
    }
    let unknown = wire::RevokeTokenRequest {
        retailer_id: RETAILER.to_string(),
        token_id: fresh_id().to_string(),
        act: Some(act()),
    };
    let status = access.revoke_token(unknown).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn item_9_a_token_that_was_revoked_ends_the_streams_it_began() {
    let ledger = Ledger::new().await;
    let clock = ManualClock::at(SystemClock.now());
    let client = Client::at(&ledger, clock.clone()).await;
    let (token, secret) = create(&client, "reader", wire::Role::Viewer).await;
    let endpoint = Endpoint::from_shared(client.url.clone()).unwrap();
    let channel = bearer(&secret).on(endpoint.connect_lazy());
    let mut sales = wire::sales_client::SalesClient::new(channel);
    let request = wire::StreamSalesRequest {
        retailer_id: RETAILER.to_string(),
        follow: true,
        ..wire::StreamSalesRequest::default()
    };
    let mut stream = sales
        .stream_sales(request.clone())
        .await
        .unwrap()
        .into_inner();
    let revoke = wire::RevokeTokenRequest {
        retailer_id: RETAILER.to_string(),
        token_id: token.token_id,
        act: Some(act()),
    };
    let mut access = AccessClient::new(as_operator(&client.url));
    let revoked = access.revoke_token(revoke).await.unwrap().into_inner();
    assert!(revoked.token.unwrap().revoked_at.is_some());
    // What was heard of the token a moment ago is forgotten.
    clock.advance(TOKEN_AGE);
    let status = stream.message().await.unwrap_err();
    assert_eq!(
        (status.code(), &*reason(&status)),
        (Code::Unauthenticated, "TOKEN_INVALID")
    );
    let status = sales.stream_sales(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn item_9_a_token_that_expired_opens_nothing() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let (_, secret) = create(&client, "reader", wire::Role::Owner).await;
    ledger.sql(
        "update ledger.access_token set created_at = now() - interval '2 days',
        expires_at = now() - interval '1 day'",
    );
    let request = wire::ListTokensRequest {
        retailer_id: RETAILER.to_string(),
    };
    let status = with(&client, &secret)
        .list_tokens(request)
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), &*reason(&status)),
        (Code::Unauthenticated, "TOKEN_INVALID")
    );
}
