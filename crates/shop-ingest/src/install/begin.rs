//! The beginning: an address for a browser, and what the browser is sent on with.

use jiff::Timestamp;
use retail::RetailerId;
use secrecy::{ExposeSecret as _, SecretString};
use shop::{InstallRefusal, Journey, PlainHttp};
use uuid::Uuid;

use super::refusal::Refusal;
use super::{Installer, LIFETIME, hash};
use crate::store::{Asked, InstallKey, InstallStep, NewInstall, Terms};

/// What a person has to open.
pub(super) struct Begun {
    pub(super) id: Uuid,
    pub(super) address: String,
    pub(super) expires_at: Timestamp,
}

/// What a browser is sent on with.
pub(super) struct SentOn {
    pub(super) address: String,
    /// Stays in the browser.
    pub(super) mark: SecretString,
}

impl Installer {
    /// Begins the way to the shop that a person named.
    pub(super) async fn begin(
        &self,
        retailer: RetailerId,
        typed: &str,
        plain_http: PlainHttp,
        terms: Terms,
    ) -> Result<Begun, Refusal> {
        let shop = self.platform.shop(typed)?;
        let base = self.addresses.own();
        let base = base.ok_or(InstallRefusal::NoPublicAddress)?;
        let (id, ticket) = (self.ids.next(), service::secret::fresh());
        let journey = Journey {
            shop: shop.clone(),
            state: service::secret::fresh(),
            callback: self.callback().ok_or(InstallRefusal::NoPublicAddress)?,
            plain_http,
        };
        // What cannot be gone is better not begun.
        self.platform.authorize(&self.app, &journey)?;
        self.linker.check_any(retailer).await?;
        let begun_at = self.clock.now();
        let expires_at = begun_at.checked_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let new = NewInstall {
            id,
            retailer,
            shop,
            plain_http,
            terms,
            ticket: hash(&ticket),
            begun_at,
            expires_at,
        };
        let asked = Asked::of_call("Installs.BeginInstall", retailer, begun_at);
        self.store.audited(asked).await?.begin_install(&new).await?;
        Ok(Begun {
            id,
            address: format!("{base}/install/{}", ticket.expose_secret()),
            expires_at,
        })
    }

    /// Somebody opened the address. Opening it again is no harm: what was given before is good no more.
    pub(super) async fn send_on(&self, ticket: &SecretString) -> Result<SentOn, Refusal> {
        let ticket = hash(ticket);
        let install = self.store.install(InstallKey::Ticket(&ticket)).await?;
        let install = install.ok_or(Refusal::Unknown)?;
        match install.step {
            InstallStep::Begun | InstallStep::Sent => {}
            InstallStep::Returned | InstallStep::Linked { .. } | InstallStep::Refused { .. } => {
                return Err(Refusal::Used);
            }
        }
        let (state, mark) = (service::secret::fresh(), service::secret::fresh());
        let journey = self
            .journey(&install, state.clone())
            .ok_or(InstallRefusal::NoPublicAddress)?;
        let address = self.platform.authorize(&self.app, &journey)?;
        let (state, browser, now) = (hash(&state), hash(&mark), self.clock.now());
        let is_sent = self.store.send_install(install.id, &state, &browser, now);
        if is_sent.await? {
            Ok(SentOn { address, mark })
        } else if install.expires_at <= now {
            Err(Refusal::Expired)
        } else {
            Err(Refusal::Used)
        }
    }
}
