//! About stock.

use proto::convert::{instant_into, quantity_into};
use proto::ledger as wire;
use retail::Quantity;
use service::clock::{Clock as _, SystemClock};

use super::furnished::{Things, act};
use super::{Question, ask};
use crate::stockroom::lines;

pub fn reading_stock(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let of_outlet = || other.outlet.clone();
    let mut questions = vec![
        ask(
            "Stock/ListLevels",
            &wire::ListLevelsRequest {
                retailer_id: retailer_id(),
                outlet_id: of_outlet(),
                ..Default::default()
            },
        ),
        ask(
            "Stock/ListLevels",
            &wire::ListLevelsRequest {
                retailer_id: retailer_id(),
                sku: other.sku.clone(),
                ..Default::default()
            },
        ),
        ask(
            "Stock/ExplainLevel",
            &wire::ExplainLevelRequest {
                retailer_id: retailer_id(),
                sku: other.sku.clone(),
                outlet_id: of_outlet(),
            },
        ),
        ask(
            "Stock/ListMovements",
            &wire::ListMovementsRequest {
                retailer_id: retailer_id(),
                item_id: other.item.clone(),
                outlet_id: of_outlet(),
                ..Default::default()
            },
        ),
        // One's own item is not shown where somebody else keeps it either.
        ask(
            "Stock/ListMovements",
            &wire::ListMovementsRequest {
                retailer_id: retailer_id(),
                item_id: own.item.clone(),
                outlet_id: of_outlet(),
                ..Default::default()
            },
        ),
        pushable(own, &other.connection, &other.item),
        pushable(own, &own.connection, &other.item),
        pushable(own, &other.connection, &own.item),
        ask(
            "Kits/GetKit",
            &wire::GetKitRequest {
                retailer_id: retailer_id(),
                item: Some(wire::get_kit_request::Item::ItemId(other.kit.clone())),
            },
        ),
        ask(
            "Kits/GetKit",
            &wire::GetKitRequest {
                retailer_id: retailer_id(),
                item: Some(wire::get_kit_request::Item::Sku(other.kit_sku.clone())),
            },
        ),
        ask(
            "StockWork/GetStockEntry",
            &wire::GetStockEntryRequest {
                retailer_id: retailer_id(),
                entry_id: other.entry.clone(),
            },
        ),
        ask(
            "StockWork/ListStockEntries",
            &wire::ListStockEntriesRequest {
                retailer_id: retailer_id(),
                outlet_id: of_outlet(),
                ..Default::default()
            },
        ),
        ask(
            "StockWork/ListOversold",
            &wire::ListOversoldRequest {
                retailer_id: retailer_id(),
                outlet_id: of_outlet(),
                ..Default::default()
            },
        ),
        ask(
            "Transfers/GetTransfer",
            &wire::GetTransferRequest {
                retailer_id: retailer_id(),
                transfer_id: other.transfer.clone(),
            },
        ),
        ask(
            "Transfers/ListTransfers",
            &wire::ListTransfersRequest {
                retailer_id: retailer_id(),
                outlet_id: of_outlet(),
                ..Default::default()
            },
        ),
        ask(
            "StockTakes/GetStockTake",
            &wire::GetStockTakeRequest {
                retailer_id: retailer_id(),
                stock_take_id: other.stock_take.clone(),
            },
        ),
        ask(
            "StockTakes/ListStockTakeLines",
            &wire::ListStockTakeLinesRequest {
                retailer_id: retailer_id(),
                stock_take_id: other.stock_take.clone(),
                ..Default::default()
            },
        ),
        ask(
            "StockTakes/ListStockTakes",
            &wire::ListStockTakesRequest {
                retailer_id: retailer_id(),
                outlet_id: other.storeroom.clone(),
                ..Default::default()
            },
        ),
    ];
    let as_of = wire::ListLevelsAsOfRequest {
        retailer_id: retailer_id(),
        as_of: Some(instant_into(SystemClock.now())),
        ..Default::default()
    };
    questions.extend(
        [
            wire::ListLevelsAsOfRequest {
                outlet_id: of_outlet(),
                ..as_of.clone()
            },
            wire::ListLevelsAsOfRequest {
                item_id: other.item.clone(),
                ..as_of.clone()
            },
            wire::ListLevelsAsOfRequest {
                sku: other.sku.clone(),
                ..as_of
            },
        ]
        .map(|request| ask("Stock/ListLevelsAsOf", &request)),
    );
    questions
}

pub fn stock_work(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let mut questions = Vec::new();
    // In the other's outlet, and the other's item in one's own.
    for (outlet, item) in [(&other.outlet, &own.item), (&own.outlet, &other.item)] {
        let outlet_id = || outlet.clone();
        questions.extend([
            ask(
                "StockWork/Adjust",
                &wire::AdjustRequest {
                    retailer_id: retailer_id(),
                    outlet_id: outlet_id(),
                    lines: by_id(item),
                    reason: wire::AdjustmentReason::Found.into(),
                    act: Some(act()),
                },
            ),
            ask(
                "StockWork/ReceiveGoods",
                &wire::ReceiveGoodsRequest {
                    retailer_id: retailer_id(),
                    outlet_id: outlet_id(),
                    lines: by_id(item),
                    reference: String::new(),
                    act: Some(act()),
                },
            ),
            ask(
                "StockWork/SetSafetyStock",
                &wire::SetSafetyStockRequest {
                    retailer_id: retailer_id(),
                    outlet_id: outlet_id(),
                    lines: by_id(item),
                    act: Some(act()),
                },
            ),
        ]);
    }
    let sent = |from: &String, to: &String, item: &String| wire::SendTransferRequest {
        retailer_id: retailer_id(),
        from_outlet_id: from.clone(),
        to_outlet_id: to.clone(),
        lines: by_id(item),
        reference: String::new(),
        act: Some(act()),
    };
    let counted = |take: &String, item: &String| wire::CountStockRequest {
        retailer_id: retailer_id(),
        stock_take_id: take.clone(),
        lines: by_id(item),
        act: Some(act()),
    };
    questions.extend([
        ask(
            "Transfers/SendTransfer",
            &sent(&other.outlet, &own.storeroom, &own.item),
        ),
        ask(
            "Transfers/SendTransfer",
            &sent(&own.outlet, &other.storeroom, &own.item),
        ),
        ask(
            "Transfers/SendTransfer",
            &sent(&own.outlet, &own.storeroom, &other.item),
        ),
        ask(
            "Transfers/ReceiveTransfer",
            &wire::ReceiveTransferRequest {
                retailer_id: retailer_id(),
                transfer_id: other.transfer.clone(),
                lines: lines(&[(other.sku.as_str(), 1)]),
                more_to_come: false,
                act: Some(act()),
            },
        ),
        ask(
            "StockTakes/CountStock",
            &counted(&other.stock_take, &own.item),
        ),
        ask(
            "StockTakes/CountStock",
            &counted(&own.stock_take, &other.item),
        ),
        ask(
            "StockTakes/PostStockTake",
            &wire::PostStockTakeRequest {
                retailer_id: retailer_id(),
                stock_take_id: other.stock_take.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "StockTakes/CancelStockTake",
            &wire::CancelStockTakeRequest {
                retailer_id: retailer_id(),
                stock_take_id: other.stock_take.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "StockTakes/StartStockTake",
            &wire::StartStockTakeRequest {
                retailer_id: retailer_id(),
                outlet_id: other.outlet.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "Kits/DefineKit",
            &wire::DefineKitRequest {
                retailer_id: retailer_id(),
                item: Some(wire::define_kit_request::Item::ItemId(other.kit.clone())),
                parts: by_id(&own.item),
                act: Some(act()),
            },
        ),
        ask(
            "Kits/DefineKit",
            &wire::DefineKitRequest {
                retailer_id: retailer_id(),
                item: Some(wire::define_kit_request::Item::ItemId(own.kit.clone())),
                parts: by_id(&other.item),
                act: Some(act()),
            },
        ),
    ]);
    questions
}

fn by_id(item: &str) -> Vec<wire::StockLine> {
    vec![wire::StockLine {
        item: Some(wire::stock_line::Item::ItemId(item.to_owned())),
        quantity: Some(quantity_into(Quantity::units(1).unwrap())),
    }]
}

fn pushable(own: &Things, connection: &str, item: &str) -> Question {
    ask(
        "ShopStock/ListPushable",
        &wire::ListPushableRequest {
            retailer_id: own.retailer.clone(),
            connection_id: connection.to_owned(),
            items: vec![wire::PushableItem {
                item_id: item.to_owned(),
                since: String::new(),
            }],
        },
    )
}
