//! Parked orders: tried again, dismissed, their products said to be others; and what they hold meanwhile.

use std::collections::BTreeMap;

use ledger::decide::{Incoming, Outcome};
use proto::ledger as wire;
use retail::{ConnectionId, ItemRef, SaleState, ShopVariantId, Sku};
use tonic::{Code, Status};
use wire::DeliveryOutcome;
use wire::remap_product_request::Product;

use crate::client::Client;
use crate::held::{act, violation};
use crate::order::{a_refusal, an_order};
use crate::support::{
    ASKING_CONNECTION, CONNECTION, FOREIGN_CONNECTION, Ledger, OTHER_CONNECTION, OUTLET, RETAILER,
};

fn item(variant: &str, sku: &str) -> ItemRef {
    ItemRef {
        variant: ShopVariantId::new(variant).ok(),
        sku: Sku::new(sku).ok(),
        barcode: None,
    }
}

pub fn list() -> wire::ListParkedRequest {
    wire::ListParkedRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 0,
        page_token: String::new(),
        connection_id: String::new(),
        reason: String::new(),
        with_dismissed: false,
        order_id: String::new(),
    }
}

/// Orders parked, with their reasons, by order id.
pub async fn parked(client: &mut Client) -> BTreeMap<String, wire::ParkedReason> {
    let listed = client.waiting.list_parked(list()).await.unwrap();
    let entries = listed.into_inner().entries.into_iter();
    entries
        .map(|entry| (entry.order.clone().unwrap().order_id, entry.reason()))
        .collect()
}

pub async fn retry(
    client: &mut Client,
    order: &str,
    request: u128,
) -> Result<wire::RetryParkedResponse, Status> {
    let retry = wire::RetryParkedRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        order_id: order.to_owned(),
        act: Some(act(request)),
    };
    let answer = client.waiting.retry_parked(retry).await?;
    Ok(answer.into_inner())
}

async fn retry_all(
    client: &mut Client,
    reason: &str,
    request: u128,
) -> wire::RetryAllParkedResponse {
    let retry = wire::RetryAllParkedRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: String::new(),
        reason: reason.to_owned(),
        act: Some(act(request)),
    };
    let answer = client.waiting.retry_all_parked(retry).await.unwrap();
    answer.into_inner()
}

pub async fn dismiss(client: &mut Client, order: &str, request: u128) -> Result<(), Status> {
    let dismiss = wire::DismissParkedRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        key: Some(wire::dismiss_parked_request::Key::OrderId(order.to_owned())),
        act: Some(act(request)),
    };
    client.waiting.dismiss_parked(dismiss).await.map(|_| ())
}

async fn remap(
    client: &mut Client,
    connection: ConnectionId,
    product: Product,
    sku: &str,
    request: u128,
) -> Result<String, Status> {
    let remap = wire::RemapProductRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection.to_string(),
        sku: sku.to_owned(),
        act: Some(act(request)),
        product: Some(product),
    };
    let answer = client.waiting.remap_product(remap).await?;
    Ok(answer.into_inner().item_id)
}

/// Units held by orders that are not applied: SKU to (skipped, parked, held).
pub async fn open(client: &mut Client) -> BTreeMap<String, (String, String, String)> {
    let asked = wire::ListOpenQuantitiesRequest {
        retailer_id: RETAILER.to_string(),
        ..wire::ListOpenQuantitiesRequest::default()
    };
    let listed = client.waiting.list_open_quantities(asked).await.unwrap();
    let rows = listed.into_inner().open_quantities.into_iter();
    rows.map(|row| {
        assert_eq!(row.outlet_id, OUTLET.to_string());
        let units = [row.skipped, row.parked, row.held];
        let [skipped, parked, held] = units.map(|units| units.unwrap().value);
        (row.sku, (skipped, parked, held))
    })
    .collect()
}

fn held_units(skipped: &str, parked: &str, held: &str) -> (String, String, String) {
    (skipped.to_owned(), parked.to_owned(), held.to_owned())
}

#[tokio::test]
async fn wc_09_a_parked_order_is_recorded_by_a_retry_after_the_product_is_restored() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    ledger.sql("update ledger.item set deleted_at = now() where sku = 'A'");
    let order = an_order(2).line("A", 3).customer("ada@example.com", "Ada");
    let order = order.delivery("d2").build();
    assert_eq!(ledger.apply_one(&order).await, Outcome::Parked);

    let vain = retry(&mut client, "2", 1).await.unwrap();
    assert_eq!(vain.outcome(), DeliveryOutcome::Parked);
    assert_eq!(vain.reason, "product_deleted");
    assert!(vain.detail.contains("Thing A"), "{}", vain.detail);
    assert_eq!(
        parked(&mut client).await,
        [("2".to_owned(), wire::ParkedReason::ProductDeleted)].into()
    );

    ledger.sql("update ledger.item set deleted_at = null");
    let same = retry(&mut client, "2", 1).await.unwrap();
    assert_eq!(same, vain, "the same request is not done again");
    for _ in 0..2 {
        let done = retry(&mut client, "2", 2).await.unwrap();
        assert_eq!(done.outcome(), DeliveryOutcome::Recorded);
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-4), "once");
    }
    assert!(parked(&mut client).await.is_empty());
    let customer = "select count(*) from ledger.customer where email = 'ada@example.com'";
    assert_eq!(ledger.sql(customer), "1", "the seal was opened again");
    let told = "select outcome, revision from ledger.order_delivery where delivery_id = 'd2'";
    assert_eq!(ledger.sql(told), "recorded|1");
    let gone = retry(&mut client, "2", 3).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn retries_at_once_and_of_several_people_record_once() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    ledger.sql("update ledger.item set deleted_at = now()");
    ledger.apply_one(&an_order(2).line("A", 3).build()).await;
    ledger.sql("update ledger.item set deleted_at = null");
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..8_u128 {
        let mut client =
            wire::waiting_orders_client::WaitingOrdersClient::new(client.channel.clone());
        tries.spawn(async move {
            let retry = wire::RetryParkedRequest {
                retailer_id: RETAILER.to_string(),
                connection_id: CONNECTION.to_string(),
                order_id: "2".to_owned(),
                act: Some(act(1 + number % 2)),
            };
            match client.retry_parked(retry).await {
                Ok(answer) => answer.into_inner().outcome(),
                Err(status) => {
                    // Not parked any more, or no connection free in time.
                    assert!(matches!(status.code(), Code::NotFound | Code::Unavailable));
                    DeliveryOutcome::AlreadyRecorded
                }
            }
        });
    }
    let outcomes = tries.join_all().await;
    assert!(
        outcomes.contains(&DeliveryOutcome::Recorded),
        "{outcomes:?}"
    );
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-4));
    let journal = "select count(*) from ledger.order_action where outcome = 'recorded'";
    assert_eq!(ledger.sql(journal), "1");
    ledger.assert_sound().await;
}

#[tokio::test]
async fn a_crash_within_a_retry_changes_nothing_and_the_same_request_goes_on() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    ledger.sql("update ledger.item set deleted_at = now()");
    ledger.apply_one(&an_order(2).line("A", 3).build()).await;
    ledger.sql("update ledger.item set deleted_at = null");

    // Everything is written when the server ends, and nothing committed.
    ledger.sql(
        "create function public.end_here() returns trigger language plpgsql
            as $$ begin raise 'the end' using errcode = '57P01'; end $$;
        create constraint trigger end_here after insert on ledger.order_action
            deferrable initially deferred for each row execute function public.end_here()",
    );
    let retried = retry(&mut client, "2", 1).await;
    ledger.sql("drop trigger end_here on ledger.order_action");
    assert_eq!(retried.unwrap_err().code(), Code::Unavailable);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
    assert_eq!(ledger.sql("select count(*) from ledger.order_action"), "0");
    assert_eq!(parked(&mut client).await.len(), 1);

    let done = retry(&mut client, "2", 1).await.unwrap();
    assert_eq!(done.outcome(), DeliveryOutcome::Recorded);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-4));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn all_parked_orders_of_a_reason_are_tried_in_pieces_under_one_request() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    ledger.sql("update ledger.item set deleted_at = now()");
    let orders: Vec<Incoming> = (1_000..1_060)
        .map(|id| an_order(id).line("A", 1).build())
        .collect();
    ledger.apply(&orders).await;
    let broken = [
        an_order(3).line("B", 1).total(1).build(),
        a_refusal(Some("4"), 0),
    ];
    ledger.apply(&broken).await;
    assert_eq!(parked(&mut client).await.len(), 50, "a page");
    ledger.sql("update ledger.item set deleted_at = null");

    let mut so_far = retry_all(&mut client, "product_deleted", 1).await;
    assert!(so_far.remaining >= 10, "some with each call: {so_far:?}");
    while so_far.remaining > 0 {
        let next = retry_all(&mut client, "product_deleted", 1).await;
        assert!(next.recorded > so_far.recorded, "{next:?}");
        assert_eq!(next.recorded + next.remaining, 60);
        so_far = next;
    }
    let again = retry_all(&mut client, "product_deleted", 1).await;
    assert_eq!(again, so_far, "nothing is left to do");
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-61));

    let rest = retry_all(&mut client, "", 2).await;
    assert_eq!(
        (rest.recorded, rest.still_parked, rest.remaining),
        (0, 1, 0),
        "what could not be read is not tried"
    );
    assert_eq!(parked(&mut client).await.len(), 2);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn a_dismissed_order_is_not_shown_until_the_shop_says_something_else() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let broken = |units, second| an_order(1).line("A", units).total(1).at(second).build();
    ledger.apply_one(&broken(1, 0)).await;
    for _ in 0..2 {
        dismiss(&mut client, "1", 1).await.unwrap();
    }
    assert!(parked(&mut client).await.is_empty());
    let with_dismissed = wire::ListParkedRequest {
        with_dismissed: true,
        ..list()
    };
    let listed = client.waiting.list_parked(with_dismissed).await.unwrap();
    let entry = listed.into_inner().entries.remove(0);
    assert_eq!(entry.dismissed_note, "asked at the counter");
    assert!(entry.dismissed_at.is_some() && entry.can_retry);

    for same in [broken(1, 0), broken(1, 1)] {
        assert_eq!(ledger.apply_one(&same).await, Outcome::Parked);
        assert!(
            parked(&mut client).await.is_empty(),
            "the shop says the same"
        );
    }
    ledger.apply_one(&broken(2, 2)).await;
    assert_eq!(parked(&mut client).await.len(), 1);

    dismiss(&mut client, "1", 2).await.unwrap();
    let good = an_order(1).line("A", 2).at(3).build();
    assert_eq!(ledger.apply_one(&good).await, Outcome::Recorded);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    let gone = dismiss(&mut client, "1", 3).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_07_a_sku_of_several_products_parks_the_order_until_somebody_says_which() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let sold = |id, variant: &str, sku: &str| {
        let order = an_order(id).product(item(variant, sku), "Thing", 1);
        order.build()
    };
    let twins = an_order(3)
        .product(item("21", "B"), "Red", 1)
        .product(item("22", "B"), "Blue", 1)
        .build();
    assert_eq!(
        ledger
            .apply(&[sold(1, "11", "A"), sold(2, "12", "A"), twins])
            .await,
        [Outcome::Recorded, Outcome::Parked, Outcome::Parked]
    );
    let ambiguous = wire::ParkedReason::SkuAmbiguous;
    assert_eq!(
        parked(&mut client).await,
        [("2".to_owned(), ambiguous), ("3".to_owned(), ambiguous)].into()
    );
    assert_eq!(
        ledger.apply_one(&sold(4, "11", "A")).await,
        Outcome::Recorded
    );
    let there = sold(5, "12", "A");
    let there = Incoming {
        connection: OTHER_CONNECTION,
        ..there
    };
    assert_eq!(
        ledger.apply_one(&there).await,
        Outcome::Recorded,
        "another shop's variant of the SKU is no twin"
    );

    // The twelfth is another product; of B both are the same.
    ledger.apply_one(&sold(6, "31", "C")).await;
    let twelfth = Product::VariantId("12".to_owned());
    remap(&mut client, CONNECTION, twelfth, "C", 1)
        .await
        .unwrap();
    ledger.apply_one(&sold(7, "23", "B")).await;
    let both = Product::ShopSku("B".to_owned());
    remap(&mut client, CONNECTION, both, "B", 2).await.unwrap();
    let retried = retry_all(&mut client, "sku_ambiguous", 3).await;
    assert_eq!((retried.recorded, retried.remaining), (2, 0));
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    assert_eq!(ledger.on_hand("C", OUTLET).await, Some(-2));
    assert_eq!(ledger.on_hand("B", OUTLET).await, Some(-3));
    assert_eq!(
        ledger.apply_one(&sold(8, "12", "A")).await,
        Outcome::Recorded
    );
    assert_eq!(
        ledger.on_hand("C", OUTLET).await,
        Some(-3),
        "kept for later orders"
    );
    ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_09_a_remap_holds_for_later_orders_and_moves_nothing_that_was_recorded() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let sold = |id, units, second| an_order(id).line("A", units).at(second).build();
    ledger
        .apply(&[sold(1, 5, 0), an_order(2).line("NEW", 1).build()])
        .await;
    ledger.sql("update ledger.item set deleted_at = now() where sku = 'A'");
    ledger.apply(&[sold(3, 2, 0)]).await;
    let product = || Product::VariantId("v-A".to_owned());
    let unknown = remap(&mut client, CONNECTION, product(), "NONE", 1).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
    let deleted = remap(&mut client, CONNECTION, product(), "A", 1).await;
    assert_eq!(deleted.unwrap_err().code(), Code::NotFound);
    let foreign = remap(&mut client, FOREIGN_CONNECTION, product(), "NEW", 1).await;
    assert_eq!(foreign.unwrap_err().code(), Code::NotFound);
    let done = remap(&mut client, CONNECTION, product(), "NEW", 1)
        .await
        .unwrap();
    let again = remap(&mut client, CONNECTION, product(), "NEW", 1).await;
    assert_eq!(again.unwrap(), done);

    assert_eq!(ledger.on_hand("NEW", OUTLET).await, Some(-1), "nothing yet");
    let retried = retry(&mut client, "3", 2).await.unwrap();
    assert_eq!(retried.outcome(), DeliveryOutcome::Recorded);
    ledger.apply(&[sold(1, 4, 1), sold(4, 1, 0)]).await;
    assert_eq!(ledger.on_hand("NEW", OUTLET).await, Some(-4));
    assert_eq!(
        ledger.sql("select sum(quantity_milli) from ledger.stock_movement m join ledger.item i using (item_id) where i.sku = 'A'"),
        "-4000",
        "what was sold of the old one stays its"
    );
    ledger.assert_sound().await;
}

#[tokio::test]
async fn a_line_with_nothing_but_a_name_is_remapped_by_it() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    let name = Product::LineName("Gift".to_owned());
    remap(&mut client, CONNECTION, name, "A", 1).await.unwrap();
    ledger
        .apply_one(&an_order(2).nameless("Gift", 2).build())
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
    ledger
        .apply_one(&an_order(2).nameless("Gift", 5).at(1).build())
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-6));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_16_a_receipt_number_is_one_orders_in_its_connection() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let order = |id, number: &str| an_order(id).line("A", 1).number(number);
    let there = order(3, "#7").of(RETAILER, OTHER_CONNECTION);
    let batch = [
        order(1, "#7").build(),
        order(2, "#7").build(),
        there.build(),
        order(4, "7").build(),
    ];
    let booked = ledger::consume::book(&ledger.store, &batch).await.unwrap();
    let done = ledger::consume::Booked::Done;
    assert_eq!(
        booked,
        [
            done(Outcome::Recorded),
            done(Outcome::Parked),
            done(Outcome::Recorded),
            done(Outcome::Recorded)
        ]
    );
    let taken = wire::ParkedReason::ReceiptNumberTaken;
    assert_eq!(parked(&mut client).await, [("2".to_owned(), taken)].into());
    let vain = retry(&mut client, "2", 1).await.unwrap();
    assert_eq!(vain.reason, "receipt_number_taken");

    ledger.apply_one(&order(1, "#8").at(1).build()).await;
    let done = retry(&mut client, "2", 2).await.unwrap();
    assert_eq!(done.outcome(), DeliveryOutcome::Recorded);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_what_is_known_and_not_applied_is_held_until_it_is() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let known = an_order(1).line("A", 1).line("B", 1).build();
    ledger.apply_one(&known).await;
    assert!(open(&mut client).await.is_empty());

    let skipped = an_order(2).line("A", 2).state(SaleState::NotImported);
    let parked_one = an_order(3)
        .line("A", 5)
        .restocked(0, 1)
        .line("NEVER-SEEN", 9);
    let held_one = |units, second| {
        let order = an_order(4).line("B", units).at(second);
        order.of(RETAILER, ASKING_CONNECTION).build()
    };
    let batch = [
        skipped.build(),
        parked_one.clone().total(1).build(),
        held_one(1, 0),
        held_one(4, 1),
    ];
    ledger.apply(&batch).await;
    let expected = BTreeMap::from([
        ("A".to_owned(), held_units("2", "4", "0")),
        ("B".to_owned(), held_units("0", "0", "3")),
    ]);
    assert_eq!(open(&mut client).await, expected);
    ledger.apply(&batch).await;
    assert_eq!(open(&mut client).await, expected, "a replay holds no more");

    dismiss(&mut client, "3", 1).await.unwrap();
    ledger.apply_one(&held_one(0, 2)).await;
    assert_eq!(
        open(&mut client).await,
        BTreeMap::from([("A".to_owned(), held_units("2", "0", "0"))]),
        "what is dismissed holds nothing, nor what would give back"
    );
    let placed = skipped.state(SaleState::Closed).at(1).build();
    ledger.apply(&[placed, parked_one.at(1).build()]).await;
    assert!(open(&mut client).await.is_empty());
    ledger.assert_sound().await;
}

#[tokio::test]
async fn acts_are_journalled_and_a_request_id_is_one_acts() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let broken = an_order(1).line("A", 1).total(1).build();
    ledger.apply(&[broken, a_refusal(Some("2"), 0)]).await;
    retry(&mut client, "1", 1).await.unwrap();
    let reused = dismiss(&mut client, "1", 1).await.unwrap_err();
    assert_eq!(violation(&reused), "request_reused");
    let unreadable = retry(&mut client, "2", 2).await.unwrap_err();
    assert_eq!(violation(&unreadable), "not_readable");
    dismiss(&mut client, "1", 3).await.unwrap();

    let asked = wire::ListActionsRequest {
        retailer_id: RETAILER.to_string(),
        order_id: "1".to_owned(),
        ..wire::ListActionsRequest::default()
    };
    let listed = client.waiting.list_actions(asked).await.unwrap();
    let actions: Vec<_> = listed
        .into_inner()
        .actions
        .into_iter()
        .map(|action| {
            let act = action.act.clone().unwrap();
            (
                action.kind(),
                action.outcome(),
                action.reason.clone(),
                act.actor,
            )
        })
        .collect();
    let ada = || "Ada".to_owned();
    assert_eq!(
        actions,
        [
            (
                wire::ActionKind::Dismiss,
                wire::ActionOutcome::Dismissed,
                String::new(),
                ada()
            ),
            (
                wire::ActionKind::Retry,
                wire::ActionOutcome::Parked,
                "totals_mismatch".to_owned(),
                ada()
            ),
        ]
    );
}

#[tokio::test]
async fn acts_that_make_no_sense_are_refused() {
    let ledger = Ledger::new().await;
    let mut client = Client::of(&ledger).await;
    let retry = |act| wire::RetryParkedRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        order_id: "1".to_owned(),
        act,
    };
    let without_id = Some(wire::Act::default());
    let long = Some(wire::Act {
        note: "n".repeat(2_001),
        ..act(1)
    });
    for act in [None, without_id, long] {
        let refused = client.waiting.retry_parked(retry(act)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
    }
    let silent = Some(wire::Act {
        note: " ".to_owned(),
        ..act(1)
    });
    let dismiss = wire::DismissParkedRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        key: Some(wire::dismiss_parked_request::Key::OrderId("1".to_owned())),
        act: silent,
    };
    let refused = client.waiting.dismiss_parked(dismiss).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
