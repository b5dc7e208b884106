//! Four shops, and whoever works in each looks at what it shows.

use std::time::Instant;

use retail::Sku;
use retail::listing::ShopListing;
use shop_sim::Eyes;

use crate::four_shops::{FourShops, LOOK_EVERY, PATIENCE, Shop};

pub struct Watched {
    pub four: FourShops,
    /// In the order of the shops.
    pub eyes: Vec<Eyes>,
}

impl Watched {
    pub async fn of(four: FourShops) -> Self {
        let mut eyes = Vec::new();
        for shop in &four.shops {
            let run = shop.runner.shop();
            eyes.push(Eyes::of(shop.platform, run).await.unwrap());
        }
        Self { four, eyes }
    }

    /// What the shop in this place shows by this SKU.
    pub async fn shown(&self, place: usize, sku: &str) -> Option<ShopListing> {
        let sku = Sku::new(sku).unwrap();
        self.eyes[place].listing(&sku).await.unwrap()
    }

    /// The same, once it is found: a search may not know for some seconds what has just changed.
    pub async fn there(&self, place: usize, sku: &str) -> ShopListing {
        let began = Instant::now();
        loop {
            if let Some(shown) = self.shown(place, sku).await {
                return shown;
            }
            assert!(began.elapsed() < PATIENCE, "{sku} is not found");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the shop in this place shows it so.
    pub async fn until(
        &self,
        place: usize,
        sku: &str,
        what: &str,
        is_so: impl Fn(Option<&ShopListing>) -> bool,
    ) {
        let began = Instant::now();
        loop {
            let shown = self.shown(place, sku).await;
            if is_so(shown.as_ref()) {
                return;
            }
            if began.elapsed() > PATIENCE {
                let platform = self.four.shops[place].platform;
                let status = self.four.comptoir("push status").await;
                let told = self.four.comptoir("push told --limit 20").await;
                panic!("{platform:?}: {sku} not {what}: {shown:#?} {status:#} {told:#}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until every shop shows it so.
    pub async fn until_all(&self, sku: &str, what: &str, is_so: impl Fn(&ShopListing) -> bool) {
        for place in 0..self.eyes.len() {
            self.until(place, sku, what, |shown| shown.is_some_and(&is_so))
                .await;
        }
    }

    pub async fn close(self) {
        for Shop { runner, .. } in self.four.shops {
            runner.stop().await;
        }
    }
}
