//! What the ledger says may be sold.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use proto::convert::{instant_from, quantity_from, uuid_from};
use proto::ledger as wire;
use proto::ledger::shop_stock_client::ShopStockClient;
use retail::listing::Pushable;
use retail::{ConnectionId, ItemId, Quantity, RetailerId};
use service::access::{Authorized, Bearer};
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::Trouble;

/// Items of one question; the ledger takes no more.
pub const ITEMS_LIMIT: usize = 500;
/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The way to the ledger's word on it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ShopStock(ShopStockClient<Authorized>);

/// What it says of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub pushable: Pushable,
    /// Orders of this shop since the mark that was asked with are counted: it was one that the ledger knows.
    pub is_since: bool,
    pub mark: String,
}

/// What it says at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Items that it does not know are absent.
    pub items: BTreeMap<ItemId, Said>,
    /// Since when orders wait that this does not count.
    pub waiting_since: Option<Timestamp>,
}

/// Why it says nothing.
#[derive(Debug)]
pub enum NoAnswer {
    /// The shop manages stock itself (EF-8).
    StockInShop,
    Trouble(Trouble),
}

impl ShopStock {
    /// Connects when it is first asked.
    pub fn at(url: String, bearer: Bearer) -> Result<Self, tonic::transport::Error> {
        let endpoint = Endpoint::from_shared(url)?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        Ok(Self(ShopStockClient::new(
            bearer.on(endpoint.connect_lazy()),
        )))
    }

    /// Of up to [`ITEMS_LIMIT`] items, each with the mark that came with what its shop was last known to have.
    pub async fn ask(
        &self,
        (retailer, connection): (RetailerId, ConnectionId),
        items: &BTreeMap<ItemId, String>,
    ) -> Result<Answer, NoAnswer> {
        let mut asked = items.clone();
        loop {
            if asked.is_empty() {
                return Ok(Answer {
                    items: BTreeMap::new(),
                    waiting_since: None,
                });
            }
            let request = wire::ListPushableRequest {
                retailer_id: retailer.to_string(),
                connection_id: connection.to_string(),
                items: asked.iter().map(asked_into).collect(),
            };
            match self.0.clone().list_pushable(request).await {
                Ok(answer) => return read(answer.into_inner()).ok_or_else(unreadable),
                Err(status) => match refusal(&status) {
                    // Each time one fewer: it ends.
                    Refusal::Unknown(item) if asked.remove(&item).is_some() => {}
                    Refusal::Unknown(_) => return Err(unreadable()),
                    Refusal::Whole(no_answer) => return Err(no_answer),
                },
            }
        }
    }
}

fn asked_into((item, since): (&ItemId, &String)) -> wire::PushableItem {
    wire::PushableItem {
        item_id: item.to_string(),
        since: since.clone(),
    }
}

fn unreadable() -> NoAnswer {
    let why = "its answer cannot be read".to_owned();
    NoAnswer::Trouble(Trouble::LedgerAway(why))
}

fn read(answer: wire::ListPushableResponse) -> Option<Answer> {
    let wire::ListPushableResponse {
        items,
        waiting_since,
    } = answer;
    let waiting_since = waiting_since.map(|since| instant_from("waiting_since", Some(since)));
    Some(Answer {
        items: items.into_iter().map(said).collect::<Option<_>>()?,
        waiting_since: waiting_since.transpose().ok()?,
    })
}

fn said(item: wire::Pushable) -> Option<(ItemId, Said)> {
    let wire::Pushable {
        item_id,
        available,
        open,
        taken,
        mark,
        level_version: _,
        // What is kept back of a product may be something else: that stands with the product.
        buffer: _,
    } = item;
    let is_since = taken.is_some();
    let taken = taken.map_or(Some(Quantity::ZERO), |taken| {
        quantity_from("taken", Some(taken)).ok()
    });
    let said = Said {
        pushable: Pushable {
            available: quantity_from("available", available).ok()?,
            open: quantity_from("open", open).ok()?,
            taken: taken?,
        },
        is_since,
        mark,
    };
    Some((ItemId::new(uuid_from("item_id", &item_id).ok()?), said))
}

enum Refusal {
    Unknown(ItemId),
    Whole(NoAnswer),
}

fn refusal(status: &Status) -> Refusal {
    let failure = status.get_details_precondition_failure();
    let mut violations = failure
        .into_iter()
        .flat_map(|failure| failure.violations.into_iter());
    let trouble = match status.code() {
        Code::NotFound => match status.get_details_resource_info() {
            Some(what) if what.resource_type == "item" => {
                if let Ok(item) = what.resource_name.parse() {
                    return Refusal::Unknown(item);
                }
                Trouble::LedgerAway("it names no item".to_owned())
            }
            Some(_) | None => Trouble::NotBooked,
        },
        Code::FailedPrecondition if violations.any(|it| it.r#type == "stock_in_shop") => {
            return Refusal::Whole(NoAnswer::StockInShop);
        }
        // Its message may quote what was asked; its code does not.
        code => Trouble::LedgerAway(code.to_string()),
    };
    Refusal::Whole(NoAnswer::Trouble(trouble))
}
