//! Unpaid sales that hold stock, by age.

use jiff::SignedDuration;
use proto::convert::instant_into;
use proto::ledger as wire;
use retail::{LineKind, SaleState};

use crate::client::Client;
use crate::order::{PLACED_AT, an_order};
use crate::support::{Ledger, OTHER_CONNECTION, OTHER_OUTLET, OUTLET, RETAILER};

fn question() -> wire::ListReservationsRequest {
    wire::ListReservationsRequest {
        retailer_id: RETAILER.to_string(),
        ..wire::ListReservationsRequest::default()
    }
}

/// Receipt numbers, with the units held of each line.
async fn reserved(
    client: &mut Client,
    asked: wire::ListReservationsRequest,
) -> (Vec<(String, Vec<String>)>, String) {
    let answer = client.sales.list_reservations(asked).await.unwrap();
    let wire::ListReservationsResponse {
        sales,
        next_page_token,
    } = answer.into_inner();
    let units = |sale: wire::Sale| {
        let held = sale
            .lines
            .into_iter()
            .map(|line| line.deducted.unwrap().value);
        (sale.receipt_number, held.collect())
    };
    (sales.into_iter().map(units).collect(), next_page_token)
}

#[tokio::test]
async fn r_13_unpaid_sales_that_hold_stock_are_listed_by_age() {
    let ledger = Ledger::new().await;
    let order = |id: u64, placed| an_order(id).placed(placed).line("A", 2);
    ledger
        .apply(&[
            order(1, 30).build(),
            order(2, 10).paid(500).build(),
            order(3, 20).paid(2_000).build(),
            order(4, 5).state(SaleState::Voided).build(),
            order(5, 6).restocked(0, 2).build(),
            an_order(6)
                .placed(7)
                .service("fee:1", LineKind::Fee, 500)
                .build(),
            order(7, 8).state(SaleState::NotImported).build(),
            order(8, 40)
                .of(RETAILER, OTHER_CONNECTION)
                .restocked(0, 1)
                .build(),
        ])
        .await;
    let mut client = Client::of(&ledger).await;
    let held = |number: &str, units: &str| (number.to_owned(), vec![units.to_owned()]);
    let (all, _) = reserved(&mut client, question()).await;
    assert_eq!(all, [held("#2", "2"), held("#1", "2"), held("#8", "1")]);

    // Page by page, and by what is asked.
    let mut page = question();
    page.page_size = 2;
    let (first, token) = reserved(&mut client, page.clone()).await;
    page.page_token = token;
    let (second, end) = reserved(&mut client, page).await;
    assert_eq!([first, second].concat(), all);
    assert!(end.is_empty());
    for (outlet, expected) in [(OUTLET, &all[..2]), (OTHER_OUTLET, &all[2..])] {
        let asked = wire::ListReservationsRequest {
            outlet_id: outlet.to_string(),
            ..question()
        };
        assert_eq!(reserved(&mut client, asked).await.0, expected);
    }
    let asked = wire::ListReservationsRequest {
        placed_until: Some(instant_into(PLACED_AT + SignedDuration::from_secs(30))),
        ..question()
    };
    assert_eq!(reserved(&mut client, asked).await.0, &all[..1]);

    // Paid at last: nothing is reserved any more.
    ledger
        .apply_one(&order(1, 30).paid(2_000).at(50).build())
        .await;
    let (rest, _) = reserved(&mut client, question()).await;
    assert_eq!(rest, [held("#2", "2"), held("#8", "1")]);
}
