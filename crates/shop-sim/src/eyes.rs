//! What a shop shows, as its own people see it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use async_trait::async_trait;
use retail::listing::{ShopListing, Terms};
use retail::{ConnectionId, PlatformCode, RetailerId, Sku};
use secrecy::SecretString;
use shop::push::{Outcome, Purse, Push, Sought, To};
use shop::sim::Access;
use shop::{ApiAccess, Connection, FetchError, LiveSecrets, PlainHttp, ShopUrl};
use uuid::Uuid;

use crate::platform::Platform;
use crate::shop_run::ShopRun;

/// Looks at a shop as whoever works there does, with nobody's budget.
pub struct Eyes {
    push: Arc<dyn Push>,
    connection: Connection,
    terms: Terms,
}

/// Whoever works in a shop asks it as often as they like.
struct Free;

#[async_trait]
impl Purse for Free {
    async fn spend(&self, _: u32) -> Result<(), FetchError> {
        Ok(())
    }

    fn settle(&self, _: u32, _: u32) {}

    fn refused(&self, _: Duration) {}
}

impl Eyes {
    pub async fn of(platform: Platform, shop: &ShopRun) -> anyhow::Result<Self> {
        let Access {
            secret,
            shop_url,
            key,
            key_secret,
        } = shop.access();
        let api = ApiAccess::new(
            ShopUrl::new(&shop_url)?,
            SecretString::from(key),
            SecretString::from(key_secret),
            PlainHttp::Allowed,
        )?;
        let connection = Connection {
            // Nobody's: the shop does not ask.
            id: ConnectionId::new(Uuid::nil()),
            retailer: RetailerId::new(Uuid::nil()),
            platform: PlatformCode::new(platform.code())?,
            secrets: LiveSecrets::new(vec![SecretString::from(secret)])?,
            api: Some(api),
        };
        let push = platform.push()?;
        let to = To {
            connection: &connection,
            terms: None,
            purse: &Free,
        };
        let terms = push.terms(to).await?;
        Ok(Self {
            push,
            connection,
            terms,
        })
    }

    /// In what the shop counts.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The one listing that has this SKU, with its stock.
    pub async fn listing(&self, sku: &Sku) -> anyhow::Result<Option<ShopListing>> {
        let sought = Sought {
            products: Vec::new(),
            skus: vec![sku.clone()],
        };
        let mut found = self.push.find(self.to(), &sought).await?;
        found.retain(|listing| {
            let mut variants = listing.variants.iter();
            variants.any(|variant| variant.sku.as_ref() == Some(sku))
        });
        ensure!(found.len() < 2, "{sku} is there twice: {found:?}");
        let Some(found) = found.pop() else {
            return Ok(None);
        };
        Ok(self.push.read(self.to(), &[found.id]).await?.pop())
    }

    /// Somebody deletes it in the shop.
    pub async fn delete(&self, listing: &ShopListing) -> anyhow::Result<()> {
        let ids = std::slice::from_ref(&listing.id);
        let outcome = self.push.delete(self.to(), ids).await?.pop();
        match outcome.context("the shop says nothing")? {
            Outcome::Done(()) => Ok(()),
            Outcome::Missing => bail!("the shop has it no more"),
            Outcome::Refused(refusal) => bail!("the shop refuses: {}", refusal.says),
        }
    }

    fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: Some(&self.terms),
            purse: &Free,
        }
    }
}
