use serde::Deserialize;
use shop::{Connection, FetchError, StoreIdentity};

use super::answer::{Answer, odd_missing, unreadable};
use super::api::Api;
use crate::BigCommerce;
use crate::scalar::Scalar;
use crate::{store, text};

/// Who the store says it is. Its hash is permanent; its name, domain and owner are not, and the
/// owner's name and address, which stand beside them, are not read.
pub(crate) async fn identity(
    shop: &BigCommerce,
    connection: &Connection,
) -> Result<StoreIdentity, FetchError> {
    let mut api = Api::of(shop, connection)?;
    let body = match api.get("/v2/store", &[]).await? {
        Answer::Body(body) => body,
        Answer::Nothing | Answer::Missing => return Err(odd_missing("store itself")),
    };
    let Store {
        id,
        name,
        domain,
        currency,
        timezone,
    } = serde_json::from_slice(&body)
        .map_err(|_| unreadable("the store's description is not what is documented"))?;
    if store::hash(api.access()) != Some(id.as_str()) {
        return Err(unreadable("it is not the store asked for"));
    }
    Ok(StoreIdentity {
        id: id.as_str().to_owned(),
        name: text::first_of(&[name.as_str(), domain.as_str(), id.as_str()]),
        currency: some(&currency),
        time_zone: timezone.and_then(|zone| some(&zone.name)),
    })
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Store<'a> {
    /// The hash.
    id: Scalar<'a>,
    name: Scalar<'a>,
    domain: Scalar<'a>,
    currency: Scalar<'a>,
    timezone: Option<Zone<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Zone<'a> {
    name: Scalar<'a>,
}

fn some(text: &Scalar<'_>) -> Option<String> {
    let text = text::clean(text.as_str());
    (!text.is_empty()).then_some(text)
}
