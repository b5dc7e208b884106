//! What people are told of it, and shops told again by their word.

use proto::catalog as wire;
use proto::catalog::push_client::PushClient;
use service::access::Authorized;
use service_kit::within;

use super::shop::Fault;
use super::stock::Scene;
use crate::make::{OTHER_SHOP, RETAILER, SHOP, assert_code, item_id, new_act, product_id};

impl Scene {
    fn push(&self) -> PushClient<Authorized> {
        PushClient::new(service_kit::as_operator(&self.running.grpc))
    }

    async fn repush(&self, standing: wire::ListingStanding) -> i64 {
        let request = wire::RepushRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: SHOP.to_string(),
            product_ids: vec![product_id(1).to_string()],
            standing: standing.into(),
            act: Some(new_act()),
        };
        let answer = self.push().repush(request).await.unwrap();
        answer.into_inner().listings
    }

    async fn told(&self, asked: wire::ListToldRequest) -> Vec<wire::ToldEntry> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = wire::ListToldRequest {
                retailer_id: RETAILER.to_string(),
                page_size: 1,
                page_token,
                ..asked.clone()
            };
            let page = self.push().list_told(request).await.unwrap().into_inner();
            all.extend(page.entries);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    }
}

#[tokio::test]
async fn r_03_and_r_07_what_a_shop_was_told_is_answered_with_its_reason() {
    let scene = Scene::sells(1, 10).await;
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 7).await;
    let of_item = wire::ListToldRequest {
        connection_id: SHOP.to_string(),
        item_id: item_id(1).to_string(),
        ..wire::ListToldRequest::default()
    };
    let told = scene.told(of_item.clone()).await;
    let figures: Vec<_> = told
        .iter()
        .map(|entry| (entry.quantity, entry.expected, &*entry.rule))
        .collect();
    let expected = [
        (Some(7), Some(10), "available 7"),
        (Some(10), None, "available 10"),
    ];
    assert_eq!(figures, expected);
    // As of an instant: what it was told last by then.
    let before = wire::ListToldRequest {
        until: told[0].told_at,
        ..of_item
    };
    assert_eq!(scene.told(before).await[0].quantity, Some(10));
    let of_product = wire::ListToldRequest {
        connection_id: SHOP.to_string(),
        product_id: product_id(1).to_string(),
        ..wire::ListToldRequest::default()
    };
    let whats = scene.told(of_product).await;
    let whats: Vec<_> = whats.iter().map(wire::ToldEntry::what).collect();
    let expected = [
        wire::ToldWhat::Stock,
        wire::ToldWhat::Stock,
        wire::ToldWhat::Changed,
        wire::ToldWhat::Created,
    ];
    assert_eq!(whats, expected);
}

#[tokio::test]
async fn ec_07_what_is_missing_in_a_shop_is_made_again_by_a_persons_word() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| shop.products.clear());
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    let missing = wire::ListListingsRequest {
        retailer_id: RETAILER.to_string(),
        standing: wire::ListingStanding::Missing.into(),
        ..wire::ListListingsRequest::default()
    };
    let found = within(async || {
        let answer = scene.push().list_listings(missing.clone()).await.unwrap();
        answer.into_inner().listings.pop()
    });
    let found = found.await;
    assert_eq!(found.connection_id, SHOP.to_string());
    assert_eq!(scene.repush(wire::ListingStanding::Linked).await, 0);
    assert_eq!(scene.repush(wire::ListingStanding::Missing).await, 1);
    scene.until_has(SHOP, 1, 3).await;
    let unknown = wire::RepushRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: crate::make::STRANGERS_SHOP.to_string(),
        act: Some(new_act()),
        ..wire::RepushRequest::default()
    };
    assert_code(scene.push().repush(unknown).await, tonic::Code::NotFound);
}

#[tokio::test]
async fn r_05_a_shop_is_told_again_whatever_was_edited_there() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| {
            listing.title = "Cup".into();
            listing.variants[0].quantity = Some(40);
        });
    });
    assert_eq!(scene.repush(wire::ListingStanding::Unspecified).await, 1);
    scene.until_has(SHOP, 1, 4).await;
    let title = || {
        scene
            .shops
            .see(SHOP, |shop| shop.product("Product 1").is_some())
    };
    within(async || title().then_some(())).await;
}

#[tokio::test]
async fn a_connections_status_says_what_waits_and_why() {
    let scene = Scene::sells(1, 4).await;
    let status = async || {
        let request = wire::ListConnectionStatusRequest {
            retailer_id: RETAILER.to_string(),
        };
        let answer = scene.push().list_connection_status(request).await.unwrap();
        let mut all = answer.into_inner().connections;
        assert_eq!(all[1].connection_id, OTHER_SHOP.to_string());
        all.swap_remove(0)
    };
    let calm = within(async || Some(status().await).filter(|it| it.waiting == 0)).await;
    assert!(calm.is_linked && calm.is_told && calm.trouble.is_empty());
    let linked = wire::StandingCount {
        standing: wire::ListingStanding::Linked.into(),
        products: 1,
    };
    assert_eq!(calm.standings, [linked]);
    scene.shops.of(SHOP, |shop| {
        shop.faults.extend([Fault::Away; 3]);
    });
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    let troubled = within(async || Some(status().await).filter(|it| !it.trouble.is_empty())).await;
    assert_eq!(troubled.trouble, "shop_away");
    assert!(troubled.waiting > 0 && troubled.trouble_since.is_some());
    scene.until_has(SHOP, 1, 3).await;
}
