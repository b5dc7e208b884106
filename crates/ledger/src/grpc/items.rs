//! What is sold.

use proto::convert::quantity_into;
use proto::ledger as wire;
use tonic::{Request, Response, Status};

use super::ask;
use crate::store::{CatalogueCheck, Finding, FindingKind, Reader};

#[derive(Clone, Debug)]
pub struct Items {
    reader: Reader,
}

impl Items {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[tonic::async_trait]
impl wire::items_server::Items for Items {
    async fn check_catalogue(
        &self,
        request: Request<wire::CheckCatalogueRequest>,
    ) -> Result<Response<wire::CheckCatalogueResponse>, Status> {
        let wire::CheckCatalogueRequest { retailer_id } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let CatalogueCheck {
            products,
            counts,
            findings,
        } = self.reader.check_catalogue(retailer).await?;
        let count = |(kind, count)| wire::FindingCount {
            kind: kind_into(kind).into(),
            count,
        };
        Ok(Response::new(wire::CheckCatalogueResponse {
            products,
            counts: counts.into_iter().map(count).collect(),
            findings: findings.into_iter().map(finding_into).collect(),
            // Items have no price here: the catalogue will.
            not_checked: vec![wire::FindingKind::ZeroPrice.into()],
        }))
    }
}

fn finding_into(finding: Finding) -> wire::Finding {
    let Finding {
        kind,
        item,
        sku,
        name,
        level,
    } = finding;
    let (outlet, on_hand) = level.unzip();
    wire::Finding {
        kind: kind_into(kind).into(),
        item_id: item.to_string(),
        sku: sku.unwrap_or_default(),
        name,
        outlet_id: outlet.map(|outlet| outlet.to_string()).unwrap_or_default(),
        on_hand: on_hand.map(quantity_into),
    }
}

const fn kind_into(kind: FindingKind) -> wire::FindingKind {
    match kind {
        FindingKind::DuplicateSku => wire::FindingKind::DuplicateSku,
        FindingKind::EmptySku => wire::FindingKind::EmptySku,
        FindingKind::NegativeStock => wire::FindingKind::NegativeStock,
    }
}
