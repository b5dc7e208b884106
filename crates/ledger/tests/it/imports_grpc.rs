//! The Imports service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proto::ledger as wire;
use retail::ImportId;
use service::Settings;
use service::seal::Keyring;
use tonic::Code;

use crate::client::Client;
use crate::imports::IMPORT;
use crate::order::wire_message;
use crate::order::{Builder, an_order};
use crate::support::{CONNECTION, Ledger, OTHER_RETAILER, RETAILER};

/// Another than the ledger would have: it is not needed.
fn keyring() -> Keyring {
    let key = STANDARD.encode([7; 32]);
    Keyring::from_settings(&Settings::from_map([("COMPTOIR_SEAL_KEY", key)])).unwrap()
}

fn asked(orders: &[Builder]) -> wire::PreviewOrdersRequest {
    wire::PreviewOrdersRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        orders: orders
            .iter()
            .map(|order| wire_message(&keyring(), &order.build()))
            .collect(),
    }
}

fn begin(import: &str) -> wire::BeginImportRequest {
    wire::BeginImportRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        import_id: import.to_owned(),
    }
}

#[tokio::test]
async fn r_2_the_service_previews_imports_and_takes_back() {
    let ledger = Ledger::new().await;
    let serving = Client::of(&ledger).await;
    let mut client = serving.imports.clone();
    ledger.apply(&[an_order(1).line("A", 2).build()]).await;

    let orders = [
        an_order(1).line("A", 2),
        // The customer stays sealed: a preview is nobody's business.
        an_order(2).line("A", 3).customer("z@example.com", "Zoé"),
        an_order(3).line("A", 1).total(7),
    ];
    let wire::PreviewOrdersResponse {
        orders: previewed,
        levels,
    } = client
        .preview_orders(asked(&orders))
        .await
        .unwrap()
        .into_inner();
    let told: Vec<(&str, wire::ImportedAs, &str)> = previewed
        .iter()
        .map(|order| {
            (
                order.order_id.as_str(),
                order.imported_as(),
                order.reason.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("1", wire::ImportedAs::AlreadyRecorded, ""),
            ("2", wire::ImportedAs::Made, ""),
            ("3", wire::ImportedAs::Parked, "totals_mismatch"),
        ]
    );
    let [level] = &levels[..] else {
        panic!("{levels:?}")
    };
    assert_eq!(level.sku, "A");
    assert_eq!(level.on_hand.as_ref().unwrap().value, "-2");
    assert_eq!(level.on_hand_after.as_ref().unwrap().value, "-5");
    assert!(level.goes_negative);

    let import = IMPORT.to_string();
    let begun = client
        .begin_import(begin(&import))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(begun.import.unwrap().state(), wire::ImportState::Running);
    let brought: Vec<_> = orders
        .into_iter()
        .map(|order| order.import(IMPORT).build())
        .collect();
    ledger.apply(&brought).await;
    let complete = wire::CompleteImportRequest {
        retailer_id: RETAILER.to_string(),
        import_id: import.clone(),
    };
    let complete = client.complete_import(complete).await.unwrap().into_inner();
    let counts = complete.import.unwrap().counts.unwrap();
    assert_eq!(
        (counts.made, counts.already_recorded, counts.parked),
        (1, 1, 1)
    );

    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let page = wire::ListImportOrdersRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.clone(),
            page_size: 2,
            page_token,
            kept_only: false,
        };
        let page = client.list_import_orders(page).await.unwrap().into_inner();
        seen.extend(page.orders.into_iter().map(|order| order.order_id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["1", "2", "3"]);

    let undo = wire::UndoImportRequest {
        retailer_id: RETAILER.to_string(),
        import_id: import.clone(),
    };
    let undone = client.undo_import(undo).await.unwrap().into_inner();
    assert_eq!(undone.remaining, 0);
    let undone = undone.import.unwrap();
    assert_eq!(undone.state(), wire::ImportState::Undone);
    assert_eq!(undone.counts.unwrap().undone, 1);
    let levels = wire::ListImportLevelsRequest {
        retailer_id: RETAILER.to_string(),
        import_id: import.clone(),
        ..Default::default()
    };
    let levels = client
        .list_import_levels(levels)
        .await
        .unwrap()
        .into_inner();
    let [level] = &levels.levels[..] else {
        panic!("{levels:?}")
    };
    assert_eq!(level.on_hand_before, level.on_hand_now);
    let imports = wire::ListImportsRequest {
        retailer_id: RETAILER.to_string(),
        ..Default::default()
    };
    let imports = client.list_imports(imports).await.unwrap().into_inner();
    assert_eq!(imports.imports.len(), 1);
}

#[tokio::test]
async fn questions_about_imports_that_make_no_sense_are_refused() {
    let ledger = Ledger::new().await;
    let serving = Client::of(&ledger).await;
    let mut client = serving.imports.clone();
    let refused = client.begin_import(begin("x")).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let nobody = uuid::Uuid::nil().to_string();
    let refused = client.begin_import(begin(&nobody)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let get = |retailer: &str, import: ImportId| wire::GetImportRequest {
        retailer_id: retailer.to_owned(),
        import_id: import.to_string(),
    };
    ledger.begin(IMPORT).await;
    let foreign = get(&OTHER_RETAILER.to_string(), IMPORT);
    let refused = client.get_import(foreign).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let own = client.get_import(get(&RETAILER.to_string(), IMPORT)).await;
    assert!(own.is_ok());
    let busy = begin(&ImportId::new(uuid::Uuid::from_u128(9)).to_string());
    let refused = client.begin_import(busy).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let undo = wire::UndoImportRequest {
        retailer_id: RETAILER.to_string(),
        import_id: IMPORT.to_string(),
    };
    let refused = client.undo_import(undo).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let mut foreign = asked(&[an_order(1).line("A", 1)]);
    foreign.orders[0].retailer_id = OTHER_RETAILER.to_string();
    let refused = client.preview_orders(foreign).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let many: Vec<Builder> = (1..=501).map(an_order).collect();
    let refused = client.preview_orders(asked(&many)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
