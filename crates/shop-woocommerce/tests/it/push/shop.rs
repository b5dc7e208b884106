//! A simulated shop that is told things, and what it was asked.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use http::Method;
use retail::ProductId;
use retail::listing::{Listing, Ownership, ShopListing, Terms, change};
use serde_json::Value;
use shop::conformance::{Recorder, serve};
use shop::push::{ChangeRow, Changed, Outcome, Purse, Push as _, Sought, To};
use shop::{Connection, FetchError};
use shop_woocommerce::WooCommerce;

use crate::running::{Running, connection};

pub struct Told {
    pub running: Running,
    pub recorder: Recorder,
    pub connection: Connection,
    pub terms: Terms,
    url: String,
    /// How long the shop asked to be left alone.
    pub waits: Mutex<Vec<Duration>>,
}

impl Told {
    pub async fn new() -> Self {
        Self::through(|shop| shop).await
    }

    /// With something between us and the shop.
    pub async fn through(layer: impl Fn(Router) -> Router) -> Self {
        let running = Running::new(1, 0).await;
        let recorder = Recorder::new(|asked| asked.method != Method::GET);
        let url = serve(layer(recorder.before(running.shop.router()))).await;
        let mut told = Self {
            connection: connection(&running.shop.access(&url)),
            running,
            recorder,
            terms: Terms {
                currency: retail::Currency::EUR,
                prices_include_tax: true,
                weight: retail::listing::WeightUnit::Gram,
                dimensions: retail::listing::DimensionUnit::Inch,
                location: "".into(),
            },
            url,
            waits: Mutex::default(),
        };
        told.terms = told.platform().terms(told.to()).await.unwrap();
        told.recorder.take();
        told
    }

    pub fn platform(&self) -> &WooCommerce {
        &self.running.platform
    }

    pub fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: Some(&self.terms),
            purse: self,
        }
    }

    /// What somebody does in the shop's own pages.
    pub async fn staff(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, said) = self.running.ask(method, path, body).await;
        self.running.shop.access(&self.url);
        assert!(status.is_success(), "{status}: {said}");
        said
    }

    pub async fn create(&self, wanted: &Listing) -> Outcome<ShopListing> {
        let ownership = Ownership::default();
        let made = self.platform().create(self.to(), wanted, &ownership).await;
        made.unwrap()
    }

    pub async fn made(&self, wanted: &Listing) -> ShopListing {
        match self.create(wanted).await {
            Outcome::Done(made) => made,
            other => panic!("{other:?}"),
        }
    }

    pub async fn read(&self, shop: &ShopListing) -> ShopListing {
        let ids = std::slice::from_ref(&shop.id);
        let mut read = self.platform().read(self.to(), ids).await.unwrap();
        read.remove(0)
    }

    pub async fn change(&self, wanted: &Listing, shop: &ShopListing) -> Outcome<Changed> {
        let rows = [row(wanted, shop)];
        let mut told = self.platform().change(self.to(), &rows).await.unwrap();
        told.remove(0)
    }

    /// Tells what differs, and reads what is there then.
    pub async fn changed(&self, wanted: &Listing, shop: &ShopListing) -> ShopListing {
        let told = self.change(wanted, shop).await;
        assert!(matches!(told, Outcome::Done(_)), "{told:?}");
        self.read(shop).await
    }

    pub async fn find(&self, product: ProductId) -> Vec<ShopListing> {
        let sought = Sought {
            products: vec![product],
            skus: Vec::new(),
        };
        self.platform().find(self.to(), &sought).await.unwrap()
    }

    /// What was said since this was asked last: method, path and body.
    pub fn writes(&self) -> Vec<(String, Value)> {
        let asked = self.recorder.take();
        let writes = asked.iter().filter(|asked| asked.method != Method::GET);
        writes
            .map(|asked| {
                let path = asked.path.trim_start_matches("/wp-json/wc/v3/");
                let body = serde_json::from_slice(&asked.body).unwrap_or_default();
                (format!("{} {path}", asked.method), body)
            })
            .collect()
    }
}

pub fn row(wanted: &Listing, shop: &ShopListing) -> ChangeRow {
    ChangeRow {
        shop: shop.clone(),
        wanted: wanted.clone(),
        change: change(wanted, shop, &Ownership::default()),
    }
}

#[async_trait]
impl Purse for Told {
    async fn spend(&self, units: u32) -> Result<(), FetchError> {
        self.recorder.spend(units).await
    }

    fn settle(&self, spent: u32, cost: u32) {
        self.recorder.settle(spent, cost);
    }

    fn refused(&self, wait: Duration) {
        self.waits.lock().unwrap().push(wait);
    }
}
