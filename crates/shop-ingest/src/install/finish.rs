//! The end: what came back is exchanged for access, once, and the shop is linked.

use std::time::Duration;

use bytes::Bytes;
use retail::{ConnectionId, RetailerId};
use secrecy::SecretString;
use shop::{Answer, Connection, Granted, InstallRefusal, LiveSecrets, Proof, Returned};
use tokio::time::timeout;

use super::refusal::Refusal;
use super::{Installer, hash};
use crate::linking::LinkedShop;
use crate::store::{Asked, Install, InstallKey, InstallStep, Terms};

/// What the audit log calls it: no method is called, a browser comes back or a shop posts a key.
const CALLBACK: &str = "install/callback";
/// For the platform to give access in exchange.
const REDEEM_TIMEOUT: Duration = Duration::from_secs(20);

/// How a way to a shop stands when a browser comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Linked,
    /// The shop is yet to post its key.
    Waiting,
}

impl Installer {
    /// A browser comes back; `mark` is what it was sent on with.
    pub(super) async fn come_back(
        &self,
        query: &[(String, String)],
        mark: Option<&SecretString>,
    ) -> Result<Ended, Refusal> {
        let now = self.clock.now();
        let Returned {
            state,
            shop,
            answer,
        } = self.platform.returned(&self.app, query, now)?;
        let browser = mark.map(hash);
        let install = match (&state, &browser) {
            (Some(state), _) => self.store.install(InstallKey::State(&hash(state))).await?,
            // The platform takes no state along: the browser alone says which way it is on.
            (None, Some(browser)) => self.store.install(InstallKey::Browser(browser)).await?,
            (None, None) => None,
        };
        let install = install.ok_or(Refusal::Unknown)?;
        if install.browser.is_none() || install.browser != browser {
            return Err(Refusal::OtherBrowser);
        }
        let agreement = match answer {
            Answer::Agreed(agreement) => agreement,
            Answer::Declined => {
                self.claim(&install).await?;
                return self
                    .keep(&install, Err(InstallRefusal::Declined.into()))
                    .await;
            }
            Answer::KeyPosted => return self.told(&install),
        };
        self.claim(&install).await?;
        let is_other = shop.is_some_and(|shop| shop != install.shop);
        let linked = if is_other {
            Err(InstallRefusal::OtherShop.into())
        } else {
            // Where no state goes along, none is asked for.
            let state = state.unwrap_or_else(service::secret::fresh);
            self.link(&install, state, Proof::Agreement(agreement))
                .await
        };
        self.keep(&install, linked).await
    }

    /// A shop posts a key.
    pub(super) async fn take_key(&self, body: Bytes) -> Result<(), Refusal> {
        let state = self.platform.posted(&body)?;
        let install = self.store.install(InstallKey::State(&hash(&state))).await?;
        let install = install.ok_or(Refusal::Unknown)?;
        self.claim(&install).await?;
        let linked = self.link(&install, state, Proof::Posted(body)).await;
        self.keep(&install, linked).await.map(drop)
    }

    /// From here on nobody else ends it.
    async fn claim(&self, install: &Install) -> Result<(), Refusal> {
        let now = self.clock.now();
        if self.store.claim_install(install.id, now).await? {
            return Ok(());
        }
        match install.step {
            InstallStep::Begun | InstallStep::Sent if install.expires_at <= now => {
                Err(Refusal::Expired)
            }
            InstallStep::Begun
            | InstallStep::Sent
            | InstallStep::Returned
            | InstallStep::Linked { .. }
            | InstallStep::Refused { .. } => Err(Refusal::Used),
        }
    }

    async fn link(
        &self,
        install: &Install,
        state: SecretString,
        proof: Proof,
    ) -> Result<LinkedShop, Refusal> {
        let journey = self
            .journey(install, state)
            .ok_or(InstallRefusal::NoPublicAddress)?;
        let now = self.clock.now();
        let redeeming = self.platform.redeem(&self.app, &journey, proof, now);
        // Whoever comes back with a browser has no token: it is the deed of who began it.
        let asked = Asked {
            retailer: install.retailer,
            method: CALLBACK,
            by: install.begun_by.clone(),
            actor: String::new(),
            at: now,
        };
        self.let_in(asked, &install.terms, redeeming).await
    }

    /// Links a shop of the organisation that the app belongs to: nobody is sent anywhere.
    pub(super) async fn link_own(
        &self,
        retailer: RetailerId,
        typed: &str,
        terms: &Terms,
    ) -> Result<LinkedShop, Refusal> {
        let shop = self.platform.shop(typed)?;
        let now = self.clock.now();
        let asked = Asked::of_call("Installs.LinkOwnShop", retailer, now);
        self.let_in(asked, terms, self.platform.own(&self.app, &shop, now))
            .await
    }

    /// Links the shop that lets us in; none is asked to that the retailer's plan has no place for.
    async fn let_in(
        &self,
        asked: Asked,
        terms: &Terms,
        granting: impl Future<Output = Result<Granted, InstallRefusal>>,
    ) -> Result<LinkedShop, Refusal> {
        self.linker.check_any(asked.retailer).await?;
        let Granted {
            api,
            secrets,
            tokens,
        } = timeout(REDEEM_TIMEOUT, granting)
            .await
            .map_err(|_| InstallRefusal::Away)??;
        let candidate = Connection {
            id: ConnectionId::new(self.ids.next()),
            retailer: asked.retailer,
            platform: self.platform.code(),
            secrets: match secrets {
                Some(secrets) => secrets,
                None => {
                    LiveSecrets::new(vec![service::secret::fresh()]).map_err(|_| Refusal::Ours)?
                }
            },
            api: Some(api),
        };
        let store = self.linker.who_is(&candidate).await?;
        let linked = self
            .linker
            .make_live(asked, &candidate, &store, Some(&tokens), terms);
        Ok(linked.await?)
    }

    /// Remembers how it ended.
    async fn keep(
        &self,
        install: &Install,
        linked: Result<LinkedShop, Refusal>,
    ) -> Result<Ended, Refusal> {
        let now = self.clock.now();
        match linked {
            Ok(LinkedShop { stored, was_known }) => {
                let id = stored.connection.id;
                self.store
                    .install_linked(install.id, id, was_known, now)
                    .await?;
                Ok(Ended::Linked)
            }
            Err(refusal) => {
                let (code, detail) = (refusal.code(), refusal.to_string());
                tracing::info!(install = %install.id, code, "a shop is not linked");
                self.store
                    .install_refused(install.id, code, &detail, now)
                    .await?;
                Err(refusal)
            }
        }
    }

    /// What the key that came by another way has led to.
    fn told(&self, install: &Install) -> Result<Ended, Refusal> {
        match &install.step {
            InstallStep::Linked { .. } => Ok(Ended::Linked),
            InstallStep::Refused { .. } => Err(Refusal::NoAccess),
            InstallStep::Begun | InstallStep::Sent if install.expires_at <= self.clock.now() => {
                Err(Refusal::Expired)
            }
            InstallStep::Begun | InstallStep::Sent | InstallStep::Returned => Ok(Ended::Waiting),
        }
    }
}
