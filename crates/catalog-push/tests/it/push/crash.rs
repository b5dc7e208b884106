//! Killed between the shop's doing and our record of it.

use service_kit::within;

use super::shop::Fault;
use super::stock::Scene;
use crate::make::{OTHER_SHOP, SHOP, item_id};

impl Scene {
    /// Waits until the fault was met.
    async fn until_met(&self) {
        let met = || self.shops.see(SHOP, |shop| shop.faults.is_empty());
        within(async || met().then_some(())).await;
    }
}

#[tokio::test]
async fn r_04_killed_while_stock_is_told_it_is_told_once() {
    let mut scene = Scene::sells(1, 10).await;
    scene
        .shops
        .of(SHOP, |shop| shop.faults.push_back(Fault::Hangs));
    scene.running.ledger.moves(item_id(1), 5);
    scene.changed(1).await;
    scene.until_met().await;
    scene.running.restart().await;
    scene.until_has(SHOP, 1, 15).await;
    assert_eq!(scene.set(SHOP), [10, 15]);
}

#[tokio::test]
async fn r_04_killed_while_stock_is_told_what_was_sold_meanwhile_stays_sold() {
    let mut scene = Scene::sells(1, 10).await;
    scene
        .shops
        .of(SHOP, |shop| shop.faults.push_back(Fault::Hangs));
    scene.running.ledger.moves(item_id(1), 5);
    scene.changed(1).await;
    scene.until_met().await;
    // Two are sold there unheard of, and three at a till.
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 2));
    scene.running.ledger.moves(item_id(1), -3);
    scene.running.restart().await;
    scene.until_has(SHOP, 1, 10).await;
    scene.running.ledger.order(SHOP, item_id(1), 2);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 10).await;
    scene.until_has(SHOP, 1, 10).await;
    let most = scene.set(SHOP).into_iter().max();
    assert_eq!(most, Some(15));
}

#[tokio::test]
async fn r_04_an_answer_that_is_lost_is_found_out() {
    for fault in [Fault::Unheard, Fault::Unsure, Fault::Away] {
        let scene = Scene::sells(1, 10).await;
        scene.shops.of(SHOP, |shop| shop.faults.push_back(fault));
        scene.running.ledger.moves(item_id(1), -4);
        scene.changed(1).await;
        scene.until_met().await;
        scene.until_has(SHOP, 1, 6).await;
        assert_eq!(scene.set(SHOP), [10, 6], "{fault:?}");
        // What is known then is right: the next is told by it.
        scene.running.ledger.moves(item_id(1), 1);
        scene.changed(1).await;
        scene.until_has(SHOP, 1, 7).await;
        assert_eq!(scene.set(SHOP), [10, 6, 7], "{fault:?}");
    }
}

/// The first answer is lost, and the second: it is read then, and not told for ever.
#[tokio::test]
async fn r_04_what_the_shop_itself_does_not_know_is_read() {
    let scene = Scene::sells(1, 10).await;
    scene.shops.of(SHOP, |shop| {
        shop.faults.extend([Fault::Unsure, Fault::Unsure]);
    });
    scene.running.ledger.moves(item_id(1), 5);
    scene.changed(1).await;
    scene.until_met().await;
    scene.until_has(SHOP, 1, 15).await;
    let told = scene.shops.see(SHOP, |shop| shop.calls.clone());
    let told = told.iter().filter(|call| **call == "set_stock").count();
    assert_eq!((scene.set(SHOP), told), (vec![10, 15], 3));
}

/// A shop that adds what it is told, of which two are sold that nobody has heard of.
#[tokio::test]
async fn r_04_a_difference_that_nobody_heard_of_is_asked_for_and_added_once() {
    for faults in [
        vec![Fault::Unheard],
        vec![Fault::Away],
        vec![Fault::Unheard, Fault::Unsure, Fault::Away],
        vec![Fault::Away, Fault::Unsure, Fault::Unheard],
    ] {
        let scene = Scene::sells(1, 10).await;
        let said = format!("{faults:?}");
        scene.shops.of(SHOP, |shop| {
            shop.adds = true;
            shop.sell(item_id(1), 2);
            shop.faults.extend(faults);
        });
        scene.running.ledger.moves(item_id(1), -4);
        scene.changed(1).await;
        scene.until_met().await;
        scene.until_has(SHOP, 1, 4).await;
        assert_eq!(scene.set(SHOP), [10, 6], "{said}");
        // Less is wanted by then: whoever is asked does nothing.
        scene
            .shops
            .of(SHOP, |shop| shop.faults.push_back(Fault::Away));
        scene.running.ledger.moves(item_id(1), 3);
        scene.changed(1).await;
        scene.until_met().await;
        scene.running.ledger.moves(item_id(1), -2);
        scene.changed(1).await;
        scene.until_has(SHOP, 1, 5).await;
        scene.running.ledger.order(SHOP, item_id(1), 2);
        scene.changed(1).await;
        scene.until_has(OTHER_SHOP, 1, 5).await;
        scene.until_has(SHOP, 1, 5).await;
    }
}

#[tokio::test]
async fn ec_08_killed_while_a_product_is_made_it_is_made_once() {
    let mut scene = Scene::start().await;
    scene
        .shops
        .of(SHOP, |shop| shop.faults.push_back(Fault::Hangs));
    scene.running.ledger.moves(item_id(1), 3);
    let mut request = crate::make::save(crate::make::product(1, "Mug"));
    request.sell_online = vec![crate::make::online(SHOP, true)];
    let mut catalog = scene.running.catalog.clone();
    catalog.save_product(request).await.unwrap();
    scene.until_met().await;
    scene.running.restart().await;
    scene.until_has(SHOP, 1, 3).await;
    scene.shops.of(SHOP, |shop| {
        assert_eq!(shop.products.len(), 1);
        let made = shop.calls.iter().filter(|call| **call == "create");
        assert_eq!(made.count(), 1);
        assert!(shop.product("Mug").unwrap().is_on_sale);
    });
}
