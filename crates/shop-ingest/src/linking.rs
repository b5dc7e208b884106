//! Making a shop live: where every way of linking one ends, by a call or by an install flow.

use std::sync::Arc;
use std::time::Duration;

use retail::{Entitlement, RetailerId};
use service::clock::Clock;
use shop::{Connection, FetchError, Platform, StoreIdentity, Tokens};
use tokio::time::timeout;

use crate::connections::Connections;
use crate::ledger::{CatalogueCheck, Ledger};
use crate::plan::{self, PlanError};
use crate::store::{Asked, ConnectionState, Linked, Store, StoreError, StoredConnection, Terms};

/// For the shop to say who it is.
const STORE_TIMEOUT: Duration = Duration::from_secs(20);

/// What shops are linked with.
#[derive(Clone)]
pub(crate) struct Linker {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: Store,
    pub(crate) connections: Arc<Connections>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// A shop that is linked, as it stands now.
pub(crate) struct LinkedShop {
    pub(crate) stored: StoredConnection,
    /// It was linked before, and has its connection back.
    pub(crate) was_known: bool,
}

/// Why a shop is not linked. Never shows a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the shop does not let us in: {0}")]
    NoAccess(FetchError),
    #[error("that is no shop of this platform: {0}")]
    NoShop(FetchError),
    #[error("the shop is away: {0}")]
    Away(FetchError),
    #[error("no secure connection to the shop: {why}")]
    Insecure { why: String },
    #[error("the shop does not answer")]
    Silent,
    #[error("a register has to be chosen on which the shop's orders are booked")]
    NoRegister,
    #[error(
        "catalogue and stock have to be looked at before a shop is linked, and that be acknowledged ({})",
        found(.0.as_ref())
    )]
    NotChecked(Option<CatalogueCheck>),
    #[error(
        "another shop was parted with before, {parted}: its items, orders and imports are not this one's, and \
         what is sold in both is counted in both; confirm that this is another shop"
    )]
    AnotherShop { parted: String },
    #[error(
        "the shop was linked before, and its stock is managed on the other side: that is changed by the settings, where \
         what follows is acknowledged"
    )]
    StockSide,
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Linker {
    /// Whether any shop of the retailer may be linked, asked before one lets us in. Which shop it will be, and so whether
    /// it is linked already, nobody knows yet.
    pub(crate) async fn check_any(&self, retailer: RetailerId) -> Result<(), LinkError> {
        let all = self.store.connections().await?;
        let mut own = all
            .iter()
            .filter(|stored| stored.connection.retailer == retailer);
        if own.any(plan::is_linked) {
            return Ok(());
        }
        let shops = Entitlement::Integration(self.platform.code());
        Ok(self.ledger.check_plan(retailer, &[shops]).await?)
    }

    /// Asks the shop who it is: proves on the way that the credentials hold.
    pub(crate) async fn who_is(&self, candidate: &Connection) -> Result<StoreIdentity, LinkError> {
        match timeout(STORE_TIMEOUT, self.platform.store(candidate)).await {
            Ok(Ok(store)) => Ok(store),
            Ok(Err(error @ (FetchError::NoAccess | FetchError::Refused { .. }))) => {
                Err(LinkError::NoAccess(error))
            }
            Ok(Err(error @ (FetchError::Gone | FetchError::Unreadable { .. }))) => {
                Err(LinkError::NoShop(error))
            }
            Ok(Err(error @ FetchError::TryLater { .. })) => Err(LinkError::Away(error)),
            Ok(Err(FetchError::Insecure { why })) => Err(LinkError::Insecure { why }),
            Err(_) => Err(LinkError::Silent),
        }
    }

    /// Makes a shop live that proved to be `store`. One that was linked before gets its own connection back,
    /// with the candidate's credentials; the candidate's id is for a new one.
    pub(crate) async fn make_live(
        &self,
        asked: Asked,
        candidate: &Connection,
        store: &StoreIdentity,
        tokens: Option<&Tokens>,
        terms: &Terms,
    ) -> Result<LinkedShop, LinkError> {
        self.check(candidate, store, terms).await?;
        // The shop was asked since.
        let at = self.clock.now();
        let audited = self.store.audited(Asked { at, ..asked }).await?;
        let linked = audited
            .link(candidate, store, &terms.settings, tokens)
            .await?;
        let Linked {
            connection: stored,
            was_known,
        } = linked;
        self.connections.put(stored.clone());
        tracing::info!(connection = %stored.connection.id, was_known, "a shop is linked");
        Ok(LinkedShop { stored, was_known })
    }

    /// Nothing is kept of a shop that does not pass.
    async fn check(
        &self,
        candidate: &Connection,
        store: &StoreIdentity,
        terms: &Terms,
    ) -> Result<(), LinkError> {
        let (retailer, settings) = (candidate.retailer, &terms.settings);
        let before = self.store.connection_of(retailer, &store.id).await?;
        let chosen = before.as_ref().and_then(|stored| stored.settings.register);
        if settings.register.or(chosen).is_none() {
            return Err(LinkError::NoRegister);
        }
        match &before {
            // To link the same shop again is harmless, and nothing is asked of the person who does.
            Some(before) => {
                let side = before.settings.stock_side;
                if settings.stock_side.is_some_and(|asked| asked != side) {
                    return Err(LinkError::StockSide);
                }
            }
            None => self.check_first(retailer, terms).await?,
        }
        let needed = plan::to_link(self.platform.code(), before.as_ref(), settings);
        Ok(self.ledger.check_plan(retailer, &needed).await?)
    }

    /// What people have to have seen before a shop is linked that never was.
    async fn check_first(&self, retailer: RetailerId, terms: &Terms) -> Result<(), LinkError> {
        let Terms {
            settings: _,
            check_acknowledged,
            another_shop_confirmed,
        } = terms;
        if !check_acknowledged {
            let found = self.ledger.check_catalogue(retailer).await;
            return Err(LinkError::NotChecked(found));
        }
        if !another_shop_confirmed {
            let all = self.store.connections().await?;
            let parted = all.into_iter().find(|stored| {
                stored.connection.retailer == retailer
                    && matches!(
                        stored.state,
                        ConnectionState::Disconnected | ConnectionState::Uninstalled
                    )
            });
            if let Some(stored) = parted {
                return Err(LinkError::AnotherShop {
                    parted: shown(&stored),
                });
            }
        }
        Ok(())
    }
}

/// A shop as people know it.
fn shown(stored: &StoredConnection) -> String {
    let name = stored.store.as_ref().map(|store| store.name.clone());
    name.unwrap_or_else(|| stored.connection.id.to_string())
}

fn found(check: Option<&CatalogueCheck>) -> String {
    check.map_or_else(
        || "the ledger cannot be asked what there is to see".to_owned(),
        ToString::to_string,
    )
}
