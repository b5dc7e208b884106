//! Kits: sold as one item, in stock as their parts.

use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use proto::ledger::{define_kit_request, get_kit_request};
use retail::{Entitlement, PlanOption, Quantity, Sku};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::ask;
use super::error::{bad_field, not_found};
use super::once::once;
use super::page::Page;
use super::stock_entry::{Allowed, lines_or_none};
use crate::store::{
    Asked, AskedItem, AskedLine, KitAsked, KitKey, KitPartView, KitView, Reader, Store,
};
use crate::wake::Wake;

/// Parts of a kit at most.
const PARTS_LIMIT: usize = 100;
/// Most of a part in one kit.
const PART_LIMIT: Quantity = Quantity::from_milli(1_000_000 * Quantity::SCALE);

#[derive(Clone, Debug)]
pub struct Kits {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl Kits {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }
}

#[tonic::async_trait]
impl wire::kits_server::Kits for Kits {
    async fn define_kit(
        &self,
        request: Request<wire::DefineKitRequest>,
    ) -> Result<Response<wire::DefineKitResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Kits.DefineKit", &request);
        let wire::DefineKitRequest {
            retailer_id: _,
            item,
            parts,
            act: _,
        } = request;
        let item = match item.ok_or_else(|| bad_field("item", "is missing"))? {
            define_kit_request::Item::ItemId(id) => item_from(&id)?,
            define_kit_request::Item::Sku(sku) => sku_from(&sku)?,
        };
        let kit = KitAsked {
            item,
            parts: parts_from(parts)?,
        };
        let answer = once(&self.store, asked, async |once| {
            // What is a kit may cease to be one under any plan.
            if !kit.parts.is_empty() {
                let kits = Entitlement::Option(PlanOption::Kits);
                once.check_entitled(kits).await?;
            }
            let kit = once.define_kit(&kit).await?;
            Ok(wire::DefineKitResponse {
                kit: Some(kit_into(kit)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn get_kit(
        &self,
        request: Request<wire::GetKitRequest>,
    ) -> Result<Response<wire::GetKitResponse>, Status> {
        let wire::GetKitRequest { retailer_id, item } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let item = match item.ok_or_else(|| bad_field("item", "is missing"))? {
            get_kit_request::Item::ItemId(id) => item_from(&id)?,
            get_kit_request::Item::Sku(sku) => sku_from(&sku)?,
        };
        let found = self.reader.kit(retailer, &item).await?;
        let found = found.ok_or_else(|| not_found("kit", &item.to_string()))?;
        Ok(Response::new(wire::GetKitResponse {
            kit: Some(kit_into(found)),
        }))
    }

    async fn list_kits(
        &self,
        request: Request<wire::ListKitsRequest>,
    ) -> Result<Response<wire::ListKitsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<KitKey> = Page::asked(&request, size, &token)?;
        let wire::ListKitsRequest {
            retailer_id,
            page_size: _,
            page_token: _,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let mut kits = self
            .reader
            .kits(retailer, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut kits, KitView::key);
        Ok(Response::new(wire::ListKitsResponse {
            kits: kits.into_iter().map(kit_into).collect(),
            next_page_token,
        }))
    }
}

fn item_from(id: &str) -> Result<AskedItem, Status> {
    let id = Uuid::try_parse(id).map_err(|_| bad_field("item_id", "is not a UUID"))?;
    Ok(AskedItem::Id(id))
}

fn sku_from(sku: &str) -> Result<AskedItem, Status> {
    let sku = Sku::new(sku).map_err(|error| bad_field("sku", error))?;
    Ok(AskedItem::Sku(sku))
}

fn parts_from(parts: Vec<wire::StockLine>) -> Result<Vec<AskedLine>, Status> {
    if parts.len() > PARTS_LIMIT {
        let problem = format!("must be at most {PARTS_LIMIT}, not {}", parts.len());
        return Err(bad_field("parts", problem));
    }
    let parts = lines_or_none(parts, Allowed::MoreThanZero)?;
    let large = parts.iter().position(|part| part.quantity > PART_LIMIT);
    if let Some(place) = large {
        let field = format!("parts[{place}].quantity");
        return Err(bad_field(&field, format!("is more than {PART_LIMIT}")));
    }
    Ok(parts)
}

fn kit_into(kit: KitView) -> wire::Kit {
    let KitView {
        item,
        sku,
        name,
        number,
        parts,
        actor,
        note,
        defined_at,
    } = kit;
    wire::Kit {
        item_id: item.to_string(),
        sku,
        name,
        number,
        parts: parts.into_iter().map(part_into).collect(),
        actor,
        note,
        defined_at: Some(instant_into(defined_at)),
    }
}

fn part_into(part: KitPartView) -> wire::KitPart {
    let KitPartView {
        item,
        sku,
        name,
        quantity,
    } = part;
    wire::KitPart {
        item_id: item.to_string(),
        sku,
        name,
        quantity: Some(quantity_into(quantity)),
    }
}
