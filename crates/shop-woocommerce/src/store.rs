//! Which shop it is.

use serde::Deserialize;
use shop::{ApiAccess, Connection, FetchError, StoreIdentity};

use crate::client::{Client, Question};
use crate::loose::{List, Object, Scalar};
use crate::text;

/// What the shop's API is called among all that `WordPress` answers.
const NAMESPACE: &str = "wc/v3";

/// Asks a shop who it is, which proves the key as well.
///
/// Its id is the one WooCommerce gives itself from version 8.4 on, and that moves with the shop. An
/// older shop is known by its address: it must be linked anew after it moved or grew up (R-10).
pub(crate) async fn store(
    client: &Client,
    connection: &Connection,
) -> Result<StoreIdentity, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let index = index(client, api).await?;
    let mut question = Question::get("system_status");
    question.query = vec![(
        "_fields",
        "environment.store_id,environment.home_url,settings.currency".to_owned(),
    )];
    let answer = client.ask(api, question).await?;
    let status: Status<'_> = answer.read()?;
    Ok(identity(api, &index, &status))
}

/// The index of `WordPress`, for everybody to see.
pub(crate) fn index_question() -> Question {
    Question {
        path: "/wp-json/".to_owned(),
        query: vec![("_fields", "name,home,timezone_string,namespaces".to_owned())],
        ..Question::get("")
    }
}

/// Asked without the key, which `WordPress` would take for a wrong password. A shop that shows its index
/// to nobody is a shop all the same.
async fn index(client: &Client, api: &ApiAccess) -> Result<Index, FetchError> {
    let answer = client.ask_openly(&api.url, index_question()).await?;
    let index: Index = match answer.read::<RawIndex<'_>>() {
        Ok(index) => index.into(),
        Err(FetchError::Refused { .. }) => return Ok(Index::default()),
        Err(error) => return Err(error),
    };
    if index.has_shop {
        Ok(index)
    } else {
        Err(FetchError::later("WooCommerce is switched off"))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) name: String,
    home: String,
    time_zone: Option<String>,
    pub(crate) has_shop: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct RawIndex<'a> {
    name: Scalar<'a>,
    home: Scalar<'a>,
    /// Empty where the shop has nothing but an offset from Greenwich.
    timezone_string: Scalar<'a>,
    namespaces: List<Scalar<'a>>,
}

impl From<RawIndex<'_>> for Index {
    fn from(raw: RawIndex<'_>) -> Self {
        let RawIndex {
            name,
            home,
            timezone_string,
            namespaces: List(namespaces),
        } = raw;
        let time_zone = text::clean(timezone_string.as_str());
        Self {
            name: text::unescaped(name.as_str()),
            home: home.as_str().to_owned(),
            time_zone: (!time_zone.is_empty()).then_some(time_zone),
            has_shop: namespaces.iter().any(|name| name.as_str() == NAMESPACE),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Status<'a> {
    environment: Object<Environment<'a>>,
    settings: Object<Settings<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Environment<'a> {
    store_id: Scalar<'a>,
    home_url: Scalar<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Settings<'a> {
    currency: Scalar<'a>,
}

fn identity(api: &ApiAccess, index: &Index, status: &Status<'_>) -> StoreIdentity {
    let Status {
        environment: Object(Environment { store_id, home_url }),
        settings: Object(Settings { currency }),
    } = status;
    let homes = [index.home.as_str(), home_url.as_str(), api.url.as_str()];
    let home = homes
        .into_iter()
        .map(address)
        .find(|home| !home.is_empty())
        .unwrap_or_default();
    let store_id = text::clean(store_id.as_str());
    StoreIdentity {
        id: if store_id.is_empty() {
            format!("home:{home}")
        } else {
            format!("store:{store_id}")
        },
        name: if index.name.is_empty() {
            home
        } else {
            index.name.clone()
        },
        currency: (currency.as_str().len() == 3).then(|| currency.as_str().to_owned()),
        time_zone: index.time_zone.clone(),
    }
}

/// Host and folder: a shop that begins to use TLS is the same shop.
fn address(url: &str) -> String {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    text::clean(host.trim_end_matches('/')).to_lowercase()
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use shop::{PlainHttp, ShopUrl};

    use super::*;

    const INDEX: &str = include_str!("../fixtures/rest/wp-index.body.json");
    const STATUS: &str = include_str!("../fixtures/rest/system-status.body.json");

    fn identity_at(url: &str, index: &str, status: &str) -> StoreIdentity {
        let key = SecretString::from("key");
        let url = ShopUrl::new(url).unwrap();
        let api = ApiAccess::new(url, key.clone(), key, PlainHttp::Allowed).unwrap();
        let index: RawIndex<'_> = serde_json::from_str(index).unwrap();
        let index = Index::from(index);
        assert!(index.has_shop);
        identity(&api, &index, &serde_json::from_str(status).unwrap())
    }

    #[test]
    fn a_captured_shop_says_who_it_is() {
        let store = identity_at("https://127.0.0.1:8448", INDEX, STATUS);
        assert_eq!(
            store,
            StoreIdentity {
                id: "home:127.0.0.1:8448".to_owned(),
                name: "Boutique de test".to_owned(),
                currency: Some("CAD".to_owned()),
                time_zone: Some("America/Toronto".to_owned()),
            }
        );
    }

    #[test]
    fn r_10_a_shop_is_the_same_wherever_it_moves() {
        const ID: &str = "3affe447-935c-4a41-9ccc-3a955a14c958";
        let status = format!(r#"{{"environment":{{"store_id":"{ID}"}}}}"#);
        let moved = INDEX.replace(r"127.0.0.1:8448", "boutique.example");
        let stores = [
            identity_at("https://127.0.0.1:8448", INDEX, &status),
            identity_at("https://boutique.example", &moved, &status),
        ];
        assert_eq!(stores[0].id, format!("store:{ID}"));
        assert_eq!(stores[0].id, stores[1].id);
    }

    #[test]
    fn an_older_shop_is_known_by_its_address_with_tls_or_without() {
        let id = |url: &str| {
            let index = format!(r#"{{"home":"{url}","namespaces":["wc\/v3"]}}"#);
            identity_at("http://127.0.0.1", &index, "{}").id
        };
        assert_eq!(
            id("http://Shop.example/boutique/"),
            "home:shop.example/boutique"
        );
        assert_eq!(
            id("https://shop.example/boutique"),
            "home:shop.example/boutique"
        );
        let nameless = identity_at(
            "http://127.0.0.1:7",
            r#"{"namespaces":{"1":"wc/v3"}}"#,
            "[]",
        );
        assert_eq!(nameless.name, "127.0.0.1:7");
        assert_eq!(nameless.currency, None);
    }
}
