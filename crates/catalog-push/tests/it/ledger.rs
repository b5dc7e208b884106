//! The tests' own ledger: a register of items with the refusals of the real one, and of tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use prost::Message;
use proto::convert::quantity_into;
use proto::ledger as wire;
use retail::{ConnectionId, Quantity};
use service::access::TokenDigest;
use service::refusal::{not_found, precondition, unavailable};
use service_kit::StandIn;
use tokio::task::JoinSet;
use tonic::Status;
use uuid::Uuid;

/// What it knows. Cheap to clone.
#[derive(Clone, Default)]
pub struct Ledger(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    items: BTreeMap<String, Item>,
    /// What was asked under a request id, encoded.
    asked: BTreeMap<String, Vec<u8>>,
    tokens: BTreeMap<Vec<u8>, (String, wire::Token)>,
    stock: BTreeMap<String, Stock>,
    /// What it said last that may be sold, by connection: of one item, where tests ask for it.
    said: BTreeMap<String, i64>,
    /// Orders wait that the stock does not count.
    waits: bool,
    is_away: bool,
}

/// What may be sold of an item, and what shops took of it, in units.
#[derive(Default)]
struct Stock {
    available: i64,
    open: i64,
    /// By connection, one after another: a mark is how many there were.
    taken: Vec<(String, i64)>,
}

/// An item, as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub retailer: String,
    pub sku: String,
    pub name: String,
    pub is_deleted: bool,
}

impl Ledger {
    pub async fn serve(&self, tasks: &mut JoinSet<()>) -> String {
        let [register, delete, restore, list, tokens, stock] = [(); 6].map(|()| self.clone());
        let service = "comptoir.ledger.v1.ItemRegistry";
        StandIn::default()
            .answers(&format!("{service}/RegisterItems"), move |asked| {
                register.register(asked)
            })
            .answers(&format!("{service}/DeleteItems"), move |asked| {
                delete.delete(&asked)
            })
            .answers(&format!("{service}/RestoreItems"), move |asked| {
                restore.restore(&asked)
            })
            .answers(&format!("{service}/ListItems"), move |asked| {
                list.list(&asked)
            })
            .answers(
                "comptoir.ledger.v1.Access/FindToken",
                move |asked: wire::FindTokenRequest| tokens.find_token(&asked),
            )
            .answers(
                "comptoir.ledger.v1.ShopStock/ListPushable",
                move |asked: wire::ListPushableRequest| stock.pushable(&asked),
            )
            .serve(tasks)
            .await
    }

    /// So much more may be sold: a delivery, a till's sale.
    pub fn moves(&self, item: Uuid, units: i64) {
        let mut books = self.0.lock().unwrap();
        books.stock.entry(item.to_string()).or_default().available += units;
    }

    /// An order of a shop is recorded.
    pub fn order(&self, shop: ConnectionId, item: Uuid, units: i64) {
        let mut books = self.0.lock().unwrap();
        let stock = books.stock.entry(item.to_string()).or_default();
        stock.available -= units;
        stock.taken.push((shop.to_string(), units));
    }

    /// Orders hold so much and cannot be applied.
    pub fn open(&self, item: Uuid, units: i64) {
        let mut books = self.0.lock().unwrap();
        books.stock.entry(item.to_string()).or_default().open = units;
    }

    /// Orders wait that the stock does not count.
    pub fn waits(&self, waits: bool) {
        self.0.lock().unwrap().waits = waits;
    }

    /// What shops may show of it.
    pub fn sellable(&self, item: Uuid) -> i64 {
        let books = self.0.lock().unwrap();
        let stock = books.stock.get(&item.to_string());
        stock.map_or(0, |stock| (stock.available - stock.open).max(0))
    }

    /// What it said last to whoever tells this shop.
    pub fn said(&self, shop: ConnectionId) -> Option<i64> {
        self.0.lock().unwrap().said.get(&shop.to_string()).copied()
    }

    fn pushable(
        &self,
        asked: &wire::ListPushableRequest,
    ) -> Result<wire::ListPushableResponse, Status> {
        let mut books = self.0.lock().unwrap();
        if books.is_away {
            return Err(unavailable("the ledger is stopping"));
        }
        for item in &asked.items {
            let stock = books.stock.get(&item.item_id);
            let left = stock.map_or(0, |stock| stock.available - stock.open);
            books.said.insert(asked.connection_id.clone(), left);
        }
        let units = |units| Some(quantity_into(Quantity::units(units).unwrap()));
        let pushable = |item: &wire::PushableItem| {
            if !books.items.contains_key(&item.item_id) {
                return Err(not_found("item", &item.item_id));
            }
            let none = Stock::default();
            let stock = books.stock.get(&item.item_id).unwrap_or(&none);
            let since: Option<usize> = item.since.parse().ok();
            let taken = since.map(|since| {
                let later = stock.taken.iter().skip(since);
                let own = later.filter(|(shop, _)| *shop == asked.connection_id);
                own.map(|(_, units)| units).sum::<i64>()
            });
            Ok(wire::Pushable {
                item_id: item.item_id.clone(),
                available: units(stock.available),
                open: units(stock.open),
                taken: taken.and_then(units),
                mark: stock.taken.len().to_string(),
                level_version: 1,
                buffer: units(0),
            })
        };
        Ok(wire::ListPushableResponse {
            items: asked.items.iter().map(pushable).collect::<Result<_, _>>()?,
            waiting_since: books.waits.then_some(prost_types::Timestamp {
                seconds: 1_700_000_000,
                nanos: 0,
            }),
        })
    }

    pub fn items(&self) -> BTreeMap<String, Item> {
        self.0.lock().unwrap().items.clone()
    }

    pub fn item(&self, id: Uuid) -> Item {
        self.items().remove(&id.to_string()).unwrap()
    }

    /// How many acts it was asked for, each once.
    pub fn acts(&self) -> usize {
        self.0.lock().unwrap().asked.len()
    }

    pub fn go_away(&self, is_away: bool) {
        self.0.lock().unwrap().is_away = is_away;
    }

    /// A token that is good for long. Its id is made of its name.
    pub fn know_token(&self, text: &str, name: &str, retailer: Uuid, role: wire::Role) -> String {
        let token_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string();
        let token = wire::Token {
            token_id: token_id.clone(),
            name: name.to_owned(),
            roles: vec![role.into()],
            expires_at: Some(prost_types::Timestamp {
                seconds: 9_999_999_999,
                nanos: 0,
            }),
            ..wire::Token::default()
        };
        let digest = TokenDigest::of(text).as_bytes().to_vec();
        let mut books = self.0.lock().unwrap();
        books.tokens.insert(digest, (retailer.to_string(), token));
        token_id
    }

    fn find_token(
        &self,
        asked: &wire::FindTokenRequest,
    ) -> Result<wire::FindTokenResponse, Status> {
        let books = self.0.lock().unwrap();
        let (retailer_id, token) = books
            .tokens
            .get(&asked.digest)
            .cloned()
            .ok_or_else(|| Status::not_found("no such token"))?;
        Ok(wire::FindTokenResponse {
            retailer_id,
            token: Some(token),
        })
    }

    fn register(
        &self,
        asked: wire::RegisterItemsRequest,
    ) -> Result<wire::RegisterItemsResponse, Status> {
        let mut books = self.0.lock().unwrap();
        books.once(asked.act.as_ref(), &asked)?;
        let told: BTreeSet<&String> = asked.items.iter().map(|item| &item.item_id).collect();
        for item in &asked.items {
            let known = books.items.get(&item.item_id);
            if known.is_some_and(|known| known.retailer != asked.retailer_id) {
                return Err(not_found("item", &item.item_id));
            }
            if known.is_some_and(|known| known.is_deleted) {
                return Err(precondition("item_deleted", &item.item_id, "it is deleted"));
            }
        }
        let skus = asked.items.iter().map(|item| &*item.sku);
        let wanted: BTreeSet<&str> = skus.filter(|sku| !sku.is_empty()).collect();
        let taken = books.items.iter().find(|(id, other)| {
            wanted.contains(&*other.sku)
                && !other.is_deleted
                && other.retailer == asked.retailer_id
                && !told.contains(id)
        });
        if let Some((id, _)) = taken {
            return Err(precondition("sku_taken", id, "another item has the SKU"));
        }
        books.keep(asked.act.as_ref(), &asked);
        let mut registered_ids = Vec::new();
        for item in asked.items {
            let now = Item {
                retailer: asked.retailer_id.clone(),
                sku: item.sku,
                name: item.name,
                is_deleted: false,
            };
            if books.items.insert(item.item_id.clone(), now).is_none() {
                registered_ids.push(item.item_id);
            }
        }
        Ok(wire::RegisterItemsResponse {
            registered_ids,
            changed_ids: Vec::new(),
        })
    }

    fn delete(
        &self,
        asked: &wire::DeleteItemsRequest,
    ) -> Result<wire::DeleteItemsResponse, Status> {
        let mut books = self.0.lock().unwrap();
        books.once(asked.act.as_ref(), asked)?;
        books.mark(&asked.item_ids, true)?;
        books.keep(asked.act.as_ref(), asked);
        Ok(wire::DeleteItemsResponse::default())
    }

    /// By SKUs, as it is asked for sheets.
    fn list(&self, asked: &wire::ListItemsRequest) -> Result<wire::ListItemsResponse, Status> {
        let books = self.0.lock().unwrap();
        if books.is_away {
            return Err(unavailable("the ledger is stopping"));
        }
        let is_asked = |item: &Item| {
            item.retailer == asked.retailer_id && !item.is_deleted && asked.skus.contains(&item.sku)
        };
        let found = books.items.iter().filter(|(_, item)| is_asked(item));
        let item = |(id, item): (&String, &Item)| wire::RegisteredItem {
            item: Some(wire::ItemIdentity {
                item_id: id.clone(),
                sku: item.sku.clone(),
                barcode: String::new(),
                name: item.name.clone(),
            }),
            is_counted: true,
            ..wire::RegisteredItem::default()
        };
        Ok(wire::ListItemsResponse {
            items: found.map(item).collect(),
            next_page_token: String::new(),
        })
    }

    /// Makes an item, as an order does.
    pub fn make_item(&self, id: Uuid, retailer: Uuid, sku: &str, name: &str) {
        let item = Item {
            retailer: retailer.to_string(),
            sku: sku.to_owned(),
            name: name.to_owned(),
            is_deleted: false,
        };
        self.0.lock().unwrap().items.insert(id.to_string(), item);
    }

    fn restore(
        &self,
        asked: &wire::RestoreItemsRequest,
    ) -> Result<wire::RestoreItemsResponse, Status> {
        let mut books = self.0.lock().unwrap();
        books.once(asked.act.as_ref(), asked)?;
        let skus: BTreeSet<&str> = asked
            .item_ids
            .iter()
            .filter_map(|id| books.items.get(id))
            .map(|item| item.sku.as_str())
            .collect();
        let mut living = books.items.values().filter(|item| !item.is_deleted);
        if living.any(|item| skus.contains(item.sku.as_str())) {
            return Err(precondition(
                "sku_taken",
                "item",
                "another item has the SKU",
            ));
        }
        books.mark(&asked.item_ids, false)?;
        books.keep(asked.act.as_ref(), asked);
        Ok(wire::RestoreItemsResponse::default())
    }
}

impl Books {
    /// What is refused leaves nothing, and the same id for something else is refused.
    fn once(&self, act: Option<&wire::Act>, asked: &impl Message) -> Result<(), Status> {
        if self.is_away {
            return Err(unavailable("the ledger is stopping"));
        }
        let before = self.asked.get(&act.unwrap().request_id);
        if before.is_some_and(|before| *before != asked.encode_to_vec()) {
            return Err(precondition(
                "request_reused",
                "act.request_id",
                "used before",
            ));
        }
        Ok(())
    }

    fn keep(&mut self, act: Option<&wire::Act>, asked: &impl Message) {
        let id = act.unwrap().request_id.clone();
        self.asked.insert(id, asked.encode_to_vec());
    }

    fn mark(&mut self, ids: &[String], is_deleted: bool) -> Result<(), Status> {
        for id in ids {
            let item = self.items.get_mut(id);
            item.ok_or_else(|| not_found("item", id))?.is_deleted = is_deleted;
        }
        Ok(())
    }
}
