//! What a shop shows, as its own people see it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use async_trait::async_trait;
use retail::listing::{
    Listing, Ownership, ShopListing, ShopProductId, ShopVariant, Terms, Variant, change,
};
use retail::{ConnectionId, ItemId, Money, PlatformCode, RetailerId, Sku};
use secrecy::SecretString;
use shop::push::{ChangeRow, Outcome, Purse, Push, Sought, To};
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
        let mut found = self.listings(sku).await?;
        ensure!(found.len() < 2, "{sku} is there twice: {found:?}");
        Ok(found.pop())
    }

    /// All listings that have this SKU, with their stock, in the order of their ids.
    pub async fn listings(&self, sku: &Sku) -> anyhow::Result<Vec<ShopListing>> {
        let sought = Sought {
            products: Vec::new(),
            skus: vec![sku.clone()],
        };
        let mut found = self.push.find(self.to(), &sought).await?;
        found.retain(|listing| {
            let mut variants = listing.variants.iter();
            variants.any(|variant| variant.sku.as_ref() == Some(sku))
        });
        let mut ids: Vec<ShopProductId> = found.into_iter().map(|listing| listing.id).collect();
        ids.sort_unstable();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut shown = self.push.read(self.to(), &ids).await?;
        shown.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Ok(shown)
    }

    /// Somebody gives it another name and price in the shop. It is one that the POS made or linked.
    pub async fn edit(&self, shop: &ShopListing, title: &str, price: Money) -> anyhow::Result<()> {
        let mut shop = shop.clone();
        for (variant, nobodys) in shop.variants.iter_mut().zip(1..) {
            // The shop itself knows it by its own id.
            let nobodys = ItemId::new(Uuid::from_u128(nobodys));
            variant.item.get_or_insert(nobodys);
        }
        let mut wanted = as_it_is(&shop, price).context("it is not the POS's")?;
        wanted.title = title.into();
        let row = ChangeRow {
            change: change(&wanted, &shop, &Ownership::default()),
            shop,
            wanted,
        };
        done(self.push.change(self.to(), &[row]).await?.pop())
    }

    /// Somebody deletes it in the shop.
    pub async fn delete(&self, listing: &ShopListing) -> anyhow::Result<()> {
        let ids = std::slice::from_ref(&listing.id);
        done(self.push.delete(self.to(), ids).await?.pop())
    }

    fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: Some(&self.terms),
            purse: &Free,
        }
    }
}

fn done<T>(outcome: Option<Outcome<T>>) -> anyhow::Result<()> {
    match outcome.context("the shop says nothing")? {
        Outcome::Done(_) => Ok(()),
        Outcome::Missing => bail!("the shop has it no more"),
        Outcome::Refused(refusal) => bail!("the shop refuses: {}", refusal.says),
    }
}

/// As the shop has it, but for what its variants cost.
fn as_it_is(shop: &ShopListing, price: Money) -> Option<Listing> {
    let ShopListing {
        id: _,
        product,
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants,
        // They stay: that there are none wipes none.
        images: _,
    } = shop.clone();
    let variants = variants.into_iter().map(|variant| {
        let ShopVariant {
            id: _,
            stock_id: _,
            item,
            values,
            sku,
            barcode,
            price: _,
            weight,
            dimensions,
            is_on_sale,
            image: _,
            quantity: _,
        } = variant;
        Some(Variant {
            item: item?,
            values,
            sku,
            barcode,
            price,
            weight,
            dimensions,
            is_on_sale,
            image: None,
        })
    });
    Some(Listing {
        product: product?,
        title,
        description,
        brand,
        is_on_sale,
        options,
        variants: variants.collect::<Option<_>>()?,
        images: Vec::new(),
    })
}
