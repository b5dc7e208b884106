//! Telling a store products, prices, stock and images.
//!
//! What eCom has, and what is made of it here:
//!
//! - **Whose a product is** stands in `externalReferenceId`: our product's id on the product, our item's on each
//!   variation. The one variant of a product without variations has no such place: who calls keeps that link.
//! - **A variation has no switch.** One that is not to be sold stays with its id, its orders and what the merchant keeps
//!   of it; its reference is marked ([`mark`]), it is hidden while it is out of stock, and it is told a stock of none
//!   ([`Push::hides_variants_by_stock`]). When it is sold again the mark tells how it was shown before.
//! - **Many requests are one batch** of at most 500, with a result for each. What is told twice by such a batch is told
//!   the same; what would add up goes under a key of its own ([`stock`], [`create`]).
//! - **Fields of the merchant's** (category, tax, compare-to price, subtitle, low-stock limit, cost) have no place in
//!   [`body::Body`]: they cannot be sent (EC-2).

mod api;
mod batch;
mod body;
mod change;
mod create;
mod delete;
mod find;
mod images;
mod mark;
mod options;
mod pages;
mod plan;
mod product;
mod read;
mod said;
mod stock;
mod terms;

use async_trait::async_trait;
use retail::listing::{Listing, Ownership, ShopListing, ShopProductId, Terms};
use shop::push::{
    Bounds, ChangeRow, Changed, Listings, Outcome, Push, Recalled, Sought, StockOutcome, StockRow,
    To,
};
use shop::{FetchError, PageToken};

use crate::Ecom;

/// Options and variants are as the POS's own limits for this platform have it, and images as its documents do; of
/// titles and SKUs no limit is published, and these are what a POS may hold.
const BOUNDS: Bounds = Bounds {
    options: 3,
    variants: 200,
    title: 255,
    sku: 255,
    images: 100,
    image_bytes: 20_000_000,
    change_rows: 50,
    stock_rows: 100,
    read_rows: 100,
    lacks: &[],
};

#[async_trait]
impl Push for Ecom {
    fn bounds(&self) -> &'static Bounds {
        &BOUNDS
    }

    fn adds(&self) -> bool {
        true
    }

    fn hides_variants_by_stock(&self) -> bool {
        true
    }

    /// Nothing that it tells of a variation's image names what it was made from: it would be sent with every save.
    fn shows_variant_images(&self) -> bool {
        false
    }

    async fn terms(&self, to: To<'_>) -> Result<Terms, FetchError> {
        terms::terms(&api::Api::new(self, to)?).await
    }

    async fn find(&self, to: To<'_>, sought: &Sought) -> Result<Vec<ShopListing>, FetchError> {
        let api = api::Api::new(self, to)?;
        find::find(&api, &terms::of(&api, to).await?, sought).await
    }

    async fn read(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<ShopListing>, FetchError> {
        let api = api::Api::new(self, to)?;
        read::read(&api, &terms::of(&api, to).await?, products).await
    }

    async fn pages(&self, to: To<'_>, after: Option<&PageToken>) -> Result<Listings, FetchError> {
        let api = api::Api::new(self, to)?;
        pages::pages(&api, &terms::of(&api, to).await?, after).await
    }

    async fn create(
        &self,
        to: To<'_>,
        wanted: &Listing,
        ownership: &Ownership,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        let api = api::Api::new(self, to)?;
        let terms = terms::of(&api, to).await?;
        create::create(&api, to.connection.id, &terms, wanted, ownership).await
    }

    async fn change(
        &self,
        to: To<'_>,
        rows: &[ChangeRow],
    ) -> Result<Vec<Outcome<Changed>>, FetchError> {
        change::change(&api::Api::new(self, to)?, rows).await
    }

    async fn set_stock(
        &self,
        to: To<'_>,
        rows: &[StockRow],
    ) -> Result<Vec<StockOutcome>, FetchError> {
        stock::set_stock(&api::Api::new(self, to)?, rows).await
    }

    async fn recall(&self, to: To<'_>, rows: &[StockRow]) -> Result<Vec<Recalled>, FetchError> {
        stock::recall(&api::Api::new(self, to)?, rows).await
    }

    async fn delete(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<Outcome<()>>, FetchError> {
        delete::delete(&api::Api::new(self, to)?, products).await
    }
}
