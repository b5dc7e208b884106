mod goods;
mod listings;
mod lost;
mod play;
mod stock;

use async_trait::async_trait;
use axum::Router;
use http::Method;
use retail::listing::{Listing, Ownership, Rule, ShopProductId, ShopVariant, Terms};

use super::recorder::{Recorded, Recorder};
use super::serve;
use crate::Connection;
use crate::push::{Push, PushReason};

/// What a platform's test furnishes: its simulated shop, and what people do in that shop's own pages.
#[async_trait]
pub trait Stage: Sync {
    fn push(&self) -> &dyn Push;

    /// The simulated shop.
    fn router(&self) -> Router;

    /// To that shop, answering at `base_url`.
    fn connection(&self, base_url: &str) -> Connection;

    /// How the platform takes stock.
    fn stock_way(&self) -> StockWay;

    /// Whether a request changes anything.
    fn is_write(&self) -> fn(&Recorded) -> bool {
        |request| request.method != Method::GET
    }

    /// Time goes by: the shop has fetched the images that it was told of, and its search knows what it has.
    fn settle(&self) {}

    /// Makes `wanted` something that the shop does not take beside `other`, which it has. Why it does not.
    fn spoil(&self, wanted: &mut Listing, other: &Listing) -> PushReason {
        wanted.variants[0].sku.clone_from(&other.variants[0].sku);
        PushReason::SkuTaken
    }

    /// Somebody gives the product another name.
    async fn rename(&self, product: &ShopProductId, title: &str);

    /// Somebody counts what is left.
    async fn count(&self, product: &ShopProductId, variant: &ShopVariant, units: i64);

    /// Somebody deletes the product.
    async fn discard(&self, product: &ShopProductId);

    /// Somebody adds a variant with this value of the product's one option.
    async fn add_variant(&self, product: &ShopProductId, value: &str) -> OwnVariant;
}

/// How a platform takes stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockWay {
    /// It is told a number if it has the one that was expected.
    Compares,
    /// It is told a difference.
    Adds,
}

/// Whether people can do that in the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnVariant {
    Added,
    NotPossible,
}

/// Tells a simulated shop what it is to show, over HTTP, and checks that
/// - what is made is hidden, found by our id and by SKU, and all that was wanted (EC-8);
/// - only what differs is sent, and telling it again changes nothing (EC-3);
/// - what people change in the shop stays until it is told otherwise, and what they add stays (EC-4, EC-5);
/// - an answer that is lost after any request makes no twin of a product, variant or image;
/// - what the shop refuses stands alone;
/// - what is deleted there is missing and not made again, and deleting it once more is done (EC-7);
/// - stock is told where it is as expected, and once;
/// - every request is paid for first.
pub async fn push(stage: &dyn Stage) {
    let recorder = Recorder::new(stage.is_write());
    let router = recorder.before(stage.router());
    let connection = stage.connection(&serve(router).await);
    let mut play = Play {
        stage,
        recorder,
        connection,
        ownership: (stage.push().bounds().lacks.iter()).fold(Ownership::default(), |all, field| {
            all.with(*field, Rule::Shop)
        }),
        terms: None,
    };
    let terms = stage.push().terms(play.to()).await;
    play.terms = Some(terms.expect("a shop says in what it counts"));
    play.is_made_hidden_and_found().await;
    play.is_changed_once().await;
    play.is_left_alone().await;
    play.is_made_once_whatever_is_lost().await;
    play.is_changed_once_whatever_is_lost().await;
    play.is_refused_alone().await;
    play.is_missing().await;
    play.has_stock().await;
    play.asks_nothing_unpaid().await;
}

struct Play<'a> {
    stage: &'a dyn Stage,
    recorder: Recorder,
    connection: Connection,
    ownership: Ownership,
    terms: Option<Terms>,
}
