//! Shops' webhooks die silently: they are looked at after every start and from time to time, and mended. Where the app
//! itself was taken out of the shop, there is nothing to mend.

use std::sync::Arc;
use std::time::Duration;

use service::clock::Clock;
use shop::{Connection, FetchError, HookAddress, Platform, ShopUrl};
use tokio::time::timeout;

use crate::chore::{Chore, Trouble};
use crate::connections::Connections;
use crate::isolation::Gate;
use crate::meters::Meters;
use crate::store::{Store, StoredConnection};

/// Between two looks at a connection's webhooks, where no setting says otherwise.
pub(crate) const EVERY: Duration = Duration::from_mins(15);
/// For one look, with everything that is to be mended.
const LOOK_TIMEOUT: Duration = Duration::from_mins(2);

/// What webhooks are looked after with.
pub(crate) struct Watchdog {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) addresses: Addresses,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) every: Duration,
}

/// Where shops reach this service.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    /// From everywhere; `None` until somebody says how.
    pub(crate) public: Option<ShopUrl>,
    /// From this machine: for shops that are asked without TLS, which are on it.
    pub(crate) local: Option<ShopUrl>,
}

impl Addresses {
    /// Where this service itself is reached.
    pub(crate) fn own(&self) -> Option<&ShopUrl> {
        self.public.as_ref().or(self.local.as_ref())
    }

    /// Where a connection's shop sends its deliveries; `None` where it cannot reach us.
    pub(crate) fn of(&self, connection: &Connection) -> Option<HookAddress> {
        let api = connection.api.as_ref()?;
        let local = self.local.as_ref().filter(|_| !api.url.is_https());
        let base = self.public.as_ref().or(local)?;
        ShopUrl::new(&format!("{base}/hooks/{}", connection.id))
            .ok()
            .map(HookAddress)
    }
}

impl Watchdog {
    /// Asks a shop who it is, unless that is known. A shop that does not tell has its webhooks kept all the same.
    async fn identify(&self, connection: &Connection, gate: &Gate) -> Result<(), Trouble> {
        let id = connection.id;
        let is_known = |stored: &StoredConnection| stored.store.is_some();
        if self
            .store
            .connection(id)
            .await?
            .as_ref()
            .is_none_or(is_known)
        {
            return Ok(());
        }
        let allowance = self.platform.allowance(connection);
        gate.pass(&allowance, allowance.changed_page).await;
        match timeout(LOOK_TIMEOUT, self.platform.store(connection)).await {
            Ok(Ok(store)) => {
                if !self.store.identify(id, &store).await? {
                    tracing::warn!(connection = %id, "another connection leads to the same shop");
                }
            }
            Ok(Err(error)) => {
                tracing::debug!(connection = %id, %error, "who the shop is stays unknown");
            }
            Err(_) => tracing::debug!(connection = %id, "the shop does not say who it is"),
        }
        Ok(())
    }
}

impl Watchdog {
    /// Asks a shop that is said to have thrown us out whether it has; a connection that is out is parked.
    async fn is_removed(&self, connection: &Connection, gate: &Gate) -> Result<bool, Trouble> {
        let id = connection.id;
        let Some(told_at) = self.store.removal_to_ask(id).await? else {
            return Ok(false);
        };
        let allowance = self.platform.allowance(connection);
        gate.pass(&allowance, allowance.changed_page).await;
        match timeout(LOOK_TIMEOUT, self.platform.store(connection)).await {
            Ok(Ok(_)) => {
                tracing::warn!(connection = %id, "the app is said to be removed, and is not");
                self.store.removal_denied(id, told_at).await?;
                Ok(false)
            }
            Ok(Err(FetchError::Refused { .. } | FetchError::Gone)) => {
                let now = self.clock.now();
                if self.store.removal_proven(id, told_at, now).await?
                    && let Some(stored) = self.store.connection(id).await?
                {
                    tracing::warn!(connection = %id, "the app was removed from the shop: it is asked no more");
                    self.connections.put(stored);
                }
                Ok(true)
            }
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Trouble::Silent {
                limit: LOOK_TIMEOUT,
            }),
        }
    }
}

impl Chore for Watchdog {
    const NAME: &'static str = "hooks";

    fn every(&self) -> Duration {
        self.every
    }

    async fn round(&self, connection: &Connection, gate: &Gate) -> Result<(), Trouble> {
        if self.is_removed(connection, gate).await? {
            return Ok(());
        }
        let Some(address) = self.addresses.of(connection) else {
            return Ok(());
        };
        self.identify(connection, gate).await?;
        let allowance = self.platform.allowance(connection);
        gate.pass(&allowance, allowance.changed_page).await;
        let looking = self.platform.ensure_hooks(connection, &address);
        let report = timeout(LOOK_TIMEOUT, looking)
            .await
            .map_err(|_| Trouble::Silent {
                limit: LOOK_TIMEOUT,
            })??;
        self.meters.hooks(report);
        if !report.was_sound() {
            tracing::warn!(connection = %connection.id, ?report, "webhooks were not as they should be, and are now");
        }
        let now = self.clock.now();
        self.store.hooks_checked(connection.id, report, now).await?;
        Ok(())
    }

    async fn failed(&self, connection: &Connection, trouble: &Trouble) {
        let now = self.clock.now();
        let reason = trouble.to_string();
        let remembered = self.store.hook_check_failed(connection.id, &reason, now);
        if let Err(error) = remembered.await {
            tracing::debug!(%error, "a failed look at webhooks is not remembered");
        }
    }
}

#[cfg(test)]
mod tests {
    use retail::{ConnectionId, PlatformCode, RetailerId};
    use secrecy::SecretString;
    use shop::{ApiAccess, LiveSecrets, PlainHttp};
    use uuid::Uuid;

    use super::*;

    fn connection(shop: Option<&str>) -> Connection {
        let hush = SecretString::from("hush");
        Connection {
            id: ConnectionId::new(Uuid::nil()),
            retailer: RetailerId::new(Uuid::nil()),
            platform: PlatformCode::new("stall").unwrap(),
            secrets: LiveSecrets::new(vec![hush.clone()]).unwrap(),
            api: shop.map(|shop| {
                let url = ShopUrl::new(shop).unwrap();
                ApiAccess::new(url, hush.clone(), hush, PlainHttp::Allowed).unwrap()
            }),
        }
    }

    #[test]
    fn a_shop_is_told_an_address_where_it_reaches_us() {
        const TLS: Option<&str> = Some("https://shop.example");
        const PLAIN: Option<&str> = Some("http://127.0.0.1:8088");
        let url = |text: &str| ShopUrl::new(text).unwrap();
        let (public, local) = ("https://till.example/ingest", "http://127.0.0.1:20001");
        let id = Uuid::nil();
        for (shop, has_public, expected) in [
            (TLS, true, Some(public)),
            (PLAIN, true, Some(public)),
            (TLS, false, None),
            (PLAIN, false, Some(local)),
            (None, true, None),
        ] {
            let addresses = Addresses {
                public: has_public.then(|| url(public)),
                local: Some(url(local)),
            };
            let found = addresses.of(&connection(shop));
            let expected = expected.map(|base| HookAddress(url(&format!("{base}/hooks/{id}"))));
            assert_eq!(found, expected, "{shop:?}");
        }
    }
}
