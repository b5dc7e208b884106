//! The shop told of products, prices, stock and images ([`Push`]).
//!
//! Our ids stand in the shop, as metafields of the app's own whose values are unique there: of the product on the
//! product, of the item on the variant. So what was made, and its answer lost, is found again; without a SKU too.
//!
//! A product is on sale while its status is active and it is published in the Online Store; a variant of it while
//! nobody took it off there. Taking a product off sale makes it a draft and leaves it published, so that it comes back
//! as it was.
//!
//! Images carry the SHA-256 of what they were made from in the name of their file. One that the shop is still fetching
//! has no name yet: nothing is added beside it until it has.
//!
//! Stock is set by comparison, at one location: what others hold is not ours. One entry that the shop refuses fails the
//! whole call; it is taken out and the others are told again.

mod change;
mod create;
mod delete;
mod find;
mod input;
mod known;
mod listing;
mod operation;
mod pages;
mod read;
mod stock;
mod stop;
mod teller;
mod terms;

use async_trait::async_trait;
use retail::listing::{Field, Listing, Ownership, ShopListing, ShopProductId, Terms};
use shop::push::{
    Bounds, ChangeRow, Changed, Listings, Outcome, Push, Sought, StockOutcome, StockRow, To,
};
use shop::{FetchError, PageToken};

use crate::Shopify;
pub(crate) use known::Known;
#[cfg(test)]
pub(crate) use operation::ALL as OPERATIONS;
use stop::Stop;
use teller::Teller;

/// Of the app alone, whatever other apps keep.
const NAMESPACE: &str = "$app";
const NOTE: &str = "pos_id";
/// Values of this type are unique in the shop, and things are found by them.
const NOTE_TYPE: &str = "id";

/// One product is changed by several requests, each of one product: there is nothing to gain from more rows.
const BOUNDS: Bounds = Bounds {
    options: 3,
    variants: 2_048,
    title: 255,
    sku: 255,
    images: 250,
    image_bytes: 20 << 20,
    change_rows: 1,
    stock_rows: 250,
    read_rows: 20,
    lacks: &[Field::Dimensions],
};

#[async_trait]
impl Push for Shopify {
    fn bounds(&self) -> &'static Bounds {
        &BOUNDS
    }

    async fn terms(&self, to: To<'_>) -> Result<Terms, FetchError> {
        terms::terms(Teller::new(self, to)?).await
    }

    async fn find(&self, to: To<'_>, sought: &Sought) -> Result<Vec<ShopListing>, FetchError> {
        find::find(Teller::new(self, to)?, sought).await
    }

    async fn read(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<ShopListing>, FetchError> {
        read::read(Teller::new(self, to)?, products).await
    }

    async fn pages(&self, to: To<'_>, after: Option<&PageToken>) -> Result<Listings, FetchError> {
        pages::page(Teller::new(self, to)?, after).await
    }

    async fn create(
        &self,
        to: To<'_>,
        wanted: &Listing,
        ownership: &Ownership,
    ) -> Result<Outcome<ShopListing>, FetchError> {
        Stop::outcome(create::create(Teller::new(self, to)?, wanted, ownership).await)
    }

    async fn change(
        &self,
        to: To<'_>,
        rows: &[ChangeRow],
    ) -> Result<Vec<Outcome<Changed>>, FetchError> {
        let teller = Teller::new(self, to)?;
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            outcomes.push(Stop::outcome(change::change(teller, row).await)?);
        }
        Ok(outcomes)
    }

    async fn set_stock(
        &self,
        to: To<'_>,
        rows: &[StockRow],
    ) -> Result<Vec<StockOutcome>, FetchError> {
        stock::set(Teller::new(self, to)?, rows).await
    }

    async fn delete(
        &self,
        to: To<'_>,
        products: &[ShopProductId],
    ) -> Result<Vec<Outcome<()>>, FetchError> {
        let teller = Teller::new(self, to)?;
        let mut outcomes = Vec::with_capacity(products.len());
        for product in products {
            outcomes.push(Stop::outcome(delete::delete(teller, product).await)?);
        }
        Ok(outcomes)
    }
}

fn gid(kind: &str, number: &str) -> String {
    format!("gid://shopify/{kind}/{number}")
}
