//! Telling a shop what it is to show and what it has.
//!
//! What is sent is what [`retail::listing::Change`] says, and notes of ours: in the meta data of products and variations stands
//! whose they are, which image was made from which, and which telling of stock was the last ([`note`]). Only those are hidden
//! from the shop's own screen; everything else belongs to it as much as to us.
//!
//! No list of the shop's can be searched by meta data. So what was made and is not on sale yet has a slug that is our id
//! ([`note::slug`]): by it a product is found whose making was never answered, with a SKU or without. Before it goes on sale
//! it gets the slug that `WordPress` makes of its name.

mod ask;
mod batch;
mod brand;
mod change;
mod create;
mod delete;
mod find;
mod images;
mod note;
mod pages;
mod raw;
mod read;
mod refusal;
mod request;
mod shown;
mod stock;
mod terms;
mod trash;

use async_trait::async_trait;
use retail::listing::{Listing, Ownership, ShopListing, ShopProductId, Terms};
use shop::push::{
    Bounds, ChangeRow, Changed, Listings, Outcome, Push, Sought, StockOutcome, StockRow, To,
};
use shop::{FetchError, PageToken};

use self::ask::Asker;
use crate::WooCommerce;

/// Most rows that WooCommerce takes or gives at once.
const ROWS_LIMIT: usize = 100;

/// WooCommerce names no limits but that of a batch; these are columns of its database and what its screens bear.
const BOUNDS: Bounds = Bounds {
    options: 20,
    variants: 1_000,
    title: 200,
    sku: 100,
    images: 50,
    image_bytes: 8 << 20,
    change_rows: ROWS_LIMIT,
    stock_rows: ROWS_LIMIT,
    read_rows: ROWS_LIMIT,
    lacks: &[],
};

#[async_trait]
impl Push for WooCommerce {
    fn bounds(&self) -> &'static Bounds {
        &BOUNDS
    }

    fn compares(&self) -> bool {
        false
    }

    fn keeps_keys(&self) -> bool {
        true
    }

    async fn terms(&self, to: To<'_>) -> Result<Terms, FetchError> {
        terms::terms(&Asker::new(&self.client, to)?).await
    }

    async fn find(&self, to: To<'_>, sought: &Sought) -> Result<Vec<ShopListing>, FetchError> {
        find::find(&Asker::new(&self.client, to)?, sought).await
    }

    async fn read(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<ShopListing>, FetchError> {
        read::read(&Asker::new(&self.client, to)?, products).await
    }

    async fn pages(&self, to: To<'_>, after: Option<&PageToken>) -> Result<Listings, FetchError> {
        pages::pages(&Asker::new(&self.client, to)?, after).await
    }

    async fn create(
        &self,
        to: To<'_>,
        wanted: &Listing,
        ownership: &Ownership,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        create::create(&Asker::new(&self.client, to)?, wanted, ownership).await
    }

    async fn change(
        &self,
        to: To<'_>,
        rows: &[ChangeRow],
    ) -> Result<Vec<Outcome<Changed>>, FetchError> {
        change::change(&Asker::new(&self.client, to)?, rows).await
    }

    async fn set_stock(
        &self,
        to: To<'_>,
        rows: &[StockRow],
    ) -> Result<Vec<StockOutcome>, FetchError> {
        stock::set_stock(&Asker::new(&self.client, to)?, rows).await
    }

    async fn delete(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<Outcome<()>>, FetchError> {
        delete::delete(&Asker::new(&self.client, to)?, products).await
    }
}
