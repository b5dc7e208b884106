//! A shop that is told things, and what is known of it.

use retail::listing::{Listing, ShopImage, ShopListing, ShopVariant, Variant, change};

use super::Play;
use super::goods::{shirt, variant};
use crate::FetchError;
use crate::push::{ChangeRow, Changed, Outcome, Push, Sought, To};

impl Play<'_> {
    pub(super) fn to(&self) -> To<'_> {
        To {
            connection: &self.connection,
            terms: self.terms.as_ref(),
            purse: &self.recorder,
        }
    }

    pub(super) fn push(&self) -> &dyn Push {
        self.stage.push()
    }

    pub(super) fn wanted(&self, n: u128) -> Listing {
        let terms = self.terms.as_ref().expect("they were asked for");
        let mut wanted = shirt(n, terms.currency);
        for variant in &mut wanted.variants {
            variant.image = variant.image.filter(|_| self.push().shows_variant_images());
        }
        wanted
    }

    /// Another variant of what is wanted.
    pub(super) fn added(&self, n: u128, place: u128, wanted: &Listing) -> Variant {
        let mut added = variant(n, place, wanted.variants[0].price, &wanted.images);
        added.image = added.image.filter(|_| self.push().shows_variant_images());
        added
    }

    pub(super) async fn create(
        &self,
        wanted: &Listing,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        self.push().create(self.to(), wanted, &self.ownership).await
    }

    pub(super) async fn made(&self, wanted: &Listing) -> ShopListing {
        match self.create(wanted).await {
            Ok(Outcome::Done(made)) => made,
            other => panic!("{} is not made: {other:?}", wanted.title),
        }
    }

    pub(super) async fn find(&self, sought: &Sought) -> Vec<ShopListing> {
        self.stage.settle();
        self.push()
            .find(self.to(), sought)
            .await
            .expect("a search is answered")
    }

    /// As it is now, with the ids that we know; `None`: the shop has it no more.
    pub(super) async fn read(&self, known: &ShopListing) -> Option<ShopListing> {
        self.stage.settle();
        let read = self
            .push()
            .read(self.to(), std::slice::from_ref(&known.id))
            .await;
        let mut read = read.expect("a shop shows what it has");
        assert!(read.len() < 2, "{read:?}");
        let mut now = read.pop()?;
        for variant in &mut now.variants {
            let known = known.variants.iter().find(|known| known.id == variant.id);
            variant.item = variant.item.or_else(|| known?.item);
        }
        for image in &mut now.images {
            let known = known.images.iter().find(|known| known.id == image.id);
            image.hash = image.hash.or_else(|| known?.hash);
        }
        Some(now)
    }

    /// What is to be said so that the shop shows what is wanted.
    pub(super) fn row(&self, wanted: &Listing, shop: &ShopListing) -> ChangeRow {
        ChangeRow {
            shop: shop.clone(),
            wanted: wanted.clone(),
            change: change(wanted, shop, &self.ownership),
        }
    }

    /// In as many calls as it takes.
    pub(super) async fn tell(&self, rows: &[ChangeRow]) -> Vec<Outcome<Changed>> {
        self.stage.settle();
        let mut told = Vec::new();
        for rows in rows.chunks(self.push().bounds().change_rows) {
            let outcomes = self.push().change(self.to(), rows).await;
            told.extend(outcomes.expect("changes are answered"));
        }
        assert_eq!(told.len(), rows.len());
        told
    }

    /// Tells what differs. As it is then, with what the shop said of it.
    pub(super) async fn change(&self, wanted: &Listing, shop: &ShopListing) -> ShopListing {
        let row = self.row(wanted, shop);
        let mut told = self.tell(std::slice::from_ref(&row)).await;
        let Some(Outcome::Done(changed)) = told.pop() else {
            panic!("{:?} is not done: {told:?}", row.change);
        };
        let known = with(shop, &changed);
        self.read(&known).await.expect("it is still there")
    }

    pub(super) fn is_as_wanted(&self, wanted: &Listing, shop: &ShopListing) {
        let left = change(wanted, shop, &self.ownership);
        assert!(left.is_empty(), "{left:#?} is left to say of {shop:#?}");
    }

    pub(super) async fn on_sale(&self, n: u128) -> (Listing, ShopListing) {
        let wanted = self.wanted(n);
        let made = self.made(&wanted).await;
        let shop = self.change(&wanted, &made).await;
        self.is_as_wanted(&wanted, &shop);
        (wanted, shop)
    }
}

/// Adds what the shop said.
pub(super) fn with(shop: &ShopListing, changed: &Changed) -> ShopListing {
    let mut known = shop.clone();
    for (item, id, stock_id) in &changed.variants {
        known.variants.retain(|variant| variant.item != Some(*item));
        known.variants.push(ShopVariant {
            id: id.clone(),
            stock_id: stock_id.clone(),
            item: Some(*item),
            values: Vec::new(),
            sku: None,
            barcode: None,
            price: None,
            weight: None,
            dimensions: None,
            is_on_sale: false,
            image: None,
            quantity: None,
        });
    }
    let images = changed.images.iter().map(|(hash, id)| ShopImage {
        id: id.clone(),
        hash: Some(*hash),
    });
    known.images.extend(images);
    known
}
