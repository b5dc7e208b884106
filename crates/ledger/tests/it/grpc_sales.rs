//! Sales history over gRPC, page by page.

use std::collections::BTreeSet;

use proto::ledger as wire;
use proto::ledger::get_sale_request::Key;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::client::Client;
use crate::grpc_stream::{stream, take};
use crate::order::{PLACED_AT, an_order};
use crate::support::{Ledger, OTHER_CONNECTION, OTHER_RETAILER, OUTLET, RETAILER, id};

fn list(page_size: i32, page_token: &str) -> wire::ListSalesRequest {
    wire::ListSalesRequest {
        retailer_id: RETAILER.to_string(),
        page_size,
        page_token: page_token.to_owned(),
        filter: None,
    }
}

pub(crate) async fn with_sales(count: u64) -> (Ledger, Client) {
    let ledger = Ledger::new().await;
    let orders: Vec<_> = (1..=count)
        .map(|id| {
            // Several are placed at the same instant.
            let second = i64::try_from(id / 3).unwrap();
            an_order(id)
                .line(&format!("S{}", id % 4), 1)
                .placed(second)
                .build()
        })
        .collect();
    ledger.apply(&orders).await;
    let client = Client::of(&ledger).await;
    (ledger, client)
}

#[tokio::test]
async fn r_09_pages_hold_every_sale_once_newest_first() {
    let (_ledger, mut client) = with_sales(23).await;
    for size in [1, 5, 23, 500] {
        let mut token = String::new();
        let mut seen = Vec::new();
        loop {
            let page = client
                .sales
                .list_sales(list(size, &token))
                .await
                .unwrap()
                .into_inner();
            assert!(page.sales.len() <= usize::try_from(size).unwrap());
            assert!(page.sales.iter().all(|sale| sale.lines.is_empty()));
            let placed = |sale: &wire::Sale| sale.placed_at.map(|at| at.seconds);
            seen.extend(
                page.sales
                    .iter()
                    .map(|sale| (placed(sale), sale.order_id.clone())),
            );
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert!(seen.is_sorted_by(|newer, older| newer.0 >= older.0));
        let orders: BTreeSet<&String> = seen.iter().map(|(_, order)| order).collect();
        assert_eq!((seen.len(), orders.len()), (23, 23), "pages of {size}");
    }
}

#[tokio::test]
async fn r_09_a_page_goes_on_where_it_stopped_while_sales_are_added() {
    let (ledger, mut client) = with_sales(10).await;
    let first = client
        .sales
        .list_sales(list(4, ""))
        .await
        .unwrap()
        .into_inner();
    ledger.apply_one(&an_order(99).placed(1_000).build()).await;
    let second = client
        .sales
        .list_sales(list(6, &first.next_page_token))
        .await
        .unwrap()
        .into_inner();
    assert!(second.next_page_token.is_empty());
    let both = first.sales.iter().chain(&second.sales);
    let orders: BTreeSet<&str> = both.map(|sale| sale.order_id.as_str()).collect();
    assert_eq!(orders.len(), 10);
    assert!(!orders.contains("99"));
}

#[tokio::test]
async fn r_09_filters_all_hold() {
    let ledger = Ledger::new().await;
    ledger
        .apply(&[
            an_order(1)
                .line("A", 1)
                .line("A", 1)
                .customer("zoe@example.test", "Zoé")
                .build(),
            an_order(2).line("B", 1).paid(1000).placed(10).build(),
            an_order(3)
                .line("A", 1)
                .paid(1000)
                .placed(20)
                .state(retail::SaleState::Voided)
                .build(),
            an_order(4)
                .line("A", 1)
                .placed(30)
                .of(RETAILER, OTHER_CONNECTION)
                .build(),
        ])
        .await;
    ledger.sql(&format!(
        "update ledger.connection set platform = 'shopify' where connection_id = '{OTHER_CONNECTION}'"
    ));
    let mut client = Client::of(&ledger).await;
    let customer = ledger.sql("select customer_id from ledger.customer where guest_of is null");
    let at = |second: i64| {
        Some(proto::convert::instant_into(
            PLACED_AT + jiff::SignedDuration::from_secs(second),
        ))
    };
    let none = wire::SaleFilter::default;
    let cases: Vec<(wire::SaleFilter, &[&str])> = vec![
        (none(), &["4", "3", "2", "1"]),
        (
            wire::SaleFilter {
                outlet_id: OUTLET.to_string(),
                ..none()
            },
            &["3", "2", "1"],
        ),
        (
            wire::SaleFilter {
                register_id: crate::support::OTHER_REGISTER.to_string(),
                ..none()
            },
            &["4"],
        ),
        (
            wire::SaleFilter {
                connection_id: OTHER_CONNECTION.to_string(),
                ..none()
            },
            &["4"],
        ),
        (
            wire::SaleFilter {
                state: proto::order::SaleState::Voided.into(),
                ..none()
            },
            &["3"],
        ),
        (
            wire::SaleFilter {
                balance: wire::Balance::Unpaid.into(),
                ..none()
            },
            &["4", "1"],
        ),
        (
            wire::SaleFilter {
                receipt_number: "2".into(),
                ..none()
            },
            &["2"],
        ),
        (
            wire::SaleFilter {
                sku: "A".into(),
                ..none()
            },
            &["4", "3", "1"],
        ),
        (
            wire::SaleFilter {
                sku: "Z".into(),
                ..none()
            },
            &[],
        ),
        (
            wire::SaleFilter {
                placed_from: at(10),
                placed_until: at(30),
                ..none()
            },
            &["3", "2"],
        ),
        (
            wire::SaleFilter {
                customer_id: customer,
                ..none()
            },
            &["1"],
        ),
        (
            wire::SaleFilter {
                platform: "shopify".into(),
                ..none()
            },
            &["4"],
        ),
        (
            wire::SaleFilter {
                platform: "woocommerce".into(),
                sku: "A".into(),
                ..none()
            },
            &["3", "1"],
        ),
        (
            wire::SaleFilter {
                platform: "shopify".into(),
                connection_id: crate::support::CONNECTION.to_string(),
                ..none()
            },
            &[],
        ),
        (
            wire::SaleFilter {
                platform: "elsewhere".into(),
                ..none()
            },
            &[],
        ),
        (
            wire::SaleFilter {
                sku: "A".into(),
                outlet_id: OUTLET.to_string(),
                placed_from: at(5),
                ..none()
            },
            &["3"],
        ),
    ];
    for (filter, expected) in cases {
        let mut token = String::new();
        let mut listed = Vec::new();
        loop {
            let request = wire::ListSalesRequest {
                filter: Some(filter.clone()),
                ..list(1, &token)
            };
            let page = client.sales.list_sales(request).await.unwrap().into_inner();
            listed.extend(page.sales.into_iter().map(|sale| sale.order_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(listed, expected, "{filter:?}");
        let request = wire::StreamSalesRequest {
            filter: Some(filter.clone()),
            ..stream("", false)
        };
        let (mut streamed, _) = take(&mut client, request, usize::MAX).await;
        streamed.sort_unstable();
        listed.sort_unstable();
        assert_eq!(streamed, listed, "{filter:?}");
    }
}

#[tokio::test]
async fn get_sale_by_id_and_by_number() {
    let ledger = Ledger::new().await;
    let numbered = |id, number: &str| an_order(id).number(number).line("A", 2).build();
    ledger
        .apply(&[
            numbered(1, "#1001"),
            numbered(2, "B-1002"),
            numbered(3, "C-1002"),
        ])
        .await;
    let mut client = Client::of(&ledger).await;
    let get = |retailer: String, key| wire::GetSaleRequest {
        retailer_id: retailer,
        key: Some(key),
    };
    let ours = RETAILER.to_string();

    let by_number = get(ours.clone(), Key::ReceiptNumber("1001".into()));
    let sale = client
        .sales
        .get_sale(by_number)
        .await
        .unwrap()
        .into_inner()
        .sale
        .unwrap();
    assert_eq!(
        (sale.order_id.as_str(), sale.lines[0].sku.as_str()),
        ("1", "A")
    );
    assert_eq!(sale.total.unwrap().units, 20);
    let by_id = get(ours.clone(), Key::SaleId(sale.sale_id.clone()));
    assert_eq!(
        client
            .sales
            .get_sale(by_id)
            .await
            .unwrap()
            .into_inner()
            .sale
            .unwrap()
            .order_id,
        "1"
    );

    let with_prefix = get(ours.clone(), Key::ReceiptNumber("B-1002".into()));
    assert_eq!(
        client
            .sales
            .get_sale(with_prefix)
            .await
            .unwrap()
            .into_inner()
            .sale
            .unwrap()
            .order_id,
        "2"
    );

    for (request, code) in [
        (
            get(ours.clone(), Key::ReceiptNumber("1002".into())),
            Code::FailedPrecondition,
        ),
        (
            get(ours.clone(), Key::ReceiptNumber("9".into())),
            Code::NotFound,
        ),
        (
            get(ours.clone(), Key::SaleId(id(1).to_string())),
            Code::NotFound,
        ),
        (
            get(OTHER_RETAILER.to_string(), Key::SaleId(sale.sale_id)),
            Code::NotFound,
        ),
        (
            get(ours.clone(), Key::SaleId("x".into())),
            Code::InvalidArgument,
        ),
        (
            wire::GetSaleRequest {
                retailer_id: ours,
                key: None,
            },
            Code::InvalidArgument,
        ),
    ] {
        let refused = client.sales.get_sale(request.clone()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{request:?}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_field_that_is_wrong() {
    let (_ledger, mut client) = with_sales(3).await;
    let token = client
        .sales
        .list_sales(list(1, ""))
        .await
        .unwrap()
        .into_inner()
        .next_page_token;
    let filtered = |filter| wire::ListSalesRequest {
        filter: Some(filter),
        ..list(0, "")
    };
    let none = wire::SaleFilter::default;
    let at = Some(proto::convert::instant_into(PLACED_AT));
    for (request, field) in [
        (
            wire::ListSalesRequest {
                retailer_id: String::new(),
                ..list(0, "")
            },
            "retailer_id",
        ),
        (list(-1, ""), "page_size"),
        (list(501, ""), "page_size"),
        (list(1, "nonsense"), "page_token"),
        (
            wire::ListSalesRequest {
                retailer_id: OTHER_RETAILER.to_string(),
                ..list(1, &token)
            },
            "page_token",
        ),
        (
            wire::ListSalesRequest {
                page_token: token,
                ..filtered(wire::SaleFilter {
                    sku: "A".into(),
                    ..none()
                })
            },
            "page_token",
        ),
        (
            filtered(wire::SaleFilter {
                outlet_id: "x".into(),
                ..none()
            }),
            "filter.outlet_id",
        ),
        (
            filtered(wire::SaleFilter {
                state: 99,
                ..none()
            }),
            "filter.state",
        ),
        (
            filtered(wire::SaleFilter {
                balance: 99,
                ..none()
            }),
            "filter.balance",
        ),
        (
            filtered(wire::SaleFilter {
                sku: "a\0b".into(),
                ..none()
            }),
            "filter.sku",
        ),
        (
            filtered(wire::SaleFilter {
                platform: "a\0b".into(),
                ..none()
            }),
            "filter.platform",
        ),
        (
            filtered(wire::SaleFilter {
                placed_from: at,
                placed_until: at,
                ..none()
            }),
            "filter.placed_until",
        ),
    ] {
        let refused: Status = client.sales.list_sales(request.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{request:?}");
        let details = refused.get_details_bad_request().unwrap();
        assert_eq!(details.field_violations[0].field, field, "{request:?}");
    }
}
