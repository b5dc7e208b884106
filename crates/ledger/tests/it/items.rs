//! Which item a line sells.

use ledger::decide::{ItemKind, Outcome};
use ledger::store::ParkedFilter;
use retail::{Barcode, ItemRef, LineKind, ShopVariantId, Sku};

use crate::order::an_order;
use crate::support::{ASKING_CONNECTION, Ledger, OTHER_CONNECTION, OUTLET, RETAILER};

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
async fn bc_01_an_unlinked_item_is_linked_by_its_unique_sku_instead_of_made_twice() {
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

/// The lines' SKUs, where they have one, and what each line holds.
async fn lines(ledger: &Ledger) -> Vec<(Option<String>, i64)> {
    let lines = ledger.sale().await.lines;
    let lines = lines.into_iter();
    lines
        .map(|line| (line.sku, line.deducted.milli() / 1000))
        .collect()
}

#[tokio::test]
async fn wc_09_a_line_is_of_the_item_that_a_late_older_snapshot_names() {
    let named = an_order(1).line("A", 3).line("B", 1).delivery("named");
    let lost = an_order(1)
        .nameless("Thing A", 2)
        .line("B", 1)
        .at(1)
        .delivery("lost");
    let (named, lost) = (named.build(), lost.build());
    for together in [true, false] {
        let ledger = Ledger::new().await;
        let outcomes = if together {
            ledger.apply(&[lost.clone(), named.clone()]).await
        } else {
            vec![
                ledger.apply_one(&lost).await,
                ledger.apply_one(&named).await,
            ]
        };
        assert_eq!(outcomes, [Outcome::Recorded, Outcome::Recorded]);
        let (a, b) = (Some("A".to_owned()), Some("B".to_owned()));
        assert_eq!(lines(&ledger).await, [(a, 2), (b, 1)]);
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
        assert_eq!(ledger.on_hand("B", OUTLET).await, Some(-1));
        let levels = ledger.levels().await;
        let stand_in = levels.iter().find(|level| level.sku.is_empty()).unwrap();
        assert_eq!(stand_in.on_hand.milli(), 0);

        let sale = ledger.sale().await;
        assert_eq!(sale.revision, 2);
        let version = "select version_at = '2026-11-21 14:00:01+00' from ledger.shop_order";
        assert_eq!(ledger.sql(version), "t", "the sale stays at its version");
        let told = "select delivery_id from ledger.order_delivery where revision = 2";
        assert_eq!(ledger.sql(told), "named");
        ledger.assert_sound().await;

        // After a crash between commit and acknowledgement all of it comes again.
        let again = ledger
            .apply(&[named.clone(), lost.clone(), named.clone()])
            .await;
        assert_eq!(again, [Outcome::AlreadyRecorded; 3]);
        assert_eq!(ledger.sale().await, sale);

        // And later versions keep the name.
        let later = an_order(1).nameless("Thing A", 5).line("B", 1).at(2);
        ledger.apply_one(&later.build()).await;
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-5));
        let between = "select named_at = '2026-11-21 14:00:00+00', is_stand_in
            from ledger.sale_line where line_key = 'line:1'";
        assert_eq!(ledger.sql(between), "t|f");
        ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn what_is_repointed_is_seen_by_those_who_follow_the_changes() {
    let ledger = Ledger::new().await;
    ledger
        .apply_one(&an_order(1).nameless("Thing A", 2).at(1).build())
        .await;
    let before = ledger.sql("select changed_at, changed_xid from ledger.sale");
    ledger.sql("delete from ledger.outbox");
    ledger.apply_one(&an_order(1).line("A", 2).build()).await;
    let after = ledger.sql("select changed_at, changed_xid from ledger.sale");
    assert_ne!(before, after);
    assert_eq!(
        ledger.sql("select kind from ledger.outbox order by 1"),
        "item\nsale\nstock\nstock"
    );
}

#[tokio::test]
async fn every_order_of_arrival_ends_on_the_same_items() {
    let ledger = Ledger::new().await;
    let mut id = 0;
    let mut arrivals: Vec<Vec<usize>> = vec![Vec::new()];
    for place in 0..4 {
        arrivals = arrivals
            .iter()
            .flat_map(|arrival| {
                (0..=arrival.len()).map(move |at| {
                    let mut longer = arrival.clone();
                    longer.insert(at, place);
                    longer
                })
            })
            .collect();
    }
    assert_eq!(arrivals.len(), 24);
    for arrival in arrivals {
        for cut in [1, 2, 4] {
            id += 1;
            let (old, new) = (format!("OLD-{id}"), format!("NEW-{id}"));
            let versions = [
                an_order(id).line(&old, 1).nameless("Gift", 1),
                an_order(id).line(&new, 2).nameless("Gift", 1).at(1),
                an_order(id).nameless("Thing", 2).nameless("Gift", 1).at(2),
                an_order(id).nameless("Thing", 3).nameless("Gift", 1).at(3),
            ];
            let messages: Vec<_> = arrival
                .iter()
                .map(|place| versions[*place].build())
                .collect();
            for batch in messages.chunks(cut) {
                ledger.apply(batch).await;
            }
            let case = format!("{arrival:?} by {cut}");
            assert_eq!(ledger.on_hand(&new, OUTLET).await, Some(-3), "{case}");
            assert_eq!(ledger.on_hand(&old, OUTLET).await.unwrap_or(0), 0, "{case}");
            let named = format!(
                "select string_agg(coalesce(i.sku, i.name), ' ' order by l.position)
                from ledger.sale s join ledger.sale_line l using (sale_id)
                join ledger.item i using (item_id) where s.shop_order_id = '{id}'"
            );
            assert_eq!(ledger.sql(&named), format!("{new} Gift"), "{case}");
        }
    }
    ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_09_a_product_deleted_here_is_not_repointed_to() {
    for is_deleted_first in [true, false] {
        let ledger = Ledger::new().await;
        // Known by another order, then deleted.
        ledger.apply_one(&an_order(2).line("A", 1).build()).await;
        ledger.sql("update ledger.item set deleted_at = now() where sku = 'A'");
        let named = an_order(1).line("A", 2).line("B", 1).build();
        let lost = an_order(1)
            .nameless("Thing A", 2)
            .nameless("Thing B", 1)
            .at(1)
            .build();
        if is_deleted_first {
            assert_eq!(ledger.apply_one(&named).await, Outcome::Parked);
            assert_eq!(ledger.apply_one(&lost).await, Outcome::Recorded);
        } else {
            assert_eq!(ledger.apply_one(&lost).await, Outcome::Recorded);
            assert_eq!(ledger.apply_one(&named).await, Outcome::AlreadyRecorded);
        }
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
        assert_eq!(ledger.on_hand("B", OUTLET).await, None, "all or nothing");
        let parked = ledger
            .reader
            .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
            .await
            .unwrap();
        assert!(parked.is_empty(), "{parked:?}");
        ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn sh_12_naming_an_item_waits_for_nobody() {
    let ledger = Ledger::new().await;
    let lost = an_order(1).nameless("Thing A", 2).at(1);
    let named = an_order(1).line("A", 2);
    for order in [lost, named] {
        let order = order.of(RETAILER, ASKING_CONNECTION);
        assert_eq!(ledger.apply_one(&order.build()).await, Outcome::Recorded);
    }
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
}

#[tokio::test]
async fn a_repointing_registers_only_what_it_needs() {
    let ledger = Ledger::new().await;
    let lost = an_order(1).nameless("Thing A", 2).at(1);
    ledger.apply_one(&lost.build()).await;
    let named = an_order(1).line("A", 2).line("GONE", 1).nameless("Gone", 1);
    ledger.apply_one(&named.build()).await;
    assert_eq!(
        ledger.sql("select coalesce(sku, name) from ledger.item order by 1"),
        "A\nThing A"
    );
    assert_eq!(
        ledger.sql("select link_kind from ledger.item_link order by 1"),
        "name\nvariant"
    );
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
async fn bc_05_shipping_handling_and_gift_wrapping_are_products_of_their_own_made_at_first_use() {
    let ledger = Ledger::new().await;
    let items = async || ledger.sql("select name, kind from ledger.item order by name");
    ledger
        .apply_one(
            &an_order(1)
                .service("shipping", LineKind::Shipping, 500)
                .build(),
        )
        .await;
    assert_eq!(items().await, "Shipping charges|shipping");
    let order = |id| {
        an_order(id)
            .service("handling", LineKind::Handling, 300)
            .service("wrapping", LineKind::GiftWrapping, 200)
            .service("fee:1", LineKind::Fee, 100)
            .build()
    };
    ledger.apply(&[order(2), order(3)]).await;
    assert_eq!(
        items().await,
        "Fees|fee\nGift wrapping|gift_wrapping\nHandling charges|handling\nShipping charges|shipping"
    );
    assert!(ledger.levels().await.is_empty(), "none has stock");
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
    let parked = ledger
        .reader
        .list_parked(RETAILER, &ParkedFilter::default(), None, 10)
        .await
        .unwrap();
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
