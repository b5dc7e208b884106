//! Asking a store what it is: its identity, and the currency that its orders do not name.

use retail::Currency;
use shop::{ApiAccess, Connection, FetchError, StoreIdentity};

use super::{Answer, address, ask, too_long, unreadable};
use crate::Ecom;
use crate::payload::{Formats, General, Profile, Settings};
use crate::{store, text};

/// Largest profile read, in bytes: it has the store's pages, taxes and zones in it.
pub(crate) const PROFILE_LIMIT_BYTES: usize = 4 << 20;

/// Who the store is. Its id is a number that eCom gives once and never again, whatever the store is
/// called and wherever it is shown.
pub(crate) async fn identity(
    shop: &Ecom,
    connection: &Connection,
) -> Result<StoreIdentity, FetchError> {
    let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
    let body = profile(shop, api).await?;
    let Profile {
        general_info,
        settings,
        formats_and_units,
        tax_settings: _,
    } = parsed(&body)?;
    let General { store_id } = general_info.unwrap_or_default();
    let Settings { store_name } = settings.unwrap_or_default();
    let Formats {
        currency,
        timezone,
        weight_unit: _,
        dimensions_unit: _,
    } = formats_and_units.unwrap_or_default();
    let id = store_id
        .id()
        .ok_or_else(|| unreadable("the store does not tell its id"))?;
    if store::id(connection).is_some_and(|asked| asked != id) {
        return Err(unreadable("it is the profile of another store"));
    }
    Ok(StoreIdentity {
        id: id.to_owned(),
        name: told(store_name.as_str()).unwrap_or_else(|| id.to_owned()),
        currency: told(currency.as_str()),
        time_zone: told(timezone.as_str()),
    })
}

/// The store's one currency, as asked for lately.
pub(super) async fn currency(
    shop: &Ecom,
    connection: &Connection,
    api: &ApiAccess,
) -> Result<Currency, FetchError> {
    let now = shop.clock.now();
    if let Some(currency) = shop.currencies.get(connection.id, now) {
        return Ok(currency);
    }
    let body = profile(shop, api).await?;
    let currency = bookable(&parsed(&body)?.formats_and_units.unwrap_or_default())?;
    shop.currencies.put(connection.id, currency, now);
    Ok(currency)
}

async fn profile(shop: &Ecom, api: &ApiAccess) -> Result<bytes::Bytes, FetchError> {
    let address = address(api, &["profile"]).ok_or(FetchError::NoAccess)?;
    match ask(shop, api, address, PROFILE_LIMIT_BYTES).await? {
        Answer::Found(found) => Ok(found.body),
        Answer::Nothing => Err(unreadable("the store has no profile")),
        Answer::TooLong { limit_bytes } => Err(too_long(limit_bytes)),
    }
}

/// The currency that a store's amounts are in.
pub(crate) fn bookable(formats: &Formats<'_>) -> Result<Currency, FetchError> {
    Currency::from_code(formats.currency.as_str())
        .map_err(|_| unreadable("the store's currency cannot be booked"))
}

pub(crate) fn parsed(body: &[u8]) -> Result<Profile<'_>, FetchError> {
    serde_json::from_slice(body).map_err(|_| unreadable("the store's profile"))
}

fn told(text: &str) -> Option<String> {
    let text = text::clean(text);
    (!text.is_empty()).then_some(text)
}
