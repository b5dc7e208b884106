//! Tokens come to an end; the connection does not.

use std::sync::Arc;

use proto::connect::AccessState;
use secrecy::{ExposeSecret as _, SecretString};
use service::clock::Clock;
use shop::sim::SimShop as _;
use shop::{App, Install as _, LiveSecrets, RegisteredApp, RenewError, Tokens, Vault as _};
use shop_shopify::Shopify;
use tokio::task::JoinSet;
use tonic::Code;
use tonic_types::StatusExt as _;

use service_kit::within;

use crate::support::Running;

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_asked_across_the_end_of_its_token() {
    let running = Running::start().await;
    let id = running.link().await;
    running.until_asked(&id).await;
    let (_, before) = running.connection(&id).await;
    for _ in 0..3 {
        running.advance(50);
        running.until_asked(&id).await;
    }
    // Past its end without anybody having asked.
    running.advance(90);
    running.until_asked(&id).await;
    let (_, after) = running.connection(&id).await;
    assert_eq!(after.poll_failures, 0, "{}", after.last_poll_failure);
    let (before, after) = (before.access.unwrap(), after.access.unwrap());
    assert_eq!(after.state(), AccessState::Granted);
    assert_ne!(before.renewed_at, after.renewed_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_renew_at_once_renew_one_after_the_other() {
    let running = Running::start().await;
    let id = running.link().await;
    running.until_asked(&id).await;
    let connection = running.store().connection(id.parse().unwrap()).await;
    let connection = Arc::new(connection.unwrap().unwrap().connection);
    let url = connection.api.as_ref().unwrap().url.as_str();
    let access = running.shop.access(url);
    let app = Arc::new(App {
        name: "Comptoir".to_owned(),
        registered: Some(RegisteredApp {
            client_id: access.key,
            secrets: LiveSecrets::new(vec![access.secret.into()]).unwrap(),
        }),
        stand_in: None,
    });
    let clock: Arc<dyn Clock> = Arc::new(running.clock.clone());
    let shopify = Arc::new(Shopify::new(Arc::clone(&clock)).unwrap());
    // Several times over: two that renew apart from each other lose the shop at the second renewal.
    for _ in 0..3 {
        running.advance(50);
        let mut workers = JoinSet::new();
        // Each with a pool of its own, as processes have; and the service itself asks all the while.
        for _ in 0..2 {
            let store = running.store();
            for _ in 0..4 {
                let vault = store.vault(connection.id, Arc::clone(&clock));
                let (app, shopify) = (Arc::clone(&app), Arc::clone(&shopify));
                let connection = Arc::clone(&connection);
                workers.spawn(async move {
                    loop {
                        match shopify.access_token(&app, &connection, &vault, None).await {
                            Ok(tokens) => break tokens.access,
                            // The database's patience with locks may end before the machine has done all this.
                            Err(RenewError::Vault(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
        }
        let tokens: Vec<SecretString> = workers.join_all().await;
        let first = tokens[0].expose_secret();
        assert!(tokens.iter().all(|token| token.expose_secret() == first));
        running.until_asked(&id).await;
    }
    let (_, health) = running.connection(&id).await;
    assert_eq!(health.access.unwrap().state(), AccessState::Granted);
    assert_eq!(health.poll_failures, 0, "{}", health.last_poll_failure);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_is_lost_is_told_until_the_shop_is_connected_again() {
    let running = Running::start().await;
    let id = running.link().await;
    running.until_asked(&id).await;
    // The merchant takes everything back, and nobody hears of it.
    running.shop.uninstall();
    running.advance(50);
    let access = within(async || {
        let (_, health) = running.connection(&id).await;
        let access = health.access.unwrap();
        (access.state() == AccessState::ConnectAgain).then_some(access)
    })
    .await;
    assert!(
        access.refusal.contains("no more access"),
        "{}",
        access.refusal
    );
    assert_eq!(running.link().await, id);
    running.until_asked(&id).await;
    let (_, health) = running.connection(&id).await;
    assert_eq!(health.access.unwrap().state(), AccessState::Granted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_was_linked_to_be_read_alone_is_to_be_connected_again_and_read_meanwhile() {
    let running = Running::start().await;
    let id = running.link().await;
    running.until_asked(&id).await;
    assert!(running.lease(&id).await.is_ok());
    let vault = running
        .store()
        .vault(id.parse().unwrap(), Arc::new(running.clock.clone()));
    let mut opened = vault.open().await.unwrap();
    let tokens = Tokens {
        scopes: ["read_orders", "read_customers", "read_locations"]
            .map(str::to_owned)
            .to_vec(),
        ..opened.tokens().clone()
    };
    opened.replace(tokens).await.unwrap();
    drop(opened);

    let refused = running.lease(&id).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let failure = refused.get_details_precondition_failure().unwrap();
    assert_eq!(failure.violations[0].r#type, "rights_missing");
    let missing = "write_products, write_inventory, write_publications";
    assert!(refused.message().contains(missing), "{refused}");
    running.until_asked(&id).await;
    let (_, health) = running.connection(&id).await;
    let access = health.access.unwrap();
    assert_eq!(access.state(), AccessState::ConnectAgain);
    assert!(access.refusal.contains(missing), "{}", access.refusal);

    assert_eq!(running.link().await, id);
    assert!(running.lease(&id).await.is_ok());
    let (_, health) = running.connection(&id).await;
    let access = health.access.unwrap();
    assert_eq!(
        (access.state(), &*access.refusal),
        (AccessState::Granted, "")
    );
}
