//! Linking a shop, with the simulated one speaking the shop's part.

use http::StatusCode;
use http::header::LOCATION;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use shop::{Answer, ApiAccess, App, Connection, Install as _, PlainHttp, Platform as _, ShopUrl};
use shop_woocommerce::install::{FindError, Found, Grant, GrantError, approval_url, find, granted};

use crate::running::Running;

const BACK: &str = "https://pos.example/linked";
const CALLBACK: &str = "https://pos.example/keys";

fn url(text: &str) -> ShopUrl {
    ShopUrl::new(text).unwrap()
}

struct Visit {
    status: StatusCode,
    location: String,
    page: String,
}

async fn visit(address: &str) -> Visit {
    let client = service::http::loopback_client().unwrap();
    let response = client.get(address).send().await.unwrap();
    let location = response.headers().get(LOCATION);
    Visit {
        status: response.status(),
        location: location.map_or("", |to| to.to_str().unwrap()).to_owned(),
        page: response.text().await.unwrap(),
    }
}

/// What the browser says that came back with `query`.
fn answered(running: &Running, query: &str, state: &SecretString) -> Answer {
    let address = reqwest::Url::parse(&format!("{BACK}{query}")).unwrap();
    let query: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let app = App {
        name: "Comptoir & Co".to_owned(),
        registered: None,
        stand_in: None,
    };
    let returned = running
        .platform
        .returned(&app, &query, Timestamp::UNIX_EPOCH)
        .unwrap();
    let came = returned.state.unwrap();
    assert_eq!(came.expose_secret(), state.expose_secret());
    returned.answer
}

/// The page with the two buttons: where they lead.
async fn asked(running: &Running, state: &SecretString) -> [String; 2] {
    let shop = url(&running.url);
    let address = approval_url(&shop, "Comptoir & Co", state, &url(CALLBACK), &url(BACK)).unwrap();
    let login = visit(&address).await;
    assert_eq!(login.status, StatusCode::FOUND);
    let page = visit(&login.location).await.page;
    let links: Vec<String> = page
        .split("href=\"")
        .skip(1)
        .map(|link| link.split_once('"').unwrap().0)
        .map(|link| link.replace("&amp;", "&").replace("&#x2F;", "/"))
        .collect();
    links.try_into().unwrap()
}

#[tokio::test]
async fn an_owner_who_approves_gives_a_key_that_works() {
    let running = Running::new(1, 3).await;
    let shop = url(&running.url);
    let found = find(&running.platform, &shop).await;
    let name = "Boutique simulée".to_owned();
    assert_eq!(found, Ok(Found { name: name.clone() }));

    let state = SecretString::from("0f2c5b1d");
    let [approve, _] = asked(&running, &state).await;
    let approved = visit(&approve).await;
    assert_eq!(approved.status, StatusCode::FOUND);
    let query = approved.location.strip_prefix(BACK).unwrap();
    assert!(matches!(
        answered(&running, query, &state),
        Answer::KeyPosted
    ));

    let posts = running.deliver(Some(200));
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].url, CALLBACK);
    let other = SecretString::from("0f2c5b1e");
    assert_eq!(
        granted(&posts[0].body, &other).unwrap_err(),
        GrantError::NotAskedFor
    );
    let Grant { key, secret } = granted(&posts[0].body, &state).unwrap();
    assert!(key.expose_secret().starts_with("ck_"));
    let api = ApiAccess::new(shop, key, secret, PlainHttp::Allowed).unwrap();
    let connection = Connection {
        api: Some(api),
        ..running.connection.clone()
    };
    let store = running.platform.store(&connection).await.unwrap();
    assert_eq!(store.name, name);
}

#[tokio::test]
async fn an_owner_who_declines_gives_nothing() {
    let running = Running::new(2, 3).await;
    let state = SecretString::from("0f2c5b1d");
    let [_, decline] = asked(&running, &state).await;
    let query = decline.strip_prefix(BACK).unwrap();
    assert!(matches!(
        answered(&running, query, &state),
        Answer::Declined
    ));
    assert!(running.deliver(Some(200)).is_empty());
    // A key is posted nowhere without TLS.
    let plain = asked(&running, &state).await[0].replace("callback_url=https", "callback_url=http");
    let refused = visit(&plain).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.page.contains("SSL"));
}

#[tokio::test]
async fn what_is_no_shop_is_said_to_be_none() {
    let running = Running::new(3, 3).await;
    let in_a_folder = url(&format!("{}/blog", running.url));
    let found = find(&running.platform, &in_a_folder).await;
    assert_eq!(found, Err(FindError::NoShop));
    for away in [
        "http://127.0.0.1:1",
        "https://127.0.0.1:1",
        "http://10.0.0.1",
    ] {
        let found = find(&running.platform, &url(away)).await;
        assert!(
            matches!(found, Err(FindError::Away { .. })),
            "{away}: {found:?}"
        );
    }
}
