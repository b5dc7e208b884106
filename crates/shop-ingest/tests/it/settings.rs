//! What people decide about a connection, and what follows.

use bus::durable;
use prost::Message as _;
use proto::connect as wire;
use proto::connect::imports_client::ImportsClient;
use proto::connect::{ImportAction, OrderUpdates, StockAt};
use proto::google::r#type::Decimal;
use retail::ConnectionId;
use service_kit::within;
use std::time::Duration;
use tonic::Code;
use uuid::Uuid;

use crate::database::{REGISTER, RETAILER, connection_id, platform};
use crate::linking::{client, link_request, some_rounds};
use crate::running::{Running, ago};
use crate::stall::{HINT, Shop, ShopOrder, WHOLE};

const OTHER_REGISTER: Uuid = Uuid::from_u128(77);

pub async fn get(running: &Running, id: ConnectionId) -> wire::GetConnectionResponse {
    let request = wire::GetConnectionRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
    };
    let answer = client(running).await.get_connection(request).await;
    answer.unwrap().into_inner()
}

async fn set(
    running: &Running,
    change: wire::SettingsChange,
) -> Result<wire::Settings, tonic::Status> {
    let request = wire::SetSettingsRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection_id(1).to_string(),
        change: Some(change),
        stock_side_acknowledged: false,
    };
    let answer = client(running).await.set_settings(request).await?;
    Ok(answer.into_inner().settings.unwrap())
}

async fn automatic(running: &Running, is_automatic: bool) {
    let change = wire::SettingsChange {
        automatic_updates: Some(is_automatic),
        ..wire::SettingsChange::default()
    };
    set(running, change).await.unwrap();
}

async fn get_new(running: &Running) -> wire::GetNewOrdersResponse {
    let request = wire::GetNewOrdersRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: connection_id(1).to_string(),
    };
    let answer = client(running).await.get_new_orders(request).await;
    answer.unwrap().into_inner()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "as the messages have their fields"
)]
fn decimal(text: &str) -> Option<Decimal> {
    Some(Decimal {
        value: text.to_owned(),
    })
}

/// All that the bucket has, the newest of each connection last.
pub async fn broadcast(running: &Running) -> Vec<wire::KnownConnection> {
    let ledger = running.connect("ledger").await;
    let mut consumer = ledger.consumer(&durable::ledger_connections());
    let mut known = Vec::new();
    loop {
        let batch = consumer.next_batch(10, Duration::from_millis(500)).await;
        if batch.is_empty() {
            break;
        }
        for delivery in batch {
            let told = wire::KnownConnection::decode(delivery.payload.clone()).unwrap();
            let id = told.connection_id.parse().unwrap();
            assert_eq!(delivery.subject, bus::subject::connection(&platform(), id));
            known.push(told);
            delivery.ack().await.unwrap();
        }
    }
    ledger.drain().await;
    known
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_told_and_stay_whatever_the_seed_says() {
    let mut running = Running::start(vec![Shop::default(), Shop::default()]).await;
    let id = connection_id(1);
    let before = wire::Settings {
        register_id: REGISTER.to_string(),
        automatic_updates: true,
        order_updates: OrderUpdates::Apply.into(),
        stock_at: StockAt::Order.into(),
        channel_buffer: decimal("0"),
        import_entitled: false,
        stock_side: wire::StockSide::Pos.into(),
    };
    assert_eq!(get(&running, id).await.settings, Some(before.clone()));
    let told = broadcast(&running).await;
    assert_eq!(told.len(), 2, "{told:#?}");

    let change = wire::SettingsChange {
        register_id: OTHER_REGISTER.to_string(),
        order_updates: OrderUpdates::Ask.into(),
        stock_at: StockAt::Invoice.into(),
        channel_buffer: decimal("2.5"),
        ..wire::SettingsChange::default()
    };
    let after = wire::Settings {
        register_id: OTHER_REGISTER.to_string(),
        order_updates: OrderUpdates::Ask.into(),
        stock_at: StockAt::Invoice.into(),
        channel_buffer: decimal("2.5"),
        ..before
    };
    assert_eq!(set(&running, change).await.unwrap(), after);
    let newer = within(async || broadcast(&running).await.pop()).await;
    assert_eq!(newer.connection_id, id.to_string());
    assert_eq!(newer.retailer_id, RETAILER.to_string());
    assert_eq!(newer.register_id, OTHER_REGISTER.to_string());
    assert_eq!(newer.order_updates(), OrderUpdates::Ask);
    assert_eq!(newer.channel_buffer, decimal("2.5"));
    let older = told
        .iter()
        .find(|told| told.connection_id == newer.connection_id);
    assert!(newer.version > older.unwrap().version);
    assert!(!format!("{newer:?}").contains("hush"));

    running.crash().await;
    running.serve().await;
    assert_eq!(get(&running, id).await.settings, Some(after));
    let all = within(async || Some(broadcast(&running).await).filter(|all| all.len() >= 2)).await;
    let again = all
        .iter()
        .find(|told| told.connection_id == newer.connection_id);
    assert_eq!(again.unwrap().register_id, OTHER_REGISTER.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_06_each_connection_is_told_with_its_platforms_rule_about_shipping() {
    let running = Running::start(vec![Shop::default(), Shop::default()]).await;
    let told = broadcast(&running).await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|told| told.shipping_item_at_link));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_refused_and_change_nothing() {
    let running = Running::start(vec![Shop::default()]).await;
    let before = get(&running, connection_id(1)).await.settings;
    let nothing = wire::SettingsChange::default();
    for change in [
        wire::SettingsChange {
            register_id: "till 1".to_owned(),
            ..nothing.clone()
        },
        wire::SettingsChange {
            channel_buffer: decimal("-1"),
            ..nothing.clone()
        },
        wire::SettingsChange {
            channel_buffer: decimal("many"),
            ..nothing.clone()
        },
        wire::SettingsChange {
            order_updates: 9,
            ..nothing.clone()
        },
        wire::SettingsChange {
            stock_at: 9,
            ..nothing.clone()
        },
        wire::SettingsChange {
            stock_side: 9,
            ..nothing
        },
    ] {
        let refused = set(&running, change).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    }
    assert_eq!(get(&running, connection_id(1)).await.settings, before);
    // A new shop needs a register.
    let without = wire::LinkRequest {
        settings: None,
        ..link_request(9)
    };
    let refused = client(&running).await.link(without).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_01_without_automatic_updates_what_the_shop_tells_is_kept_until_somebody_asks() {
    let shop = Shop {
        clock: Some(ago(0)),
        ..Shop::default()
    };
    let mut running = Running::start(vec![shop]).await;
    let id = connection_id(1);
    automatic(&running, false).await;
    let body = |order: &str, seconds| ShopOrder::new(order, ago(seconds), "paid").body();
    running.post(1, WHOLE, body("1", 5)).await;
    running.post(1, WHOLE, body("1", 5)).await;
    running.shop(1, |shop| {
        shop.orders = vec![ShopOrder::new("2", ago(4), "paid")];
    });
    running.post(1, HINT, "2".to_owned()).await;
    let kept = async || get(&running, id).await.health.unwrap().kept_deliveries;
    // Two by webhook, and what polling found; the repeat is the same one.
    within(async || (kept().await >= 3).then_some(())).await;
    some_rounds().await;
    let books = running.books.clone();
    assert!(books.told().is_empty(), "{:?}", books.told());
    running.crash().await;
    running.serve().await;
    let kept = async || get(&running, id).await.health.unwrap().kept_deliveries;
    assert!(kept().await >= 3, "they are kept by more than the process");

    // Asked for, they are applied, and updates are no more automatic than before.
    assert!(get_new(&running).await.kept_deliveries >= 3);
    within(async || (kept().await == 0 && books.told().len() >= 2).then_some(())).await;
    running.post(1, WHOLE, body("3", 2)).await;
    within(async || (kept().await > 0).then_some(())).await;
    assert!(books.told().iter().all(|told| told.order != "3"));

    automatic(&running, true).await;
    let told = |order| books.told().iter().any(|told| told.order == order);
    within(async || told("3").then_some(())).await;
    running.post(1, WHOLE, body("4", 1)).await;
    within(async || told("4").then_some(())).await;
    assert_eq!(kept().await, 0);
    assert_eq!(running.messages("DEAD").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_02_new_orders_are_those_the_shop_changed_since_it_was_asked_last() {
    let shop = Shop {
        clock: Some(ago(0)),
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    running.polls(1, 1).await;
    automatic(&running, false).await;
    // No webhook tells of it.
    running.shop(1, |shop| {
        shop.orders = vec![ShopOrder::new("1", ago(3), "paid")];
        shop.clock = Some(ago(0));
    });
    some_rounds().await;
    let books = &running.books;
    assert!(books.told().is_empty());
    get_new(&running).await;
    within(async || (!books.told().is_empty()).then_some(())).await;
    get_new(&running).await;
    some_rounds().await;
    assert_eq!(books.told().len(), 1, "nothing is told twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_02_and_bc_07_without_entitlement_getting_all_is_absent_and_refused() {
    let running = Running::start(vec![Shop::default()]).await;
    let id = connection_id(1);
    let (all, new) = (
        i32::from(ImportAction::GetAll),
        i32::from(ImportAction::GetNew),
    );
    assert_eq!(get(&running, id).await.actions, [new]);
    let mut imports = ImportsClient::new(service_kit::as_operator(&running.grpc));
    let start = wire::StartImportRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
        import_id: Uuid::from_u128(5).to_string(),
        kind: wire::ImportKind::All.into(),
        since: None,
    };
    let refused = imports.start_import(start.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);

    let entitle = wire::SetImportEntitlementRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
        entitled: true,
    };
    imports.set_import_entitlement(entitle).await.unwrap();
    let allowed = get(&running, id).await;
    assert_eq!(allowed.actions, [all, new]);
    assert!(allowed.settings.unwrap().import_entitled);
    imports.start_import(start).await.unwrap();

    // A connection that is halted is asked for nothing.
    let request = wire::PauseRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
    };
    client(&running).await.pause(request).await.unwrap();
    assert_eq!(get(&running, id).await.actions, [all]);
    let request = wire::GetNewOrdersRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
    };
    let refused = client(&running).await.get_new_orders(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::FailedPrecondition);
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_03_getting_all_is_recommended_until_it_was_done_once() {
    let running = Running::start(vec![Shop::default()]).await;
    let id = connection_id(1);
    assert!(get(&running, id).await.get_all_recommended);
    let mut imports = ImportsClient::new(service_kit::as_operator(&running.grpc));
    let entitle = wire::SetImportEntitlementRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_string(),
        entitled: true,
    };
    imports.set_import_entitlement(entitle).await.unwrap();
    let (retailer_id, import_id) = (RETAILER.to_string(), Uuid::from_u128(5).to_string());
    let start = wire::StartImportRequest {
        retailer_id: retailer_id.clone(),
        connection_id: id.to_string(),
        import_id: import_id.clone(),
        kind: wire::ImportKind::All.into(),
        since: None,
    };
    imports.start_import(start).await.unwrap();
    within(async || {
        let request = wire::CommitImportRequest {
            retailer_id: retailer_id.clone(),
            import_id: import_id.clone(),
        };
        // Refused while it looks through the orders.
        imports.clone().commit_import(request).await.ok()
    })
    .await;
    within(async || (!get(&running, id).await.get_all_recommended).then_some(())).await;
}
