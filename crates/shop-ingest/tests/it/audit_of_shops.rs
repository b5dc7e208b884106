//! What is done about shops leaves entries in the audit log.

use jiff::Timestamp;
use proto::connect as wire;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::installs_client::InstallsClient;
use proto::connect::privacy_requests_client::PrivacyRequestsClient;
use serde_json::{Value, json};
use service::clock::{Clock as _, SystemClock};
use shop::PrivacyKind;
use shop_ingest::store::{PRIVACY_DEADLINE, PrivacyRequest};

use crate::audit_walk::{Trail, entries, first, of_first, retailer};
use crate::database::connection_id;
use crate::linking::{disconnect_request, link_request};

const DELIVERY: &str = "d1";

pub async fn links(trail: &mut Trail<'_>) {
    let request = wire::LinkRequest {
        key: "hush-key".to_owned(),
        ..link_request(9)
    };
    let again = request.clone();
    let new = trail
        .of("Connections/Link", async |channel| {
            ConnectionsClient::new(channel).link(request).await
        })
        .await;
    assert_eq!(new.before, Value::Null);
    assert_eq!(new.after["state"], "live");
    assert_eq!(new.after["credentials"], "changed");
    let known = trail
        .of("Connections/Link", async |channel| {
            ConnectionsClient::new(channel).link(again).await
        })
        .await;
    assert_eq!(known.subject, new.subject);
    assert_eq!(known.before["settings"], new.after["settings"]);
    assert_eq!(known.before.get("credentials"), None);
}

pub async fn decides(trail: &mut Trail<'_>) {
    let request = wire::SetSettingsRequest {
        retailer_id: retailer(),
        connection_id: first(),
        change: Some(wire::SettingsChange {
            stock_at: wire::StockAt::Invoice.into(),
            ..wire::SettingsChange::default()
        }),
        stock_side_acknowledged: false,
    };
    let set = trail
        .of("Connections/SetSettings", async |channel| {
            ConnectionsClient::new(channel).set_settings(request).await
        })
        .await;
    assert_eq!(set.subject, first());
    assert_eq!(
        (&set.before["stock_at"], &set.after["stock_at"]),
        (&json!("order"), &json!("invoice"))
    );
    let (retailer_id, connection_id) = (retailer(), first());
    let request = wire::GetNewOrdersRequest {
        retailer_id,
        connection_id,
    };
    let asked = trail
        .of("Connections/GetNewOrders", async |channel| {
            ConnectionsClient::new(channel)
                .get_new_orders(request)
                .await
        })
        .await;
    assert_eq!(asked.subject, first());
    let (retailer_id, connection_id) = (retailer(), first());
    let request = wire::PauseRequest {
        retailer_id,
        connection_id,
    };
    let paused = trail
        .of("Connections/Pause", async |channel| {
            ConnectionsClient::new(channel).pause(request).await
        })
        .await;
    let states = (json!({"state": "live"}), json!({"state": "paused"}));
    assert_eq!((paused.before, paused.after), states);
    let (retailer_id, connection_id) = (retailer(), first());
    let request = wire::ResumeRequest {
        retailer_id,
        connection_id,
    };
    let resumed = trail
        .of("Connections/Resume", async |channel| {
            ConnectionsClient::new(channel).resume(request).await
        })
        .await;
    assert_eq!((resumed.after, resumed.before), states);
}

pub async fn installs(trail: &mut Trail<'_>) {
    let settings = link_request(8).settings;
    let request = wire::BeginInstallRequest {
        retailer_id: retailer(),
        shop: "stall-8".to_owned(),
        settings: settings.clone(),
        check_acknowledged: true,
        ..wire::BeginInstallRequest::default()
    };
    let begun = trail
        .of("Installs/BeginInstall", async |channel| {
            InstallsClient::new(channel).begin_install(request).await
        })
        .await;
    assert!(begun.subject.starts_with("install "), "{}", begun.subject);
    assert_eq!(begun.after["shop"], "stall-8");
    let request = wire::LinkOwnShopRequest {
        retailer_id: retailer(),
        shop: "stall-7".to_owned(),
        settings,
        check_acknowledged: true,
        another_shop_confirmed: false,
    };
    let linked = trail
        .of("Installs/LinkOwnShop", async |channel| {
            InstallsClient::new(channel).link_own_shop(request).await
        })
        .await;
    assert_eq!(
        (linked.before, &linked.after["state"]),
        (Value::Null, &json!("live"))
    );
}

pub async fn answers(trail: &mut Trail<'_>) {
    let now: Timestamp = SystemClock.now();
    let asked = PrivacyRequest {
        connection: connection_id(1),
        delivery: DELIVERY.to_owned(),
        kind: PrivacyKind::CustomerData,
        received_at: now,
        due_at: now.checked_add(PRIVACY_DEADLINE).unwrap(),
        answer: None,
    };
    let body = b"hush-somebody";
    let store = &trail.running.store;
    store.record_privacy(&asked, body).await.unwrap();
    let request = wire::AnswerDataRequestRequest {
        retailer_id: retailer(),
        connection_id: first(),
        delivery_id: DELIVERY.to_owned(),
        actor: "person 1".to_owned(),
        nothing_held: false,
    };
    let answered = trail
        .of("PrivacyRequests/AnswerDataRequest", async |channel| {
            let mut requests = PrivacyRequestsClient::new(channel);
            requests.answer_data_request(request).await
        })
        .await;
    let subject = of_first(&format!("privacy_request {DELIVERY}"));
    assert_eq!(answered.subject, subject);
    assert_eq!(answered.before, json!({"answer": null}));
    assert_eq!(answered.after, json!({"answer": "exported"}));
    let all = entries(trail.running).await;
    assert_eq!(all[0].actor, "person 1");
}

pub async fn parts(trail: &mut Trail<'_>) {
    let request = disconnect_request(1, true);
    let parted = trail
        .of("Connections/Disconnect", async |channel| {
            ConnectionsClient::new(channel).disconnect(request).await
        })
        .await;
    assert_eq!(parted.before, json!({"state": "live"}));
    assert_eq!(parted.after, json!({"state": "disconnected"}));
}
