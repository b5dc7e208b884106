//! About orders and imports.

use proto::ledger as wire;
use uuid::Uuid;

use super::furnished::{HELD, PARKED, Place, SOLD, Things, act};
use super::{Question, ask};
use crate::order::{an_order, keyring, wire_message};

pub fn reading_orders(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let ids = [SOLD, PARKED, HELD].map(str::to_owned);
    let mut questions = vec![
        ask(
            "Orders/GetReceipt",
            &wire::GetReceiptRequest {
                retailer_id: retailer_id(),
                connection_id: other.connection.clone(),
                order_id: SOLD.to_owned(),
            },
        ),
        ask(
            "Orders/GetKnownOrders",
            &wire::GetKnownOrdersRequest {
                retailer_id: retailer_id(),
                connection_id: other.connection.clone(),
                order_ids: ids.to_vec(),
            },
        ),
        ask(
            "Imports/GetImport",
            &wire::GetImportRequest {
                retailer_id: retailer_id(),
                import_id: other.import.clone(),
            },
        ),
        ask(
            "Imports/ListImportOrders",
            &wire::ListImportOrdersRequest {
                retailer_id: retailer_id(),
                import_id: other.import.clone(),
                ..Default::default()
            },
        ),
        ask(
            "Imports/ListImportLevels",
            &wire::ListImportLevelsRequest {
                retailer_id: retailer_id(),
                import_id: other.import.clone(),
                ..Default::default()
            },
        ),
        ask(
            "WaitingOrders/ListOpenQuantities",
            &wire::ListOpenQuantitiesRequest {
                retailer_id: retailer_id(),
                outlet_id: other.outlet.clone(),
                ..Default::default()
            },
        ),
        ask(
            "WaitingOrders/ListOpenQuantities",
            &wire::ListOpenQuantitiesRequest {
                retailer_id: retailer_id(),
                skus: vec![other.sku.clone()],
                ..Default::default()
            },
        ),
    ];
    questions.extend([
        ask(
            "WaitingOrders/ListParked",
            &wire::ListParkedRequest {
                retailer_id: retailer_id(),
                connection_id: other.connection.clone(),
                ..Default::default()
            },
        ),
        ask(
            "WaitingOrders/ListHeld",
            &wire::ListHeldRequest {
                retailer_id: retailer_id(),
                connection_id: other.asking.clone(),
                ..Default::default()
            },
        ),
        ask(
            "WaitingOrders/ListActions",
            &wire::ListActionsRequest {
                retailer_id: retailer_id(),
                connection_id: other.connection.clone(),
                ..Default::default()
            },
        ),
    ]);
    questions
}

pub fn with_orders(own: &Things, other: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let connection_id = || other.connection.clone();
    let place: Place = other.place;
    let told = an_order(8)
        .of(place.retailer, place.connection)
        .line(&other.sku, 1)
        .build();
    let told = wire_message(&keyring(), &told);
    let begun = |connection: &String, import: &String| wire::BeginImportRequest {
        retailer_id: retailer_id(),
        connection_id: connection.clone(),
        import_id: import.clone(),
    };
    let of_import = || other.import.clone();
    vec![
        ask(
            "WaitingOrders/RetryParked",
            &wire::RetryParkedRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                order_id: PARKED.to_owned(),
                act: Some(act()),
            },
        ),
        ask(
            "WaitingOrders/RetryAllParked",
            &wire::RetryAllParkedRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                reason: String::new(),
                act: Some(act()),
            },
        ),
        ask(
            "WaitingOrders/DismissParked",
            &wire::DismissParkedRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                key: Some(wire::dismiss_parked_request::Key::OrderId(
                    PARKED.to_owned(),
                )),
                act: Some(act()),
            },
        ),
        ask(
            "WaitingOrders/RemapProduct",
            &wire::RemapProductRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                product: Some(wire::remap_product_request::Product::ShopSku(
                    "any".to_owned(),
                )),
                sku: own.sku.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "WaitingOrders/RemapProduct",
            &wire::RemapProductRequest {
                retailer_id: retailer_id(),
                connection_id: own.connection.clone(),
                product: Some(wire::remap_product_request::Product::ShopSku(
                    "any".to_owned(),
                )),
                sku: other.sku.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "WaitingOrders/ApplyHeld",
            &wire::ApplyHeldRequest {
                retailer_id: retailer_id(),
                connection_id: other.asking.clone(),
                order_id: HELD.to_owned(),
                content_hash: other.held_hash.clone(),
                act: Some(act()),
            },
        ),
        ask(
            "Imports/PreviewOrders",
            &wire::PreviewOrdersRequest {
                retailer_id: retailer_id(),
                connection_id: connection_id(),
                orders: vec![told],
            },
        ),
        ask(
            "Imports/BeginImport",
            &begun(&other.connection, &Uuid::from_u128(78).to_string()),
        ),
        ask(
            "Imports/BeginImport",
            &begun(&own.connection, &other.import),
        ),
        ask(
            "Imports/CompleteImport",
            &wire::CompleteImportRequest {
                retailer_id: retailer_id(),
                import_id: of_import(),
            },
        ),
        ask(
            "Imports/CancelImport",
            &wire::CancelImportRequest {
                retailer_id: retailer_id(),
                import_id: of_import(),
            },
        ),
        ask(
            "Imports/UndoImport",
            &wire::UndoImportRequest {
                retailer_id: retailer_id(),
                import_id: of_import(),
            },
        ),
    ]
}
