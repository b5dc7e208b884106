//! What differs between shops and the catalogue, and what people have done about it.

use proto::catalog as wire;
use proto::catalog::repair_drift_request::Entries;
use proto::convert::{instant_from, instant_into};
use retail::listing::ShopProductId;
use retail::listing::drift::{Kind, Repair};
use retail::{ConnectionId, ProductId, Sku};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::channels::{field_from, field_into};
use super::error::bad_field;
use super::once::once;
use super::page::Page;
use super::take_over::take_over;
use super::{Answering, ask};
use crate::store::{
    Asked, DriftFilter, DriftKey, DriftPage, DriftSelection, DriftView, RefusedDrift, ScanAsked,
};

/// Products that are named at most.
const PRODUCTS_LIMIT: usize = 5_000;
/// Entries of one act.
const ENTRIES_LIMIT: usize = 500;

#[tonic::async_trait]
impl wire::drift_server::Drift for Answering {
    async fn scan_drift(
        &self,
        request: Request<wire::ScanDriftRequest>,
    ) -> Result<Response<wire::ScanDriftResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Drift.ScanDrift", &request);
        ask::each_once("product_ids", &request.product_ids, PRODUCTS_LIMIT)?;
        let products = request.product_ids.iter().map(|id| ask::product(id));
        let scan = ScanAsked {
            connection: ask::connection(&request.connection_id)?,
            products: products.collect::<Result<_, _>>()?,
        };
        let answer = once(&self.acts, asked, async |once| {
            let products = once.scan_drift(&scan).await?;
            Ok(wire::ScanDriftResponse { products })
        });
        Ok(Response::new(answer.await?))
    }

    async fn list_drift(
        &self,
        request: Request<wire::ListDriftRequest>,
    ) -> Result<Response<wire::ListDriftResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<DriftKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let filter = filter_from(request.filter.unwrap_or_default())?;
        let questions = &self.questions;
        let found = questions.list_drift(retailer, &filter, page.after, page.rows());
        let DriftPage {
            mut entries,
            total,
            waiting,
        } = found.await?;
        let next_page_token = page.cut(&mut entries, DriftView::key);
        Ok(Response::new(wire::ListDriftResponse {
            entries: entries.into_iter().map(entry_into).collect(),
            next_page_token,
            total,
            waiting,
        }))
    }

    async fn repair_drift(
        &self,
        request: Request<wire::RepairDriftRequest>,
    ) -> Result<Response<wire::RepairDriftResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act.clone(), "Drift.RepairDrift", &request);
        let repair = repair_from(request.repair)?;
        let entries = request.entries;
        let selection = match entries.ok_or_else(|| bad_field("entries", "is missing"))? {
            Entries::Ids(wire::DriftIds { drift_ids }) => ticked_from(&drift_ids)?,
            Entries::Filter(filter) => {
                let filter = Box::new(filter_from(filter)?);
                DriftSelection::Filter(filter, i64::try_from(ENTRIES_LIMIT).unwrap_or(i64::MAX))
            }
        };
        let answer = once(&self.acts, asked, async |once| {
            let mut found = once.find_drift(&selection, repair).await?;
            match repair {
                Repair::TakeOver => take_over(&self.registry, &act, once, &mut found).await?,
                Repair::TellShop | Repair::Accept | Repair::CreateAgain | Repair::Unlink => {}
            }
            once.repair_drift(repair, &mut found).await?;
            let refused = found.refused.into_iter();
            Ok(wire::RepairDriftResponse {
                repaired: i64::try_from(found.entries.len()).unwrap_or(i64::MAX),
                refused: refused.map(refused_into).collect(),
                remaining: found.remaining,
            })
        });
        Ok(Response::new(answer.await?))
    }
}

fn ticked_from(ids: &[String]) -> Result<DriftSelection, Status> {
    if ids.is_empty() {
        return Err(bad_field("ids", "names none"));
    }
    let ids = ids.iter().map(|id| ask::required("ids", id));
    let ids: Vec<Uuid> = ids.collect::<Result<_, _>>()?;
    ask::each_once("ids", &ids, ENTRIES_LIMIT)?;
    Ok(DriftSelection::Ids(ids))
}

fn filter_from(filter: wire::DriftFilter) -> Result<DriftFilter, Status> {
    let wire::DriftFilter {
        connection_id,
        kind,
        field,
        product_id,
        sku,
        since_before,
    } = filter;
    let field = wire::ListingField::try_from(field);
    let since = since_before.map(|at| instant_from("filter.since_before", Some(at)));
    let id = |field, id: &str| match id {
        "" => Ok(None),
        id => ask::required(field, id).map(Some),
    };
    let sku = Some(sku).filter(|sku| !sku.is_empty());
    let sku = sku.map(|sku| Sku::new(&sku).map_err(|error| bad_field("filter.sku", error)));
    Ok(DriftFilter {
        connection: id("filter.connection_id", &connection_id)?.map(ConnectionId::new),
        kind: kind_from(kind)?,
        field: field_from(field.map_err(|error| bad_field("filter.field", error))?),
        product: id("filter.product_id", &product_id)?.map(ProductId::new),
        sku: sku.transpose()?,
        since_before: since.transpose().map_err(ask::wrong)?,
    })
}

fn kind_from(kind: i32) -> Result<Option<Kind>, Status> {
    Ok(match wire::DriftKind::try_from(kind) {
        Ok(wire::DriftKind::Unspecified) => None,
        Ok(wire::DriftKind::OversellRisk) => Some(Kind::OversellRisk),
        Ok(wire::DriftKind::MissingInShop) => Some(Kind::MissingInShop),
        Ok(wire::DriftKind::ExtraInShop) => Some(Kind::ExtraInShop),
        Ok(wire::DriftKind::Refused) => Some(Kind::Refused),
        Ok(wire::DriftKind::EditedInShop) => Some(Kind::EditedInShop),
        Ok(wire::DriftKind::EditedOnBothSides) => Some(Kind::EditedOnBothSides),
        Ok(wire::DriftKind::NotToldYet) => Some(Kind::NotToldYet),
        Ok(wire::DriftKind::OrderOnItsWay) => Some(Kind::OrderOnItsWay),
        Err(error) => return Err(bad_field("filter.kind", error)),
    })
}

const fn kind_into(kind: Kind) -> wire::DriftKind {
    match kind {
        Kind::OversellRisk => wire::DriftKind::OversellRisk,
        Kind::MissingInShop => wire::DriftKind::MissingInShop,
        Kind::ExtraInShop => wire::DriftKind::ExtraInShop,
        Kind::Refused => wire::DriftKind::Refused,
        Kind::EditedInShop => wire::DriftKind::EditedInShop,
        Kind::EditedOnBothSides => wire::DriftKind::EditedOnBothSides,
        Kind::NotToldYet => wire::DriftKind::NotToldYet,
        Kind::OrderOnItsWay => wire::DriftKind::OrderOnItsWay,
    }
}

fn repair_from(repair: i32) -> Result<Repair, Status> {
    match wire::DriftRepair::try_from(repair) {
        Ok(wire::DriftRepair::TellShop) => Ok(Repair::TellShop),
        Ok(wire::DriftRepair::TakeOver) => Ok(Repair::TakeOver),
        Ok(wire::DriftRepair::Accept) => Ok(Repair::Accept),
        Ok(wire::DriftRepair::CreateAgain) => Ok(Repair::CreateAgain),
        Ok(wire::DriftRepair::Unlink) => Ok(Repair::Unlink),
        Ok(wire::DriftRepair::Unspecified) => Err(bad_field("repair", "is missing")),
        Err(error) => Err(bad_field("repair", error)),
    }
}

const fn repair_into(repair: Repair) -> wire::DriftRepair {
    match repair {
        Repair::TellShop => wire::DriftRepair::TellShop,
        Repair::TakeOver => wire::DriftRepair::TakeOver,
        Repair::Accept => wire::DriftRepair::Accept,
        Repair::CreateAgain => wire::DriftRepair::CreateAgain,
        Repair::Unlink => wire::DriftRepair::Unlink,
    }
}

fn entry_into(view: DriftView) -> wire::DriftEntry {
    let DriftView {
        id,
        connection,
        product,
        product_name,
        item,
        sku,
        shop_product,
        shop_variant,
        field,
        pos,
        shop,
        kind,
        repairs,
        since,
        seen_at,
    } = view;
    let shop_product = shop_product.as_ref().map(ShopProductId::as_str);
    let field = field.map_or(wire::ListingField::Unspecified, field_into);
    let repairs = repairs.into_iter();
    wire::DriftEntry {
        drift_id: id.to_string(),
        connection_id: connection.to_string(),
        product_id: product.to_string(),
        product_name,
        item_id: item.map(|item| item.to_string()).unwrap_or_default(),
        sku: sku.unwrap_or_default(),
        shop_product_id: shop_product.unwrap_or_default().to_owned(),
        shop_variant_id: shop_variant.map(|id| id.to_string()).unwrap_or_default(),
        field: field.into(),
        pos,
        shop,
        kind: kind_into(kind).into(),
        cause: kind.cause().to_owned(),
        since: Some(instant_into(since)),
        seen_at: Some(instant_into(seen_at)),
        repairs: repairs.map(|it| repair_into(it).into()).collect(),
    }
}

fn refused_into(refused: RefusedDrift) -> wire::RefusedRepair {
    let RefusedDrift { id, reason } = refused;
    wire::RefusedRepair {
        drift_id: id.to_string(),
        reason,
    }
}
