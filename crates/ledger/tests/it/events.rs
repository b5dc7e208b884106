//! What the ledger tells of items and sales, for those who publish products in shops.

use std::collections::BTreeMap;
use std::time::Duration;

use bus::{Bus, Durable, Map, Service, provision, stream};
use ledger::store::{self, Outbox, Place, SoldItem};
use prost::Message;
use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use retail::{Barcode, ItemRef, LineKind, Order, Quantity, ShopVariantId, Sku};

use crate::order::{an_order, cad};
use crate::service::{Ingest, System};
use crate::support::{CONNECTION, Ledger, OTHER_CONNECTION, RETAILER, app, sql};

fn item(variant: &str, sku: &str) -> ItemRef {
    ItemRef {
        variant: ShopVariantId::new(variant).ok(),
        sku: Sku::new(sku).ok(),
        barcode: Barcode::new("4006381333931").ok(),
    }
}

/// Reads one kind of event from the beginning.
pub async fn listen(root: &Bus, subjects: &str) -> bus::Consumer {
    let durable = Durable {
        name: "test".to_owned(),
        stream: stream::ledger().name,
        filter: format!("{subjects}.*"),
        ack_wait: Duration::from_secs(30),
        max_ack_pending: 1_000,
        reader: Service::Ledger,
    };
    let map = Map {
        streams: Vec::new(),
        durables: vec![durable.clone()],
    };
    let options = provision::Options::default();
    provision::provision(root, &map, options).await.unwrap();
    root.consumer(&durable)
}

/// So many of them.
pub async fn heard<E: Message + Default>(consumer: &mut bus::Consumer, count: usize) -> Vec<E> {
    let mut events = Vec::new();
    while events.len() < count {
        let batch = consumer.next_batch(100, Duration::from_secs(20)).await;
        assert!(!batch.is_empty(), "{} of {count} events came", events.len());
        for delivery in batch {
            events.push(E::decode(delivery.payload.clone()).unwrap());
            delivery.ack().await.unwrap();
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sh_09_an_item_created_from_an_order_is_told_with_what_its_line_says() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let mut order = an_order(1)
        .product(item("11", "TS-001"), "T-shirt", 2)
        .product(item("12", ""), "Mug", 1)
        .product(ItemRef::default(), "Gift", 1)
        .service("shipping", LineKind::Shipping, 500);
    order.order.lines[0].tax = cad(260);
    let order = order.total(4_760);
    let mut items = listen(&root, "ledger.item.registered").await;
    let running = system.serve();
    ingest.send(&order.build()).await;
    let told: Vec<wire::ItemRegistered> = heard(&mut items, 4).await;
    let told: BTreeMap<&str, &wire::ItemRegistered> =
        told.iter().map(|told| (told.name.as_str(), told)).collect();
    let shirt = wire::ItemRegistered {
        item_id: sql(
            &system.database,
            "select item_id from ledger.item where sku = 'TS-001'",
        ),
        retailer_id: RETAILER.to_string(),
        kind: wire::ItemKind::Product.into(),
        sku: "TS-001".to_owned(),
        barcode: "4006381333931".to_owned(),
        name: "T-shirt".to_owned(),
        connection_id: CONNECTION.to_string(),
        origin: wire::ItemOrigin::Order.into(),
        variant_id: "11".to_owned(),
        first_sold: Some(wire::FirstSold {
            quantity: Some(quantity_into(Quantity::units(2).unwrap())),
            net: Some(money_into(cad(2_000))),
            tax: Some(money_into(cad(260))),
        }),
    };
    assert_eq!(told["T-shirt"], &shirt);
    assert_eq!(
        (told["Mug"].sku.as_str(), told["Mug"].variant_id.as_str()),
        ("", "12")
    );
    assert_eq!(told["Gift"].variant_id, "");
    assert_eq!(told["Gift"].origin(), wire::ItemOrigin::Order);
    let shipping = told["Shipping charges"];
    assert_eq!(shipping.origin(), wire::ItemOrigin::Service);
    assert_eq!(shipping.first_sold, None);
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sh_10_and_bc_01_a_sale_names_its_items_and_what_its_shop_calls_them() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let mut sales = listen(&root, "ledger.sale.recorded").await;
    let running = system.serve();
    let first = an_order(1)
        .product(item("11", "A"), "Thing", 1)
        .product(item("11", "A"), "Thing", 2)
        .service("shipping", LineKind::Shipping, 500);
    ingest.send(&first.build()).await;
    let told: Vec<wire::SaleRecorded> = heard(&mut sales, 1).await;
    let id_of = |what: &str| {
        let script = format!("select item_id from ledger.item where {what}");
        sql(&system.database, &script)
    };
    let thing = |variant: &str| wire::SoldItem {
        item_id: id_of("sku = 'A'"),
        kind: wire::ItemKind::Product.into(),
        variant_ids: vec![variant.to_owned()],
    };
    let shipping = wire::SoldItem {
        item_id: id_of("kind = 'shipping'"),
        kind: wire::ItemKind::Shipping.into(),
        variant_ids: Vec::new(),
    };
    let mut expected = vec![thing("11"), shipping];
    expected.sort_by(|a, b| a.item_id.cmp(&b.item_id));
    assert_eq!(told[0].connection_id, CONNECTION.to_string());
    assert_eq!(told[0].items, expected, "each once");

    // The other shop sells it for the first time: there it has another name, and may have to be published.
    let there = an_order(2)
        .product(item("77", "A"), "Thing", 1)
        .of(RETAILER, OTHER_CONNECTION);
    ingest.send(&there.build()).await;
    let told: Vec<wire::SaleRecorded> = heard(&mut sales, 1).await;
    assert_eq!(told[0].connection_id, OTHER_CONNECTION.to_string());
    assert_eq!(told[0].items, [thing("77")]);

    // A sale that changes says it again, as it is now.
    let later = an_order(1).product(item("11", "A"), "Thing", 1).at(1);
    ingest.send(&later.build()).await;
    let told: Vec<wire::SaleRecorded> = heard(&mut sales, 1).await;
    assert_eq!(
        (told[0].revision, &told[0].items[..]),
        (2, &[thing("11")][..])
    );
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sh_10_as_many_items_as_an_order_may_have_are_told() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let mut sales = listen(&root, "ledger.sale.recorded").await;
    let mut order = an_order(1);
    for line in 0..Order::LINES_LIMIT {
        let variant = format!("{line:0>width$}", width = ShopVariantId::LIMIT_BYTES);
        order = order.product(item(&variant, ""), "Thing", 1);
    }
    let running = system.serve();
    ingest.send(&order.build()).await;
    let told: Vec<wire::SaleRecorded> = heard(&mut sales, 1).await;
    assert_eq!(told[0].items.len(), Order::LINES_LIMIT);
    running.kill().await;
}

#[tokio::test]
async fn sh_10_an_item_is_the_variants_that_a_person_said_it_is() {
    let ledger = Ledger::new().await;
    let sold = |id, variant: &str, sku: &str| an_order(id).product(item(variant, sku), "Thing", 1);
    ledger
        .apply(&[
            sold(1, "11", "A").build(),
            sold(2, "22", "B").placed(1).build(),
        ])
        .await;
    // Variants 22 to 26 are said to be A; 11 is said to be B.
    ledger.sql(
        "insert into ledger.item_remap (connection_id, remap_kind, shop_key, item_id, remapped_at)
        select l.connection_id, 'variant', n::text, i.item_id, now()
        from ledger.item i, ledger.item_link l, generate_series(11, 26) n
        where l.shop_key = '11' and n in (11, 22, 23, 24, 25, 26)
            and i.sku = case when n = 11 then 'B' else 'A' end",
    );
    let outbox = Outbox::new(store::write_pool(&app(&ledger.database)));
    let told = outbox.sales(Place::default(), 10).await.unwrap();
    let variants: Vec<_> = told
        .iter()
        .flat_map(|told| &told.now.items)
        .map(|SoldItem { item, variants, .. }| {
            let sku = ledger.sql(&format!(
                "select sku from ledger.item where item_id = '{item}'"
            ));
            (sku, variants.join(" "))
        })
        .collect();
    let expected = [
        ("A".to_owned(), "22 23 24".to_owned()),
        ("B".to_owned(), "11".to_owned()),
    ];
    assert_eq!(variants, expected);
}
