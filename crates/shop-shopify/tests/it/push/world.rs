//! A simulated shop, what is wanted of it, and who pays for what it is asked.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use async_trait::async_trait;
use jiff::SignedDuration;
use retail::listing::{
    Change, Image, ImageHash, Listing, Measure, Ownership, ShopListing, Terms, Variant, change,
};
use retail::{Currency, ItemId, Money, ProductId, Sku};
use secrecy::SecretString;
use service::clock::ManualClock;
use shop::push::{ChangeRow, Changed, Outcome, Purse, Push as _, To};
use shop::sim::{Access, SimShop as _};
use shop::{ApiAccess, Connection, FetchError, PlainHttp, ShopUrl};
use shop_shopify::Shopify;
use shop_shopify::sim::{Asked, Options, Plan, Server, Shelf, Shop, Ware};
use uuid::Uuid;

use crate::samples::connection;

const SCHEMA: &str = include_str!("../../../fixtures/schema/admin_2026-10.trimmed.graphql");

pub struct World {
    pub server: Server,
    pub clock: ManualClock,
    pub shopify: Shopify,
    pub connection: Connection,
    pub purse: Till,
    pub terms: Terms,
}

/// Gives out all that is asked for, and remembers it.
#[derive(Default)]
pub struct Till {
    spent: Mutex<Vec<u32>>,
    settled: Mutex<Vec<(u32, u32)>>,
    refused: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Purse for Till {
    async fn spend(&self, units: u32) -> Result<(), FetchError> {
        self.spent.lock().unwrap().push(units);
        Ok(())
    }

    fn settle(&self, spent: u32, cost: u32) {
        self.settled.lock().unwrap().push((spent, cost));
    }

    fn refused(&self, wait: Duration) {
        self.refused.lock().unwrap().push(wait);
    }
}

impl Till {
    pub fn spent(&self) -> Vec<u32> {
        self.spent.lock().unwrap().clone()
    }

    pub fn settled(&self) -> Vec<(u32, u32)> {
        self.settled.lock().unwrap().clone()
    }

    pub fn waits(&self) -> Vec<Duration> {
        self.refused.lock().unwrap().clone()
    }
}

pub async fn world() -> World {
    world_on(Plan::Enterprise).await
}

pub async fn world_on(plan: Plan) -> World {
    let options = Options {
        products: 30,
        ..Options::new(7, 20)
    };
    let clock = ManualClock::at(options.opened_at);
    let server = Server::new(Shop::open(&options), 7, plan, Arc::new(clock.clone()));
    let url = shop::conformance::serve(server.router()).await;
    let Access {
        secret: _,
        shop_url,
        key,
        key_secret,
    } = server.access(&url);
    let api = ApiAccess::new(
        ShopUrl::new(&shop_url).unwrap(),
        SecretString::from(key),
        SecretString::from(key_secret),
        PlainHttp::Allowed,
    );
    let mut connection = connection(&["any"]);
    connection.api = Some(api.unwrap());
    let shopify = Shopify::new(Arc::new(clock.clone())).unwrap();
    let purse = Till::default();
    let asking = To {
        connection: &connection,
        terms: None,
        purse: &purse,
    };
    let terms = shopify.terms(asking).await.unwrap();
    World {
        server,
        clock,
        shopify,
        connection,
        purse,
        terms,
    }
}

impl World {
    pub fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: Some(&self.terms),
            purse: &self.purse,
        }
    }

    pub async fn create(&self, wanted: &Listing) -> ShopListing {
        match self.try_create(wanted).await {
            Ok(Outcome::Done(made)) => made,
            other => panic!("{other:?}"),
        }
    }

    pub async fn try_create(&self, wanted: &Listing) -> Result<Outcome<ShopListing>, FetchError> {
        self.shopify
            .create(self.to(), wanted, &Ownership::default())
            .await
    }

    pub async fn read(&self, listing: &ShopListing) -> ShopListing {
        let mut read = self
            .shopify
            .read(self.to(), std::slice::from_ref(&listing.id))
            .await
            .unwrap();
        assert_eq!(read.len(), 1);
        read.remove(0)
    }

    /// Tells what differs, and nothing where nothing does.
    pub async fn save(&self, shop: &ShopListing, wanted: &Listing) -> Outcome<Changed> {
        self.try_save(shop, wanted).await.unwrap()
    }

    pub async fn try_save(
        &self,
        shop: &ShopListing,
        wanted: &Listing,
    ) -> Result<Outcome<Changed>, FetchError> {
        let told = change(wanted, shop, &Ownership::default());
        if told.is_empty() {
            return Ok(Outcome::Done(Changed::default()));
        }
        self.tell(shop, wanted, told).await
    }

    pub async fn tell(
        &self,
        shop: &ShopListing,
        wanted: &Listing,
        change: Change,
    ) -> Result<Outcome<Changed>, FetchError> {
        let row = ChangeRow {
            shop: shop.clone(),
            wanted: wanted.clone(),
            change,
        };
        let mut outcomes = self.shopify.change(self.to(), &[row]).await?;
        assert_eq!(outcomes.len(), 1);
        Ok(outcomes.remove(0))
    }

    /// The product as the shop's own people see it.
    pub fn ware(&self, listing: &ShopListing) -> Ware {
        let id: u64 = listing.id.as_str().parse().unwrap();
        self.shelf(|shelf| shelf.wares[&id].clone())
    }

    pub fn edit(&self, listing: &ShopListing, act: impl FnOnce(&mut Ware)) {
        let id: u64 = listing.id.as_str().parse().unwrap();
        self.shelf(|shelf| act(shelf.wares.get_mut(&id).unwrap()));
    }

    pub fn shelf<T>(&self, act: impl FnOnce(&mut Shelf) -> T) -> T {
        self.server.shelf(act)
    }

    /// Time for the shop to fetch images and to search what it has.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// What the shop is asked while something is done.
    pub async fn asked<T>(&self, act: impl Future<Output = T>) -> (T, Vec<Asked>) {
        let before = self.server.requests().len();
        let done = act.await;
        let asked = self.server.requests().split_off(before);
        for asked in &asked {
            is_sound(asked);
        }
        (done, asked)
    }
}

/// By the schema: the operation, and what is told in it.
pub fn is_sound(asked: &Asked) {
    static KNOWN: LazyLock<Valid<Schema>> =
        LazyLock::new(|| Schema::parse_and_validate(SCHEMA, "schema").unwrap());
    let document = ExecutableDocument::parse_and_validate(&KNOWN, &asked.query, "asked").unwrap();
    let operation = document.operations.get(None).unwrap();
    let variables: JsonMap = serde_json::from_value(asked.variables.clone()).unwrap();
    if let Err(error) = coerce_variable_values(&KNOWN, operation, &variables) {
        panic!("{}: {error:?}: {}", asked.operation(), asked.variables);
    }
}

/// Names of what was asked.
pub fn operations(asked: &[Asked]) -> Vec<&str> {
    asked.iter().map(Asked::operation).collect()
}

pub fn product(n: u128) -> ProductId {
    ProductId::new(Uuid::from_u128(n))
}

pub fn item(n: u128) -> ItemId {
    ItemId::new(Uuid::from_u128(n))
}

pub fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// Addresses of the POS's images end in their hash.
pub fn image(n: u8) -> Image {
    Image {
        hash: ImageHash([n; 32]),
        url: format!(
            "https://pos.example/images/{}.jpg",
            format!("{n:02x}").repeat(32)
        )
        .into(),
        width: 800,
        height: 600,
        alt: "Été".into(),
    }
}

pub fn variant(n: u128, value: &str) -> Variant {
    Variant {
        item: item(n),
        values: vec![value.into()],
        sku: Some(Sku::new(&format!("POS-{n}")).unwrap()),
        barcode: None,
        price: euros(1_999),
        weight: Some(Measure(250)),
        dimensions: None,
        is_on_sale: true,
        image: None,
    }
}

/// A shirt in two sizes, with two images.
pub fn shirt() -> Listing {
    Listing {
        product: product(1),
        title: "Chemise « Été »".into(),
        description: "<p>Lin</p>".into(),
        brand: "Maison".into(),
        is_on_sale: true,
        options: vec!["Taille".into()],
        variants: vec![variant(11, "S"), variant(12, "M")],
        images: vec![image(1), image(2)],
    }
}

/// One thing without options, images or a SKU.
pub fn plain(n: u128) -> Listing {
    Listing {
        product: product(n),
        title: format!("Affiche {n}").into(),
        description: "".into(),
        brand: "".into(),
        is_on_sale: false,
        options: Vec::new(),
        variants: vec![Variant {
            values: Vec::new(),
            sku: None,
            weight: None,
            ..variant(n * 10 + 1, "")
        }],
        images: Vec::new(),
    }
}
