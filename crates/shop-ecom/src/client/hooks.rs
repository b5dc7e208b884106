//! The shop's webhooks, as far as eCom lets an app see to them: not at all.
//!
//! eCom has no API for webhooks. An app has one address for all stores it is installed in, with the
//! events to be told of, and both are set by eCom's staff on request. A store that has the app
//! installed, with the scopes of the events, tells of them; one that took the app away does not, and
//! its access token is dead from then on. What the app's address is, whether eCom blocked it after two
//! weeks of failures, and what it told in vain for longer than a day cannot be asked: polling finds it.

use shop::{Connection, FetchError, HookReport};

use super::profile::identity;
use crate::Ecom;

/// Asks the store for its profile: who may is an app that is installed, and more cannot be known. The
/// report counts no webhook, since none is seen.
pub(crate) async fn ensure_hooks(
    shop: &Ecom,
    connection: &Connection,
) -> Result<HookReport, FetchError> {
    identity(shop, connection).await?;
    Ok(HookReport::default())
}

/// None, ever: only uninstalling the app silences a store.
pub(crate) fn remove_hooks(connection: &Connection) -> Result<usize, FetchError> {
    match connection.api {
        Some(_) => Ok(0),
        None => Err(FetchError::NoAccess),
    }
}
