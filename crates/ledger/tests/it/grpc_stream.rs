//! Sales history over gRPC, as a stream.

use std::collections::BTreeSet;
use std::time::Duration;

use ledger::store;
use proto::ledger as wire;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::client::Client;
use crate::grpc_sales::with_sales;
use crate::order::an_order;
use crate::support::{Ledger, RETAILER, a_store, admin, app};

pub(crate) fn stream(resume_token: &str, follow: bool) -> wire::StreamSalesRequest {
    wire::StreamSalesRequest {
        retailer_id: RETAILER.to_string(),
        resume_token: resume_token.to_owned(),
        filter: None,
        follow,
        view: wire::SaleView::Unspecified.into(),
    }
}

/// Order ids as they come, up to `limit`, and the last resume token.
pub(crate) async fn take(
    client: &mut Client,
    request: wire::StreamSalesRequest,
    limit: usize,
) -> (Vec<String>, String) {
    let mut sales = client
        .sales
        .stream_sales(request)
        .await
        .unwrap()
        .into_inner();
    let (mut orders, mut token) = (Vec::new(), String::new());
    while orders.len() < limit {
        let Some(next) = sales.message().await.unwrap() else {
            break;
        };
        orders.push(next.sale.unwrap().order_id);
        token = next.resume_token;
    }
    (orders, token)
}

#[tokio::test]
async fn r_09_a_stream_resumes_after_the_last_sale_taken() {
    let (_ledger, mut client) = with_sales(30).await;
    let (mut orders, mut token) = (Vec::new(), String::new());
    loop {
        let (more, next) = take(&mut client, stream(&token, false), 7).await;
        if more.is_empty() {
            break;
        }
        orders.extend(more);
        token = next;
    }
    assert_eq!(orders.len(), 30);
    assert_eq!(orders.iter().collect::<BTreeSet<_>>().len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_09_a_resumed_stream_misses_nothing_while_many_write() {
    const WRITERS: u64 = 4;
    const EACH: u64 = 60;
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = a_store(store::write_pool(&app(&ledger.database)));
        writers.spawn(async move {
            for order in 0..EACH {
                // Of different sizes, so that transactions end in another order than they began.
                let first = writer * 10_000 + order * 10;
                let batch: Vec<_> = (0..=(order % 5))
                    .map(|more| an_order(first + more).line("A", 1).build())
                    .collect();
                ledger::consume::book(&store, &batch).await.unwrap();
            }
        });
    }
    let (mut seen, mut token) = (BTreeSet::new(), String::new());
    loop {
        while writers.try_join_next().is_some() {}
        let all_written = writers.is_empty();
        let (orders, next) = take(&mut client, stream(&token, false), 13).await;
        if !next.is_empty() {
            token = next;
        }
        if all_written && orders.is_empty() {
            break;
        }
        seen.extend(orders);
    }
    let there = ledger.sql("select count(*) from ledger.sale");
    assert_eq!(seen.len().to_string(), there);
}

/// Any transaction on the server, a backup's or an index's, hides what commits after it began.
#[tokio::test]
async fn r_09_a_stream_does_not_end_before_what_was_there_when_it_was_asked_for() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let mut other = PgConnection::connect_with(&admin(&ledger.database))
        .await
        .unwrap();
    other.execute("begin").await.unwrap();
    other.execute("select pg_current_xact_id()").await.unwrap();
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;

    let mut streaming = Box::pin(take(&mut client, stream("", false), usize::MAX));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut streaming).await;
    assert!(early.is_err(), "it ended without the sale");
    other.execute("commit").await.unwrap();
    assert_eq!(streaming.await.0, ["1"]);
}

#[tokio::test]
async fn r_09_a_stream_follows_new_sales_and_changes_and_ends_with_the_process() {
    let (ledger, mut client) = with_sales(2).await;
    let mut sales = client
        .sales
        .stream_sales(stream("", true))
        .await
        .unwrap()
        .into_inner();
    for _ in 0..2 {
        sales.message().await.unwrap().unwrap();
    }
    ledger
        .apply_one(&an_order(9).line("A", 1).paid(1000).build())
        .await;
    client.wake.all(false);
    let sale = sales.message().await.unwrap().unwrap().sale.unwrap();
    assert_eq!(
        (
            sale.order_id.as_str(),
            sale.lines.len(),
            sale.payments.len()
        ),
        ("9", 1, 1)
    );
    ledger
        .apply_one(&an_order(1).line("A", 5).at(1).build())
        .await;
    // Nobody woke it: as if another process had written.
    let sale = sales.message().await.unwrap().unwrap().sale.unwrap();
    assert_eq!((sale.order_id.as_str(), sale.revision), ("1", 2));

    let stop = client.stop.clone();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(sales.message(), stopping);
    assert_eq!(ended.unwrap_err().code(), Code::Unavailable);
}

/// The two views tell the same of a sale, but for its lines and payments; a token of one goes on in the other.
#[tokio::test]
async fn r_09_a_stream_may_be_without_lines_and_payments() {
    let (_ledger, mut client) = with_sales(5).await;
    let with = |view: wire::SaleView, token: &str| wire::StreamSalesRequest {
        view: view.into(),
        ..stream(token, false)
    };
    let full = sales(&mut client, with(wire::SaleView::Full, "")).await;
    assert!(full.iter().all(|(sale, _)| !sale.lines.is_empty()));
    let basic = sales(&mut client, with(wire::SaleView::Basic, "")).await;
    let heads: Vec<_> = full
        .iter()
        .map(|(sale, token)| {
            let head = wire::Sale {
                lines: Vec::new(),
                payments: Vec::new(),
                ..sale.clone()
            };
            (head, token.clone())
        })
        .collect();
    assert_eq!(basic, heads);

    let rest = sales(&mut client, with(wire::SaleView::Full, &basic[2].1)).await;
    assert_eq!(rest, full[3..]);

    let unknown = wire::StreamSalesRequest {
        view: 99,
        ..stream("", false)
    };
    let refused = client.sales.stream_sales(unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let details = refused.get_details_bad_request().unwrap();
    assert_eq!(details.field_violations[0].field, "view");
}

/// All of a stream that ends: sales, each with its token.
async fn sales(
    client: &mut Client,
    request: wire::StreamSalesRequest,
) -> Vec<(wire::Sale, String)> {
    let mut stream = client
        .sales
        .stream_sales(request)
        .await
        .unwrap()
        .into_inner();
    let mut sales = Vec::new();
    while let Some(next) = stream.message().await.unwrap() {
        sales.push((next.sale.unwrap(), next.resume_token));
    }
    sales
}
