use std::collections::BTreeMap;

use axum::Router;
use http::HeaderMap;
use jiff::Timestamp;

use super::{Books, ProductEdit, StockLog};

/// A running simulated shop. Everything it does is stamped by its own clock; one order changes at most
/// once within the shop's smallest step of time only if the platform lets that happen too.
pub trait SimShop: Send + Sync + 'static {
    /// The shop's API, and its log-in pages where it has some.
    fn router(&self) -> Router;

    /// What a connection to this shop is made of, when it answers at `base_url`.
    fn access(&self, base_url: &str) -> Access;

    /// Lets the next thing happen: an order is placed or changes. False when there is nothing left.
    fn step(&self) -> bool;

    /// Deliveries that are due now, each given out once per attempt. What is given out is answered by
    /// [`SimShop::answered`], or counts as unanswered after the platform's own patience.
    fn due(&self) -> Vec<Outgoing>;

    /// The listener answered with this status; `None`: not at all. The shop repeats, gives up or switches
    /// its webhook off as the platform does.
    fn answered(&self, id: u64, status: Option<u16>);

    /// When the next delivery is due, where one waits.
    fn next_due(&self) -> Option<Timestamp>;

    /// Tells the shop where to post its deliveries, on a platform where no API does: its staff enters it.
    fn set_hook(&self, address: &str) {
        let _ = address;
    }

    /// Takes all webhooks away or switches them off, as the platform does by itself after many failures.
    fn lose_hooks(&self);

    /// Somebody edits a product in the shop. Everyone who listens to the shop is told as the platform tells of products
    /// and stock, whether or not that was asked for.
    fn edit_product(&self, edit: ProductEdit);

    /// What must come of all orders as they are now.
    fn books(&self) -> Books;

    /// Orders placed so far.
    fn placed(&self) -> usize;

    /// From now on it sells no more than it has: a buyer who wants more goes away, and that order is never placed.
    fn sell_what_there_is(&self);

    /// From now on its products cost euros, whatever it opened with; orders are paid as their stories tell.
    fn sell_in_euros(&self);

    /// From now on it may be asked as often as anybody likes.
    fn lift_limits(&self);

    /// What there is of every SKU that it counts.
    fn stock(&self) -> BTreeMap<String, i64>;

    /// From now on it keeps what moves its stock.
    fn begin_stock_log(&self);

    /// What has moved its stock since.
    fn stock_log(&self) -> StockLog;
}

/// A delivery on its way.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Of this attempt.
    pub id: u64,
    /// Where the shop was told to post it.
    pub url: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What a connection's seed entry says of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Signs deliveries.
    pub secret: String,
    /// Where the API answers: scheme, host and folder.
    pub shop_url: String,
    pub key: String,
    pub key_secret: String,
}
