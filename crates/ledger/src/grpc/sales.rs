//! Sales history.

use std::collections::VecDeque;
use std::pin::Pin;
use std::time::Duration;

use futures::Stream;
use futures::stream::try_unfold;
use proto::ledger as wire;
use proto::ledger::get_sale_request::Key;
use retail::RetailerId;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::convert::sale_into;
use super::error::{bad_field, not_found, precondition, stopping, unavailable};
use super::page::Page;
use super::token::Print;
use super::{ask, token};
use crate::store::{ChangeKey, Reader, SaleFilter, SaleKey, SaleView};
use crate::wake::{Listener, Wake};

/// Sales read at once for a stream.
const STREAM_PAGE: i64 = 500;
/// A stream that follows looks this often for what other processes commit.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// After a hint, so that changes in a row come in one page.
const FOLLOW_REST: Duration = Duration::from_millis(20);
/// So often, each for [`FOLLOW_REST`], a stream that does not follow waits for transactions that were running
/// when it was asked for: one minute.
const END_WAITS_LIMIT: u32 = 3_000;
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
            follow,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        // The place is one in the retailer's changes, whatever the filter.
        let print = Print::of(&wire::StreamSalesRequest {
            retailer_id,
            ..Default::default()
        });
        let place: Option<ChangeKey> = token::read("resume_token", print, &resume_token)?;
        let following = Following {
            reader: self.reader.clone(),
            retailer,
            filter: ask::filter(filter)?,
            print,
            place: place.unwrap_or_default(),
            ready: VecDeque::new(),
            is_end: false,
            is_done: false,
            follow,
            asked_at: None,
            waits: 0,
            changes: self.wake.listener(),
            stop: self.stop.clone(),
        };
        let sales = try_unfold(following, |mut following| async move {
            let next = following.next().await?;
            Ok(next.map(|next| (next, following)))
        });
        Ok(Response::new(Box::pin(sales)))
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

/// A stream on its way. It reads a page when the caller has taken the last one: a slow caller costs nothing.
struct Following {
    reader: Reader,
    retailer: RetailerId,
    filter: SaleFilter,
    print: Print,
    place: ChangeKey,
    ready: VecDeque<(ChangeKey, SaleView)>,
    /// The last page read was not full.
    is_end: bool,
    /// Everything that was committed when the caller asked has been given, and it wants no more.
    is_done: bool,
    follow: bool,
    /// Only transactions below this one can have committed before the caller asked.
    asked_at: Option<i64>,
    /// How often the end was waited for.
    waits: u32,
    changes: Listener,
    stop: CancellationToken,
}

impl Following {
    async fn next(&mut self) -> Result<Option<wire::StreamSalesResponse>, Status> {
        loop {
            if let Some((place, sale)) = self.ready.pop_front() {
                return Ok(Some(wire::StreamSalesResponse {
                    sale: Some(sale_into(sale)),
                    resume_token: token::write(self.print, &place),
                }));
            }
            if self.is_done {
                return Ok(None);
            }
            if self.is_end && self.follow {
                self.rest().await?;
            } else if self.is_end {
                self.wait_for_end().await?;
            }
            if self.stop.is_cancelled() {
                return Err(stopping());
            }
            let changed = self
                .reader
                .changed_sales(self.retailer, &self.filter, self.place, STREAM_PAGE)
                .await?;
            self.place = changed.next;
            self.ready = changed.sales.into();
            self.is_end = changed.is_end;
            let asked_at = *self.asked_at.get_or_insert(changed.frontier);
            self.is_done = self.is_end && !self.follow && changed.horizon >= asked_at;
        }
    }

    /// A transaction that still runs hides what was committed after it began. What was there when the
    /// caller asked is not left out for that.
    async fn wait_for_end(&mut self) -> Result<(), Status> {
        if self.waits >= END_WAITS_LIMIT {
            return Err(unavailable("a transaction of the database does not end"));
        }
        self.waits += 1;
        self.stop
            .run_until_cancelled(tokio::time::sleep(FOLLOW_REST))
            .await
            .ok_or_else(stopping)
    }

    async fn rest(&mut self) -> Result<(), Status> {
        let changes = &mut self.changes;
        let rest = async {
            changes.wait(FOLLOW_EVERY).await;
            tokio::time::sleep(FOLLOW_REST).await;
        };
        self.stop
            .run_until_cancelled(rest)
            .await
            .ok_or_else(stopping)
    }
}
