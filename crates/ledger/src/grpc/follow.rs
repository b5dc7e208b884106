//! A stream of sales on its way.

use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use futures::stream::try_unfold;
use proto::ledger::StreamSalesResponse;
use retail::RetailerId;
use service::access::Caller;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::convert::sale_into;
use super::error::{stopping, unavailable};
use super::token::{self, Print};
use crate::store::{ChangeKey, ChangedSales, Reader, SaleFilter, SaleParts, StoreError};
use crate::wake::Listener;

/// Sales read at once.
const PAGE_LIMIT: i64 = 1_000;
/// A stream that follows looks this often for what other processes commit.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// After a hint, so that changes in a row come in one page.
const FOLLOW_REST: Duration = Duration::from_millis(20);
/// So often, each for [`FOLLOW_REST`], a stream that does not follow waits for transactions that were running
/// when it was asked for: one minute.
const END_WAITS_LIMIT: u32 = 3_000;

/// What is streamed.
pub struct Question {
    pub reader: Reader,
    pub retailer: RetailerId,
    pub filter: SaleFilter,
    pub parts: SaleParts,
    pub print: Print,
}

/// How far a stream has come. While its caller takes one page the next one is read, and no more: a slow caller
/// costs two pages of memory.
struct Following {
    question: Arc<Question>,
    place: ChangeKey,
    ready: std::vec::IntoIter<StreamSalesResponse>,
    /// Holds at most one page; dropped with the stream, reading ends.
    ahead: JoinSet<Result<Page, StoreError>>,
    /// The last page read was not full.
    is_end: bool,
    /// Everything that was committed when the caller asked has been given, and it wants no more.
    is_done: bool,
    goes_on: bool,
    /// Only transactions below this one can have committed before the caller asked.
    asked_at: Option<i64>,
    /// How often the end was waited for.
    waits: u32,
    changes: Listener,
    stop: CancellationToken,
}

/// A piece of the stream, as it is sent.
struct Page {
    sales: Vec<StreamSalesResponse>,
    next: ChangeKey,
    is_end: bool,
    horizon: i64,
    frontier: i64,
}

/// Sales from `place` on. With `goes_on` it ends at `stop` alone.
pub fn follow(
    question: Question,
    place: ChangeKey,
    goes_on: bool,
    changes: Listener,
    stop: CancellationToken,
) -> impl Stream<Item = Result<StreamSalesResponse, Status>> + Send {
    let following = Following {
        question: Arc::new(question),
        place,
        ready: Vec::new().into_iter(),
        ahead: JoinSet::new(),
        is_end: false,
        is_done: false,
        goes_on,
        asked_at: None,
        waits: 0,
        changes,
        stop,
    };
    try_unfold(following, |mut following| async move {
        let next = following.next().await?;
        Ok(next.map(|next| (next, following)))
    })
}

impl Question {
    async fn page(self: Arc<Self>, after: ChangeKey) -> Result<Page, StoreError> {
        let ChangedSales {
            sales,
            next,
            is_end,
            horizon,
            frontier,
        } = self
            .reader
            .changed_sales(self.retailer, &self.filter, self.parts, after, PAGE_LIMIT)
            .await?;
        let message = |(place, sale)| StreamSalesResponse {
            sale: Some(sale_into(sale)),
            resume_token: token::write(self.print, &place),
        };
        Ok(Page {
            sales: sales.into_iter().map(message).collect(),
            next,
            is_end,
            horizon,
            frontier,
        })
    }
}

impl Following {
    async fn next(&mut self) -> Result<Option<StreamSalesResponse>, Status> {
        loop {
            if let Some(sale) = self.ready.next() {
                return Ok(Some(sale));
            }
            if self.is_done {
                return Ok(None);
            }
            if self.is_end && self.goes_on {
                self.rest().await?;
            } else if self.is_end {
                self.wait_for_end().await?;
            }
            if self.stop.is_cancelled() {
                return Err(stopping());
            }
            let page = self.page().await?;
            self.place = page.next;
            self.ready = page.sales.into_iter();
            self.is_end = page.is_end;
            let asked_at = *self.asked_at.get_or_insert(page.frontier);
            self.is_done = self.is_end && !self.goes_on && page.horizon >= asked_at;
            if !self.is_end {
                self.read_ahead();
            }
        }
    }

    /// The page at the place: the one that was read ahead, or one that is read now.
    async fn page(&mut self) -> Result<Page, Status> {
        if self.ahead.is_empty() {
            self.read_ahead();
        }
        match self.ahead.join_next().await {
            Some(Ok(page)) => Ok(page?),
            Some(Err(_)) | None => Err(unavailable("sales could not be read")),
        }
    }

    fn read_ahead(&mut self) {
        let page = Arc::clone(&self.question).page(self.place);
        self.ahead.spawn(Caller::along(Caller::current(), page));
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
