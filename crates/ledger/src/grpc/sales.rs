//! Sales history.

use std::pin::Pin;

use futures::Stream;
use proto::ledger as wire;
use proto::ledger::get_sale_request::Key;
use retail::RetailerId;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::ask;
use super::convert::sale_into;
use super::error::{bad_field, not_found, precondition};
use super::follow::{Question, follow};
use super::page::Page;
use super::token::{self, Print};
use crate::store::{ChangeKey, Reader, SaleKey, SaleParts};
use crate::wake::Wake;

/// Sales of one receipt number that are looked at: more than one is too many already.
const SAME_NUMBER_LIMIT: i64 = 2;

#[derive(Clone, Debug)]
pub struct Sales {
    reader: Reader,
    wake: Wake,
    stop: CancellationToken,
}

impl Sales {
    pub fn new(reader: Reader, wake: Wake, stop: CancellationToken) -> Self {
        Self { reader, wake, stop }
    }
}

#[tonic::async_trait]
impl wire::sales_server::Sales for Sales {
    async fn list_sales(
        &self,
        request: Request<wire::ListSalesRequest>,
    ) -> Result<Response<wire::ListSalesResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<SaleKey> = Page::asked(&request, size, &token)?;
        let wire::ListSalesRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            filter,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let filter = ask::filter(filter)?;
        let mut sales = self
            .reader
            .list_sales(retailer, &filter, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut sales, |last| SaleKey {
            placed_at: last.placed_at,
            sale: last.sale,
        });
        Ok(Response::new(wire::ListSalesResponse {
            sales: sales.into_iter().map(sale_into).collect(),
            next_page_token,
        }))
    }

    async fn list_reservations(
        &self,
        request: Request<wire::ListReservationsRequest>,
    ) -> Result<Response<wire::ListReservationsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<SaleKey> = Page::asked(&request, size, &token)?;
        let wire::ListReservationsRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
            placed_until,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::optional("outlet_id", &outlet_id)?;
        let until = ask::instant("placed_until", placed_until)?;
        let mut sales = self
            .reader
            .list_reservations(retailer, outlet, until, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut sales, |last| SaleKey {
            placed_at: last.placed_at,
            sale: last.sale,
        });
        Ok(Response::new(wire::ListReservationsResponse {
            sales: sales.into_iter().map(sale_into).collect(),
            next_page_token,
        }))
    }

    async fn get_sale(
        &self,
        request: Request<wire::GetSaleRequest>,
    ) -> Result<Response<wire::GetSaleResponse>, Status> {
        let wire::GetSaleRequest { retailer_id, key } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let id = match key.ok_or_else(|| bad_field("key", "is missing"))? {
            Key::SaleId(id) => ask::required("sale_id", &id)?,
            Key::ReceiptNumber(number) => self.by_number(retailer, number).await?,
        };
        let sale = self
            .reader
            .sale(retailer.uuid(), id)
            .await?
            .ok_or_else(|| not_found("sale", &id.to_string()))?;
        Ok(Response::new(wire::GetSaleResponse {
            sale: Some(sale_into(sale)),
        }))
    }

    type StreamSalesStream =
        Pin<Box<dyn Stream<Item = Result<wire::StreamSalesResponse, Status>> + Send>>;

    async fn stream_sales(
        &self,
        request: Request<wire::StreamSalesRequest>,
    ) -> Result<Response<Self::StreamSalesStream>, Status> {
        let wire::StreamSalesRequest {
            retailer_id,
            resume_token,
            filter,
            follow: goes_on,
            view,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        // The place is one in the retailer's changes, whatever the filter and the view.
        let print = Print::of(&wire::StreamSalesRequest {
            retailer_id,
            ..Default::default()
        });
        let place: Option<ChangeKey> = token::read("resume_token", print, &resume_token)?;
        let question = Question {
            reader: self.reader.clone(),
            retailer,
            filter: ask::filter(filter)?,
            parts: parts(view)?,
            print,
        };
        Ok(Response::new(Box::pin(follow(
            question,
            place.unwrap_or_default(),
            goes_on,
            self.wake.listener(),
            self.stop.clone(),
        ))))
    }
}

impl Sales {
    async fn by_number(&self, retailer: RetailerId, number: String) -> Result<uuid::Uuid, Status> {
        let filter = ask::filter(Some(wire::SaleFilter {
            receipt_number: number.clone(),
            ..Default::default()
        }))?;
        if filter.receipt_number.is_none() {
            return Err(bad_field("receipt_number", "is missing"));
        }
        let found = self
            .reader
            .list_sales(retailer, &filter, None, SAME_NUMBER_LIMIT)
            .await?;
        match found.as_slice() {
            [] => Err(not_found("sale", &number)),
            [one] => Ok(one.sale),
            _ => Err(precondition(
                "AMBIGUOUS",
                &number,
                "several sales have this receipt number: ask by sale_id",
            )),
        }
    }
}

/// What a view shows of each sale.
fn parts(view: i32) -> Result<SaleParts, Status> {
    match wire::SaleView::try_from(view) {
        Ok(wire::SaleView::Unspecified | wire::SaleView::Full) => Ok(SaleParts::All),
        Ok(wire::SaleView::Basic) => Ok(SaleParts::Head),
        Err(error) => Err(bad_field("view", error)),
    }
}
