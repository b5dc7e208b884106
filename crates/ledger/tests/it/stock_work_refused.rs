//! What nobody can do to stock.

use proto::google::r#type::Decimal;
use proto::ledger as wire;
use proto::ledger::stock_line::Item;
use retail::LineKind;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::order::an_order;
use crate::stockroom::{Stockroom, line, lines};
use crate::support::{OTHER_RETAILER, OUTLET, id};

/// The field that an act failed for.
fn field(refused: &Status) -> String {
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
    let details = refused.get_details_bad_request().unwrap();
    details.field_violations[0].field.clone()
}

#[tokio::test]
async fn stock_work_that_makes_no_sense_is_refused_and_leaves_nothing() {
    let mut room = Stockroom::with(&["A", "B"]).await;
    let with_shipping = an_order(1)
        .line("A", 1)
        .service("shipping", LineKind::Shipping, 500);
    room.ledger.apply_one(&with_shipping.build()).await;
    let shipping = room
        .ledger
        .sql("select item_id from ledger.item where kind = 'shipping'");
    let before = room.ledger.levels().await;
    let by_id = |item: String| wire::StockLine {
        item: Some(Item::ItemId(item)),
        ..line("", 1)
    };
    let a = room
        .ledger
        .sql("select item_id from ledger.item where sku = 'A'");
    let decimal = |value: &str| wire::StockLine {
        quantity: Some(Decimal {
            value: value.to_owned(),
        }),
        ..line("A", 1)
    };
    for (asked, wrong) in [
        (vec![], "lines"),
        (vec![line("A", 1), line("B", 0)], "lines[1].quantity"),
        (vec![decimal("0.0001")], "lines[0].quantity"),
        (vec![decimal("1000000000.001")], "lines[0].quantity"),
        (vec![decimal("-1000000000.001")], "lines[0].quantity"),
        (vec![by_id("x".to_owned())], "lines[0].item_id"),
        (vec![by_id(shipping)], "lines[0].item"),
        (vec![line("B", 1), line("A", 1), by_id(a)], "lines[2].item"),
        (
            vec![wire::StockLine {
                item: None,
                ..line("A", 1)
            }],
            "lines[0].item",
        ),
        (
            (0..501).map(|place| line(&place.to_string(), 1)).collect(),
            "lines",
        ),
    ] {
        let request = wire::AdjustRequest {
            lines: asked,
            ..room.adjustment(OUTLET, &[])
        };
        let refused = room.client.stock_work.adjust(request).await.unwrap_err();
        assert_eq!(field(&refused), wrong, "{refused:?}");
    }
    let without_reason = wire::AdjustRequest {
        reason: 0,
        ..room.adjustment(OUTLET, &[("A", 1)])
    };
    let refused = room.client.stock_work.adjust(without_reason).await;
    assert_eq!(field(&refused.unwrap_err()), "reason");
    for (outlet, sku, kind) in [
        (id(13), "A", "outlet"),
        (id(99), "A", "outlet"),
        (OUTLET, "Z", "item"),
    ] {
        let request = room.adjustment(outlet, &[(sku, 1)]);
        let refused = room.client.stock_work.adjust(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        let resource = refused.get_details_resource_info().unwrap();
        assert_eq!(resource.resource_type, kind);
    }
    let foreign = wire::AdjustRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..room.adjustment(id(13), &[("A", 1)])
    };
    let refused = room.client.stock_work.adjust(foreign).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "another retailer's item");

    let refused = room.receive(&[("A", -1)]).await.unwrap_err();
    assert_eq!(field(&refused), "lines[0].quantity");
    let refused = room.set_safety(&[("A", -1)]).await.unwrap_err();
    assert_eq!(field(&refused), "lines[0].quantity");
    assert_eq!(room.ledger.levels().await, before);
    let count = "select count(*) from ledger.stock_entry";
    assert_eq!(room.ledger.sql(count), "0");
}

#[tokio::test]
async fn an_item_that_was_deleted_is_adjusted_by_its_id_alone() {
    let mut room = Stockroom::with(&["A"]).await;
    room.receive(&[("A", 3)]).await.unwrap();
    let a = room
        .ledger
        .sql("update ledger.item set deleted_at = now() where sku = 'A' returning item_id");
    let a = a.lines().next().unwrap().to_owned();
    let refused = room.adjust(&[("A", -3)]).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let mut request = room.adjustment(OUTLET, &[("A", -3)]);
    request.lines = lines(&[("A", -3)]);
    request.lines[0].item = Some(Item::ItemId(a));
    room.client.stock_work.adjust(request).await.unwrap();
    assert_eq!(room.on_hand("A").await, 0);
    room.ledger.assert_sound().await;
}
