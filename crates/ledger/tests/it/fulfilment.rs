//! Online sales as somebody hands them over (POS-2).

use ledger::decide::Outcome;
use proto::ledger as wire;
use proto::ledger::FulfilmentState;
use retail::{LineKind, SaleState};

use crate::client::Client;
use crate::order::an_order;
use crate::support::{ASKING_CONNECTION, Ledger, OTHER_CONNECTION, OTHER_OUTLET, OUTLET, RETAILER};

fn question(state: FulfilmentState) -> wire::ListFulfilmentRequest {
    wire::ListFulfilmentRequest {
        retailer_id: RETAILER.to_string(),
        state: state.into(),
        ..wire::ListFulfilmentRequest::default()
    }
}

async fn entries(
    client: &mut Client,
    asked: wire::ListFulfilmentRequest,
) -> (Vec<wire::FulfilmentEntry>, String) {
    let answer = client.fulfilment.list_fulfilment(asked).await.unwrap();
    let wire::ListFulfilmentResponse {
        entries,
        next_page_token,
    } = answer.into_inner();
    (entries, next_page_token)
}

/// Receipt numbers, each with what is to be handed over of its lines.
async fn remaining(client: &mut Client, asked: wire::ListFulfilmentRequest) -> Vec<String> {
    let (entries, _) = entries(client, asked).await;
    entries.iter().map(shown).collect()
}

fn shown(entry: &wire::FulfilmentEntry) -> String {
    let lines = entry.lines.iter().map(|line| {
        let remaining = &line.remaining.as_ref().unwrap().value;
        format!(" {remaining} {}", line.sku)
    });
    format!("{}{}", entry.receipt_number, lines.collect::<String>())
}

async fn history(client: &mut Client) -> Vec<String> {
    let asked = wire::ListSalesRequest {
        retailer_id: RETAILER.to_string(),
        ..wire::ListSalesRequest::default()
    };
    let sales = client.sales.list_sales(asked).await.unwrap();
    let sales = sales.into_inner().sales.into_iter();
    sales.map(|sale| sale.receipt_number).collect()
}

#[tokio::test]
async fn pos_02_every_online_sale_is_in_the_history_and_in_fulfilment() {
    let ledger = Ledger::new().await;
    let order = |id: u64, placed| an_order(id).placed(placed).line("A", 2);
    ledger
        .apply(&[
            order(1, 30).build(),
            order(2, 10).line("B", 1).fulfilled(0, 2).build(),
            order(3, 20).fulfilled(0, 2).build(),
            order(4, 5).state(SaleState::Voided).build(),
            order(5, 6).restocked(0, 2).build(),
            // Nobody hands a fee over.
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
    let open = remaining(&mut client, question(FulfilmentState::Open)).await;
    assert_eq!(open, ["#2 0 A 1 B", "#1 2 A", "#8 1 A"]);
    let done = remaining(&mut client, question(FulfilmentState::Done)).await;
    assert_eq!(done, ["#4 0 A", "#5 0 A", "#6", "#3 0 A"]);

    let all = entries(&mut client, question(FulfilmentState::Unspecified)).await;
    let mut all: Vec<String> = all
        .0
        .into_iter()
        .map(|entry| entry.receipt_number)
        .collect();
    all.reverse();
    assert_eq!(all, history(&mut client).await);

    for (outlet, expected) in [(OUTLET, &open[..2]), (OTHER_OUTLET, &open[2..])] {
        let asked = wire::ListFulfilmentRequest {
            outlet_id: outlet.to_string(),
            ..question(FulfilmentState::Open)
        };
        assert_eq!(remaining(&mut client, asked).await, expected);
    }
    let refused = wire::ListFulfilmentRequest {
        state: 99,
        ..question(FulfilmentState::Open)
    };
    let refused = client.fulfilment.list_fulfilment(refused).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn pos_02_an_entry_says_what_to_pick_and_warns_of_what_is_unpaid() {
    let ledger = Ledger::new().await;
    ledger
        .apply_one(
            &an_order(1)
                .customer("ada@example.com", "Ada")
                .line("A", 3)
                .restocked(0, 1)
                .fulfilled(0, 1)
                .any_line("shipping:1", LineKind::Shipping, "By bicycle", 1, 500)
                .paid(3_000)
                .build(),
        )
        .await;
    let mut client = Client::of(&ledger).await;
    let (found, _) = entries(&mut client, question(FulfilmentState::Open)).await;
    let [entry] = &found[..] else {
        panic!("one sale: {found:?}");
    };
    assert_eq!(
        (entry.customer_name.as_str(), entry.shipping_method.as_str()),
        ("Ada", "By bicycle")
    );
    assert!(entry.is_unpaid, "5.00 are still to come");
    assert!(!entry.has_held_update);
    assert_eq!(entry.state(), FulfilmentState::Open);
    let [line] = &entry.lines[..] else {
        panic!("nobody hands shipping over: {entry:?}");
    };
    let units = |quantity: &Option<proto::google::r#type::Decimal>| {
        quantity.as_ref().unwrap().value.clone()
    };
    assert_eq!((line.sku.as_str(), line.name.as_str()), ("A", "Thing A"));
    assert_eq!(
        [
            units(&line.ordered),
            units(&line.restocked),
            units(&line.fulfilled),
            units(&line.remaining)
        ],
        ["3", "1", "1", "1"]
    );
}

#[tokio::test]
async fn pos_02_what_a_shop_hands_over_leaves_fulfilment_and_moves_nothing() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = || an_order(1).line("A", 3).paid(3_000);
    let mut expect = async |outcome, order: crate::order::Builder, open: &[&str]| {
        assert_eq!(ledger.apply_one(&order.build()).await, outcome);
        let found = remaining(&mut client, question(FulfilmentState::Open)).await;
        assert_eq!(found, open);
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
    };
    expect(Outcome::Recorded, order(), &["#1 3 A"]).await;
    expect(
        Outcome::Recorded,
        order().fulfilled(0, 1).at(1),
        &["#1 2 A"],
    )
    .await;
    expect(Outcome::Recorded, order().fulfilled(0, 3).at(2), &[]).await;
    // A parcel that came back is to be sent anew.
    expect(
        Outcome::Recorded,
        order().fulfilled(0, 2).at(3),
        &["#1 1 A"],
    )
    .await;
    // A shop that says more than can be is not refused for it.
    expect(Outcome::Recorded, order().fulfilled(0, 9).at(4), &[]).await;
    let kept = "select fulfilled_milli from ledger.sale_line";
    assert_eq!(ledger.sql(kept), "3000");
}

#[tokio::test]
async fn pos_02_a_void_sale_is_handed_over_to_nobody() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = || an_order(1).line("A", 3);
    ledger.apply_one(&order().build()).await;
    let voided = order().state(SaleState::Voided).at(1);
    ledger.apply_one(&voided.build()).await;
    let open = remaining(&mut client, question(FulfilmentState::Open)).await;
    assert!(open.is_empty(), "{open:?}");
    // Cancelled by mistake.
    ledger.apply_one(&order().at(2).build()).await;
    let open = remaining(&mut client, question(FulfilmentState::Open)).await;
    assert_eq!(open, ["#1 3 A"]);
}

#[tokio::test]
async fn pos_02_where_updates_ask_the_list_says_that_the_shop_says_otherwise() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = || an_order(1).line("A", 2).of(RETAILER, ASKING_CONNECTION);
    ledger.apply_one(&order().build()).await;
    let shipped = order().fulfilled(0, 2).at(1).build();
    assert_eq!(ledger.apply_one(&shipped).await, Outcome::Held);
    let (found, _) = entries(&mut client, question(FulfilmentState::Open)).await;
    assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), ["#1 2 A"]);
    assert!(found[0].has_held_update);

    let asked = wire::ListHeldRequest {
        retailer_id: RETAILER.to_string(),
        ..wire::ListHeldRequest::default()
    };
    let held = client.waiting.list_held(asked).await.unwrap().into_inner();
    let lines = &held.held_orders[0].lines;
    let fulfilled = |figures: &Option<wire::LineFigures>| {
        let figures = figures.as_ref().unwrap();
        figures.fulfilled.as_ref().unwrap().value.clone()
    };
    assert_eq!(lines.len(), 1, "what is handed over is a difference");
    assert_eq!(
        (fulfilled(&lines[0].before), fulfilled(&lines[0].after)),
        ("0".to_owned(), "2".to_owned())
    );
}

#[tokio::test]
async fn pos_02_fulfilment_is_read_page_by_page() {
    let ledger = Ledger::new().await;
    // Two placed at one instant.
    let orders = (1..=7).map(|id: u64| {
        let placed = i64::try_from(id / 2).unwrap();
        an_order(id).placed(placed).line("A", 1).build()
    });
    ledger.apply(&orders.collect::<Vec<_>>()).await;
    let mut client = Client::of(&ledger).await;
    let (whole, end) = entries(&mut client, question(FulfilmentState::Open)).await;
    assert_eq!((whole.len(), end.as_str()), (7, ""));
    let mut page = question(FulfilmentState::Open);
    page.page_size = 3;
    let mut read = Vec::new();
    loop {
        let (next, token) = entries(&mut client, page.clone()).await;
        assert!(next.len() <= 3);
        read.extend(next);
        if token.is_empty() {
            break;
        }
        page.page_token = token;
    }
    assert_eq!(read, whole);
    page.state = FulfilmentState::Done.into();
    let refused = client.fulfilment.list_fulfilment(page).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{refused:?}");
}
