//! Everything the ledger says of a retailer, over gRPC.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use proto::ledger::orders_client::OrdersClient;
use proto::ledger::sales_client::SalesClient;
use proto::ledger::stock_client::StockClient;
use proto::ledger::{
    Level, ListLevelsRequest, ListMovementsRequest, ListParkedOrdersRequest, Movement, ParkedOrder,
    Sale, StreamSalesRequest,
};
use service::access::Authorized;
use uuid::Uuid;

use super::Told;

/// The most that the ledger gives in one page.
const PAGE_SIZE: i32 = 500;
/// More pages than this are a defect, not a result.
const PAGES_LIMIT: usize = 100_000;

/// Asks for all of it, page by page. While orders still arrive, its parts may not be of one moment.
pub async fn read(channel: Authorized, retailer: Uuid) -> anyhow::Result<Told> {
    let retailer = retailer.to_string();
    let sales = sales(channel.clone(), &retailer).await.context("sales")?;
    let parked = parked(channel.clone(), &retailer)
        .await
        .context("parked orders")?;
    let levels = levels(channel.clone(), &retailer).await.context("levels")?;
    let mut all = Vec::new();
    for level in &levels {
        let moved = movements(channel.clone(), &retailer, level).await;
        all.extend(moved.with_context(|| format!("movements of item {}", level.item_id))?);
    }
    Ok(Told {
        sales,
        parked,
        levels,
        movements: all,
    })
}

async fn sales(channel: Authorized, retailer: &str) -> anyhow::Result<Vec<Sale>> {
    let request = StreamSalesRequest {
        retailer_id: retailer.to_owned(),
        ..StreamSalesRequest::default()
    };
    let mut stream = SalesClient::new(channel)
        .stream_sales(request)
        .await?
        .into_inner();
    // A sale that changes meanwhile comes again.
    let mut sales: BTreeMap<String, Sale> = BTreeMap::new();
    while let Some(message) = stream.message().await? {
        let sale = message.sale.context("a streamed message without a sale")?;
        sales.insert(sale.sale_id.clone(), sale);
    }
    Ok(sales.into_values().collect())
}

async fn parked(channel: Authorized, retailer: &str) -> anyhow::Result<Vec<ParkedOrder>> {
    let mut client = OrdersClient::new(channel);
    pages(async move |page_token| {
        let request = ListParkedOrdersRequest {
            retailer_id: retailer.to_owned(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.list_parked_orders(request).await?.into_inner();
        Ok((page.parked_orders, page.next_page_token))
    })
    .await
}

async fn levels(channel: Authorized, retailer: &str) -> anyhow::Result<Vec<Level>> {
    let mut client = StockClient::new(channel);
    pages(async move |page_token| {
        let request = ListLevelsRequest {
            retailer_id: retailer.to_owned(),
            page_size: PAGE_SIZE,
            page_token,
            ..ListLevelsRequest::default()
        };
        let page = client.list_levels(request).await?.into_inner();
        Ok((page.levels, page.next_page_token))
    })
    .await
}

async fn movements(
    channel: Authorized,
    retailer: &str,
    of: &Level,
) -> anyhow::Result<Vec<Movement>> {
    let mut client = StockClient::new(channel);
    pages(async move |page_token| {
        let request = ListMovementsRequest {
            retailer_id: retailer.to_owned(),
            item_id: of.item_id.clone(),
            outlet_id: of.outlet_id.clone(),
            page_size: PAGE_SIZE,
            page_token,
        };
        let page = client.list_movements(request).await?.into_inner();
        Ok((page.movements, page.next_page_token))
    })
    .await
}

/// All of them, asked for by the token of the page before.
async fn pages<T>(
    mut ask: impl AsyncFnMut(String) -> anyhow::Result<(Vec<T>, String)>,
) -> anyhow::Result<Vec<T>> {
    let mut all = Vec::new();
    let mut token = String::new();
    for _ in 0..PAGES_LIMIT {
        let (page, next) = ask(token).await?;
        ensure!(
            !page.is_empty() || next.is_empty(),
            "an empty page that is not the last"
        );
        all.extend(page);
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
    anyhow::bail!("there is no last page")
}
