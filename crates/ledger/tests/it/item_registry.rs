//! Which items there are, as the catalogue says.

use ledger::decide::Outcome;
use proto::ledger as wire;
use proto::ledger::ItemOrigin::{Catalogue, Order, Service};
use retail::SaleState;
use tonic::Code;

use crate::catalogue_desk::{Desk, identity, item};
use crate::held::violation;
use crate::order::an_order;
use crate::support::{OUTLET, RETAILER};

#[tokio::test]
async fn items_of_the_catalogue_are_registered_once_and_told_to_nobody() {
    let mut desk = Desk::new().await;
    let request = wire::RegisterItemsRequest {
        retailer_id: RETAILER.to_string(),
        items: vec![identity(1, " A "), identity(2, "")],
        act: Some(desk.act()),
    };
    let mut registry = desk.pusher.item_registry.clone();
    let first = registry.register_items(request.clone()).await.unwrap();
    let again = registry.register_items(request).await.unwrap();
    let (first, again) = (first.into_inner(), again.into_inner());
    assert_eq!(first.registered_ids.len(), 2);
    assert_eq!((&first, first.changed_ids.len()), (&again, 0));
    let same = desk.register(&[(1, "A"), (2, "")]).await.unwrap();
    assert_eq!(same, wire::RegisterItemsResponse::default());
    let renamed = desk.register(&[(2, "B")]).await.unwrap();
    assert_eq!(renamed.changed_ids, [item(2).to_string()]);
    assert_eq!(desk.ledger.sql("select count(*) from ledger.outbox"), "0");

    // An order finds it by its SKU: nothing is made from the order.
    let sold = an_order(1).line("A", 2).build();
    assert_eq!(desk.ledger.apply_one(&sold).await, Outcome::Recorded);
    assert_eq!(desk.ledger.on_hand("A", OUTLET).await, Some(-2));
    assert_eq!(desk.ledger.sql("select count(*) from ledger.item"), "2");
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn a_sku_is_one_living_items_and_goes_from_one_to_another() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "B")]).await.unwrap();
    let taken = desk.register(&[(3, "A")]).await.unwrap_err();
    assert_eq!(violation(&taken), "sku_taken");
    assert!(taken.message().contains(&item(1).to_string()));
    // All of it or nothing.
    let taken = desk.register(&[(4, "D"), (5, "B")]).await.unwrap_err();
    assert_eq!(violation(&taken), "sku_taken");
    assert_eq!(desk.ledger.sql("select count(*) from ledger.item"), "2");
    let swapped = desk
        .register(&[(1, "B"), (2, "A"), (3, "C")])
        .await
        .unwrap();
    assert_eq!(
        (swapped.registered_ids.len(), swapped.changed_ids.len()),
        (1, 2)
    );
    assert_eq!(desk.item_of("A"), item(2));

    assert_eq!(desk.delete(&[2]).await.unwrap(), [item(2).to_string()]);
    assert!(desk.delete(&[2]).await.unwrap().is_empty());
    let deleted = desk.register(&[(2, "A")]).await.unwrap_err();
    assert_eq!(violation(&deleted), "item_deleted");
    desk.register(&[(6, "A")]).await.unwrap();
    let taken = desk.restore(&[2]).await.unwrap_err();
    assert_eq!(violation(&taken), "sku_taken");
    desk.delete(&[6]).await.unwrap();
    desk.restore(&[2]).await.unwrap();
    let both = desk.restore(&[2, 6]).await.unwrap_err();
    assert_eq!(violation(&both), "sku_taken");
    for unknown in [
        desk.delete(&[99]).await.err(),
        desk.restore(&[99]).await.err(),
    ] {
        assert_eq!(unknown.unwrap().code(), Code::NotFound);
    }
    for wrong in [&[(1, "X"), (1, "Y")], &[(1, "X"), (2, "X")]] {
        let wrong = desk.register(wrong).await.unwrap_err();
        assert_eq!(wrong.code(), Code::InvalidArgument);
    }
}

#[tokio::test]
async fn wc_09_what_is_deleted_parks_orders_and_what_is_restored_books_them() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "B")]).await.unwrap();
    desk.delete(&[1, 2]).await.unwrap();
    let parked = [
        an_order(1).line("A", 1).build(),
        an_order(2).line("B", 1).build(),
        an_order(3).line("A", 2).line("B", 1).build(),
    ];
    assert_eq!(desk.ledger.apply(&parked).await, [Outcome::Parked; 3]);
    let request = wire::RestoreItemsRequest {
        retailer_id: RETAILER.to_string(),
        item_ids: vec![item(1).to_string()],
        act: Some(desk.act()),
    };
    let mut registry = desk.pusher.item_registry.clone();
    let restored = registry.restore_items(request.clone()).await.unwrap();
    let restored = restored.into_inner();
    assert_eq!(restored.restored_ids, [item(1).to_string()]);
    assert_eq!(restored.orders, 2);
    assert_eq!(desk.ledger.on_hand("A", OUTLET).await, Some(-1));
    assert_eq!(desk.ledger.on_hand("B", OUTLET).await, None);
    let again = registry.restore_items(request).await.unwrap().into_inner();
    assert_eq!(again, restored);
    let tried = "select count(*) from ledger.order_action";
    assert_eq!(desk.ledger.sql(tried), "2", "each once");

    assert_eq!(desk.restore(&[2]).await.unwrap().orders, 2);
    assert_eq!(desk.ledger.on_hand("A", OUTLET).await, Some(-3));
    assert_eq!(desk.ledger.on_hand("B", OUTLET).await, Some(-2));
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_10_a_linked_variant_stays_its_items_whatever_becomes_of_skus() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    // The first order links the variant to the item with the SKU.
    desk.ledger
        .apply_one(&an_order(1).line("A", 1).build())
        .await;
    desk.register(&[(1, "A-OLD")]).await.unwrap();
    desk.register(&[(2, "A")]).await.unwrap();
    desk.ledger
        .apply_one(&an_order(2).line("A", 1).build())
        .await;
    assert_eq!(desk.ledger.on_hand("A-OLD", OUTLET).await, Some(-2));
    assert_eq!(desk.ledger.on_hand("A", OUTLET).await, None);

    // Said otherwise, later orders go by that, and what was booked stays.
    assert_eq!(desk.link("v-A", Some(2)).await.unwrap(), 1);
    assert_eq!(desk.link("v-A", Some(2)).await.unwrap(), 0);
    desk.ledger
        .apply_one(&an_order(3).line("A", 1).build())
        .await;
    let more = an_order(2).line("A", 3).at(1).build();
    desk.ledger.apply_one(&more).await;
    assert_eq!(desk.ledger.on_hand("A", OUTLET).await, Some(-1));
    assert_eq!(desk.ledger.on_hand("A-OLD", OUTLET).await, Some(-4));
    // Said no more, the ledger's own link counts again.
    assert_eq!(desk.link("v-A", None).await.unwrap(), 1);
    desk.ledger
        .apply_one(&an_order(4).line("A", 1).build())
        .await;
    assert_eq!(desk.ledger.on_hand("A-OLD", OUTLET).await, Some(-5));
    let unknown = desk.link("v-A", Some(99)).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_07_a_second_variant_with_the_sku_of_a_linked_item_is_ambiguous() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    desk.link("v-of-the-catalogue", Some(1)).await.unwrap();
    let other = an_order(1).line("A", 1).build();
    assert_eq!(desk.ledger.apply_one(&other).await, Outcome::Parked);
    let reason = "select reason from ledger.parked_order";
    assert_eq!(desk.ledger.sql(reason), "sku_ambiguous");
    // A person, or the catalogue, says what it is.
    desk.link("v-A", Some(1)).await.unwrap();
    let again = an_order(1).line("A", 1).at(1).build();
    assert_eq!(desk.ledger.apply_one(&again).await, Outcome::Recorded);
    assert_eq!(desk.ledger.on_hand("A", OUTLET).await, Some(-1));
}

#[tokio::test]
async fn items_are_listed_by_id_with_what_became_of_them() {
    let mut desk = Desk::new().await;
    let order = an_order(1).line("SHOP", 1);
    let order = order.service("shipping:1", retail::LineKind::Shipping, 500);
    desk.ledger.apply_one(&order.build()).await;
    let void = an_order(1).line("SHOP", 1).state(SaleState::Voided).at(1);
    desk.ledger.apply_one(&void.build()).await;
    desk.register(&[(1, "A"), (2, "B"), (3, "C")])
        .await
        .unwrap();
    desk.delete(&[2]).await.unwrap();
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = wire::ListItemsRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 2,
            page_token,
            include_deleted: true,
            skus: Vec::new(),
        };
        let page = desk.client.item_registry.list_items(request).await.unwrap();
        let page = page.into_inner();
        all.extend(page.items);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let told = all.iter().map(|found| {
        let sku = found.item.as_ref().unwrap().sku.as_str();
        (sku, found.is_deleted, found.is_counted, found.origin())
    });
    let mut told: Vec<_> = told.collect();
    told.sort_unstable_by_key(|found| found.0);
    let expected = [
        ("", false, false, Service),
        ("A", false, true, Catalogue),
        ("B", true, true, Catalogue),
        ("C", false, true, Catalogue),
        ("SHOP", false, true, Order),
    ];
    assert_eq!(told, expected);
    let ids = all
        .iter()
        .map(|found| &found.item.as_ref().unwrap().item_id);
    assert!(ids.is_sorted());
    let request = wire::ListItemsRequest {
        retailer_id: RETAILER.to_string(),
        skus: vec!["B".to_owned(), "C".to_owned()],
        ..wire::ListItemsRequest::default()
    };
    let living = desk.client.item_registry.list_items(request).await.unwrap();
    assert_eq!(living.into_inner().items.len(), 1);
}
