//! Stock, as a shop is to be told of it.

use std::collections::HashSet;

use bus::InfoError;
use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::error::{bad_field, unavailable};
use super::token::{self, Print};
use crate::backlog::Backlog;
use crate::store::{PushableAsked, PushableView, Reader};

/// Items of one question at most.
const ITEMS_LIMIT: usize = 500;

#[derive(Clone, Debug)]
pub struct ShopStock {
    reader: Reader,
    backlog: Backlog,
}

impl ShopStock {
    pub fn new(reader: Reader, backlog: Backlog) -> Self {
        Self { reader, backlog }
    }
}

#[tonic::async_trait]
impl wire::shop_stock_server::ShopStock for ShopStock {
    async fn list_pushable(
        &self,
        request: Request<wire::ListPushableRequest>,
    ) -> Result<Response<wire::ListPushableResponse>, Status> {
        let wire::ListPushableRequest {
            retailer_id,
            connection_id,
            items,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::connection(&connection_id)?;
        let whose = (retailer_id.as_str(), connection_id.as_str());
        let asked = asked_from(whose, items)?;
        // Before the books are looked at: what is taken meanwhile is in them.
        let waiting_since = self.backlog.oldest().await;
        let waiting_since = waiting_since.map_err(|error| silent(&error))?;
        let found = self.reader.pushable(retailer, connection, &asked).await?;
        let items = found.into_iter().map(|found| pushable_into(whose, found));
        Ok(Response::new(wire::ListPushableResponse {
            items: items.collect(),
            waiting_since: waiting_since.map(instant_into),
        }))
    }
}

fn asked_from(
    whose: (&str, &str),
    items: Vec<wire::PushableItem>,
) -> Result<Vec<PushableAsked>, Status> {
    if !(1..=ITEMS_LIMIT).contains(&items.len()) {
        let problem = format!("must be from 1 to {ITEMS_LIMIT}, not {}", items.len());
        return Err(bad_field("items", problem));
    }
    let mut seen = HashSet::new();
    let asked = |(place, item): (usize, wire::PushableItem)| {
        let wrong = |problem| bad_field(&format!("items[{place}].item_id"), problem);
        let wire::PushableItem { item_id, since } = item;
        let item = Uuid::try_parse(&item_id).map_err(|_| wrong("is not a UUID"))?;
        if !seen.insert(item) {
            return Err(wrong("is in it twice"));
        }
        let since = token::read("items.since", print(whose, item), &since)?;
        Ok(PushableAsked { item, since })
    };
    items.into_iter().enumerate().map(asked).collect()
}

/// A mark is one item's and one connection's.
fn print((retailer_id, connection_id): (&str, &str), item: Uuid) -> Print {
    Print::of(&wire::ListPushableRequest {
        retailer_id: retailer_id.to_lowercase(),
        connection_id: connection_id.to_lowercase(),
        items: vec![wire::PushableItem {
            item_id: item.to_string(),
            since: String::new(),
        }],
    })
}

fn pushable_into(whose: (&str, &str), found: PushableView) -> wire::Pushable {
    let PushableView {
        item,
        available,
        open,
        taken,
        mark,
        level_version,
        buffer,
    } = found;
    wire::Pushable {
        item_id: item.to_string(),
        available: Some(quantity_into(available)),
        open: Some(quantity_into(open)),
        taken: taken.map(quantity_into),
        mark: token::write(print(whose, item), &mark),
        level_version,
        buffer: Some(quantity_into(buffer)),
    }
}

/// Told of nothing that waits, somebody would push what is not for sale.
fn silent(error: &InfoError) -> Status {
    tracing::warn!(%error, "nobody can tell which orders wait");
    unavailable("the broker does not tell which orders wait")
}
