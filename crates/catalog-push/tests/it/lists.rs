//! Products are found by what they are and where they are sold.

use std::collections::BTreeSet;

use proto::catalog as wire;
use retail::ConnectionId;
use retail::catalogue::{Activity, ChannelFilter, Place, Sold};
use tonic::Code;

use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, assert_code, euros, online, product, product_id, save,
};
use crate::running::Running;

pub async fn list(
    running: &Running,
    filter: wire::ProductFilter,
    page_size: i32,
) -> Vec<wire::ProductSummary> {
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = wire::ListProductsRequest {
            retailer_id: RETAILER.to_string(),
            page_size,
            page_token,
            filter: Some(filter.clone()),
        };
        let page = running.catalog.clone().list_products(request).await;
        let page = page.unwrap().into_inner();
        all.extend(page.products);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            let total = usize::try_from(page.total).unwrap();
            assert_eq!(all.len(), total);
            return all;
        }
    }
}

pub async fn names(running: &Running, filter: wire::ProductFilter) -> Vec<String> {
    let found = list(running, filter, 0).await.into_iter();
    found.map(|product| product.name).collect()
}

/// One product of each kind that differs: by tills, by the first shop, by the second.
pub async fn one_of_each(running: &Running) -> Vec<(String, bool, bool, bool)> {
    let mut made = Vec::new();
    for number in 0..8_u128 {
        let [in_store, first, second] = [1, 2, 4].map(|bit| number & bit != 0);
        let name = format!("product {number}");
        let shops = [(SHOP, first), (OTHER_SHOP, second)];
        let shown = shops.into_iter().filter(|(_, is_online)| *is_online);
        let request = wire::SaveProductRequest {
            sell_in_store: Some(in_store),
            sell_online: shown.map(|(shop, _)| online(shop, true)).collect(),
            ..save(product(number, &name))
        };
        running.catalog.clone().save_product(request).await.unwrap();
        made.push((name, in_store, first, second));
    }
    made
}

/// What the domain says of a product that is sold so.
fn passes(state: wire::ChannelState, channel: wire::Channel, in_store: bool, online: bool) -> bool {
    let activity = match state {
        wire::ChannelState::Unspecified => Activity::All,
        wire::ChannelState::Active => Activity::Active,
        wire::ChannelState::Inactive => Activity::Inactive,
    };
    let place = match channel {
        wire::Channel::Unspecified => Place::All,
        wire::Channel::InStore => Place::InStore,
        wire::Channel::Online => Place::Online,
    };
    ChannelFilter { activity, place }.passes(Sold::of(in_store, online))
}

#[tokio::test]
async fn ec_13_the_list_shows_what_the_filter_says() {
    let running = Running::start().await;
    let made = one_of_each(&running).await;
    for state in [0, 1, 2] {
        for channel in [0, 1, 2] {
            for shop in [None, Some(SHOP)] {
                let filter = wire::ProductFilter {
                    state,
                    channel,
                    connection_id: shop
                        .as_ref()
                        .map(ConnectionId::to_string)
                        .unwrap_or_default(),
                    ..wire::ProductFilter::default()
                };
                let (state, channel) = (filter.state(), filter.channel());
                let expected: Vec<String> = made
                    .iter()
                    .filter(|(_, in_store, first, second)| {
                        let online = *first || (*second && shop.is_none());
                        passes(state, channel, *in_store, online)
                    })
                    .map(|(name, ..)| name.clone())
                    .collect();
                let found = names(&running, filter).await;
                assert_eq!(found, expected, "{state:?} {channel:?} {shop:?}");
            }
        }
    }
    // A shop that is parted with shows nothing any more.
    let parted = proto::connect::KnownConnection {
        connection_id: SHOP.to_string(),
        retailer_id: RETAILER.to_string(),
        platform: "shop1".to_owned(),
        state: proto::connect::ConnectionState::Disconnected.into(),
        version: 2,
        ..proto::connect::KnownConnection::default()
    };
    running.tell_connection(&parted).await;
    running
        .until(
            "select count(*) from catalog.connection where not is_linked",
            "1",
        )
        .await;
    let filter = wire::ProductFilter {
        state: wire::ChannelState::Active.into(),
        channel: wire::Channel::Online.into(),
        ..wire::ProductFilter::default()
    };
    let second = made.iter().filter(|(.., second)| *second);
    let expected: Vec<String> = second.map(|(name, ..)| name.clone()).collect();
    assert_eq!(names(&running, filter).await, expected);
}

#[tokio::test]
async fn pages_hold_every_product_once_by_name() {
    let running = Running::start().await;
    for (number, name) in ["b", "a", "B", "a", "é", "a b"].into_iter().enumerate() {
        running.save(product(number as u128, name)).await;
    }
    let all = list(&running, wire::ProductFilter::default(), 0).await;
    let sorted: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(sorted, ["B", "a", "a", "a b", "b", "é"]);
    for size in 1..=6 {
        let paged = list(&running, wire::ProductFilter::default(), size).await;
        assert_eq!(paged, all, "by {size}");
    }
    let other = wire::ListProductsRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 501,
        ..wire::ListProductsRequest::default()
    };
    let refused = running.catalog.clone().list_products(other).await;
    assert_code(refused, Code::InvalidArgument);
}

#[tokio::test]
async fn products_are_found_by_what_they_are() {
    let running = Running::start().await;
    let mut shirt = product(1, "Linen shirt");
    shirt.brand = "Lin".to_owned();
    shirt.category = "Clothes".to_owned();
    shirt.supplier = "Weaver".to_owned();
    shirt.tags = vec!["summer".to_owned(), "new".to_owned()];
    running.save(shirt).await;
    running.save(product(2, "Mug 100%")).await;
    let filter = wire::ProductFilter::default;
    let text = |text: &str| text.to_owned();
    for (filter, found) in [
        (
            wire::ProductFilter {
                text: text("LINEN"),
                ..filter()
            },
            "Linen shirt",
        ),
        (
            wire::ProductFilter {
                text: text("0%"),
                ..filter()
            },
            "Mug 100%",
        ),
        (
            wire::ProductFilter {
                sku: text(" SKU-2 "),
                ..filter()
            },
            "Mug 100%",
        ),
        (
            wire::ProductFilter {
                brand: text("Lin"),
                ..filter()
            },
            "Linen shirt",
        ),
        (
            wire::ProductFilter {
                category: text("Clothes"),
                ..filter()
            },
            "Linen shirt",
        ),
        (
            wire::ProductFilter {
                supplier: text("Weaver"),
                ..filter()
            },
            "Linen shirt",
        ),
        (
            wire::ProductFilter {
                tag: text("new"),
                ..filter()
            },
            "Linen shirt",
        ),
    ] {
        assert_eq!(names(&running, filter.clone()).await, [found], "{filter:?}");
    }
    let none = wire::ProductFilter {
        brand: text("Lin"),
        sku: text("SKU-2"),
        ..filter()
    };
    assert!(
        names(&running, none).await.is_empty(),
        "every condition must hold"
    );
}

#[tokio::test]
async fn a_summary_says_what_a_row_shows() {
    let running = Running::start().await;
    let request = wire::SaveProductRequest {
        sell_online: vec![online(SHOP, true), online(OTHER_SHOP, false)],
        ..save(product(1, "Mug"))
    };
    let saved = running.catalog.clone().save_product(request).await;
    let saved = saved.unwrap().into_inner().product.unwrap();
    let found = list(&running, wire::ProductFilter::default(), 0).await;
    let expected = wire::ProductSummary {
        product_id: product_id(1).to_string(),
        revision: 1,
        name: "Mug".to_owned(),
        sku: "SKU-1".to_owned(),
        retail_price: Some(euros(10)),
        variant_count: 1,
        in_store: true,
        online_connection_ids: vec![SHOP.to_string()],
        changed_at: saved.changed_at,
        ..wire::ProductSummary::default()
    };
    assert_eq!(found, [expected]);
}

#[tokio::test]
async fn labels_are_the_names_in_use() {
    let running = Running::start().await;
    for (number, brand, tags) in [
        (1, "Lin", vec!["a", "b"]),
        (2, "Lin", vec!["b"]),
        (3, "", vec![]),
    ] {
        let mut one = product(number, "x");
        one.brand = brand.to_owned();
        one.tags = tags.into_iter().map(str::to_owned).collect();
        running.save(one).await;
    }
    for (kind, expected) in [
        (wire::LabelKind::Brand, vec![("Lin", 2)]),
        (wire::LabelKind::Tag, vec![("a", 1), ("b", 2)]),
        (wire::LabelKind::Category, vec![]),
        (wire::LabelKind::Supplier, vec![]),
    ] {
        let mut found = BTreeSet::new();
        let mut page_token = String::new();
        loop {
            let request = wire::ListLabelsRequest {
                retailer_id: RETAILER.to_string(),
                page_size: 1,
                page_token,
                kind: kind.into(),
            };
            let page = running.catalog.clone().list_labels(request).await;
            let page = page.unwrap().into_inner();
            found.extend(
                page.labels
                    .into_iter()
                    .map(|label| (label.name, label.products)),
            );
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        let expected = expected.into_iter();
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(found, expected.collect(), "{kind:?}");
    }
}
