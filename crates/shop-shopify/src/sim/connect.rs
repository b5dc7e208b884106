//! The way to a shop, walked from the first click to the last token.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use reqwest::Url;
use retail::ShopOrderId;
use secrecy::{ExposeSecret as _, SecretString};
use service::clock::Clock as _;
use shop::sim::SimShop as _;
use shop::{
    FetchError, HookAddress, Notice, Opened, Platform as _, ShopUrl, Tokens, Vault, VaultError,
};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;

use super::mapping::{World, world};
use super::oauth::{CLIENT_ID, DOMAIN};
use crate::ShopDomain;
use crate::install::SCOPES;
use crate::install::oauth::{Callback, authorize_url, verify};
use crate::install::renew::{RenewError, Renewal, access_token, tokens};
use crate::install::token::{App, Grant, TokenError};

const STATE: &str = "f3b1c2d4e5f60718293a4b5c6d7e8f90";

impl World {
    fn url(&self) -> &ShopUrl {
        &self.connection.api.as_ref().unwrap().url
    }

    fn app(&self) -> App {
        let secret = self.connection.secrets.iter().next().unwrap();
        App {
            client_id: CLIENT_ID.to_owned(),
            client_secret: secret.clone(),
        }
    }

    /// What the merchant's browser brings back, once it has been sent to the shop.
    async fn brought_back(&self) -> Vec<(String, String)> {
        let shop = ShopDomain::new(DOMAIN).unwrap();
        let back = "https://pos.example/connect/done";
        let sent_to = authorize_url(&shop, CLIENT_ID, &SCOPES, back, STATE);
        let here = sent_to.replace(&format!("https://{DOMAIN}"), self.url().as_str());
        let page = self
            .platform
            .client(self.url())
            .get(here)
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 303);
        let target = page.headers()["location"].to_str().unwrap();
        assert!(target.starts_with(back), "{target}");
        let target = Url::parse(target).unwrap();
        target.query_pairs().into_owned().collect()
    }

    async fn code(&self) -> SecretString {
        let brought = self.brought_back().await;
        let Callback { shop, code, state } =
            verify(&brought, &self.connection.secrets, self.clock.now()).unwrap();
        assert_eq!((shop.as_str(), state.as_deref()), (DOMAIN, Some(STATE)));
        code.unwrap()
    }

    async fn granted(&self, grant: Grant) -> Result<Tokens, TokenError> {
        let granted = self.platform.grant(self.url(), &self.app(), &grant).await?;
        assert!(granted.scopes.missing(&SCOPES).is_empty());
        Ok(tokens(granted, self.clock.now()))
    }

    async fn connected(&self) -> Tokens {
        let code = self.code().await;
        self.granted(Grant::AuthorizationCode(code)).await.unwrap()
    }

    /// Whether the shop answers to this token.
    async fn accepts(&self, token: &SecretString) -> bool {
        let mut connection = self.connection.clone();
        connection.api.as_mut().unwrap().secret = token.clone();
        match self.platform.store(&connection).await {
            Ok(_) => true,
            Err(FetchError::Refused { status: 401 }) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn renewed(
        &self,
        vault: &Safe,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, RenewError> {
        let renewal = Renewal {
            shopify: &self.platform,
            url: self.url(),
            app: &self.app(),
            clock: &self.clock,
        };
        let tokens = access_token(renewal, vault, refused).await?;
        Ok(tokens.access)
    }
}

/// A vault of one process. It can break before anything is stored in it.
struct Safe {
    tokens: Mutex<Tokens>,
    breaks: bool,
}

impl Safe {
    fn holding(tokens: Tokens) -> Self {
        Self {
            tokens: Mutex::new(tokens),
            breaks: false,
        }
    }
}

struct Open<'a> {
    tokens: MutexGuard<'a, Tokens>,
    breaks: bool,
}

#[async_trait]
impl Vault for Safe {
    async fn open(&self) -> Result<Box<dyn Opened + '_>, VaultError> {
        Ok(Box::new(Open {
            tokens: self.tokens.lock().await,
            breaks: self.breaks,
        }))
    }
}

#[async_trait]
impl Opened for Open<'_> {
    fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    async fn replace(&mut self, tokens: Tokens) -> Result<(), VaultError> {
        if self.breaks {
            return Err(VaultError("no disk".to_owned()));
        }
        *self.tokens = tokens;
        Ok(())
    }
}

fn secret(token: &SecretString) -> &str {
    token.expose_secret()
}

#[tokio::test]
async fn a_merchant_connects_a_shop_and_its_code_is_good_once_and_soon() {
    let world = world(1).await;
    let code = world.code().await;
    let grant = Grant::AuthorizationCode(code);
    let tokens = world.granted(grant.clone()).await.unwrap();
    assert!(world.accepts(&tokens.access).await);
    let refused = Err(TokenError::Refused {
        code: "invalid_request".to_owned(),
    });
    assert_eq!(world.granted(grant).await.map(drop), refused);
    let late = world.code().await;
    world.clock.advance(SignedDuration::from_mins(2));
    let late = world.granted(Grant::AuthorizationCode(late)).await;
    assert_eq!(late.map(drop), refused);

    let mut stranger = world.app();
    stranger.client_secret = SecretString::from("guessed");
    let grant = Grant::ClientCredentials;
    let denied = world.platform.grant(world.url(), &stranger, &grant).await;
    assert!(matches!(denied, Err(TokenError::Refused { .. })));
    let nobody = ShopUrl::new("http://127.0.0.1:1").unwrap();
    let denied = world.platform.grant(&nobody, &stranger, &grant).await;
    assert_eq!(denied.map(drop), Err(TokenError::Away));
}

#[tokio::test]
async fn what_a_browser_brings_back_altered_or_late_is_not_acted_on() {
    let world = world(1).await;
    let brought = world.brought_back().await;
    let secrets = &world.connection.secrets;
    let now = world.clock.now();
    assert!(verify(&brought, secrets, now).is_ok());
    for place in 0..brought.len() {
        let mut altered = brought.clone();
        altered[place].1.push('0');
        assert!(
            verify(&altered, secrets, now).is_err(),
            "{}",
            brought[place].0
        );
    }
    let late = now + SignedDuration::from_secs(91);
    assert!(verify(&brought, secrets, late).is_err());
}

#[tokio::test]
async fn fifty_at_once_renew_a_token_once() {
    let world = Arc::new(world(1).await);
    let first = world.connected().await;
    let vault = Arc::new(Safe::holding(first.clone()));
    world.clock.advance(SignedDuration::from_mins(50));
    let mut workers = JoinSet::new();
    for _ in 0..50 {
        let (world, vault) = (Arc::clone(&world), Arc::clone(&vault));
        workers.spawn(async move { world.renewed(&vault, None).await.unwrap() });
    }
    let tokens: Vec<SecretString> = workers.join_all().await;
    assert!(
        tokens
            .iter()
            .all(|token| secret(token) == secret(&tokens[0]))
    );
    assert!(world.accepts(&tokens[0]).await);
    assert!(!world.accepts(&first.access).await);
    // Who was refused with the old one is given the new one, not a newer.
    let again = world.renewed(&vault, Some(&first.access)).await.unwrap();
    assert_eq!(secret(&again), secret(&tokens[0]));
    // Who was refused with the new one is given another.
    let other = world.renewed(&vault, Some(&again)).await.unwrap();
    assert_ne!(secret(&other), secret(&again));
    assert!(world.accepts(&other).await);
}

#[tokio::test]
async fn a_pair_lost_before_it_was_stored_costs_nothing() {
    let world = world(1).await;
    let mut vault = Safe::holding(world.connected().await);
    world.clock.advance(SignedDuration::from_mins(50));
    vault.breaks = true;
    let lost = world.renewed(&vault, None).await.unwrap_err();
    assert!(matches!(lost, RenewError::Vault(_)), "{lost:?}");
    vault.breaks = false;
    let token = world.renewed(&vault, None).await.unwrap();
    assert!(world.accepts(&token).await);
}

#[tokio::test]
async fn two_that_renew_apart_from_each_other_lose_the_shop() {
    let world = world(1).await;
    let first = world.connected().await;
    let [one, other] = [first.clone(), first].map(Safe::holding);
    world.clock.advance(SignedDuration::from_mins(50));
    world.renewed(&one, None).await.unwrap();
    world.renewed(&other, None).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(50));
    match world.renewed(&one, None).await {
        Err(RenewError::Token(TokenError::Refused { code })) => assert_eq!(code, "invalid_request"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_app_of_the_shops_own_organisation_asks_again_every_day() {
    let world = world(1).await;
    let first = world.granted(Grant::ClientCredentials).await.unwrap();
    assert!(first.refresh.is_none());
    let vault = Safe::holding(first.clone());
    let same = world.renewed(&vault, None).await.unwrap();
    assert_eq!(secret(&same), secret(&first.access));
    world.clock.advance(SignedDuration::from_hours(24));
    assert!(!world.accepts(&first.access).await);
    let next = world.renewed(&vault, None).await.unwrap();
    assert!(world.accepts(&next).await);
}

#[tokio::test]
async fn an_app_that_is_taken_out_hears_of_it_and_is_let_in_again() {
    let mut world = world(1).await;
    let address = format!("http://127.0.0.1:9/hooks/{}", world.connection.id);
    let address = HookAddress(ShopUrl::new(&address).unwrap());
    let vault = Safe::holding(world.connected().await);
    world
        .platform
        .ensure_hooks(&world.connection, &address)
        .await
        .unwrap();
    world.server.uninstall();
    world.clock.advance(SignedDuration::from_secs(2));
    let due = world.server.due();
    assert_eq!(due.len(), 1);
    let notice = world
        .platform
        .verify(&world.connection, &due[0].headers, &due[0].body);
    match notice.unwrap() {
        Notice::Delivery { topic, order: None } => assert_eq!(topic.as_str(), "app/uninstalled"),
        other => panic!("{other:?}"),
    }
    let id = ShopOrderId::new("25").unwrap();
    assert_eq!(
        world.platform.fetch(&world.connection, &id).await,
        Err(FetchError::Refused { status: 401 })
    );
    world.clock.advance(SignedDuration::from_mins(50));
    assert!(matches!(
        world.renewed(&vault, None).await,
        Err(RenewError::Token(TokenError::Refused { .. }))
    ));
    // The same shop, connected again: with other tokens, and its webhooks to be made anew.
    let tokens = world.connected().await;
    world.connection.api.as_mut().unwrap().secret = tokens.access;
    let store = world.platform.store(&world.connection).await.unwrap();
    assert_eq!(store.id, "60000000007");
    let report = world
        .platform
        .ensure_hooks(&world.connection, &address)
        .await;
    assert_eq!(report.unwrap().sound, 0);
}
