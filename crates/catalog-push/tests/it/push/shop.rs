//! A model of shops: each connection has one. It does what `Push` asks of a platform, and a test makes it fail.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use retail::listing::{
    Change, DimensionUnit, Listing, Ownership, ShopImage, ShopListing, ShopProductId, ShopVariant,
    Terms, Variant, VariantChange, WeightUnit,
};
use retail::{ConnectionId, Currency, ItemId, ShopVariantId};
use shop::push::{
    Bounds, ChangeRow, Changed, Listings, Outcome, Push, PushReason, Recalled, Refusal, Sought,
    StockOutcome, StockRow, To,
};
use shop::{FetchError, PageToken};
use uuid::Uuid;

use crate::ledger::Ledger;

/// Between two looks at whether a call is held.
const PAUSE: Duration = Duration::from_millis(10);

const BOUNDS: Bounds = Bounds {
    options: 3,
    variants: 100,
    title: 100,
    sku: 50,
    images: 10,
    image_bytes: 8_000_000,
    change_rows: 10,
    stock_rows: 20,
    read_rows: 20,
    lacks: &[],
};

/// What goes wrong with a call that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and nobody answers.
    Away,
    /// It is done, and nobody answers.
    Unheard,
    /// It is done, and the answer never comes.
    Hangs,
    /// The shop says that it does not know.
    Unsure,
    Refuses,
}

/// All shops. Cheap to clone.
#[derive(Clone, Default)]
pub struct Shops {
    all: Arc<Mutex<BTreeMap<ConnectionId, Shop>>>,
    /// Whose word on what may be sold the figures are held against.
    ledger: Arc<OnceLock<Ledger>>,
}

#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that some platform does and others do not"
)]
pub struct Shop {
    pub products: BTreeMap<String, ShopListing>,
    /// Calls that write, by name, in order.
    pub calls: Vec<&'static str>,
    /// Figures that were set, in order.
    pub set: Vec<i64>,
    /// What buyers took that the ledger has not heard of.
    pub unheard: i64,
    /// Figures that gave back what buyers took: more than the ledger said there was when it was asked last, less what
    /// it had not heard of.
    pub too_high: Vec<String>,
    /// What buyers took and the setting gave back.
    pub overwritten: i64,
    said: Option<i64>,
    pub faults: VecDeque<Fault>,
    pub hides_by_stock: bool,
    /// It can only be set, and buyers take so many between the reading and the setting of a row.
    pub overwrites: Option<i64>,
    /// Differences are added to what it has, and it says under their keys what became of them.
    pub adds: bool,
    pub shows_no_variant_images: bool,
    pub refuses_to_delete: bool,
    /// Products that it answers with something nobody can read.
    pub unreadable: BTreeSet<String>,
    /// Calls of that name wait until this is something else.
    pub holds: Option<&'static str>,
    /// One of those that waits.
    pub waiting: Option<&'static str>,
    keys: BTreeSet<Uuid>,
    /// Of what was not done, and will not be: somebody asked.
    spent: BTreeSet<Uuid>,
    made: u64,
}

impl Shops {
    pub fn of(&self, connection: ConnectionId, act: impl FnOnce(&mut Shop)) {
        act(self.lock().entry(connection).or_default());
    }

    pub fn see<T>(&self, connection: ConnectionId, look: impl FnOnce(&Shop) -> T) -> T {
        look(self.lock().entry(connection).or_default())
    }

    /// Holds every figure that is set against what the ledger said.
    pub fn watch(&self, ledger: &Ledger) {
        assert!(
            self.ledger.set(ledger.clone()).is_ok(),
            "it is watched already"
        );
    }

    fn said(&self, connection: ConnectionId) -> Option<i64> {
        self.ledger.get()?.said(connection)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, Shop>> {
        self.all.lock().unwrap()
    }

    /// Waits for as long as a test holds calls of that name.
    async fn hold(&self, to: To<'_>, name: &'static str) {
        let is_held = || {
            let mut shops = self.lock();
            let shop = shops.entry(to.connection.id).or_default();
            let is_held = shop.holds == Some(name);
            shop.waiting = is_held.then_some(name);
            is_held
        };
        while is_held() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The call `name`, with what goes wrong with it.
    async fn write<T>(
        &self,
        to: To<'_>,
        name: &'static str,
        act: impl FnOnce(&mut Shop, Option<Fault>) -> T,
    ) -> Result<T, FetchError> {
        to.purse.spend(1).await?;
        self.hold(to, name).await;
        let (answer, fault) = {
            let mut shops = self.lock();
            let shop = shops.entry(to.connection.id).or_default();
            shop.calls.push(name);
            let fault = shop.faults.pop_front();
            if fault == Some(Fault::Away) {
                return Err(FetchError::later("it is away"));
            }
            (act(shop, fault), fault)
        };
        match fault {
            Some(Fault::Unheard) => Err(FetchError::later("no answer")),
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Away | Fault::Unsure | Fault::Refuses) | None => Ok(answer),
        }
    }
}

impl Shop {
    /// Of the one product that has this item.
    pub fn quantity(&self, item: Uuid) -> Option<i64> {
        self.variant(item)?.quantity
    }

    pub fn variant(&self, item: Uuid) -> Option<&ShopVariant> {
        let variants = self.products.values().flat_map(|it| &it.variants);
        let mut ours = variants.filter(|it| it.item == Some(ItemId::new(item)));
        ours.next()
    }

    pub fn product(&self, title: &str) -> Option<&ShopListing> {
        self.products.values().find(|it| *it.title == *title)
    }

    /// Somebody edits it in the shop.
    pub fn edit(&mut self, item: Uuid, edit: impl FnOnce(&mut ShopListing)) {
        let mut products = self.products.values_mut();
        let ours = products.find(|listing| {
            let mut variants = listing.variants.iter();
            variants.any(|it| it.item == Some(ItemId::new(item)))
        });
        edit(ours.unwrap());
    }

    /// Buyers take it, or somebody puts it back: nobody is told.
    pub fn sell(&mut self, item: Uuid, units: i64) {
        self.edit(item, |listing| {
            for variant in &mut listing.variants {
                if variant.item == Some(ItemId::new(item)) {
                    variant.quantity = variant.quantity.map(|left| left - units);
                }
            }
        });
    }

    /// Somebody made it in the shop.
    pub fn had(&mut self, title: &str, sku: &str, quantity: i64) -> ShopProductId {
        self.made += 1;
        let id = self.made.to_string();
        let variant = ShopVariant {
            id: ShopVariantId::new(&format!("{id}-1")).unwrap(),
            stock_id: None,
            item: None,
            values: Vec::new(),
            sku: retail::Sku::new(sku).ok(),
            barcode: None,
            price: None,
            weight: None,
            dimensions: None,
            is_on_sale: true,
            image: None,
            quantity: Some(quantity),
        };
        let listing = ShopListing {
            id: ShopProductId::new(&id).unwrap(),
            product: None,
            title: title.into(),
            description: "".into(),
            brand: "".into(),
            is_on_sale: true,
            options: Vec::new(),
            variants: vec![variant],
            images: Vec::new(),
        };
        self.products.insert(id.clone(), listing);
        ShopProductId::new(&id).unwrap()
    }

    /// The same, sold as several variants.
    pub fn had_several(&mut self, title: &str, skus: &[&str]) -> ShopProductId {
        let id = self.had(title, "", 1);
        let listing = self.products.get_mut(id.as_str()).unwrap();
        let one = listing.variants.remove(0);
        let variants = (1..).zip(skus).map(|(n, sku)| ShopVariant {
            id: ShopVariantId::new(&format!("{}-{n}", id.as_str())).unwrap(),
            sku: retail::Sku::new(sku).ok(),
            values: vec![format!("of {sku}").into()],
            ..one.clone()
        });
        listing.options = vec!["Kind".into()];
        listing.variants = variants.collect();
        id
    }

    /// What bears the product's note is it: told twice, it is made once.
    fn make(&mut self, wanted: &Listing) -> ShopListing {
        let mut products = self.products.values();
        if let Some(made) = products.find(|it| it.product == Some(wanted.product)) {
            return made.clone();
        }
        self.made += 1;
        let id = self.made.to_string();
        let variants = (1..).zip(&wanted.variants);
        let listing = ShopListing {
            id: ShopProductId::new(&id).unwrap(),
            product: Some(wanted.product),
            title: wanted.title.clone(),
            description: wanted.description.clone(),
            brand: wanted.brand.clone(),
            is_on_sale: false,
            options: wanted.options.clone(),
            variants: variants.map(|(n, it)| variant(&id, n, it)).collect(),
            images: Vec::new(),
        };
        self.products.insert(id, listing.clone());
        listing
    }

    fn change(&mut self, row: &ChangeRow) -> Outcome<Changed> {
        let Some(listing) = self.products.get_mut(row.shop.id.as_str()) else {
            return Outcome::Missing;
        };
        let Change {
            title,
            description,
            brand,
            is_on_sale,
            options,
            variants,
            images,
        } = row.change.clone();
        let mut said = Changed::default();
        listing.product = Some(row.wanted.product);
        listing.title = title.unwrap_or_else(|| listing.title.clone());
        listing.description = description.unwrap_or_else(|| listing.description.clone());
        listing.brand = brand.unwrap_or_else(|| listing.brand.clone());
        listing.is_on_sale = is_on_sale.unwrap_or(listing.is_on_sale);
        listing.options = options.unwrap_or_else(|| listing.options.clone());
        if let Some(images) = images {
            listing.images.retain(|it| !images.remove.contains(&it.id));
            for added in images.add {
                let id: Box<str> = hex::encode(added.hash.0).into();
                said.images.push((added.hash, id.clone()));
                listing.images.push(ShopImage {
                    id,
                    hash: Some(added.hash),
                });
            }
            let place =
                |it: &ShopImage| images.order.iter().position(|hash| Some(*hash) == it.hash);
            listing
                .images
                .sort_by_key(|it| place(it).unwrap_or(usize::MAX));
        }
        for change in variants {
            match change {
                VariantChange::Add(added) => {
                    let id = listing.id.as_str().to_owned();
                    let made = variant(&id, listing.variants.len() + 100, &added);
                    said.variants.push((added.item, made.id.clone(), None));
                    listing.variants.push(made);
                }
                VariantChange::Remove(id) => listing.variants.retain(|it| it.id != id),
                VariantChange::Set { id, item, fields } => {
                    let Some(found) = listing.variants.iter_mut().find(|it| it.id == id) else {
                        return Outcome::Missing;
                    };
                    found.item = Some(item);
                    found.values = fields.values.unwrap_or_else(|| found.values.clone());
                    found.sku = fields.sku.unwrap_or_else(|| found.sku.clone());
                    found.barcode = fields.barcode.unwrap_or_else(|| found.barcode.clone());
                    found.price = fields.price.or(found.price);
                    found.weight = fields.weight.or(found.weight);
                    found.dimensions = fields.dimensions.or(found.dimensions);
                    found.is_on_sale = fields.is_on_sale.unwrap_or(found.is_on_sale);
                }
            }
        }
        Outcome::Done(said)
    }

    fn set_stock(&mut self, row: &StockRow) -> StockOutcome {
        let listing = self.products.get_mut(row.product.as_str());
        let variants = listing.map(|listing| &mut listing.variants);
        let found = variants.and_then(|all| all.iter_mut().find(|it| it.id == row.variant));
        let Some(found) = found else {
            return StockOutcome::Missing;
        };
        if self.keys.contains(&row.key) {
            return StockOutcome::Set;
        }
        let has = found.quantity.unwrap_or_default();
        if let Some(expected) = row.expected.filter(|_| self.adds) {
            assert!(!self.spent.contains(&row.key), "it was said not to be done");
            found.quantity = Some(has + row.wanted - expected);
            self.set.push(row.wanted);
            self.keys.insert(row.key);
            return StockOutcome::Set;
        }
        if row.expected.is_some_and(|expected| expected != has) {
            return StockOutcome::Stale { found: has };
        }
        if self.overwrites.is_some() && row.expected == Some(row.wanted) {
            return StockOutcome::Set;
        }
        // What is taken now is not seen in the figure afterwards.
        self.overwritten += self.overwrites.as_mut().map_or(0, std::mem::take);
        found.quantity = Some(row.wanted);
        self.set.push(row.wanted);
        let (said, unheard, wanted) = (self.said, self.unheard, row.wanted);
        if said.is_some_and(|said| wanted > (said - unheard).max(0)) {
            let wrong = format!("told {wanted} of {said:?} with {unheard} unheard");
            self.too_high.push(wrong);
        }
        self.keys.insert(row.key);
        StockOutcome::Set
    }
}

fn variant(product: &str, number: usize, wanted: &Variant) -> ShopVariant {
    ShopVariant {
        id: ShopVariantId::new(&format!("{product}-{number}")).unwrap(),
        stock_id: None,
        item: Some(wanted.item),
        values: wanted.values.clone(),
        sku: wanted.sku.clone(),
        barcode: wanted.barcode.clone(),
        price: Some(wanted.price),
        weight: wanted.weight,
        dimensions: wanted.dimensions,
        is_on_sale: wanted.is_on_sale,
        image: None,
        quantity: Some(0),
    }
}

fn refusal() -> Refusal {
    Refusal {
        why: PushReason::SkuTaken,
        says: "another product has it".into(),
    }
}

#[async_trait]
impl Push for Shops {
    fn bounds(&self) -> &'static Bounds {
        &BOUNDS
    }

    fn compares(&self) -> bool {
        self.lock().values().all(|shop| shop.overwrites.is_none())
    }

    fn adds(&self) -> bool {
        self.lock().values().any(|shop| shop.adds)
    }

    fn hides_variants_by_stock(&self) -> bool {
        self.lock().values().any(|shop| shop.hides_by_stock)
    }

    fn shows_variant_images(&self) -> bool {
        let shops = self.lock();
        shops.values().all(|shop| !shop.shows_no_variant_images)
    }

    async fn terms(&self, to: To<'_>) -> Result<Terms, FetchError> {
        to.purse.spend(1).await?;
        Ok(Terms {
            currency: Currency::EUR,
            prices_include_tax: true,
            weight: WeightUnit::Kilogram,
            dimensions: DimensionUnit::Centimetre,
            location: "".into(),
        })
    }

    async fn find(&self, to: To<'_>, sought: &Sought) -> Result<Vec<ShopListing>, FetchError> {
        to.purse.spend(1).await?;
        let shops = self.lock();
        let shop = shops.get(&to.connection.id);
        let all = shop.iter().flat_map(|shop| shop.products.values());
        let holds = |listing: &&ShopListing| {
            let mut variants = listing.variants.iter();
            listing
                .product
                .is_some_and(|id| sought.products.contains(&id))
                || variants.any(|it| it.sku.as_ref().is_some_and(|sku| sought.skus.contains(sku)))
        };
        Ok(all.filter(holds).cloned().collect())
    }

    async fn read(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<ShopListing>, FetchError> {
        to.purse.spend(1).await?;
        self.hold(to, "read").await;
        let shops = self.lock();
        let shop = shops.get(&to.connection.id);
        let mut unreadable = shop.iter().flat_map(|shop| &shop.unreadable);
        if unreadable.any(|id| products.iter().any(|asked| asked.as_str() == id)) {
            let why = "not a product".to_owned();
            return Err(FetchError::Unreadable { why });
        }
        let all = shop.iter().flat_map(|shop| shop.products.values());
        Ok(all
            .filter(|it| products.contains(&it.id))
            .cloned()
            .collect())
    }

    async fn pages(&self, _: To<'_>, _: Option<&PageToken>) -> Result<Listings, FetchError> {
        Err(FetchError::later("nobody asks"))
    }

    async fn create(
        &self,
        to: To<'_>,
        wanted: &Listing,
        _: &Ownership,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        self.write(to, "create", |shop, fault| {
            if fault == Some(Fault::Refuses) {
                return Outcome::Refused(refusal());
            }
            Outcome::Done(shop.make(wanted))
        })
        .await
    }

    async fn change(
        &self,
        to: To<'_>,
        rows: &[ChangeRow],
    ) -> Result<Vec<Outcome<Changed>>, FetchError> {
        self.write(to, "change", |shop, fault| {
            let refuses = fault == Some(Fault::Refuses);
            let one = |row: &ChangeRow| {
                if refuses {
                    Outcome::Refused(refusal())
                } else {
                    shop.change(row)
                }
            };
            rows.iter().map(one).collect()
        })
        .await
    }

    async fn set_stock(
        &self,
        to: To<'_>,
        rows: &[StockRow],
    ) -> Result<Vec<StockOutcome>, FetchError> {
        let said = self.said(to.connection.id);
        self.write(to, "set_stock", |shop, fault| {
            shop.said = said;
            let one = |row: &StockRow| match fault {
                Some(Fault::Unsure) => {
                    shop.set_stock(row);
                    StockOutcome::Unsure
                }
                Some(Fault::Refuses) => StockOutcome::Refused(refusal()),
                Some(Fault::Away | Fault::Unheard | Fault::Hangs) | None => shop.set_stock(row),
            };
            rows.iter().map(one).collect()
        })
        .await
    }

    async fn recall(&self, to: To<'_>, rows: &[StockRow]) -> Result<Vec<Recalled>, FetchError> {
        self.write(to, "recall", |shop, fault| {
            let mut one = |row: &StockRow| match fault {
                Some(Fault::Unsure) => Recalled::Unknown,
                _ if shop.keys.contains(&row.key) => Recalled::Done,
                _ => {
                    shop.spent.insert(row.key);
                    Recalled::NotDone
                }
            };
            rows.iter().map(&mut one).collect()
        })
        .await
    }

    async fn delete(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<Outcome<()>>, FetchError> {
        self.write(to, "delete", |shop, _| {
            if shop.refuses_to_delete {
                return products
                    .iter()
                    .map(|_| Outcome::Refused(refusal()))
                    .collect();
            }
            for id in products {
                shop.products.remove(id.as_str());
            }
            products.iter().map(|_| Outcome::Done(())).collect()
        })
        .await
    }
}
