//! What was sold, added up (SH-8).

use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use tonic::{Request, Response, Status};

use super::ask;
use super::convert::item_kind_into;
use super::page::Page;
use crate::store::{KindView, ProductKey, ProductQuestion, ProductReport, ProductView, Reader};

#[derive(Clone, Debug)]
pub struct Reports {
    reader: Reader,
}

impl Reports {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[tonic::async_trait]
impl wire::reports_server::Reports for Reports {
    async fn report_products(
        &self,
        request: Request<wire::ReportProductsRequest>,
    ) -> Result<Response<wire::ReportProductsResponse>, Status> {
        let mut request = request.into_inner();
        let token = std::mem::take(&mut request.page_token);
        let size = std::mem::take(&mut request.page_size);
        let page: Page<ProductKey> = Page::asked(&request, size, &token)?;
        let wire::ReportProductsRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            from,
            until,
            outlet_id,
            connection_id,
            kind,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let question = ProductQuestion {
            days: ask::days(from, until)?,
            outlet: ask::optional("outlet_id", &outlet_id)?,
            connection: ask::optional("connection_id", &connection_id)?,
            kind: ask::item_kind("kind", kind)?,
        };
        let ProductReport {
            mut products,
            kinds,
        } = self
            .reader
            .report_products(retailer, &question, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut products, ProductView::key);
        Ok(Response::new(wire::ReportProductsResponse {
            products: products.into_iter().map(product_into).collect(),
            kinds: kinds.into_iter().map(kind_into).collect(),
            next_page_token,
        }))
    }
}

fn product_into(product: ProductView) -> wire::ProductReport {
    let ProductView {
        item,
        sku,
        name,
        kind,
        quantity,
        restocked,
        net,
        tax,
        sales,
    } = product;
    wire::ProductReport {
        item_id: item.to_string(),
        sku,
        name,
        kind: item_kind_into(kind).into(),
        quantity: Some(quantity_into(quantity)),
        restocked: Some(quantity_into(restocked)),
        net: Some(money_into(net)),
        tax: Some(money_into(tax)),
        sales,
    }
}

fn kind_into(kind: KindView) -> wire::KindReport {
    let KindView {
        kind,
        net,
        tax,
        sales,
    } = kind;
    wire::KindReport {
        kind: item_kind_into(kind).into(),
        net: Some(money_into(net)),
        tax: Some(money_into(tax)),
        sales,
    }
}
