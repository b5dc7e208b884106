//! What a word about a difference does, and what it must not, when more has happened since it was seen.

use proto::catalog as wire;
use retail::ShopVariantId;
use retail::listing::ShopVariant;
use service_kit::within;

use super::drift::{all, one};
use super::links::change;
use super::stock::Scene;
use crate::make::{RETAILER, SHOP, item_id, new_act, product_id};

const EDITED: wire::DriftKind = wire::DriftKind::EditedInShop;
const TELL_SHOP: wire::DriftRepair = wire::DriftRepair::TellShop;
const TAKE_OVER: wire::DriftRepair = wire::DriftRepair::TakeOver;

impl Scene {
    /// The shop's calls of that name wait; one does.
    async fn until_held(&self) {
        let is_held = || self.shops.see(SHOP, |shop| shop.waiting.is_some());
        within(async || is_held().then_some(())).await;
    }

    fn hold(&self, calls: Option<&'static str>) {
        self.shops.of(SHOP, |shop| shop.holds = calls);
    }

    /// Waits until all that is due was done.
    async fn until_idle(&self) {
        let due = "select count(*) from catalog.work where not_before < now()";
        self.running.until(due, "0").await;
    }
}

#[tokio::test]
async fn r_05_stock_that_was_told_since_it_was_looked_at_is_not_told_from_the_old_look() {
    let scene = Scene::sells_in_calm(1, 5).await;
    scene
        .edit(|listing| listing.variants[0].quantity = Some(3))
        .await;
    let repairable = "select count(*) from catalog.drift where 'tell_shop' = any(repairs)";
    scene.running.until(repairable, "1").await;
    scene.until_idle().await;
    // As if it had been told five after that look, of which buyers took two that nobody has heard of.
    scene
        .running
        .sql("update catalog.drift set seen_at = seen_at - interval '1 hour'");
    let done = scene.repair(all(), TELL_SHOP).await;
    assert_eq!((done.repaired, done.refused.len()), (0, 1));
    assert_eq!(
        done.refused[0].reason,
        "it was told since it was looked at: it is looked at again"
    );
    // It is, and nothing is given back meanwhile.
    scene.running.until(repairable, "1").await;
    scene.until_settled().await;
    assert_eq!(scene.set(SHOP), [5]);
    let done = scene.repair(all(), TELL_SHOP).await;
    assert_eq!(done.repaired, 1);
    scene.until_has(SHOP, 1, 5).await;
}

#[tokio::test]
async fn r_05_what_was_saved_since_it_was_looked_at_is_not_overwritten_by_taking_over() {
    let scene = Scene::sells(1, 4).await;
    scene.edit(|listing| listing.title = "Cup".into()).await;
    scene.until_drifts(&[EDITED]).await;
    // The shop is away, and nothing of it is looked at.
    scene.lender.refuse(SHOP, Some("paused"));
    let mut saved = scene.running.get(product_id(1)).await;
    saved.name = "Beaker".to_owned();
    scene.save(saved, Vec::new()).await;
    let done = scene.repair(all(), TAKE_OVER).await;
    assert_eq!((done.repaired, done.refused.len()), (0, 1));
    assert_eq!(
        done.refused[0].reason,
        "the product was saved since it was looked at"
    );
    let saved = scene.running.get(product_id(1)).await;
    assert_eq!(saved.name, "Beaker");
}

#[tokio::test]
async fn r_05_a_word_that_comes_while_it_is_compared_leaves_nothing_that_differs() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| listing.title = "Cup".into());
    });
    scene.until_idle().await;
    scene.hold(Some("read"));
    let scan = wire::ScanDriftRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: SHOP.to_string(),
        product_ids: Vec::new(),
        act: Some(new_act()),
    };
    scene.drift().scan_drift(scan).await.unwrap();
    scene.until_held().await;
    let apart = wire::product_link_change::Link::Apart(true);
    scene.say(vec![change(1, apart)]).await.unwrap();
    scene.hold(None);
    scene.until_idle().await;
    assert_eq!(scene.drifts().await, []);
}

#[tokio::test]
async fn ec_05_a_variant_that_is_accepted_while_a_save_is_told_loses_no_save() {
    let scene = Scene::sells(1, 4).await;
    scene
        .edit(|listing| {
            let made = ShopVariant {
                id: ShopVariantId::new("own").unwrap(),
                item: None,
                sku: None,
                ..listing.variants[0].clone()
            };
            listing.variants.push(made);
        })
        .await;
    let drifts = scene.until_drifts(&[wire::DriftKind::ExtraInShop]).await;
    scene.hold(Some("change"));
    let mut saved = scene.running.get(product_id(1)).await;
    saved.brand = "Clay".to_owned();
    scene.save(saved, Vec::new()).await;
    scene.until_held().await;
    let mark = format!(
        "select mark from catalog.work where connection_id = '{SHOP}' and kind = 'listing' and subject = '{}'",
        product_id(1)
    );
    let before = scene.running.sql(&mark);
    scene
        .repair(one(&drifts[0]), wire::DriftRepair::Accept)
        .await;
    assert_ne!(scene.running.sql(&mark), before, "it is told again");
    scene.hold(None);
    scene.until_drifts(&[]).await;
    scene.until(SHOP, |shown| &*shown.brand == "Clay").await;
    let known =
        format!("select known ->> 'brand' from catalog.listing where connection_id = '{SHOP}'");
    scene.running.until(&known, "Clay").await;
}

#[tokio::test]
async fn item_9_what_was_taken_over_is_in_the_audit_log() {
    let scene = Scene::sells(1, 4).await;
    scene.edit(|listing| listing.title = "Cup".into()).await;
    scene.until_drifts(&[EDITED]).await;
    let done = scene.repair(all(), TAKE_OVER).await;
    assert_eq!(done.repaired, 1);
    let told = |side: &str| {
        let of = format!(
            "select after #>> '{{entries,0,{side}}}' from catalog.request where method = 'Drift.RepairDrift'"
        );
        scene.running.sql(&of)
    };
    assert_eq!((&*told("pos"), &*told("shop")), ("Product 1", "Cup"));
}
