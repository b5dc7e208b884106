//! What orders make and sell is on sale where it was sold.

use bus::subject;
use proto::catalog as wire;
use proto::google::r#type::{Decimal, Money};
use proto::ledger as told;
use proto::order::SaleState;
use retail::ConnectionId;
use uuid::Uuid;

use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, euros, item_id, new_act, online, product, product_id, save,
};
use crate::running::Running;

/// Of an item that an order made: two for 20.00 and 4.20 tax.
pub fn registered(number: u128, shop: ConnectionId) -> told::ItemRegistered {
    told::ItemRegistered {
        item_id: item_id(number).to_string(),
        retailer_id: RETAILER.to_string(),
        kind: told::ItemKind::Product.into(),
        sku: format!("SKU-{number}"),
        barcode: "4006381333931".to_owned(),
        name: format!("sold {number}"),
        connection_id: shop.to_string(),
        origin: told::ItemOrigin::Order.into(),
        variant_id: format!("v{number}"),
        first_sold: Some(told::FirstSold {
            quantity: Some(Decimal {
                value: "2".to_owned(),
            }),
            net: Some(euros(20)),
            tax: Some(Money {
                currency_code: "EUR".to_owned(),
                units: 4,
                nanos: 200_000_000,
            }),
        }),
    }
}

fn sale(numbers: &[u128], shop: ConnectionId, second: i64) -> told::SaleRecorded {
    let items = numbers.iter().map(|number| told::SoldItem {
        item_id: item_id(*number).to_string(),
        kind: told::ItemKind::Product.into(),
        variant_ids: vec![format!("v{number}"), format!("w{number}")],
    });
    told::SaleRecorded {
        sale_id: Uuid::from_u128(9).to_string(),
        retailer_id: RETAILER.to_string(),
        connection_id: shop.to_string(),
        state: SaleState::Closed.into(),
        changed_at: Some(prost_types::Timestamp {
            seconds: 1_790_000_000 + second,
            nanos: 0,
        }),
        items: items.collect(),
        ..told::SaleRecorded::default()
    }
}

pub async fn tell_item(running: &Running, event: &told::ItemRegistered) {
    let subject = subject::item_registered(RETAILER);
    running.tell_of_ledger(subject, event).await;
}

async fn tell_sale(running: &Running, event: &told::SaleRecorded) {
    let subject = subject::sale_recorded(RETAILER);
    running.tell_of_ledger(subject, event).await;
}

/// All that was told is taken.
pub async fn taken(running: &Running) {
    let bus = running.bus("catalog-push").await;
    for durable in [
        bus::durable::catalog_items(),
        bus::durable::catalog_sales(),
        bus::durable::catalog_connections(),
    ] {
        service_kit::within(async || {
            let lag = bus.lag(&durable).await.unwrap();
            (lag.pending == 0 && lag.ack_pending == 0).then_some(())
        })
        .await;
    }
}

pub async fn by_item(running: &Running, number: u128) -> wire::Product {
    let request = wire::GetProductRequest {
        retailer_id: RETAILER.to_string(),
        key: Some(wire::get_product_request::Key::ItemId(
            item_id(number).to_string(),
        )),
    };
    let found = running.catalog.clone().get_product(request).await;
    found.unwrap().into_inner().product.unwrap()
}

fn links(running: &Running) -> String {
    running.sql(
        "select string_agg(shop_variant_id || '=' || right(item_id::text, 1), ' ' order by shop_variant_id)
        from catalog.shop_variant",
    )
}

#[tokio::test]
async fn sh_09_and_bc_01_an_item_made_by_an_order_becomes_a_product_and_is_published() {
    let running = Running::start().await;
    let event = registered(1, SHOP);
    // However often it is told.
    for _ in 0..3 {
        tell_item(&running, &event).await;
    }
    taken(&running).await;
    let made = by_item(&running, 1).await;
    assert!(made.created_from_order && !made.is_deleted);
    assert_eq!((made.name.as_str(), made.revision), ("sold 1", 2));
    let [variant] = made.variants.as_slice() else {
        panic!("{made:?}");
    };
    assert_eq!(variant.sku, "SKU-1");
    assert_eq!(variant.barcode, "4006381333931");
    let price = Money {
        currency_code: "EUR".to_owned(),
        units: 12,
        nanos: 100_000_000,
    };
    assert_eq!(variant.retail_price, Some(price));
    assert!(variant.price_includes_tax);
    assert_eq!(made.tax_rate_millipercent, 21_000);
    let channels = made.channels.unwrap();
    assert!(channels.in_store);
    assert_eq!(channels.online, [online(SHOP, true)]);
    assert_eq!(links(&running), "v1=1");
    assert_eq!(running.sql("select count(*) from catalog.product"), "1");
    assert!(
        running.ledger.items().is_empty(),
        "the ledger knows it already"
    );
}

#[tokio::test]
async fn sh_09_services_become_no_products() {
    let running = Running::start().await;
    let shipping = told::ItemRegistered {
        kind: told::ItemKind::Shipping.into(),
        origin: told::ItemOrigin::Service.into(),
        first_sold: None,
        ..registered(1, SHOP)
    };
    tell_item(&running, &shipping).await;
    let of_the_catalogue = told::ItemRegistered {
        origin: told::ItemOrigin::Unspecified.into(),
        ..registered(2, SHOP)
    };
    tell_item(&running, &of_the_catalogue).await;
    let mut charged = sale(&[1], SHOP, 1);
    charged.items[0].kind = told::ItemKind::Shipping.into();
    tell_sale(&running, &charged).await;
    taken(&running).await;
    assert_eq!(running.sql("select count(*) from catalog.product"), "0");
    assert_eq!(running.sql("select count(*) from catalog.early_sale"), "0");
}

#[tokio::test]
async fn sh_10_and_bc_01_what_a_shop_sold_is_published_there_and_linked() {
    let running = Running::start().await;
    let before = running.save(product(1, "Mug")).await;
    tell_sale(&running, &sale(&[1], SHOP, 1)).await;
    taken(&running).await;
    let after = running.get(product_id(1)).await;
    assert_eq!(after.channels.unwrap().online, [online(SHOP, true)]);
    assert_eq!(after.revision, before.revision + 1);
    assert_eq!(links(&running), "v1=1 w1=1");
    // Told again it is nothing new.
    tell_sale(&running, &sale(&[1], SHOP, 1)).await;
    tell_sale(&running, &sale(&[1], SHOP, 2)).await;
    taken(&running).await;
    assert_eq!(running.get(product_id(1)).await.revision, after.revision);
    assert_eq!(running.sql("select count(*) from catalog.early_sale"), "0");
}

#[tokio::test]
async fn sh_10_what_somebody_took_offline_no_order_puts_back() {
    let running = Running::start().await;
    let request = wire::SaveProductRequest {
        sell_online: vec![online(SHOP, false)],
        ..save(product(1, "Mug"))
    };
    running.catalog.clone().save_product(request).await.unwrap();
    tell_sale(&running, &sale(&[1], SHOP, 1)).await;
    tell_sale(&running, &sale(&[1], OTHER_SHOP, 1)).await;
    taken(&running).await;
    let channels = running.get(product_id(1)).await.channels.unwrap();
    let expected = [online(SHOP, false), online(OTHER_SHOP, true)];
    assert_eq!(channels.online, expected);
}

#[tokio::test]
async fn sh_10_events_in_any_order_end_alike() {
    let running = Running::start_without_shops().await;
    // The sale of another shop is told first, then the item, and the shops last of all.
    tell_sale(&running, &sale(&[1], OTHER_SHOP, 1)).await;
    taken(&running).await;
    tell_item(&running, &registered(1, SHOP)).await;
    taken(&running).await;
    assert!(
        by_item(&running, 1)
            .await
            .channels
            .unwrap()
            .online
            .is_empty()
    );
    running.know(RETAILER, OTHER_SHOP, 1).await;
    running.know(RETAILER, SHOP, 1).await;
    taken(&running).await;
    let channels = by_item(&running, 1).await.channels.unwrap();
    assert_eq!(
        channels.online,
        [online(SHOP, true), online(OTHER_SHOP, true)]
    );
    assert_eq!(running.sql("select count(*) from catalog.early_sale"), "0");
}

#[tokio::test]
async fn sh_10_a_product_entered_after_it_was_sold_is_published_where_it_was() {
    let running = Running::start().await;
    tell_sale(&running, &sale(&[1], SHOP, 1)).await;
    taken(&running).await;
    let saved = running.save(product(1, "Mug")).await;
    assert_eq!(saved.channels.unwrap().online, [online(SHOP, true)]);
}

#[tokio::test]
async fn sh_10_an_older_word_about_a_variant_does_not_replace_a_newer_one() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    running.save(product(2, "Cup")).await;
    let mut newer = sale(&[2], SHOP, 5);
    newer.items[0].variant_ids = vec!["v1".to_owned()];
    tell_sale(&running, &newer).await;
    tell_sale(&running, &sale(&[1], SHOP, 1)).await;
    taken(&running).await;
    assert_eq!(links(&running), "v1=2 w1=1");
}

#[tokio::test]
async fn sh_10_neither_void_sales_nor_deleted_products_are_published() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    let void = told::SaleRecorded {
        state: SaleState::Voided.into(),
        ..sale(&[1], SHOP, 1)
    };
    tell_sale(&running, &void).await;
    taken(&running).await;
    assert!(
        running
            .get(product_id(1))
            .await
            .channels
            .unwrap()
            .online
            .is_empty()
    );
    let gone = wire::DeleteProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(1).to_string(),
        act: Some(new_act()),
    };
    running.catalog.clone().delete_product(gone).await.unwrap();
    tell_sale(&running, &sale(&[1], SHOP, 2)).await;
    taken(&running).await;
    assert!(
        running
            .get(product_id(1))
            .await
            .channels
            .unwrap()
            .online
            .is_empty()
    );
}

#[tokio::test]
async fn what_nobody_can_read_is_put_aside_and_holds_nothing_up() {
    let running = Running::start().await;
    let foreign = told::ItemRegistered {
        retailer_id: Uuid::max().to_string(),
        ..registered(1, SHOP)
    };
    tell_item(&running, &foreign).await;
    let without_price = told::ItemRegistered {
        first_sold: None,
        ..registered(2, SHOP)
    };
    tell_item(&running, &without_price).await;
    tell_item(&running, &registered(3, SHOP)).await;
    taken(&running).await;
    assert_eq!(by_item(&running, 3).await.name, "sold 3");
    assert_eq!(running.messages("DEAD").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sh_09_through_kills_every_item_is_one_product() {
    let mut running = Running::start().await;
    for number in 0..40 {
        tell_item(&running, &registered(number, SHOP)).await;
        tell_sale(&running, &sale(&[number], SHOP, 1)).await;
        if number % 10 == 5 {
            running.restart().await;
        }
    }
    taken(&running).await;
    assert_eq!(running.sql("select count(*) from catalog.product"), "40");
    let online = "select count(*) from catalog.product_channel where is_online";
    assert_eq!(running.sql(online), "40");
    running
        .until("select count(*) from catalog.outbox", "0")
        .await;
}
