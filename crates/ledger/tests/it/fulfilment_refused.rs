//! What is not done to hand a sale over, and why.

use ledger::decide::Outcome;
use proto::ledger as wire;
use proto::ledger::FulfilmentStep;
use retail::{LineKind, SaleState};
use tonic::Code;

use crate::held::violation;
use crate::order::an_order;
use crate::packing::Packing;
use crate::support::{ASKING_CONNECTION, OTHER_RETAILER, RETAILER, id};

#[tokio::test]
async fn pos_02_what_is_unpaid_is_handed_over_by_those_who_know() {
    let order = an_order(1).line("A", 2).paid(1_000);
    let mut packing = Packing::of(&order.build()).await;
    for step in [FulfilmentStep::Shipped, FulfilmentStep::Collected] {
        let asked = wire::TakeStepRequest {
            accept_unpaid: false,
            ..packing.step("1", step, &[(1, 1)])
        };
        let refused = packing.client.fulfilment.take_step(asked.clone()).await;
        assert_eq!(violation(&refused.unwrap_err()), "sale_unpaid");
        let known = wire::TakeStepRequest {
            accept_unpaid: true,
            ..asked
        };
        packing.client.fulfilment.take_step(known).await.unwrap();
    }
    // What stays here asks nothing.
    let order = an_order(2).line("A", 2);
    packing.ledger.apply_one(&order.build()).await;
    let asked = wire::TakeStepRequest {
        accept_unpaid: false,
        ..packing.step("2", FulfilmentStep::Packed, &[])
    };
    packing.client.fulfilment.take_step(asked).await.unwrap();
}

#[tokio::test]
async fn pos_02_while_an_update_waits_goods_go_by_those_who_know() {
    let order = || an_order(1).of(RETAILER, ASKING_CONNECTION).line("A", 2);
    let mut packing = Packing::of(&order().build()).await;
    let shipped = order().fulfilled(0, 1).at(1).build();
    assert_eq!(packing.ledger.apply_one(&shipped).await, Outcome::Held);
    let asked = packing.step("1", FulfilmentStep::Shipped, &[(1, 1)]);
    let refused = packing.client.fulfilment.take_step(asked.clone()).await;
    assert_eq!(violation(&refused.unwrap_err()), "update_waits");
    let known = wire::TakeStepRequest {
        accept_held_update: true,
        ..asked
    };
    packing.client.fulfilment.take_step(known).await.unwrap();
}

#[tokio::test]
async fn pos_02_no_more_is_done_than_there_is_to_do_it_with() {
    let mut packing = Packing::new().await;
    let order = || {
        an_order(1)
            .line("A", 3)
            .service("shipping:1", LineKind::Shipping, 500)
    };
    packing
        .ledger
        .apply_one(&order().fulfilled(0, 1).build())
        .await;
    for step in [
        FulfilmentStep::Picked,
        FulfilmentStep::Packed,
        FulfilmentStep::Shipped,
        FulfilmentStep::Collected,
    ] {
        let refused = packing.take("1", step, &[(1, 3)]).await;
        assert_eq!(violation(&refused.unwrap_err()), "exceeds_rest", "{step:?}");
    }
    let refused = packing.undo("1", FulfilmentStep::Packed, &[(1, 1)]).await;
    assert_eq!(violation(&refused.unwrap_err()), "exceeds_rest");
    let refused = packing.undo("1", FulfilmentStep::Picked, &[]).await;
    assert_eq!(violation(&refused.unwrap_err()), "exceeds_rest");
    packing
        .take("1", FulfilmentStep::Shipped, &[])
        .await
        .unwrap();
    let refused = packing.take("1", FulfilmentStep::Shipped, &[]).await;
    assert_eq!(violation(&refused.unwrap_err()), "exceeds_rest");
    let steps = "select count(*) from ledger.fulfilment_step";
    assert_eq!(
        packing.ledger.sql(steps),
        "1",
        "what is refused leaves no trace"
    );

    let voided = order().state(SaleState::Voided).at(1);
    packing.ledger.apply_one(&voided.build()).await;
    let refused = packing.take("1", FulfilmentStep::Picked, &[]).await;
    assert_eq!(violation(&refused.unwrap_err()), "sale_voided");
}

#[tokio::test]
async fn pos_02_an_act_names_a_sale_a_step_and_its_lines() {
    let mut packing = Packing::of(&an_order(1).line("A", 3).build()).await;
    let asked = packing.step("1", FulfilmentStep::Shipped, &[(1, 1)]);
    let with = |change: fn(&mut wire::TakeStepRequest)| {
        let mut asked = asked.clone();
        change(&mut asked);
        asked
    };
    for (what, asked, code) in [
        (
            "another retailer's",
            with(|asked| asked.retailer_id = OTHER_RETAILER.to_string()),
            Code::NotFound,
        ),
        (
            "no sale",
            with(|asked| asked.sale_id = id(99).to_string()),
            Code::NotFound,
        ),
        (
            "no line",
            with(|asked| asked.parts[0].line_key = "line:9".to_owned()),
            Code::NotFound,
        ),
        (
            "a line twice",
            with(|asked| asked.parts.push(asked.parts[0].clone())),
            Code::InvalidArgument,
        ),
        (
            "nothing of a line",
            with(|asked| asked.parts[0].quantity = Some(decimal("0"))),
            Code::InvalidArgument,
        ),
        (
            "no step",
            with(|asked| asked.step = FulfilmentStep::Unspecified.into()),
            Code::InvalidArgument,
        ),
        (
            "no step that is taken",
            with(|asked| asked.step = FulfilmentStep::ToPick.into()),
            Code::InvalidArgument,
        ),
        (
            "nobody",
            with(|asked| asked.act = None),
            Code::InvalidArgument,
        ),
        (
            "a parcel that is picked",
            with(|asked| {
                asked.step = FulfilmentStep::Picked.into();
                asked.tracking = Some(wire::Tracking::default());
            }),
            Code::InvalidArgument,
        ),
        (
            "an address that is none",
            with(|asked| {
                asked.tracking = Some(wire::Tracking {
                    url: "javascript:alert(1)".to_owned(),
                    ..wire::Tracking::default()
                });
            }),
            Code::InvalidArgument,
        ),
    ] {
        let refused = packing.client.fulfilment.take_step(asked).await;
        assert_eq!(refused.unwrap_err().code(), code, "{what}");
    }
    let gone = packing.undo("1", FulfilmentStep::Shipped, &[(1, 1)]).await;
    assert_eq!(gone.unwrap_err().code(), Code::InvalidArgument);
    let foreign = wire::GetFulfilmentRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        sale_id: packing.sale_id("1"),
    };
    let refused = packing.client.fulfilment.get_fulfilment(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
}

fn decimal(value: &str) -> proto::google::r#type::Decimal {
    proto::google::r#type::Decimal {
        value: value.to_owned(),
    }
}
