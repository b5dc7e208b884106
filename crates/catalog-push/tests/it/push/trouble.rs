//! One connection's trouble delays no other.

use proto::catalog as wire;

use super::shop::Fault;
use super::stock::Scene;
use crate::make::{OTHER_SHOP, RETAILER, SHOP, item_id, new_act, product_id};

#[tokio::test]
async fn one_shop_that_is_broken_delays_no_other() {
    let scene = Scene::sells(1, 10).await;
    scene.shops.of(SHOP, |shop| {
        shop.faults.extend([Fault::Hangs]);
    });
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    for left in (4..9).rev() {
        scene.running.ledger.moves(item_id(1), -1);
        scene.changed(1).await;
        let has = || {
            scene
                .shops
                .see(OTHER_SHOP, |shop| shop.quantity(item_id(1)))
        };
        service_kit::within(async || (has() == Some(left)).then_some(())).await;
    }
    assert_eq!(scene.shops.see(SHOP, |shop| shop.calls.len()), 4);
}

#[tokio::test]
async fn a_shop_that_is_not_lent_says_why_until_it_is() {
    let scene = Scene::sells(1, 10).await;
    scene.lender.refuse(SHOP, Some("paused"));
    scene.running.ledger.moves(item_id(1), -1);
    scene.lender.unread(true);
    scene.changed(1).await;
    let trouble = format!(
        "select coalesce(trouble, 'none') from catalog.pusher where connection_id = '{SHOP}'"
    );
    scene.running.until(&trouble, "paused").await;
    scene.lender.unread(false);
    scene.lender.refuse(SHOP, None);
    scene.until_has(SHOP, 1, 9).await;
    scene.running.until(&trouble, "none").await;
}

#[tokio::test]
async fn what_was_lent_is_given_back() {
    let scene = Scene::sells(1, 10).await;
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 9).await;
    let few = 2 * 10 * 2;
    assert!(scene.lender.units() <= few + 20, "{}", scene.lender.units());
}

#[tokio::test]
async fn a_product_that_nobody_can_read_keeps_no_other_from_being_compared() {
    let scene = Scene::sells(1, 10).await;
    scene.add(2, 6).await;
    scene.shops.of(SHOP, |shop| {
        shop.unreadable.insert("1".to_owned());
        for number in [1, 2] {
            shop.edit(item_id(number), |listing| listing.title = "Cup".into());
        }
    });
    let scan = wire::ScanDriftRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: SHOP.to_string(),
        product_ids: Vec::new(),
        act: Some(new_act()),
    };
    scene.drift().scan_drift(scan).await.unwrap();
    let drifts = scene.until_drifts(&[wire::DriftKind::EditedInShop]).await;
    assert_eq!(drifts[0].product_id, product_id(2).to_string());
    let postponed = format!(
        "select count(*) from catalog.work where kind = 'drift' and subject = '{}' and tries > 0",
        product_id(1)
    );
    scene.running.until(&postponed, "1").await;
    let trouble = "select count(*) from catalog.pusher where trouble is not null";
    assert_eq!(scene.running.sql(trouble), "0", "the shop can be told");
    // Once it can be read it is compared.
    scene.shops.of(SHOP, |shop| shop.unreadable.clear());
    let edited = wire::DriftKind::EditedInShop;
    scene.until_drifts(&[edited, edited]).await;
}
