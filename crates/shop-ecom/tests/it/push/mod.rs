//! A store is told products, prices, stock and images: over HTTP, against the simulated shop.

mod change;
mod contract;
mod create;
mod floor;
mod images;
mod limits;
mod read;
mod stock;
mod variants;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use jiff::SignedDuration;
use retail::listing::{
    self, Dimensions, Image, ImageHash, Listing, Measure, Ownership, ShopListing, ShopProductId,
    Terms, Variant,
};
use retail::{Barcode, Currency, ItemId, Money, ProductId, Sku};
use serde_json::Value;
use service::clock::ManualClock;
use shop::conformance::serve;
use shop::push::{
    ChangeRow, Changed, Outcome, Purse, Push as _, Sought, StockOutcome, StockRow, To,
};
use shop::{Connection, FetchError};
use shop_ecom::Ecom;
use shop_ecom::sim::{Access, Live, Options, Recorded, Shop};
use uuid::Uuid;

use crate::fixture::connection_to;

const OPENED_AT: &str = "2026-11-21T14:00:00Z";

/// What may be asked, and what was.
#[derive(Default)]
struct Spent {
    units: AtomicU32,
    refused: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Purse for Spent {
    async fn spend(&self, units: u32) -> Result<(), FetchError> {
        self.units.fetch_add(units, Ordering::Relaxed);
        Ok(())
    }

    fn settle(&self, _: u32, _: u32) {}

    fn refused(&self, wait: Duration) {
        self.refused.lock().unwrap().push(wait);
    }
}

/// A simulated shop on this machine, and who tells it.
struct Bench {
    live: Arc<Live>,
    clock: ManualClock,
    platform: Ecom,
    connection: Connection,
    terms: Terms,
    purse: Spent,
}

impl Bench {
    async fn open() -> Self {
        Self::with_limit(u32::MAX).await
    }

    async fn with_limit(requests_per_minute: u32) -> Self {
        let clock = ManualClock::at(OPENED_AT.parse().unwrap());
        let access = Access {
            store: 1003,
            token: "secret_token".to_owned(),
            client_secret: "client-secret".to_owned(),
        };
        let shop = Shop::open(&Options::new(3, 40));
        let live = Live::by_clock(shop, access, Arc::new(clock.clone()), requests_per_minute);
        let url = format!("{}/api/v3/1003", serve(live.router()).await);
        let bench = Self {
            live,
            platform: Ecom::new(Arc::new(clock.clone())).unwrap(),
            clock,
            connection: connection_to(&url, &["any"]),
            terms: terms(),
            purse: Spent::default(),
        };
        bench.pass(2);
        bench
    }

    /// Time enough for the search to know what is there.
    fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: Some(&self.terms),
            purse: &self.purse,
        }
    }

    async fn create(&self, wanted: &Listing) -> ShopListing {
        match self.try_create(wanted).await.unwrap() {
            Outcome::Done(shop) => shop,
            other => panic!("{other:?}"),
        }
    }

    async fn try_create(&self, wanted: &Listing) -> Result<Outcome<ShopListing>, FetchError> {
        let everything = Ownership::default();
        self.platform.create(self.to(), wanted, &everything).await
    }

    /// Reads it, and tells what differs.
    async fn save(&self, id: &ShopProductId, wanted: &Listing) -> Outcome<Changed> {
        let shop = self.linked(id, wanted).await;
        self.tell(shop, wanted).await
    }

    async fn tell(&self, shop: ShopListing, wanted: &Listing) -> Outcome<Changed> {
        let row = row(shop, wanted);
        let mut outcomes = self.platform.change(self.to(), &[row]).await.unwrap();
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }

    /// The listing as it is, with the link that is kept for a product without variations.
    async fn linked(&self, id: &ShopProductId, wanted: &Listing) -> ShopListing {
        let mut shop = self.read(id).await.expect("it is there");
        if let ([base], []) = (shop.variants.as_mut_slice(), shop.options.as_slice()) {
            base.item = base.item.or(Some(wanted.variants[0].item));
        }
        shop
    }

    async fn read(&self, id: &ShopProductId) -> Option<ShopListing> {
        let ids = std::slice::from_ref(id);
        let mut read = self.platform.read(self.to(), ids).await.unwrap();
        assert!(read.len() <= 1);
        read.pop()
    }

    async fn find(&self, sought: Sought) -> Vec<ShopListing> {
        self.platform.find(self.to(), &sought).await.unwrap()
    }

    async fn set_stock(&self, rows: &[StockRow]) -> Vec<StockOutcome> {
        self.platform.set_stock(self.to(), rows).await.unwrap()
    }

    /// Everything of ours that is wanted is shown, and telling it again would be saying nothing.
    async fn assert_shows(&self, id: &ShopProductId, wanted: &Listing) {
        let shop = self.linked(id, wanted).await;
        let left = listing::change(wanted, &shop, &Ownership::default());
        assert!(left.is_empty(), "{left:?}");
    }

    /// What was asked of the shop since: each request as the contract has it, and none with a field of the merchant's.
    fn requests(&self) -> Vec<Recorded> {
        let requests = self.live.requests();
        for request in &requests {
            contract::judge(request);
        }
        requests
    }

    /// Those of them that write, each of a batch for itself.
    fn writes(&self) -> Vec<(String, String, Value)> {
        let mut writes = Vec::new();
        for Recorded { method, path, body } in self.requests() {
            let rows = if path.starts_with("/batch") {
                body.as_array().cloned().unwrap_or_default()
            } else {
                vec![serde_json::json!({"method": method.as_str(), "path": path, "body": body})]
            };
            for row in rows.iter().filter(|row| row["method"] != "GET") {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                writes.push((text("method"), text("path"), row["body"].clone()));
            }
        }
        writes
    }

    /// The shop's own document.
    fn product(&self, id: &ShopProductId) -> Value {
        self.live
            .product(id.as_str().parse().unwrap())
            .expect("it is there")
    }

    /// Somebody does this in the shop's own panel.
    fn panel(&self, method: &Method, path: &str, body: &Value) {
        let (status, said) = self.live.panel(method, path, body);
        assert_eq!(status, 200, "{said}");
    }
}

fn terms() -> Terms {
    Terms {
        currency: Currency::EUR,
        prices_include_tax: true,
        weight: listing::WeightUnit::Kilogram,
        dimensions: listing::DimensionUnit::Centimetre,
        location: "".into(),
    }
}

fn row(shop: ShopListing, wanted: &Listing) -> ChangeRow {
    ChangeRow {
        change: listing::change(wanted, &shop, &Ownership::default()),
        shop,
        wanted: wanted.clone(),
    }
}

fn item(n: u128) -> ItemId {
    ItemId::new(Uuid::from_u128(0x1000 + n))
}

fn product(n: u128) -> ProductId {
    ProductId::new(Uuid::from_u128(n))
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn image(n: u8) -> Image {
    Image {
        hash: ImageHash([n; 32]),
        url: format!("https://pos.example/images/{n}.jpg").into(),
        width: 1200,
        height: 800,
        alt: "".into(),
    }
}

fn variant(n: u128, values: &[&str]) -> Variant {
    Variant {
        item: item(n),
        values: values.iter().map(|value| (*value).into()).collect(),
        sku: Sku::new(&format!("POS-{n}")).ok(),
        barcode: Barcode::new(&format!("03600029{n:04}")).ok(),
        price: euros(2_400),
        weight: Some(Measure(300)),
        dimensions: None,
        is_on_sale: true,
        image: None,
    }
}

/// A product without variations.
fn bowl(n: u128) -> Listing {
    Listing {
        product: product(n),
        title: format!("Bol {n}").into(),
        description: "<p>Grès</p>".into(),
        brand: "Argile".into(),
        is_on_sale: true,
        options: Vec::new(),
        variants: vec![Variant {
            dimensions: Some(Dimensions {
                length: Measure(30_000),
                width: Measure(20_500),
                height: Measure(2_000),
            }),
            ..variant(n * 100, &[])
        }],
        images: Vec::new(),
    }
}

/// A product of two variations.
fn shirt(n: u128) -> Listing {
    Listing {
        title: format!("Chemise {n}").into(),
        options: vec!["Taille".into()],
        variants: vec![variant(n * 100, &["S"]), variant(n * 100 + 1, &["M"])],
        ..bowl(n)
    }
}
