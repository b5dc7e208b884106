//! Ways to shops: a person is sent to the shop with a browser, agrees there, and the shop is linked.
//!
//! What makes the way safe is here, the same for all platforms: the address that begins it, the state that goes to the
//! shop and the mark that stays in the browser are unguessable, kept as hashes only, bound to one retailer and one shop,
//! and good once and for half an hour. What is agreed to in one browser is not linked by another.

mod begin;
mod finish;
mod grpc;
mod http;
mod page;
mod refusal;

use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use service::Settings;
use service::clock::{Clock, Ids};
use sha2::{Digest as _, Sha256};
use shop::{App, Journey, LiveSecrets, Platform, RegisteredApp, ShopUrl};

pub(crate) use self::http::router;
use crate::linking::Linker;
use crate::settings;
use crate::store::{DoorHash, Install, Store};
use crate::watchdog::Addresses;

/// For a person to sign in to the shop and to agree.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// What a shopkeeper reads who is asked to agree, where nothing else is set.
const NAME: &str = "Comptoir";

/// What installs are done with.
#[derive(Clone)]
pub(crate) struct Installer {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) app: Arc<App>,
    pub(crate) store: Store,
    pub(crate) linker: Linker,
    pub(crate) addresses: Addresses,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

impl Installer {
    /// Where browsers and shops come back to.
    fn callback(&self) -> Option<ShopUrl> {
        let base = self.addresses.own()?;
        ShopUrl::new(&format!("{base}{}", http::CALLBACK)).ok()
    }

    fn journey(&self, install: &Install, state: SecretString) -> Option<Journey> {
        Some(Journey {
            shop: install.shop.clone(),
            state,
            callback: self.callback()?,
            plain_http: install.plain_http,
        })
    }
}

fn hash(door: &SecretString) -> DoorHash {
    DoorHash(Sha256::digest(door.expose_secret()).into())
}

/// The app as the settings say it. Without one, shops are linked by their keys alone.
pub(crate) fn app(settings: &Settings) -> anyhow::Result<App> {
    let stand_in: Option<String> = settings.optional(settings::APP_STAND_IN_URL)?;
    let registered = match settings.optional::<String>(settings::APP_CLIENT_ID)? {
        None => None,
        Some(client_id) => {
            let mut secrets = vec![settings.secret(settings::APP_CLIENT_SECRET)?];
            secrets.extend(settings.optional_secret(settings::APP_CLIENT_SECRET_OLD)?);
            Some(RegisteredApp {
                client_id,
                secrets: LiveSecrets::new(secrets)?,
            })
        }
    };
    Ok(App {
        name: settings.or(settings::APP_NAME, NAME.to_owned())?,
        registered,
        stand_in: stand_in.map(|url| ShopUrl::new(&url)).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_what_the_settings_say() {
        let without = app(&Settings::from_map([("APP_NAME", "Chez nous")])).unwrap();
        assert_eq!(without.name, "Chez nous");
        assert!(without.registered.is_none() && without.stand_in.is_none());
        let pairs = [
            ("APP_CLIENT_ID", "abc"),
            ("APP_CLIENT_SECRET", "new"),
            ("APP_CLIENT_SECRET_OLD", "old"),
        ];
        let registered = app(&Settings::from_map(pairs)).unwrap().registered.unwrap();
        assert_eq!(registered.secrets.iter().count(), 2);
        assert_eq!(registered.secrets.newest().expose_secret(), "new");
        let secretless = app(&Settings::from_map([("APP_CLIENT_ID", "abc")]));
        assert!(secretless.is_err());
    }
}
