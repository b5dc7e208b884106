//! A simulated store told what it shows, over real HTTP.

mod change;
mod contract;
mod create;
mod floor;
mod found;
mod limits;
mod schema;
mod stock;
mod terms;
mod variants;
mod watch;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode};
use retail::listing::{
    DimensionUnit, Image, ImageHash, Listing, Measure, Ownership, ShopListing, Terms, Variant,
    WeightUnit,
};
use retail::{Currency, ItemId, Money, ProductId, Sku};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use service::clock::ManualClock;
use shop::conformance::serve;
use shop::push::{ChangeRow, Changed, Outcome, Purse, Push as _, Sought, To};
use shop::{Connection, FetchError};
use shop_bigcommerce::BigCommerce;
use shop_bigcommerce::sim::{Asked, Options, Store};
use uuid::Uuid;

use crate::store::connection_at;

/// A store, whoever pushes to it, and what that may ask.
pub struct World {
    pub store: Store,
    /// Every request with its answer.
    pub seen: watch::Seen,
    pub platform: BigCommerce,
    pub connection: Connection,
    pub purse: Till,
    pub terms: Terms,
}

/// Counts what is spent and keeps what it is told.
#[derive(Default)]
pub struct Till {
    pub spent: AtomicU32,
    pub refused: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Purse for Till {
    async fn spend(&self, units: u32) -> Result<(), FetchError> {
        self.spent.fetch_add(units, Ordering::Relaxed);
        Ok(())
    }

    fn settle(&self, _: u32, _: u32) {}

    fn refused(&self, wait: Duration) {
        self.refused.lock().unwrap().push(wait);
    }
}

impl World {
    pub async fn open() -> Self {
        Self::of(|options| options.quota = 100_000).await
    }

    pub async fn of(set: impl FnOnce(&mut Options)) -> Self {
        let clock = ManualClock::at("2026-11-21T14:00:00Z".parse().unwrap());
        let mut options = Options::new(1);
        set(&mut options);
        let (hash, token) = (options.hash.clone(), options.access_token.clone());
        let store = Store::open(options, Arc::new(clock.clone()));
        let watched = watch::watched(store.router());
        let url = serve(watched.router).await;
        let mut connection = connection_at(&format!("{url}/stores/{hash}"), &["any"]);
        connection.api.as_mut().unwrap().secret = token.expose_secret().into();
        Self {
            platform: BigCommerce::new(Arc::new(clock.clone())).unwrap(),
            store,
            seen: watched.seen,
            connection,
            purse: Till::default(),
            terms: Terms {
                currency: Currency::EUR,
                prices_include_tax: true,
                weight: WeightUnit::Kilogram,
                dimensions: DimensionUnit::Centimetre,
                location: "1".into(),
            },
        }
    }

    pub fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: Some(&self.terms),
            purse: &self.purse,
        }
    }

    pub async fn try_to_create(
        &self,
        wanted: &Listing,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        let ownership = Ownership::default();
        self.platform.create(self.to(), wanted, &ownership).await
    }

    pub async fn create(&self, wanted: &Listing) -> ShopListing {
        match self.try_to_create(wanted).await.unwrap() {
            Outcome::Done(listing) => listing,
            other => panic!("{other:?}"),
        }
    }

    pub async fn find(&self, product: ProductId, skus: &[&str]) -> Vec<ShopListing> {
        let sought = Sought {
            products: vec![product],
            skus: skus.iter().map(|sku| Sku::new(sku).unwrap()).collect(),
        };
        self.platform.find(self.to(), &sought).await.unwrap()
    }

    pub async fn read(&self, listing: &ShopListing) -> ShopListing {
        let products = [listing.id.clone()];
        let read = self.platform.read(self.to(), &products).await.unwrap();
        read.into_iter().next().unwrap()
    }

    /// Saves as the POS does: reads, compares, and tells what differs.
    pub async fn save(&self, wanted: &Listing, shop: &ShopListing) -> Outcome<Changed> {
        let shop = self.read(shop).await;
        let row = row(wanted, &shop);
        self.change(&[row]).await.remove(0)
    }

    pub async fn change(&self, rows: &[ChangeRow]) -> Vec<Outcome<Changed>> {
        self.platform.change(self.to(), rows).await.unwrap()
    }

    /// Does it by hand in the store.
    pub fn by_hand(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.store.by_hand(method, path, body);
        assert!(status.is_success(), "{status} {answer}");
        answer
    }

    pub fn is_there(&self, listing: &ShopListing) -> bool {
        let path = format!("/v3/catalog/products/{}", listing.id.as_str());
        let (status, _) = self.store.by_hand(Method::GET, &path, Value::Null);
        status == StatusCode::OK
    }

    /// What was written since this many requests.
    pub fn written(&self, since: usize) -> Vec<Asked> {
        let asked = self.store.asked().into_iter().skip(since);
        asked.filter(|asked| asked.method != Method::GET).collect()
    }

    pub fn asked(&self) -> usize {
        self.store.asked().len()
    }
}

pub fn row(wanted: &Listing, shop: &ShopListing) -> ChangeRow {
    ChangeRow {
        shop: shop.clone(),
        wanted: wanted.clone(),
        change: retail::listing::change(wanted, shop, &Ownership::default()),
    }
}

pub fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn item(n: u128) -> ItemId {
    ItemId::new(Uuid::from_u128(n))
}

pub fn image(n: u8) -> Image {
    Image {
        hash: ImageHash([n; 32]),
        url: format!("https://pos.example/{n}.jpg").into(),
        width: 10,
        height: 10,
        alt: "".into(),
    }
}

pub fn hashes(listing: &ShopListing) -> Vec<Option<u8>> {
    let images = listing.images.iter();
    images
        .map(|image| image.hash.map(|hash| hash.0[0]))
        .collect()
}

/// A product without options.
pub fn mug() -> Listing {
    Listing {
        product: ProductId::new(Uuid::from_u128(100)),
        title: "Mug".into(),
        description: "<p>Blue</p>".into(),
        brand: "Acme".into(),
        is_on_sale: true,
        options: Vec::new(),
        variants: vec![Variant {
            item: item(1),
            values: Vec::new(),
            ..variant(1, "MUG")
        }],
        images: Vec::new(),
    }
}

/// A product with two sizes.
pub fn shirt() -> Listing {
    Listing {
        product: ProductId::new(Uuid::from_u128(200)),
        title: "Shirt".into(),
        options: vec!["Size".into()],
        variants: vec![sized(2, "S"), sized(3, "M")],
        ..mug()
    }
}

pub fn sized(n: u128, size: &str) -> Variant {
    Variant {
        values: vec![size.into()],
        ..variant(n, &format!("SHIRT-{size}"))
    }
}

fn variant(n: u128, sku: &str) -> Variant {
    Variant {
        item: item(n),
        values: Vec::new(),
        sku: Some(Sku::new(sku).unwrap()),
        barcode: None,
        price: euros(1_990),
        weight: Some(Measure(300)),
        dimensions: None,
        is_on_sale: true,
        image: None,
    }
}

/// The store's own id of a variant.
pub fn variant_id(listing: &ShopListing, place: usize) -> u64 {
    let (_, id) = listing.variants[place]
        .id
        .as_str()
        .rsplit_once(':')
        .unwrap();
    id.parse().unwrap()
}
