//! The second wall: PostgreSQL itself keeps retailers apart (item 9).

use std::sync::Arc;

use ledger::store::{self, Reader, SaleFilter, declared};
use proto::ledger as wire;
use proto::ledger::sales_client::SalesClient;
use retail::RetailerId;
use schema::testing::Walls;
use service::access::{Caller, Role, Roles};
use sqlx::{Executor as _, PgPool, Row as _};

use crate::client::Client;
use crate::history_pages::with_a_long_history;
use crate::order::an_order;
use crate::support::{
    FOREIGN_CONNECTION, Ledger, OTHER_RETAILER, RETAILER, admin, app, database, sql,
};

/// With a token of one retailer; without one, of all.
pub fn caller(retailer: Option<RetailerId>) -> Arc<Caller> {
    let role = retailer.map_or(Role::Operator, |_| Role::Owner);
    Arc::new(Caller {
        name: "a test".to_owned(),
        token: None,
        retailer: retailer.map(RetailerId::uuid),
        roles: Roles::of(&[role]),
        expires_at: None,
    })
}

/// One order of each retailer.
async fn with_two_sales() -> Ledger {
    let ledger = Ledger::new().await;
    let ours = an_order(1).line("A", 1);
    let theirs = ours.clone().of(OTHER_RETAILER, FOREIGN_CONNECTION);
    ledger.apply(&[ours.build(), theirs.build()]).await;
    ledger
}

/// Whose sales a statement finds that forgot to ask for somebody's.
async fn whose(pool: &PgPool, caller: Option<Arc<Caller>>) -> Vec<uuid::Uuid> {
    let forgetful = "select retailer_id from ledger.sale order by 1";
    let rows = Caller::along(caller, pool.fetch_all(forgetful)).await;
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn item_9_a_retailers_session_reaches_no_foreign_row_of_any_table() {
    let database = database().await;
    let (admin, app) = (admin(&database), app(&database));
    let mut walls = Walls::laid_bare(&admin, &app, &declared()).await;
    let leaks = walls.leaks().await;
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[tokio::test]
async fn item_9_a_table_without_a_wall_is_found() {
    let database = database().await;
    for gap in [
        "alter table ledger.sale_line disable row level security",
        "drop policy wall on ledger.payment; create policy wall on ledger.payment using (true)",
        "create policy more on ledger.outlet using (true)",
        "create table ledger.another (retailer_id uuid, name text)",
    ] {
        sql(&database, gap);
    }
    let (admin, app) = (admin(&database), app(&database));
    let mut walls = Walls::laid_bare(&admin, &app, &declared()).await;
    let leaks = walls.leaks().await;
    for table in ["sale_line", "payment", "outlet", "another"] {
        let is_named = |leak: &String| leak.starts_with(&format!("{table} for Retailer"));
        assert!(leaks.iter().any(is_named), "{table}: {leaks:#?}");
    }
}

#[tokio::test]
async fn item_9_a_forgotten_filter_shows_ones_own_alone() {
    let ledger = with_two_sales().await;
    let walled = store::read_pool(&app(&ledger.database));
    let both = [RETAILER.uuid(), OTHER_RETAILER.uuid()];
    for pool in [&walled, &store::act_pool(&app(&ledger.database))] {
        assert_eq!(whose(pool, Some(caller(Some(RETAILER)))).await, both[..1]);
        let other = Some(caller(Some(OTHER_RETAILER)));
        assert_eq!(whose(pool, other).await, both[1..]);
        assert_eq!(whose(pool, None).await, both[..0]);
        assert_eq!(whose(pool, Some(caller(None))).await, both);
    }
    let own = store::own_read_pool(&app(&ledger.database));
    assert_eq!(whose(&own, Some(caller(Some(RETAILER)))).await, both);
    // It was the wall.
    ledger.sql("alter table ledger.sale disable row level security");
    assert_eq!(whose(&walled, Some(caller(Some(RETAILER)))).await, both);
}

#[tokio::test]
async fn item_9_a_connection_works_for_whoever_took_it_last() {
    let ledger = with_two_sales().await;
    let pool = store::read_pool(&app(&ledger.database));
    let connect = pool.connect_options().as_ref().clone();
    let options = pool.options().clone().max_connections(1);
    let one = options.connect_lazy_with(connect);
    for _ in 0..3 {
        for retailer in [RETAILER, OTHER_RETAILER] {
            let caller = caller(Some(retailer));
            // Given up in the midst of a transaction, as by a caller that goes away.
            let begun = Caller::along(Some(Arc::clone(&caller)), one.begin()).await;
            drop(begun.unwrap());
            assert_eq!(whose(&one, Some(caller)).await, [retailer.uuid()]);
        }
        assert!(whose(&one, None).await.is_empty());
    }
}

#[tokio::test]
async fn item_9_a_reader_finds_what_its_caller_may_see() {
    let ledger = with_two_sales().await;
    let reader = Reader::new(store::read_pool(&app(&ledger.database)));
    let found = async |caller, retailer| {
        let filter = SaleFilter::default();
        let sales = reader.list_sales(retailer, &filter, None, 10);
        Caller::along(caller, sales).await.unwrap().len()
    };
    assert_eq!(found(Some(caller(Some(RETAILER))), RETAILER).await, 1);
    assert_eq!(found(Some(caller(Some(RETAILER))), OTHER_RETAILER).await, 0);
    assert_eq!(found(Some(caller(None)), OTHER_RETAILER).await, 1);
    assert_eq!(found(None, RETAILER).await, 0);
}

/// Page after page is read by tasks that the call begins.
#[tokio::test]
async fn item_9_a_stream_goes_on_for_its_caller() {
    let ledger = with_a_long_history().await;
    let client = Client::of(&ledger).await;
    let mut sales = SalesClient::new(client.with_all_roles(RETAILER).await);
    let asked = wire::StreamSalesRequest {
        retailer_id: RETAILER.to_string(),
        ..Default::default()
    };
    let mut stream = sales.stream_sales(asked).await.unwrap().into_inner();
    let mut streamed = 0;
    while stream.message().await.unwrap().is_some() {
        streamed += 1;
    }
    let all = ledger.sql("select count(*) from ledger.sale");
    assert_eq!(streamed.to_string(), all);
}
