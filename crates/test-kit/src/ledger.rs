//! The ledger's answers, whole: every sale, every level, every check.

use std::collections::BTreeMap;

use anyhow::Context as _;
use proto::ledger::integrity_client::IntegrityClient;
use proto::ledger::orders_client::OrdersClient;
use proto::ledger::sales_client::SalesClient;
use proto::ledger::stock_client::StockClient;
use proto::ledger::{
    Check, GetReceiptRequest, GetReceiptResponse, Level, ListLevelsRequest,
    ListParkedOrdersRequest, ParkedOrder, Sale, StreamSalesRequest, VerifyRequest,
};
use service::access::Authorized;

use crate::world;

/// The most that the ledger gives in one page.
const PAGE_SIZE: i32 = 500;
/// More pages than this are a defect, not a result.
const PAGES_MAX: usize = 100_000;

/// A client that reads everything of the one retailer.
#[derive(Clone, Debug)]
pub struct Ledger {
    channel: Authorized,
    retailer: String,
}

impl Ledger {
    /// Asks over a channel to the ledger.
    #[must_use]
    pub fn new(channel: Authorized) -> Self {
        Self {
            channel,
            retailer: world::RETAILER.to_string(),
        }
    }

    /// Every sale with its lines, each in its last state, by the shop's order id.
    ///
    /// Two sales of one order are an error: that is what must never be.
    pub async fn sales(&self) -> anyhow::Result<BTreeMap<String, Sale>> {
        let request = StreamSalesRequest {
            retailer_id: self.retailer.clone(),
            ..StreamSalesRequest::default()
        };
        let mut client = SalesClient::new(self.channel.clone());
        let mut stream = client.stream_sales(request).await?.into_inner();
        let mut sales: BTreeMap<String, Sale> = BTreeMap::new();
        while let Some(message) = stream.message().await? {
            let sale = message.sale.context("a streamed message without a sale")?;
            if let Some(known) = sales.get(&sale.order_id) {
                anyhow::ensure!(
                    known.sale_id == sale.sale_id,
                    "order {} has two sales: {} and {}",
                    sale.order_id,
                    known.sale_id,
                    sale.sale_id
                );
            }
            sales.insert(sale.order_id.clone(), sale);
        }
        Ok(sales)
    }

    pub async fn levels(&self) -> anyhow::Result<Vec<Level>> {
        let mut client = StockClient::new(self.channel.clone());
        let mut levels = Vec::new();
        let mut page_token = String::new();
        for _ in 0..PAGES_MAX {
            let request = ListLevelsRequest {
                retailer_id: self.retailer.clone(),
                page_size: PAGE_SIZE,
                page_token,
                ..ListLevelsRequest::default()
            };
            let page = client.list_levels(request).await?.into_inner();
            levels.extend(page.levels);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(levels);
            }
        }
        anyhow::bail!("levels have no last page")
    }

    pub async fn parked(&self) -> anyhow::Result<Vec<ParkedOrder>> {
        let request = ListParkedOrdersRequest {
            retailer_id: self.retailer.clone(),
            page_size: PAGE_SIZE,
            page_token: String::new(),
        };
        let mut client = OrdersClient::new(self.channel.clone());
        let page = client.list_parked_orders(request).await?.into_inner();
        Ok(page.parked_orders)
    }

    pub async fn receipt(&self, order_id: &str) -> anyhow::Result<GetReceiptResponse> {
        let request = GetReceiptRequest {
            retailer_id: self.retailer.clone(),
            connection_id: world::CONNECTION.to_string(),
            order_id: order_id.to_owned(),
        };
        let mut client = OrdersClient::new(self.channel.clone());
        Ok(client.get_receipt(request).await?.into_inner())
    }

    pub async fn verify(&self) -> anyhow::Result<Vec<Check>> {
        let request = VerifyRequest {
            retailer_id: self.retailer.clone(),
        };
        let mut client = IntegrityClient::new(self.channel.clone());
        Ok(client.verify(request).await?.into_inner().checks)
    }
}
