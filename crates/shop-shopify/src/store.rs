//! Asking a shop who it is.

use serde::Deserialize;
use serde_json::json;
use shop::{FetchError, StoreIdentity};

use crate::answer::unreadable;
use crate::client::{Answered, Asker};
use crate::id::Id;
use crate::{operation, text};

/// The shop's number is what stays: its name, its domains and the app's access to it all change.
pub(crate) async fn store(shop: Asker<'_>) -> Result<StoreIdentity, FetchError> {
    let Answered {
        data,
        at: _,
        spent: _,
    } = shop.ask(&operation::SHOP, json!({})).await?;
    let Data {
        shop:
            Shop {
                id,
                name,
                currency_code,
                iana_timezone,
            },
    } = serde_json::from_value(data)
        .map_err(|_| unreadable("what it says of itself is not as documented".to_owned()))?;
    Ok(StoreIdentity {
        id: id.to_string(),
        name: text::clean(&name),
        currency: Some(currency_code),
        time_zone: Some(iana_timezone),
    })
}

#[derive(Deserialize)]
struct Data {
    shop: Shop,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shop {
    id: Id,
    name: String,
    currency_code: String,
    iana_timezone: String,
}
