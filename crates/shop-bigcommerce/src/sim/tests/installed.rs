//! From a merchant's agreement to the store's orders.

use http::header::LOCATION;
use secrecy::ExposeSecret as _;
use service::clock::Clock as _;
use shop::conformance::serve;
use shop::{
    Answer, FetchError, Install as _, InstallRefusal, Journey, Listing, PlainHttp, Platform as _,
    Proof, RegisteredApp, ShopUrl,
};

use super::World;
use crate::install::callback::{Callback, finished_url, install_url, read};
use crate::install::token::{App, TokenError};
use crate::install::{SCOPES, StoreHash};

struct Merchant {
    world: World,
    login: ShopUrl,
    app: App,
}

impl Merchant {
    async fn new() -> Self {
        let world = World::open(3, 1_000).await;
        let options = &world.store.options;
        let app = App {
            client_id: options.client_id.clone(),
            client_secret: options.client_secret.clone(),
            redirect_uri: options.auth_callback.clone(),
        };
        let login = ShopUrl::new(&serve(world.store.router()).await).unwrap();
        Self { world, login, app }
    }

    /// What the browser brings back.
    async fn agrees(&self) -> Vec<(String, String)> {
        let client = service::http::loopback_client().unwrap();
        let url = install_url(&self.login, &self.app.client_id);
        let sent = client.get(url).send().await.unwrap();
        assert_eq!(sent.status(), 302);
        let back = sent.headers()[LOCATION].to_str().unwrap();
        assert!(back.starts_with(&self.app.redirect_uri), "{back}");
        let back = reqwest::Url::parse(back).unwrap();
        back.query_pairs().into_owned().collect()
    }
}

#[tokio::test]
async fn a_merchant_who_agrees_has_a_connection_that_can_ask() {
    let merchant = Merchant::new().await;
    let callback = read(&merchant.agrees().await).unwrap();
    assert!(callback.is_external);
    let platform = &merchant.world.platform;
    let granted = platform
        .grant(&merchant.login, &merchant.app, &callback)
        .await;
    let granted = granted.unwrap();
    assert!(granted.scopes.missing(&SCOPES).is_empty());
    let access = granted.access(&merchant.app, &merchant.login, PlainHttp::Refused);
    assert!(access.is_none(), "a token does not go out without TLS");
    let mut connection = merchant.world.connection.clone();
    connection.api = granted.access(&merchant.app, &merchant.login, PlainHttp::Allowed);
    let store = platform.store(&connection).await.unwrap();
    assert_eq!(store.id, granted.store.to_string());
    assert_eq!(store.time_zone.as_deref(), Some("Europe/Paris"));
    merchant.world.store.place();
    let listed = platform
        .list(&connection, Listing::Placed { since: None }, None)
        .await;
    assert_eq!(listed.unwrap().orders.len(), 1);
    let shown = format!("{callback:?} {granted:?} {:?}", merchant.app);
    let token = granted.access_token.expose_secret();
    assert!(
        !shown.contains(token) && !shown.contains("code1"),
        "{shown}"
    );
}

/// The same as the runtime walks it: the store that was named, and no other.
#[tokio::test]
async fn a_store_is_linked_if_it_is_the_one_that_was_named() {
    let merchant = Merchant::new().await;
    let platform = &merchant.world.platform;
    let app = shop::App {
        name: "Comptoir".to_owned(),
        registered: Some(RegisteredApp {
            client_id: merchant.app.client_id.clone(),
            secrets: merchant.world.connection.secrets.clone(),
        }),
        stand_in: Some(merchant.login.clone()),
    };
    let journey = |shop: &str| Journey {
        shop: platform.shop(shop).unwrap(),
        state: "not taken along".into(),
        callback: ShopUrl::new(&merchant.app.redirect_uri).unwrap(),
        plain_http: PlainHttp::Refused,
    };
    let own = journey(&format!(
        "store-{}.mybigcommerce.com",
        merchant.world.store.options.hash
    ));
    let sent_to = platform.authorize(&app, &own).unwrap();
    assert_eq!(
        sent_to,
        install_url(&merchant.login, &merchant.app.client_id)
    );
    let now = merchant.world.clock.now();
    let proof = async || {
        let returned = platform
            .returned(&app, &merchant.agrees().await, now)
            .unwrap();
        assert_eq!(returned.shop.as_ref(), Some(&own.shop));
        match returned.answer {
            Answer::Agreed(agreement) => Proof::Agreement(agreement),
            other => panic!("{other:?}"),
        }
    };
    let elsewhere = journey("other1");
    let other = platform.redeem(&app, &elsewhere, proof().await, now);
    assert_eq!(other.await.map(drop), Err(InstallRefusal::Spent));
    let granted = platform.redeem(&app, &own, proof().await, now).await;
    let granted = granted.unwrap();
    assert!(granted.tokens.access_until.is_none() && granted.secrets.is_some());
    let mut connection = merchant.world.connection.clone();
    connection.api = Some(granted.api);
    assert!(platform.store(&connection).await.is_ok());

    let declined = platform.returned(&app, &[], now).unwrap();
    assert!(matches!(declined.answer, Answer::Declined));
    for shop in ["", "Sim123", "stores/sim123", "https://sim123", "sim123/v2"] {
        assert_eq!(
            platform.shop(shop),
            Err(InstallRefusal::NotAShop),
            "{shop:?}"
        );
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_for_its_store_app_and_address() {
    let merchant = Merchant::new().await;
    let platform = &merchant.world.platform;
    let refused = Some(TokenError::Refused { status: 400 });
    let callback = read(&merchant.agrees().await).unwrap();
    let used = async |app: &App, callback: &Callback| {
        platform.grant(&merchant.login, app, callback).await.err()
    };
    assert_eq!(used(&merchant.app, &callback).await, None);
    assert_eq!(used(&merchant.app, &callback).await, refused);
    let elsewhere = Callback {
        store: StoreHash::new("other1").unwrap(),
        ..read(&merchant.agrees().await).unwrap()
    };
    assert_eq!(used(&merchant.app, &elsewhere).await, refused);
    for app in [
        App {
            client_secret: "guess".into(),
            ..merchant.app.clone()
        },
        App {
            redirect_uri: "https://pos.example/auth/".to_owned(),
            ..merchant.app.clone()
        },
    ] {
        let callback = read(&merchant.agrees().await).unwrap();
        assert_eq!(used(&app, &callback).await, refused);
    }
    // And what is granted opens nothing else.
    let mut stranger = merchant.world.connection.clone();
    stranger.api.as_mut().unwrap().secret = "guess".into();
    assert_eq!(
        platform.store(&stranger).await,
        Err(FetchError::Refused { status: 401 })
    );
}

#[test]
fn a_merchant_is_sent_to_the_login_and_back_to_it() {
    let login = ShopUrl::new(crate::LOGIN_URL).unwrap();
    let app = "login.bigcommerce.com/app/m8e1/install";
    assert_eq!(install_url(&login, "m8e1"), format!("https://{app}"));
    assert_eq!(
        finished_url(&login, "m8e1", true),
        format!("https://{app}/succeeded")
    );
    assert_eq!(
        finished_url(&login, "m8e1", false),
        format!("https://{app}/failed")
    );
}
