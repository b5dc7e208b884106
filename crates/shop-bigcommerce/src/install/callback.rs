//! Where the merchant's browser is sent, and what it brings back.

use secrecy::SecretString;
use shop::ShopUrl;

use super::StoreHash;
use super::token::Scopes;

/// Longest code, list of scopes or other value accepted, in bytes.
const VALUE_LIMIT_BYTES: usize = 4_096;

/// What the browser brings. Nobody has signed it: it is believed when the code is exchanged, and then of
/// the store that the answer names.
#[derive(Clone, Debug)]
pub struct Callback {
    pub store: StoreHash,
    /// Good once, and soon.
    pub code: SecretString,
    pub scopes: Scopes,
    /// The merchant began at our [`install_url`] and is to be sent to [`finished_url`]; others wait for a
    /// page in the store's control panel.
    pub is_external: bool,
}

/// Why a query is no callback. Quotes none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    /// The merchant did not agree, or the login gave up.
    #[error("the store gave no code")]
    NoCode,
    #[error("query names no store")]
    NoStore,
    #[error("query names no scopes")]
    NoScopes,
    /// One was given twice, or is endless.
    #[error("query is not a callback")]
    Odd,
}

/// Where to send a merchant who is not in the store's control panel. `login` is [`crate::LOGIN_URL`], or a
/// simulator's address.
#[must_use]
pub fn install_url(login: &ShopUrl, client_id: &str) -> String {
    format!("{login}/app/{client_id}/install")
}

/// Where to send a merchant who came from there, when all is done or has failed.
#[must_use]
pub fn finished_url(login: &ShopUrl, client_id: &str, succeeded: bool) -> String {
    let outcome = if succeeded { "succeeded" } else { "failed" };
    format!("{}/{outcome}", install_url(login, client_id))
}

/// Reads the query of a callback: `parameters` are its names and values, decoded, as they came.
pub fn read(parameters: &[(String, String)]) -> Result<Callback, CallbackRefused> {
    let code = only(parameters, "code")?.ok_or(CallbackRefused::NoCode)?;
    let store = only(parameters, "context")?.and_then(StoreHash::of_context);
    let scopes = only(parameters, "scope")?.and_then(Scopes::new);
    Ok(Callback {
        store: store.ok_or(CallbackRefused::NoStore)?,
        code: code.into(),
        scopes: scopes.ok_or(CallbackRefused::NoScopes)?,
        is_external: only(parameters, "external_install")?.is_some(),
    })
}

/// A value that is given once, and is some.
fn only<'a>(
    parameters: &'a [(String, String)],
    name: &str,
) -> Result<Option<&'a str>, CallbackRefused> {
    let mut values = parameters.iter().filter(|(given, _)| given == name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some((_, value)), None) if value.len() <= VALUE_LIMIT_BYTES => {
            Ok(Some(value.as_str()).filter(|value| !value.is_empty()))
        }
        (Some(_), None | Some(_)) => Err(CallbackRefused::Odd),
    }
}
