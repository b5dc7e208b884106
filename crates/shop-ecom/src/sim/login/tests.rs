//! A merchant connects, by the platform's own functions.

use ::shop::conformance::serve;
use ::shop::{
    Connection, FetchError, HookAddress, LiveSecrets, Notice, PlainHttp, Platform as _, ShopUrl,
};
use http::header::LOCATION;
use secrecy::SecretString;
use service::clock::ManualClock;

use super::super::mapping::{OPENED_AT, access, connection, headers, platform};
use super::super::running::CLIENT_SECRET;
use super::super::{Live, Options, Shop};
use super::*;
use crate::install::callback::{self, Answer, Callback, State as Pass};
use crate::install::token::{App, Granted, TokenError};
use crate::install::{SCOPES, callback::authorize_url};
use crate::{CODE, Ecom, UNINSTALLED};

struct Merchant {
    live: Arc<Live>,
    login: ShopUrl,
    browser: reqwest::Client,
    platform: Ecom,
    app: App,
    state: Pass,
}

impl Merchant {
    async fn new() -> Self {
        let clock = ManualClock::at(OPENED_AT.parse().unwrap());
        let live = Live::new(Shop::open(&Options::new(1, 3)), access(), Arc::new(clock));
        let login = ShopUrl::new(&serve(live.router()).await).unwrap();
        Self {
            live,
            login,
            browser: service::http::loopback_client().unwrap(),
            platform: platform(),
            app: App {
                client_id: CLIENT_ID.to_owned(),
                client_secret: access().client_secret.into(),
                redirect_uri: ShopUrl::new("https://pos.example/connect/ecom").unwrap(),
            },
            state: Pass::new("3f2a9c0d11e84b7a").unwrap(),
        }
    }

    /// Signs in, and presses a button.
    async fn answers(&self, answer: &str) -> Callback {
        let url = authorize_url(&self.login, &self.app, &SCOPES, &self.state).unwrap();
        let page = self.browser.get(url).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        let link = page
            .split('"')
            .find(|part| part.ends_with(&format!("answer={answer}")))
            .unwrap()
            .replace("&amp;", "&");
        let url = format!("{}{link}", self.login);
        let moved = self.browser.get(url).send().await.unwrap();
        let back = moved.headers()[LOCATION].to_str().unwrap();
        let back: Url = back.parse().unwrap();
        assert_eq!(back.host_str(), Some("pos.example"));
        let parameters: Vec<(String, String)> = back.query_pairs().into_owned().collect();
        callback::read(&parameters).unwrap()
    }

    async fn code(&self) -> SecretString {
        match self.answers("allow").await.answer {
            Answer::Granted(code) => code,
            Answer::Denied => panic!("the merchant agreed"),
        }
    }

    async fn grant(&self, code: &SecretString) -> Result<Granted, TokenError> {
        let (login, app) = (&self.login, &self.app);
        self.platform.grant(login, app, &self.state, code).await
    }

    fn connection(&self, granted: &Granted) -> Connection {
        let api = granted.access(&self.app, &self.login, PlainHttp::Allowed);
        Connection {
            api,
            secrets: LiveSecrets::new(vec![self.app.client_secret.clone()]).unwrap(),
            ..connection(self.login.as_str())
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ef_02_a_merchant_who_agrees_is_connected() {
    let merchant = Merchant::new().await;
    let code = merchant.code().await;
    let granted = merchant.grant(&code).await.unwrap();
    assert_eq!(granted.store, "1003");
    assert!(granted.scopes.missing(&SCOPES).is_empty());
    assert_eq!(
        granted.scopes.missing(&["create_orders"]),
        ["create_orders"]
    );
    let connection = merchant.connection(&granted);
    assert_eq!(connection.platform.as_str(), CODE);
    let store = merchant.platform.store(&connection).await.unwrap();
    assert_eq!(store.id, granted.store);
}

#[tokio::test(flavor = "multi_thread")]
async fn ef_02_a_merchant_who_does_not_comes_back_all_the_same() {
    let merchant = Merchant::new().await;
    let callback = merchant.answers("deny").await;
    assert_eq!(callback.state, merchant.state);
    assert!(matches!(callback.answer, Answer::Denied));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_and_a_second_time_is_worse_than_none() {
    let merchant = Merchant::new().await;
    let code = merchant.code().await;
    let connection = merchant.connection(&merchant.grant(&code).await.unwrap());
    let refused = Some(TokenError::Refused { status: 400 });
    assert_eq!(merchant.grant(&code).await.err(), refused);
    assert_eq!(
        merchant.platform.store(&connection).await,
        Err(FetchError::Refused { status: 403 })
    );
    let again = merchant.connection(&merchant.grant(&merchant.code().await).await.unwrap());
    assert!(merchant.platform.store(&again).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_for_one_app_and_one_address() {
    let mut merchant = Merchant::new().await;
    let code = merchant.code().await;
    let refused = Some(TokenError::Refused { status: 400 });
    assert_eq!(merchant.grant(&"code-1003-9".into()).await.err(), refused);
    let state = std::mem::replace(&mut merchant.state, Pass::new(&"0".repeat(16)).unwrap());
    assert_eq!(merchant.grant(&code).await.err(), refused, "another state");
    merchant.state = state;
    merchant.app.client_secret = CLIENT_SECRET.into();
    assert_eq!(merchant.grant(&code).await.err(), refused, "another app");
    merchant.app.client_secret = access().client_secret.into();
    assert!(merchant.grant(&code).await.is_ok());
    merchant.login = ShopUrl::new("http://127.0.0.1:1").unwrap();
    assert_eq!(merchant.grant(&code).await.err(), Some(TokenError::Away));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_is_asked_wrongly_says_so() {
    let merchant = Merchant::new().await;
    let right = authorize_url(&merchant.login, &merchant.app, &SCOPES, &merchant.state);
    let right = right.unwrap();
    for (part, instead) in [
        ("client_id=comptoir", "client_id=other"),
        ("response_type=code", "response_type=token"),
        ("redirect_uri=https%3A%2F%2F", "redirect_uri="),
        ("&scope=", "&scopes="),
    ] {
        let wrong = right.replace(part, instead);
        assert_ne!(wrong, right);
        let page = merchant.browser.get(wrong).send().await.unwrap();
        assert_eq!(page.status(), 400, "{instead}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_was_taken_away_is_told_so_and_refused() {
    let merchant = Merchant::new().await;
    let connection = connection(merchant.login.as_str());
    assert!(merchant.live.go_on());
    merchant.live.uninstall();
    assert!(merchant.live.go_on(), "the shop trades on");
    let now = OPENED_AT.parse().unwrap();
    let due = merchant.live.state().outbox.due(now);
    let topics: Vec<String> = due
        .iter()
        .map(|attempt| {
            let (headers, body) = (headers(&attempt.hook), &attempt.hook.body);
            match merchant.platform.verify(&connection, &headers, body) {
                Ok(Notice::Delivery { topic, .. }) => topic.to_string(),
                other => panic!("{other:?}"),
            }
        })
        .collect();
    assert_eq!(topics.len(), 2, "{topics:?}");
    assert_eq!(topics[1], UNINSTALLED);
    let address = HookAddress(ShopUrl::new("https://pos.example/hooks/7").unwrap());
    let hooks = merchant.platform.ensure_hooks(&connection, &address).await;
    assert_eq!(hooks, Err(FetchError::Refused { status: 403 }));
    let granted = merchant.grant(&merchant.code().await).await.unwrap();
    let connection = merchant.connection(&granted);
    assert!(merchant.platform.store(&connection).await.is_ok());
    assert!(merchant.live.go_on());
    assert_eq!(merchant.live.state().outbox.due(now).len(), 1);
}
