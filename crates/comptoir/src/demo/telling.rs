//! The POS speaks and four shops listen: a new product, what it costs now, what tills sold of it, that what somebody
//! edited in the shop is as it was, that it is not on sale.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use proto::catalog as wire;
use proto::convert::{money_into, quantity_into};
use proto::ledger::sold_till_line::Item;
use proto::ledger::{Act, RecordSaleRequest, SoldTillLine, TillTender};
use retail::listing::ShopListing;
use retail::{Currency, Money, Quantity, Sku};
use serde::Serialize;
use service::clock::{Ids, SystemClock, SystemIds};
use shop_sim::Eyes;
use tokio::time::sleep;

use super::market::{Market, Stall};
use crate::api::{Catalog, Ledger, Lines};
use crate::arguments::ProductName;

const NAME: &str = "Théière en fonte";
/// In minor units, at first and then.
const PRICES: [i64; 2] = [2_400, 2_650];
/// What comes into each store.
const STOCK: i64 = 12;
/// What each store's till sells of it.
const SOLD: i64 = 3;
/// What a shop does not show by then it was not told.
pub(super) const SHOWN_WITHIN: Duration = Duration::from_mins(1);
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What shops were told, and when they showed it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Telling {
    pub(crate) shops: Vec<ShopTold>,
}

/// One shop. Each time is from when it was said here; `None`: the shop never showed it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShopTold {
    pub(crate) store: &'static str,
    pub(crate) platform: &'static str,
    /// Made, hidden, with its stock (EC-8).
    pub(crate) made_ms: Option<u128>,
    pub(crate) shown_ms: Option<u128>,
    pub(crate) dearer_ms: Option<u128>,
    /// Of its store's till (POS-6).
    pub(crate) sold_ms: Option<u128>,
    /// Listed as drift: what somebody edited there.
    pub(crate) found_ms: Option<u128>,
    /// Shown as the POS has it, once a person said so.
    pub(crate) repaired_ms: Option<u128>,
    pub(crate) hidden_ms: Option<u128>,
}

/// Who says it, and who looks whether it is shown.
pub(super) struct Teller<'a> {
    pub(super) catalog: &'a Catalog,
    ledger: &'a Ledger,
    ids: SystemIds,
    pub(super) windows: Vec<Window<'a>>,
}

/// A shop, and what is looked for there.
pub(super) struct Window<'a> {
    pub(super) stall: &'a Stall,
    pub(super) eyes: Eyes,
    pub(super) sku: Sku,
}

impl Market {
    /// Tells all four shops, one thing after the other, and looks until each shows it.
    pub(crate) async fn tell(&self, catalog: &Catalog, ledger: &Ledger) -> anyhow::Result<Telling> {
        let mut windows = Vec::new();
        for stall in &self.stalls {
            let eyes = Eyes::of(stall.platform, stall.runner.shop()).await?;
            let sku = Sku::new(&format!("THEIERE-{}", eyes.terms().currency))?;
            windows.push(Window { stall, eyes, sku });
        }
        let teller = Teller {
            catalog,
            ledger,
            ids: SystemIds::new(Arc::new(SystemClock)),
            windows,
        };
        let [first, then] = PRICES;
        let began = Instant::now();
        teller.make(first).await?;
        let is_made = |it: &ShopListing| !it.is_on_sale && costs(it, first) && has(it, STOCK);
        let made = teller.seen(began, is_made).await?;
        let began = Instant::now();
        teller.switch(true).await?;
        let shown = teller.seen(began, |it| it.is_on_sale).await?;
        let began = Instant::now();
        teller.reprice(then).await?;
        let dearer = teller.seen(began, |it| costs(it, then)).await?;
        let began = Instant::now();
        teller.sell(then).await?;
        let sold = teller.seen(began, |it| has(it, STOCK - SOLD)).await?;
        let edited = teller.edit(then).await?;
        let found = teller.found(&edited).await?;
        let began = Instant::now();
        teller.repair(&edited).await?;
        let is_again = |it: &ShopListing| *it.title == *NAME && costs(it, then);
        let repaired = teller.seen(began, is_again).await?;
        let began = Instant::now();
        teller.switch(false).await?;
        let hidden = teller.seen(began, |it| !it.is_on_sale).await?;
        let shops = teller.windows.iter().enumerate();
        let shops = shops.map(|(place, window)| ShopTold {
            store: window.stall.store,
            platform: window.stall.platform.code(),
            made_ms: made[place],
            shown_ms: shown[place],
            dearer_ms: dearer[place],
            sold_ms: sold[place],
            found_ms: found[place],
            repaired_ms: repaired[place],
            hidden_ms: hidden[place],
        });
        Ok(Telling {
            shops: shops.collect(),
        })
    }
}

impl Telling {
    /// Whether every shop showed all of it.
    pub(crate) fn is_good(&self) -> bool {
        let mut times = self.shops.iter().flat_map(ShopTold::times);
        times.all(|time| time.is_some())
    }
}

impl ShopTold {
    /// In the order in which it was said.
    pub(crate) const fn times(&self) -> [Option<u128>; 7] {
        [
            self.made_ms,
            self.shown_ms,
            self.dearer_ms,
            self.sold_ms,
            self.found_ms,
            self.repaired_ms,
            self.hidden_ms,
        ]
    }
}

impl Teller<'_> {
    /// One in each currency that a shop sells in, with stock in each store.
    async fn make(&self, price: i64) -> anyhow::Result<()> {
        for (sku, currency) in self.goods() {
            let product = wire::Product {
                product_id: self.ids.next().to_string(),
                name: NAME.to_owned(),
                variants: vec![wire::Variant {
                    item_id: self.ids.next().to_string(),
                    sku: sku.to_string(),
                    retail_price: Some(money_into(Money::new(price, currency))),
                    price_includes_tax: true,
                    ..wire::Variant::default()
                }],
                ..wire::Product::default()
            };
            self.catalog.save_product(product, self.act()).await?;
        }
        for Window { stall, sku, .. } in &self.windows {
            let lines = Lines {
                outlet_id: stall.outlet.to_string(),
                lines: vec![(sku.clone(), Quantity::units(STOCK)?)],
            };
            let received = self
                .ledger
                .receive_goods(lines, String::new(), self.act())
                .await;
            received?;
        }
        Ok(())
    }

    async fn switch(&self, is_online: bool) -> anyhow::Result<()> {
        for (sku, _) in self.goods() {
            let found = self.catalog.product(&ProductName::Sku(sku)).await?;
            let shops = self.windows.iter().map(|window| wire::OnlineChannel {
                connection_id: window.stall.connection.to_string(),
                is_online: Some(is_online),
                buffer: None,
            });
            let (shops, act) = (shops.collect(), self.act());
            let set = self
                .catalog
                .set_channels(found.product_id, None, shops, act)
                .await;
            set?;
        }
        Ok(())
    }

    async fn reprice(&self, price: i64) -> anyhow::Result<()> {
        for (sku, currency) in self.goods() {
            let mut found = self.catalog.product(&ProductName::Sku(sku)).await?;
            for variant in &mut found.variants {
                variant.retail_price = Some(money_into(Money::new(price, currency)));
            }
            self.catalog.save_product(found, self.act()).await?;
        }
        Ok(())
    }

    /// At each store's till.
    async fn sell(&self, price: i64) -> anyhow::Result<()> {
        for window in &self.windows {
            let Window { stall, eyes, sku } = window;
            let currency = eyes.terms().currency;
            let (register_id, float) = (stall.register.to_string(), Money::new(0, currency));
            let opened = self
                .ledger
                .open_session(register_id.clone(), float, self.act())
                .await;
            opened?;
            let line = SoldTillLine {
                item: Some(Item::Sku(sku.to_string())),
                quantity: Some(quantity_into(Quantity::units(SOLD)?)),
                unit_price: Some(money_into(Money::new(price, currency))),
                ..SoldTillLine::default()
            };
            let sale = RecordSaleRequest {
                register_id,
                lines: vec![line],
                payments: vec![TillTender {
                    payment_type: "cash".to_owned(),
                    amount: None,
                }],
                act: Some(self.act()),
                ..RecordSaleRequest::default()
            };
            self.ledger.record_sale(sale).await?;
        }
        Ok(())
    }

    /// How long after `began` each shop showed its listing so.
    pub(super) async fn seen(
        &self,
        began: Instant,
        is_so: impl Fn(&ShopListing) -> bool,
    ) -> anyhow::Result<Vec<Option<u128>>> {
        let mut seen = vec![None; self.windows.len()];
        while seen.contains(&None) && began.elapsed() < SHOWN_WITHIN {
            for (seen, window) in seen.iter_mut().zip(&self.windows) {
                if seen.is_none() {
                    let listing = window.eyes.listing(&window.sku).await;
                    let listing = listing.context(window.stall.platform.code())?;
                    let is_so = listing.as_ref().is_some_and(&is_so);
                    *seen = is_so.then(|| began.elapsed().as_millis());
                }
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(seen)
    }

    fn goods(&self) -> BTreeMap<Sku, Currency> {
        let windows = self.windows.iter();
        windows
            .map(|window| (window.sku.clone(), window.eyes.terms().currency))
            .collect()
    }

    pub(super) fn act(&self) -> Act {
        Act {
            request_id: self.ids.next().to_string(),
            actor: "demo".to_owned(),
            note: String::new(),
        }
    }
}

fn costs(listing: &ShopListing, minor: i64) -> bool {
    let mut variants = listing.variants.iter();
    variants.all(|variant| variant.price.map(Money::minor) == Some(minor))
}

fn has(listing: &ShopListing, units: i64) -> bool {
    let mut variants = listing.variants.iter();
    variants.all(|variant| variant.quantity == Some(units))
}
