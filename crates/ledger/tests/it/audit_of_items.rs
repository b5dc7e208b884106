//! What the catalogue does with items leaves entries in the audit log.

use proto::ledger as wire;
use serde_json::Value;
use service::clock::SystemClock;

use crate::audit_walk::Trail;
use crate::catalogue_desk::{Desk, identity, item};
use crate::support::{CONNECTION, RETAILER};

pub async fn items() -> Vec<String> {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let mut trail = Trail::of(&desk.client, SystemClock);
    let retailer_id = RETAILER.to_string();
    let item_ids = vec![item(1).to_string()];
    let pusher = &mut desk.pusher;

    trail.pusher(pusher, "ItemRegistry/RegisterItems").await;
    let request = wire::RegisterItemsRequest {
        retailer_id: retailer_id.clone(),
        items: vec![identity(1, "B"), identity(2, "C")],
        act: Some(crate::held::act(61_000)),
    };
    pusher.item_registry.register_items(request).await.unwrap();
    let left = trail.left().await;
    let skus = |value: &Value| {
        let items = value["items"].as_array().unwrap().iter();
        let mut skus: Vec<String> = items.map(|item| item["sku"].to_string()).collect();
        skus.sort_unstable();
        skus.join(" ")
    };
    assert_eq!(
        (skus(&left.before), skus(&left.after)),
        ("\"A\"".into(), "\"B\" \"C\"".into())
    );

    trail.pusher(pusher, "ItemRegistry/LinkVariants").await;
    let request = wire::LinkVariantsRequest {
        retailer_id: retailer_id.clone(),
        connection_id: CONNECTION.to_string(),
        links: vec![wire::VariantLink {
            variant_id: "v-1".to_owned(),
            item_id: item(1).to_string(),
        }],
        act: Some(crate::held::act(61_001)),
    };
    pusher.item_registry.link_variants(request).await.unwrap();
    let left = trail.left().await;
    assert_eq!(left.before["links"], Value::Array(Vec::new()));
    assert_eq!(left.after["links"][0]["item_id"], item(1).to_string());

    trail.pusher(pusher, "ItemRegistry/DeleteItems").await;
    let request = wire::DeleteItemsRequest {
        retailer_id: retailer_id.clone(),
        item_ids: item_ids.clone(),
        act: Some(crate::held::act(61_002)),
    };
    pusher.item_registry.delete_items(request).await.unwrap();
    let left = trail.left().await;
    assert_eq!(left.before["items"][0]["is_deleted"], false);

    trail.pusher(pusher, "ItemRegistry/RestoreItems").await;
    let request = wire::RestoreItemsRequest {
        retailer_id,
        item_ids,
        act: Some(crate::held::act(61_003)),
    };
    pusher.item_registry.restore_items(request).await.unwrap();
    let left = trail.left().await;
    assert_eq!(left.before["items"][0]["is_deleted"], true);
    trail.walked
}
