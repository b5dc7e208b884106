//! What people do to hand over what was sold (POS-2).

use jiff::SignedDuration;
use ledger::store::{self, Outbox, Place};
use proto::convert::instant_into;
use proto::ledger as wire;
use proto::ledger::{FulfilmentState, FulfilmentStep};
use retail::fulfilment::Step;
use retail::{LineKind, SaleState};

use crate::held::act;
use crate::imports::{IMPORT, past};
use crate::order::{PLACED_AT, an_order};
use crate::packing::{Packing, figures};
use crate::support::{OTHER_CONNECTION, OTHER_OUTLET, OUTLET, RETAILER, app};

#[tokio::test]
async fn pos_02_goods_are_picked_packed_and_shipped_in_parts() {
    let order =
        an_order(1)
            .line("A", 3)
            .line("B", 1)
            .service("shipping:1", LineKind::Shipping, 500);
    let mut packing = Packing::of(&order.build()).await;
    for (step, parts, expected) in [
        (
            FulfilmentStep::Picked,
            &[(1, 2)][..],
            ["1 2 0 0", "1 0 0 0"],
        ),
        (FulfilmentStep::Picked, &[], ["0 3 0 0", "0 1 0 0"]),
        (
            FulfilmentStep::Packed,
            &[(1, 2), (2, 1)],
            ["0 1 2 0", "0 0 1 0"],
        ),
        (FulfilmentStep::Shipped, &[(1, 1)], ["0 1 1 1", "0 0 1 0"]),
        (FulfilmentStep::Collected, &[(2, 1)], ["0 1 1 1", "0 0 0 1"]),
    ] {
        let entry = packing.take("1", step, parts).await.unwrap();
        assert_eq!(figures(&entry), expected, "{step:?} {parts:?}");
        assert_eq!(entry.state(), FulfilmentState::Open);
    }
    let entry = packing.take("1", FulfilmentStep::Shipped, &[]).await;
    let entry = entry.unwrap();
    assert_eq!(figures(&entry), ["0 0 0 3", "0 0 0 1"]);
    assert_eq!(entry.state(), FulfilmentState::Done);
    assert_eq!(
        packing.ledger.on_hand("A", OUTLET).await,
        Some(-3),
        "nothing moves by it"
    );
    packing.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_02_what_is_still_here_goes_back_a_step() {
    let mut packing = Packing::of(&an_order(1).line("A", 3).build()).await;
    packing
        .take("1", FulfilmentStep::Packed, &[])
        .await
        .unwrap();
    packing
        .take("1", FulfilmentStep::Shipped, &[(1, 1)])
        .await
        .unwrap();
    let entry = packing.undo("1", FulfilmentStep::Packed, &[(1, 1)]).await;
    assert_eq!(figures(&entry.unwrap()), ["0 1 1 1"]);
    let entry = packing.undo("1", FulfilmentStep::Packed, &[]).await;
    assert_eq!(figures(&entry.unwrap()), ["0 2 0 1"]);
    let entry = packing.undo("1", FulfilmentStep::Picked, &[]).await;
    assert_eq!(figures(&entry.unwrap()), ["2 0 0 1"]);
    packing.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_02_a_parcel_recorded_here_and_told_by_the_shop_is_one() {
    let order = || an_order(1).line("A", 5);
    let mut packing = Packing::of(&order().build()).await;
    packing
        .take("1", FulfilmentStep::Shipped, &[(1, 2)])
        .await
        .unwrap();
    for (what, fulfilled, expected) in [
        ("the same parcel", 2, "3 0 0 2"),
        ("once more", 2, "3 0 0 2"),
        ("another parcel", 3, "2 0 0 3"),
    ] {
        let told = order().fulfilled(0, fulfilled).at(fulfilled);
        packing.ledger.apply_one(&told.build()).await;
        assert_eq!(packing.figures("1").await, [expected], "{what}");
    }
    packing
        .take("1", FulfilmentStep::Collected, &[(1, 2)])
        .await
        .unwrap();
    packing
        .ledger
        .apply_one(&order().fulfilled(0, 5).at(9).build())
        .await;
    assert_eq!(packing.figures("1").await, ["0 0 0 5"]);
    let open = wire::ListFulfilmentRequest {
        state: FulfilmentState::Open.into(),
        ..Default::default()
    };
    assert!(packing.list(open).await.is_empty());
    packing.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_02_what_is_cancelled_or_paid_back_leaves_the_list() {
    let order = || an_order(1).line("A", 4);
    let mut packing = Packing::of(&order().build()).await;
    packing
        .take("1", FulfilmentStep::Packed, &[(1, 3)])
        .await
        .unwrap();
    packing
        .take("1", FulfilmentStep::Shipped, &[(1, 1)])
        .await
        .unwrap();
    let less = order().restocked(0, 2).at(1);
    packing.ledger.apply_one(&less.build()).await;
    assert_eq!(packing.figures("1").await, ["0 0 1 1"]);
    let voided = order().state(SaleState::Voided).at(2);
    packing.ledger.apply_one(&voided.build()).await;
    assert_eq!(packing.figures("1").await, ["0 0 0 1"]);
    let packed = || wire::ListFulfilmentRequest {
        step: FulfilmentStep::Packed.into(),
        ..Default::default()
    };
    assert!(packing.list(packed()).await.is_empty());
    // Cancelled by mistake: what was shipped was shipped.
    packing.ledger.apply_one(&order().at(3).build()).await;
    assert_eq!(packing.figures("1").await, ["1 0 2 1"]);
    assert_eq!(packing.list(packed()).await, ["#1"]);
    packing.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_02_the_list_is_asked_by_outlet_shop_step_and_age() {
    let mut packing = Packing::new().await;
    let order = |id: u64| {
        let placed = i64::try_from(id).unwrap();
        an_order(id).placed(placed).line("A", 2)
    };
    let orders = [1, 2, 3, 4].map(|id| order(id).build());
    packing.ledger.apply(&orders).await;
    let elsewhere = order(5).of(RETAILER, OTHER_CONNECTION);
    packing.ledger.apply_one(&elsewhere.build()).await;
    for (order, step, parts) in [
        ("1", FulfilmentStep::Picked, &[(1, 1)][..]),
        ("2", FulfilmentStep::Packed, &[]),
        ("3", FulfilmentStep::Shipped, &[]),
        ("4", FulfilmentStep::Collected, &[(1, 1)]),
    ] {
        packing.take(order, step, parts).await.unwrap();
    }
    let any = wire::ListFulfilmentRequest::default;
    let by_step = |step: FulfilmentStep| wire::ListFulfilmentRequest {
        step: step.into(),
        ..any()
    };
    for (what, asked, expected) in [
        (
            "to pick",
            by_step(FulfilmentStep::ToPick),
            &["#1", "#4", "#5"][..],
        ),
        ("picked", by_step(FulfilmentStep::Picked), &["#1"]),
        ("packed", by_step(FulfilmentStep::Packed), &["#2"]),
        ("shipped", by_step(FulfilmentStep::Shipped), &["#3"]),
        ("collected", by_step(FulfilmentStep::Collected), &["#4"]),
        (
            "shipped in full",
            wire::ListFulfilmentRequest {
                state: FulfilmentState::Done.into(),
                ..by_step(FulfilmentStep::Shipped)
            },
            &["#3"],
        ),
        (
            "of a shop",
            wire::ListFulfilmentRequest {
                connection_id: OTHER_CONNECTION.to_string(),
                ..any()
            },
            &["#5"],
        ),
        (
            "of an outlet",
            wire::ListFulfilmentRequest {
                outlet_id: OTHER_OUTLET.to_string(),
                ..any()
            },
            &["#5"],
        ),
        (
            "old",
            wire::ListFulfilmentRequest {
                placed_before: Some(instant_into(PLACED_AT + SignedDuration::from_secs(3))),
                ..any()
            },
            &["#1", "#2"],
        ),
    ] {
        assert_eq!(packing.list(asked).await, expected, "{what}");
    }
}

#[tokio::test]
async fn pos_02_who_did_what_when_is_kept() {
    let mut packing = Packing::of(&an_order(1).line("A", 3).build()).await;
    packing
        .take("1", FulfilmentStep::Picked, &[(1, 2)])
        .await
        .unwrap();
    packing
        .undo("1", FulfilmentStep::Picked, &[(1, 1)])
        .await
        .unwrap();
    let tracking = wire::Tracking {
        carrier: "Bicycle".to_owned(),
        number: "B-7".to_owned(),
        url: "https://bicycle.example/B-7".to_owned(),
    };
    let shipped = wire::TakeStepRequest {
        tracking: Some(tracking.clone()),
        ..packing.step("1", FulfilmentStep::Shipped, &[])
    };
    let answer = packing.client.fulfilment.take_step(shipped.clone()).await;
    let answer = answer.unwrap().into_inner();
    // Asked again, it is answered and not done.
    let again = packing.client.fulfilment.take_step(shipped).await.unwrap();
    assert_eq!(again.into_inner(), answer);

    let acts = packing.get("1").await.acts;
    let told: Vec<_> = acts
        .iter()
        .map(|done| {
            let quantity = done.parts[0].quantity.as_ref().unwrap();
            (
                done.number,
                done.step(),
                done.is_undone,
                quantity.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, FulfilmentStep::Picked, false, "2"),
            (2, FulfilmentStep::Picked, true, "1"),
            (3, FulfilmentStep::Shipped, false, "3"),
        ]
    );
    assert_eq!(acts.last(), answer.act.as_ref());
    assert_eq!(acts[2].tracking, Some(tracking));
    assert_eq!(acts[0].tracking, None);
    let wire::Act { actor, note, .. } = act(0);
    assert!(
        acts.iter()
            .all(|done| (&done.actor, &done.note) == (&actor, &note))
    );
    assert!(acts.iter().all(|done| done.done_at.is_some()));
}

#[tokio::test]
async fn r_04_what_was_handed_over_here_is_not_oversold() {
    let mut packing = Packing::new().await;
    let orders = [1, 2].map(|id| an_order(id).line("A", 2).build());
    packing.ledger.apply(&orders).await;
    packing
        .take("2", FulfilmentStep::Shipped, &[(1, 1)])
        .await
        .unwrap();
    let asked = wire::ListOversoldRequest {
        retailer_id: RETAILER.to_string(),
        ..Default::default()
    };
    let answer = packing.client.stock_work.list_oversold(asked).await;
    let levels = answer.unwrap().into_inner().levels;
    let orders = levels[0].orders.iter();
    let mut left: Vec<_> = orders
        .map(|order| {
            let left = order.to_hand_over.as_ref().unwrap();
            (order.order_id.as_str(), left.value.as_str())
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [("1", "2"), ("2", "1")]);
}

#[tokio::test]
async fn r_2_what_was_handed_over_here_is_not_taken_back_with_its_import() {
    let mut packing = Packing::new().await;
    packing.ledger.begin(IMPORT).await;
    let orders = [1, 2].map(|id| past(id).line("A", 2).build());
    packing.ledger.apply(&orders).await;
    packing.ledger.complete(IMPORT).await;
    packing
        .take("1", FulfilmentStep::Shipped, &[(1, 1)])
        .await
        .unwrap();
    packing
        .take("2", FulfilmentStep::Picked, &[])
        .await
        .unwrap();
    let counts = packing.ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.undone, counts.kept), (1, 1));
    let kept =
        "select shop_order_id from ledger.import_order where kept_reason = 'handed_over_here'";
    assert_eq!(packing.ledger.sql(kept), "1");
    assert_eq!(packing.figures("1").await, ["1 0 0 1"]);
    assert_eq!(packing.figures("2").await, ["0 0 0 0"]);
    packing.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_02_the_bus_is_told_what_was_handed_over() {
    let mut packing = Packing::of(&an_order(1).line("A", 2).build()).await;
    let outbox = Outbox::new(store::write_pool(&app(&packing.ledger.database)));
    let told = || async {
        let mut told = outbox.sales(Place::default(), 10).await.unwrap();
        told.pop().unwrap()
    };
    let before = told().await;
    assert!(before.now.is_to_fulfil && before.now.handovers.is_empty());
    packing
        .take("1", FulfilmentStep::Packed, &[])
        .await
        .unwrap();
    packing
        .take("1", FulfilmentStep::Shipped, &[(1, 1)])
        .await
        .unwrap();
    assert!(told().await.now.is_to_fulfil);
    packing
        .take("1", FulfilmentStep::Collected, &[])
        .await
        .unwrap();
    let after = told().await;
    assert!(after.mark > before.mark && after.now.changed_at > before.now.changed_at);
    assert!(!after.now.is_to_fulfil);
    let steps: Vec<Step> = after
        .now
        .handovers
        .iter()
        .map(|handed| handed.step)
        .collect();
    assert_eq!(steps, [Step::Shipped, Step::Collected]);
    let acts = packing.get("1").await.acts;
    assert_eq!(acts[1].act_id, after.now.handovers[0].id.to_string());
}
