//! Which item a line sells.

use ledger::decide::{ItemKind, Outcome};
use retail::{Barcode, ItemRef, LineKind, ShopVariantId, Sku};

use crate::order::an_order;
use crate::support::{Ledger, OTHER_CONNECTION, OUTLET, RETAILER};

fn item(variant: &str, sku: &str) -> ItemRef {
    ItemRef {
        variant: ShopVariantId::new(variant).ok(),
        sku: Sku::new(sku).ok(),
        barcode: Barcode::new("4006381333931").ok(),
    }
}

#[tokio::test]
async fn wc_08_items_that_do_not_exist_are_created() {
    let ledger = Ledger::new().await;
    let order = an_order(1).product(item("11", "TS-001"), "T-shirt", 2);
    ledger.apply_one(&order.build()).await;
    let row = ledger
        .sql("select sku, barcode, name, kind, origin, connection_id is not null from ledger.item");
    assert_eq!(row, "TS-001|4006381333931|T-shirt|product|order|t");
    assert_eq!(
        ledger.on_hand("TS-001", OUTLET).await,
        Some(-2),
        "from 0 and negative"
    );
    assert_eq!(
        ledger.sql("select kind from ledger.outbox order by 1"),
        "item\nsale\nstock"
    );
}

#[tokio::test]
async fn an_item_is_found_by_link_then_by_sku() {
    let ledger = Ledger::new().await;
    ledger
        .apply_one(&an_order(1).product(item("11", "A"), "Thing", 1).build())
        .await;
    // The same variant under a new SKU, the same SKU under another shop's variant, and by SKU alone.
    ledger
        .apply_one(
            &an_order(2)
                .product(item("11", "A-NEW"), "Thing", 1)
                .placed(1)
                .build(),
        )
        .await;
    let there = an_order(3)
        .product(item("77", " A "), "Thing", 1)
        .of(RETAILER, OTHER_CONNECTION);
    ledger.apply_one(&there.placed(2).build()).await;
    ledger
        .apply_one(
            &an_order(4)
                .product(item("", "A"), "Thing", 1)
                .placed(3)
                .build(),
        )
        .await;
    assert_eq!(ledger.sql("select count(*) from ledger.item"), "1");
    assert_eq!(ledger.sql("select count(*) from ledger.item_link"), "2");
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
}

#[tokio::test]
async fn without_sku_an_item_is_known_by_connection_and_variant() {
    let ledger = Ledger::new().await;
    let order = |id, connection: retail::ConnectionId| {
        an_order(id)
            .product(item("11", ""), "Thing", 1)
            .of(RETAILER, connection)
            .build()
    };
    let here = crate::support::CONNECTION;
    ledger
        .apply(&[order(1, here), order(2, here), order(3, OTHER_CONNECTION)])
        .await;
    ledger
        .apply(&[order(4, here), order(5, OTHER_CONNECTION)])
        .await;
    assert_eq!(
        ledger.sql("select count(*) from ledger.item where sku is null"),
        "2"
    );
    ledger.assert_sound().await;
}

#[tokio::test]
async fn a_line_that_lost_its_product_keeps_its_item() {
    let sold = an_order(1).product(item("11", "A"), "Thing", 3).build();
    let lost = an_order(1).product(item("", ""), "Thing", 2).at(1).build();
    for together in [true, false] {
        let ledger = Ledger::new().await;
        if together {
            ledger.apply(&[sold.clone(), lost.clone()]).await;
        } else {
            ledger.apply_one(&sold).await;
            ledger.apply_one(&lost).await;
        }
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
        assert_eq!(ledger.sql("select count(*) from ledger.item"), "1");
    }
}

#[tokio::test]
async fn a_line_that_never_had_a_product_has_a_stand_in_by_name() {
    let ledger = Ledger::new().await;
    let order = |id, name: &str| {
        an_order(id)
            .product(item("", ""), name, 1)
            .placed(1)
            .build()
    };
    let long = "é".repeat(5_000);
    ledger
        .apply(&[order(1, "Gift"), order(2, "Gift"), order(3, &long)])
        .await;
    ledger.apply(&[order(4, "Gift"), order(5, &long)]).await;
    assert_eq!(ledger.sql("select count(*) from ledger.item"), "2");
    ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_07_services_are_items_made_at_first_use() {
    let ledger = Ledger::new().await;
    let order = |id| {
        an_order(id)
            .line("A", 1)
            .service("shipping:1", LineKind::Shipping, 500)
            .service("fee:1", LineKind::Fee, 100)
            .service("rounding", LineKind::Rounding, -1)
            .build()
    };
    ledger.apply(&[order(1), order(2)]).await;
    ledger.apply(&[order(3)]).await;
    let services = "select name, origin from ledger.item where kind <> 'product' order by name";
    assert_eq!(
        ledger.sql(services),
        "Fees|service\nRounding|service\nShipping charges|service"
    );
    let kinds: Vec<ItemKind> = ledger.sales().await[0]
        .lines
        .iter()
        .map(|line| line.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            ItemKind::Product,
            ItemKind::Shipping,
            ItemKind::Fee,
            ItemKind::Rounding
        ]
    );
    assert_eq!(ledger.levels().await.len(), 1);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_09_a_deleted_product_parks_that_order_alone() {
    let ledger = Ledger::new().await;
    ledger
        .apply_one(&an_order(1).product(item("11", "A"), "Thing", 3).build())
        .await;
    ledger.sql("update ledger.item set deleted_at = now()");
    let by_link = an_order(2).product(item("11", "A"), "Thing", 1).build();
    let by_sku = an_order(3).product(item("", "A"), "Thing", 1).build();
    let good = an_order(4).line("B", 1).placed(4).build();
    let outcomes = ledger.apply(&[by_link.clone(), by_sku, good]).await;
    assert_eq!(
        outcomes,
        [Outcome::Parked, Outcome::Parked, Outcome::Recorded]
    );
    let parked = ledger.reader.list_parked(RETAILER, None, 10).await.unwrap();
    assert!(
        parked
            .iter()
            .all(|parked| parked.reason == "product_deleted")
    );
    assert!(parked[0].detail.contains("Thing"));

    let refund = an_order(1)
        .product(item("11", "A"), "Thing", 3)
        .restocked(0, 1)
        .at(1)
        .build();
    assert_eq!(
        ledger.apply_one(&refund).await,
        Outcome::Recorded,
        "what was sold may be refunded"
    );

    ledger.sql("update ledger.item set deleted_at = null");
    assert_eq!(
        ledger.apply_one(&by_link).await,
        Outcome::Recorded,
        "the same delivery, after restore"
    );
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
    ledger.assert_sound().await;
}
