//! Updates that wait for a person (SH-12).

use ledger::decide::{Incoming, Outcome};
use proto::convert::money_from;
use proto::ledger as wire;
use retail::SaleState;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::client::Client;
use crate::order::{Builder, an_order};
use crate::support::{ASKING_CONNECTION, Ledger, OUTLET, RETAILER};

pub fn act(request: u128) -> wire::Act {
    wire::Act {
        request_id: Uuid::from_u128(request).to_string(),
        actor: "Ada".to_owned(),
        note: "asked at the counter".to_owned(),
    }
}

/// The type of the violation that an act failed for.
pub fn violation(refused: &Status) -> String {
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    let details = refused.get_details_precondition_failure().unwrap();
    details.violations[0].r#type.clone()
}

fn asking(order: Builder) -> Incoming {
    order.of(RETAILER, ASKING_CONNECTION).build()
}

fn list() -> wire::ListHeldRequest {
    wire::ListHeldRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 0,
        page_token: String::new(),
        connection_id: String::new(),
    }
}

async fn held(client: &mut Client) -> Vec<wire::HeldOrder> {
    let listed = client.waiting.list_held(list()).await.unwrap();
    listed.into_inner().held_orders
}

fn apply(order: &str, request: u128, content_hash: Vec<u8>) -> wire::ApplyHeldRequest {
    wire::ApplyHeldRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: ASKING_CONNECTION.to_string(),
        order_id: order.to_owned(),
        content_hash,
        act: Some(act(request)),
    }
}

fn units(figures: Option<wire::LineFigures>) -> Option<String> {
    Some(figures?.quantity?.value)
}

#[tokio::test]
async fn sh_12_an_update_that_waits_is_shown_with_its_difference_and_applied_once() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let first = an_order(1)
        .line("A", 2)
        .line("B", 1)
        .customer("ada@example.com", "Ada");
    let mut edited = an_order(1).line("A", 5);
    edited = edited.any_line(
        "line:9",
        retail::LineKind::Product(retail::ItemRef {
            sku: retail::Sku::new("C").ok(),
            ..retail::ItemRef::default()
        }),
        "Thing C",
        1,
        1_000,
    );
    edited.order.shop_status = "completed".to_owned();
    let edited = edited
        .paid(6_000)
        .at(1)
        .delivery("edit")
        .customer("ada@example.com", "Ada");
    assert_eq!(ledger.apply_one(&asking(first)).await, Outcome::Recorded);
    assert_eq!(
        ledger.apply_one(&asking(edited.clone())).await,
        Outcome::Held
    );
    assert_eq!(
        ledger.apply_one(&asking(edited)).await,
        Outcome::Held,
        "a repeat"
    );
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));

    let waiting = held(&mut client).await;
    assert_eq!(waiting.len(), 1);
    let shown = waiting[0].clone();
    let (before, after) = (shown.before.unwrap(), shown.after.unwrap());
    assert_eq!((shown.order_id.as_str(), shown.reason.as_str()), ("1", ""));
    assert_eq!(
        (before.shop_status.as_str(), after.shop_status.as_str()),
        ("processing", "completed")
    );
    let cents = |money| money_from("money", money).unwrap().minor();
    assert_eq!((cents(before.total), cents(after.total)), (3_000, 6_000));
    assert_eq!((cents(before.received), cents(after.received)), (0, 6_000));
    let lines: Vec<_> = shown
        .lines
        .into_iter()
        .map(|line| (line.sku, units(line.before), units(line.after)))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        lines,
        [
            ("A".to_owned(), some("2"), some("5")),
            ("B".to_owned(), some("1"), None),
            ("C".to_owned(), None, some("1")),
        ]
    );

    let unseen = client
        .waiting
        .apply_held(apply("1", 1, vec![7; 32]))
        .await
        .unwrap_err();
    assert_eq!(violation(&unseen), "held_changed");
    for _ in 0..2 {
        let applied = client
            .waiting
            .apply_held(apply("1", 2, shown.content_hash.clone()))
            .await
            .unwrap();
        let outcome = applied.into_inner().outcome();
        assert_eq!(outcome, wire::DeliveryOutcome::Recorded);
        assert_eq!(ledger.sale().await.revision, 2, "once");
    }
    for (sku, on_hand) in [("A", -5), ("B", 0), ("C", -1)] {
        assert_eq!(ledger.on_hand(sku, OUTLET).await, Some(on_hand), "{sku}");
    }
    assert!(held(&mut client).await.is_empty());
    let told = "select delivery_id from ledger.order_delivery where revision = 2";
    assert_eq!(
        ledger.sql(told),
        "edit",
        "the receipt tells which update it was"
    );
    let again = client
        .waiting
        .apply_held(apply("1", 3, Vec::new()))
        .await
        .unwrap_err();
    assert_eq!(again.code(), Code::NotFound, "nothing waits any more");
    ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_12_of_several_updates_the_newest_waits_whatever_the_order_of_arrival() {
    let order = |units, second| asking(an_order(1).line("A", units).at(second));
    let updates = [order(3, 1), order(4, 2), order(5, 3)];
    for arrival in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        for cut in [1, 3] {
            let ledger = Ledger::new().await;
            ledger.apply_one(&order(2, 0)).await;
            let arrived: Vec<Incoming> = arrival.map(|place| updates[place].clone()).to_vec();
            for batch in arrived.chunks(cut) {
                ledger.apply(batch).await;
            }
            let waiting = ledger
                .reader
                .list_held(RETAILER, None, None, 10)
                .await
                .unwrap();
            let case = format!("{arrival:?} by {cut}");
            assert_eq!(waiting.len(), 1, "{case}");
            let last = updates[2].kept.clone();
            assert_eq!(waiting[0].message, last.to_vec(), "{case}");
            ledger.assert_sound().await;
        }
    }
}

#[tokio::test]
async fn sh_12_what_the_shop_takes_back_waits_no_more() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = |units, second| asking(an_order(1).line("A", units).at(second));
    ledger.apply(&[order(2, 0), order(3, 1)]).await;
    assert_eq!(held(&mut client).await.len(), 1);
    ledger.apply_one(&order(2, 2)).await;
    assert!(
        held(&mut client).await.is_empty(),
        "the shop says the same again"
    );
    ledger.apply_one(&order(3, 1)).await;
    assert!(
        held(&mut client).await.is_empty(),
        "and a replay holds nothing"
    );
    ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_12_an_update_that_cannot_be_booked_says_why_and_waits_on() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let broken = an_order(1).line("A", 3).total(1).at(1);
    ledger
        .apply(&[asking(an_order(1).line("A", 2)), asking(broken)])
        .await;
    assert_eq!(held(&mut client).await[0].reason, "totals_mismatch");
    for _ in 0..2 {
        let refused = client
            .waiting
            .apply_held(apply("1", 1, Vec::new()))
            .await
            .unwrap_err();
        assert_eq!(violation(&refused), "totals_mismatch");
    }
    assert_eq!(held(&mut client).await.len(), 1, "it waits on");
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    assert_eq!(
        ledger.sql("select count(*), min(outcome) from ledger.order_action"),
        "1|refused"
    );
    ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_12_a_cancellation_waits_and_gives_back_when_it_is_applied() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = |second| an_order(1).line("A", 2).at(second);
    let cancelled = order(1).state(SaleState::Voided);
    ledger.apply(&[asking(order(0)), asking(cancelled)]).await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    client
        .waiting
        .apply_held(apply("1", 1, Vec::new()))
        .await
        .unwrap();
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(0));
    assert_eq!(ledger.sale().await.state, SaleState::Voided);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn pages_of_held_orders_hold_every_one_once() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    for id in 0..7 {
        let order = |units, second| asking(an_order(100 + id).line("A", units).at(second));
        ledger.apply(&[order(1, 0), order(2, 1)]).await;
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = client
            .waiting
            .list_held(wire::ListHeldRequest {
                page_size: 3,
                page_token,
                ..list()
            })
            .await
            .unwrap()
            .into_inner();
        seen.extend(page.held_orders.into_iter().map(|held| held.order_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let newest_first: Vec<String> = (100..107).rev().map(|id| id.to_string()).collect();
    assert_eq!(seen, newest_first);
}
