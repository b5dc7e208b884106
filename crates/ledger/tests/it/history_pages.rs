//! Pages of a long history.

use jiff::SignedDuration;
use ledger::store::{Reader, SaleFilter, SaleKey};
use retail::{Balance, SaleState};
use service::access::Caller;

use crate::order::{PLACED_AT, an_order};
use crate::rows_read::{one_connection, one_walled_connection, rows_read};
use crate::support::{
    ASKING_CONNECTION, CONNECTION, Ledger, OTHER_CONNECTION, OTHER_OUTLET, OTHER_REGISTER, OUTLET,
    REGISTER, RETAILER,
};
use crate::walls::caller;

/// Rows of a page, and one that tells whether there are more.
const PAGE: i64 = 51;
/// Sales after the few that are sought.
const MANY: i64 = 20_000;
/// Rows of sales and lines that a page may read: a few for each of its own, and never those of all others.
const ROWS_LIMIT: i64 = 300;

fn platform(name: &str) -> SaleFilter {
    SaleFilter {
        platform: Some(name.to_owned()),
        ..SaleFilter::default()
    }
}

/// One of the connections is another platform's.
async fn with_two_platforms() -> Ledger {
    let ledger = Ledger::new().await;
    ledger.sql(&format!(
        "update ledger.connection set platform = 'shopify' where connection_id = '{OTHER_CONNECTION}'"
    ));
    ledger
}

#[tokio::test]
async fn r_09_pages_of_several_shops_hold_every_sale_once_newest_first() {
    let ledger = with_two_platforms().await;
    let shops = [CONNECTION, OTHER_CONNECTION, ASKING_CONNECTION];
    let orders = (0..30_u64).zip(shops.into_iter().cycle());
    let messages = orders.map(|(id, shop)| {
        // Two at each moment.
        let second = i64::try_from(id / 2).unwrap();
        let order = an_order(id).of(RETAILER, shop).placed(second);
        order.line("A", 1).build()
    });
    ledger.apply(&messages.collect::<Vec<_>>()).await;
    for sku in [None, Some("A".to_owned())] {
        let filter = SaleFilter {
            sku,
            ..platform("woocommerce")
        };
        let mut listed: Vec<SaleKey> = Vec::new();
        loop {
            let after = listed.last().copied();
            let page = ledger.reader.list_sales(RETAILER, &filter, after, 3);
            let page = page.await.unwrap();
            if page.is_empty() {
                break;
            }
            listed.extend(page.iter().map(|sale| SaleKey {
                placed_at: sale.placed_at,
                sale: sale.sale,
            }));
        }
        assert_eq!(listed.len(), 20);
        assert!(listed.is_sorted_by(|one, next| one > next), "{listed:?}");
    }
}

/// A few sales that are somehow rare, and many after them that are not, the oldest of one shop.
pub async fn with_a_long_history() -> Ledger {
    let ledger = with_two_platforms().await;
    let order = |id| an_order(id).line("A", 1);
    ledger
        .apply(&[
            order(1).paid(1_000).build(),
            order(2).of(RETAILER, OTHER_CONNECTION).build(),
            order(3).paid(1_000).state(SaleState::Voided).build(),
            order(4).paid(500).build(),
            an_order(5)
                .line("B", 1)
                .customer("zoe@example.test", "Zoé")
                .build(),
        ])
        .await;
    ledger.sql(&format!(
        "insert into ledger.sale
        select r.* from ledger.sale s, generate_series(6, {MANY}) n,
            jsonb_populate_record(s, jsonb_build_object(
                'sale_id', gen_random_uuid(), 'shop_order_id', n, 'receipt_number', '#' || n,
                'receipt_key', n, 'balance', case n % 4 when 0 then 'unpaid' else 'paid' end,
                'connection_id', case when n < 2000 then '{ASKING_CONNECTION}' else '{CONNECTION}' end,
                'placed_at', s.placed_at + n * interval '1 minute')) r
        where s.receipt_key = '1';
        insert into ledger.sale_line
        select r.* from ledger.sale s, ledger.sale_line l,
            jsonb_populate_record(l, jsonb_build_object('sale_id', s.sale_id, 'placed_at', s.placed_at)) r
        where s.receipt_key::int > 5
            and l.sale_id = (select sale_id from ledger.sale where receipt_key = '1');
        vacuum analyze ledger.sale, ledger.sale_line"
    ));
    ledger
}

#[tokio::test]
async fn r_09_a_page_by_any_single_filter_reads_little_more_than_itself() {
    let ledger = with_a_long_history().await;
    let none = SaleFilter::default;
    let customer = |number: &str| {
        let asked = format!("select customer_id from ledger.sale where receipt_key = '{number}'");
        ledger.sql(&asked).parse().ok()
    };
    let state = |state| SaleFilter {
        state: Some(state),
        ..none()
    };
    let balance = |balance| SaleFilter {
        balance: Some(balance),
        ..none()
    };
    let outlet = |outlet| SaleFilter {
        outlet: Some(outlet),
        ..none()
    };
    let register = |register| SaleFilter {
        register: Some(register),
        ..none()
    };
    let connection = |connection: retail::ConnectionId| SaleFilter {
        connection: Some(connection.uuid()),
        ..none()
    };
    let sku = |sku: &str| SaleFilter {
        sku: Some(sku.to_owned()),
        ..none()
    };
    let of_customer = |number| SaleFilter {
        customer: customer(number),
        ..none()
    };
    let receipt = |number: &str| SaleFilter {
        receipt_number: Some(number.to_owned()),
        ..none()
    };
    let first_day = SaleFilter {
        placed_until: Some(PLACED_AT + SignedDuration::from_secs(1)),
        ..none()
    };
    let full = usize::try_from(PAGE).unwrap();
    let asked = [
        (none(), full),
        (outlet(OUTLET), full),
        (outlet(OTHER_OUTLET), 1),
        (register(REGISTER), full),
        (register(OTHER_REGISTER), 1),
        (connection(CONNECTION), full),
        (connection(OTHER_CONNECTION), 1),
        (connection(ASKING_CONNECTION), full),
        (platform("woocommerce"), full),
        (platform("shopify"), 1),
        (state(SaleState::Closed), full),
        (state(SaleState::Voided), 1),
        (balance(Balance::Paid), full),
        (balance(Balance::Unpaid), full),
        (balance(Balance::PartPaid), 1),
        (sku("A"), full),
        (sku("B"), 1),
        (of_customer("1"), full),
        (of_customer("5"), 1),
        (receipt("7"), 1),
        (receipt("#7"), 1),
        (first_day, 5),
    ];
    // In a retailer's session what its wall reads counts too.
    for (pool, caller) in [
        (one_connection(&ledger), None),
        (one_walled_connection(&ledger), Some(caller(Some(RETAILER)))),
    ] {
        let reader = Reader::new(pool.clone());
        for (filter, found) in &asked {
            let before = rows_read(&ledger, &pool, &["sale", "sale_line"]).await;
            let page = reader.list_sales(RETAILER, filter, None, PAGE);
            let page = Caller::along(caller.clone(), page).await.unwrap();
            assert_eq!(page.len(), *found, "{filter:?}");
            let read = rows_read(&ledger, &pool, &["sale", "sale_line"]).await - before;
            assert!(
                read <= ROWS_LIMIT,
                "{read} rows for {filter:?} by {caller:?}"
            );
        }
        pool.close().await;
    }
}
