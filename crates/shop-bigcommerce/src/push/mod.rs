//! A store told what it shows: products, prices, stock and images.
//!
//! Who a product is stands in two metafields of ours ([`note`]), which buyers do not see. Between a product's making and
//! its note it is found by its SKU, or by one that stands in for it ([`crate::stand_in`]): the store lets no other
//! product have it, so no product is made twice.

mod body;
mod change;
mod channels;
mod create;
mod delete;
mod desk;
mod find;
mod images;
mod note;
mod pages;
mod read;
mod refusal;
mod shown;
mod stock;
mod terms;

use async_trait::async_trait;
use retail::listing::{Listing, Ownership, ShopListing, ShopProductId, Terms};
use shop::push::{
    Bounds, ChangeRow, Changed, Listings, Outcome, Push, Sought, StockOutcome, StockRow, To,
};
use shop::{FetchError, PageToken};

use self::desk::Desk;
use crate::BigCommerce;

pub(crate) use channels::Storefronts;

/// Products of one answer: with all their variants and images they fit into it.
const PAGE_ROWS: usize = 25;

const BOUNDS: Bounds = Bounds {
    options: 250,
    variants: 600,
    title: 250,
    sku: 255,
    // A store keeps more and shows no more.
    images: 250,
    image_bytes: 8 << 20,
    change_rows: 10,
    stock_rows: 2_000,
    read_rows: 250,
    lacks: &[],
};

#[async_trait]
impl Push for BigCommerce {
    fn bounds(&self) -> &'static Bounds {
        &BOUNDS
    }

    fn compares(&self) -> bool {
        false
    }

    async fn terms(&self, to: To<'_>) -> Result<Terms, FetchError> {
        terms::terms(&mut Desk::of(self, to)?).await
    }

    async fn find(&self, to: To<'_>, sought: &Sought) -> Result<Vec<ShopListing>, FetchError> {
        find::find(&mut Desk::of(self, to)?, sought).await
    }

    async fn read(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<ShopListing>, FetchError> {
        read::read(&mut Desk::of(self, to)?, products).await
    }

    async fn pages(&self, to: To<'_>, after: Option<&PageToken>) -> Result<Listings, FetchError> {
        pages::page(&mut Desk::of(self, to)?, after).await
    }

    async fn create(
        &self,
        to: To<'_>,
        wanted: &Listing,
        ownership: &Ownership,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        create::create(&mut Desk::of(self, to)?, wanted, ownership).await
    }

    async fn change(
        &self,
        to: To<'_>,
        rows: &[ChangeRow],
    ) -> Result<Vec<Outcome<Changed>>, FetchError> {
        change::change(&mut Desk::of(self, to)?, rows).await
    }

    async fn set_stock(
        &self,
        to: To<'_>,
        rows: &[StockRow],
    ) -> Result<Vec<StockOutcome>, FetchError> {
        stock::set(&mut Desk::of(self, to)?, rows).await
    }

    async fn delete(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<Outcome<()>>, FetchError> {
        delete::delete(&mut Desk::of(self, to)?, products).await
    }
}
