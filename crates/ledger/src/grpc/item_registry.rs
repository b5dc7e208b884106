//! Which items there are, as the catalogue says.

use std::collections::HashSet;

use proto::ledger as wire;
use retail::{Barcode, ConnectionId, ItemId, RetailerId, ShopVariantId, Sku};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::error::bad_field;
use super::once::once;
use super::page::Page;
use crate::decide::ItemKind;
use crate::desk::Desk;
use crate::relay::origin_into;
use crate::store::{
    Asked, ItemIdentity, Reader, Registered, RegisteredItem, Restored, Store, VariantLink,
};

/// Items of one question at most.
const ITEMS_LIMIT: usize = 500;
/// Longest name of an item, in bytes: as that of a line.
const NAME_LIMIT_BYTES: usize = 2_000;

#[derive(Clone, Debug)]
pub struct ItemRegistry {
    store: Store,
    reader: Reader,
    desk: Desk,
}

impl ItemRegistry {
    pub fn new(store: Store, reader: Reader, desk: Desk) -> Self {
        Self {
            store,
            reader,
            desk,
        }
    }
}

#[tonic::async_trait]
impl wire::item_registry_server::ItemRegistry for ItemRegistry {
    async fn register_items(
        &self,
        request: Request<wire::RegisterItemsRequest>,
    ) -> Result<Response<wire::RegisterItemsResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "ItemRegistry.RegisterItems", &request);
        let wire::RegisterItemsRequest {
            retailer_id: _,
            items,
            act: _,
        } = request;
        let items = identities_from(items)?;
        let answer = once(&self.store, asked, async |once| {
            let Registered { new, changed } = once.register_items(&items).await?;
            Ok(wire::RegisterItemsResponse {
                registered_ids: texts(new),
                changed_ids: texts(changed),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn delete_items(
        &self,
        request: Request<wire::DeleteItemsRequest>,
    ) -> Result<Response<wire::DeleteItemsResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "ItemRegistry.DeleteItems", &request);
        let items = ids_from(&request.item_ids)?;
        let answer = once(&self.store, asked, async |once| {
            let deleted = once.delete_items(&items).await?;
            Ok(wire::DeleteItemsResponse {
                deleted_ids: texts(deleted),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn restore_items(
        &self,
        request: Request<wire::RestoreItemsRequest>,
    ) -> Result<Response<wire::RestoreItemsResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act.clone(), "ItemRegistry.RestoreItems", &request);
        let items = ids_from(&request.item_ids)?;
        let answer = once(&self.store, asked, async |once| {
            let Restored { items, orders } = once.restore_items(&items).await?;
            Ok(wire::RestoreItemsResponse {
                restored_ids: texts(items),
                orders: i64::try_from(orders).unwrap_or(i64::MAX),
            })
        })
        .await?;
        // Also when it was restored before: the orders may not all have been tried.
        self.desk.retry_restored(&act, retailer, &items).await?;
        Ok(Response::new(answer))
    }

    async fn link_variants(
        &self,
        request: Request<wire::LinkVariantsRequest>,
    ) -> Result<Response<wire::LinkVariantsResponse>, Status> {
        let request = request.into_inner();
        let retailer: RetailerId = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "ItemRegistry.LinkVariants", &request);
        let wire::LinkVariantsRequest {
            retailer_id: _,
            connection_id,
            links,
            act: _,
        } = request;
        let connection: ConnectionId = ask::connection(&connection_id)?;
        let links = links_from(links)?;
        let answer = once(&self.store, asked, async |once| {
            let changed = once.link_variants(connection, &links).await?;
            Ok(wire::LinkVariantsResponse {
                changed: i64::try_from(changed).unwrap_or(i64::MAX),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn list_items(
        &self,
        request: Request<wire::ListItemsRequest>,
    ) -> Result<Response<wire::ListItemsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<Uuid> = Page::asked(&request, size, &token)?;
        let wire::ListItemsRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            include_deleted,
            skus,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let skus = ask::skus("skus", &skus)?;
        let mut items = self
            .reader
            .registered_items(retailer, include_deleted, &skus, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut items, |last| last.item);
        Ok(Response::new(wire::ListItemsResponse {
            items: items.into_iter().map(item_into).collect(),
            next_page_token,
        }))
    }
}

fn counted<T>(field: &'static str, asked: &[T]) -> Result<(), Status> {
    if (1..=ITEMS_LIMIT).contains(&asked.len()) {
        return Ok(());
    }
    let problem = format!("must be from 1 to {ITEMS_LIMIT}, not {}", asked.len());
    Err(bad_field(field, problem))
}

fn identities_from(items: Vec<wire::ItemIdentity>) -> Result<Vec<ItemIdentity>, Status> {
    counted("items", &items)?;
    let (mut ids, mut skus) = (HashSet::new(), HashSet::new());
    let mut identities = Vec::with_capacity(items.len());
    for (place, item) in items.into_iter().enumerate() {
        let wrong = |part: &str, problem: &dyn std::fmt::Display| {
            bad_field(&format!("items[{place}].{part}"), problem)
        };
        let wire::ItemIdentity {
            item_id,
            sku,
            barcode,
            name,
        } = item;
        let id = Uuid::try_parse(&item_id).map_err(|_| wrong("item_id", &"is not a UUID"))?;
        let given = |text: &str| !text.trim().is_empty();
        let sku = given(&sku).then(|| Sku::new(&sku)).transpose();
        let sku = sku.map_err(|error| wrong("sku", &error))?;
        let barcode = given(&barcode).then(|| Barcode::new(&barcode)).transpose();
        let name = ask::text("items.name", name, NAME_LIMIT_BYTES)?;
        if !given(&name) {
            return Err(wrong("name", &"is missing"));
        }
        if !ids.insert(id) {
            return Err(wrong("item_id", &"is in it twice"));
        }
        if let Some(sku) = &sku
            && !skus.insert(sku.clone())
        {
            return Err(wrong("sku", &"is in it twice"));
        }
        identities.push(ItemIdentity {
            item: ItemId::new(id),
            sku,
            barcode: barcode.map_err(|error| wrong("barcode", &error))?,
            name,
        });
    }
    Ok(identities)
}

fn ids_from(ids: &[String]) -> Result<Vec<Uuid>, Status> {
    counted("item_ids", ids)?;
    let mut seen = HashSet::new();
    let id = |(place, text): (usize, &String)| {
        let wrong = |problem| bad_field(&format!("item_ids[{place}]"), problem);
        let id = Uuid::try_parse(text).map_err(|_| wrong("is not a UUID"))?;
        seen.insert(id)
            .then_some(id)
            .ok_or_else(|| wrong("is in it twice"))
    };
    ids.iter().enumerate().map(id).collect()
}

fn links_from(links: Vec<wire::VariantLink>) -> Result<Vec<VariantLink>, Status> {
    counted("links", &links)?;
    let mut seen = HashSet::new();
    let link = |(place, link): (usize, wire::VariantLink)| {
        let wrong = |part: &str, problem: &dyn std::fmt::Display| {
            bad_field(&format!("links[{place}].{part}"), problem)
        };
        let wire::VariantLink {
            variant_id,
            item_id,
        } = link;
        let variant = ShopVariantId::new(&variant_id);
        let variant = variant.map_err(|error| wrong("variant_id", &error))?;
        if !seen.insert(variant.clone()) {
            return Err(wrong("variant_id", &"is in it twice"));
        }
        let item = match item_id.as_str() {
            "" => None,
            id => Some(Uuid::try_parse(id).map_err(|_| wrong("item_id", &"is not a UUID"))?),
        };
        Ok(VariantLink {
            variant,
            item: item.map(ItemId::new),
        })
    };
    links.into_iter().enumerate().map(link).collect()
}

fn texts(ids: Vec<Uuid>) -> Vec<String> {
    ids.into_iter().map(|id| id.to_string()).collect()
}

fn item_into(item: RegisteredItem) -> wire::RegisteredItem {
    let RegisteredItem {
        item,
        kind,
        origin,
        sku,
        barcode,
        name,
        is_deleted,
    } = item;
    wire::RegisteredItem {
        item: Some(wire::ItemIdentity {
            item_id: item.to_string(),
            sku: sku.unwrap_or_default(),
            barcode: barcode.unwrap_or_default(),
            name,
        }),
        is_deleted,
        is_counted: kind == ItemKind::Product,
        origin: origin_into(origin).into(),
    }
}
