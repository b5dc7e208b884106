//! What a retailer's own token reaches with the ids of another retailer's things: nothing (item 9).

use proto::catalog as wire;
use proto::catalog::bulk_selection::Products;
use proto::catalog::catalog_client::CatalogClient;
use proto::catalog::channels_client::ChannelsClient;
use proto::catalog::drift_client::DriftClient;
use proto::catalog::links_client::LinksClient;
use proto::catalog::push_client::PushClient;
use proto::ledger::Role;
use service::access::Authorized;
use tonic::Code;

use crate::lists::names;
use crate::make::{
    SHOP, STRANGER, STRANGERS_SHOP, assert_code, id, item_id, new_act, online, png, product,
    product_id, save,
};
use crate::running::Running;

#[tokio::test]
async fn item_9_foreign_ids_under_ones_own_retailer_id_reach_nothing() {
    let running = Running::start().await;
    let request = wire::SaveProductRequest {
        sell_online: vec![online(SHOP, true)],
        ..save(product(1, "Mug"))
    };
    running.catalog.clone().save_product(request).await.unwrap();
    let kept = wire::PutImageRequest {
        retailer_id: crate::make::RETAILER.to_string(),
        content: png(1, 1),
        act: Some(new_act()),
    };
    let kept = running.catalog.clone().put_image(kept).await.unwrap();
    let image = kept.into_inner().image.unwrap().image_hash;
    let ours = running.get(product_id(1)).await;
    running.ledger.know_token(
        "comptoir_of_a_stranger",
        "a stranger",
        STRANGER.uuid(),
        Role::Owner,
    );
    let channel = running.with_token("comptoir_of_a_stranger");
    let mut catalog = CatalogClient::new(channel.clone());
    let mut channels = ChannelsClient::new(channel.clone());
    let (retailer_id, product_id) = (STRANGER.to_string(), product_id(1).to_string());

    for key in [
        wire::get_product_request::Key::ProductId(product_id.clone()),
        wire::get_product_request::Key::ItemId(item_id(1).to_string()),
        wire::get_product_request::Key::Sku("SKU-1".to_owned()),
    ] {
        let request = wire::GetProductRequest {
            retailer_id: retailer_id.clone(),
            key: Some(key),
        };
        assert_code(catalog.get_product(request).await, Code::NotFound);
    }
    let request = wire::DeleteProductRequest {
        retailer_id: retailer_id.clone(),
        product_id: product_id.clone(),
        act: Some(new_act()),
    };
    assert_code(catalog.delete_product(request).await, Code::NotFound);
    let request = wire::RestoreProductRequest {
        retailer_id: retailer_id.clone(),
        product_id: product_id.clone(),
        act: Some(new_act()),
    };
    assert_code(catalog.restore_product(request).await, Code::NotFound);
    // Our product with an item of its own, and a product of its own with our item.
    let taken = [
        (product_id.clone(), id(77)),
        (id(78).to_string(), item_id(1)),
    ];
    for (product_id, item) in taken {
        let mut twin = product(1, "Mine now");
        twin.product_id = product_id;
        twin.variants[0].item_id = item.to_string();
        let request = wire::SaveProductRequest {
            retailer_id: retailer_id.clone(),
            ..save(twin)
        };
        assert_code(catalog.save_product(request).await, Code::NotFound);
    }
    let mut thief = product(5, "With our picture");
    thief.images = vec![wire::ProductImage {
        image_hash: image,
        ..wire::ProductImage::default()
    }];
    let request = wire::SaveProductRequest {
        retailer_id: retailer_id.clone(),
        ..save(thief)
    };
    assert_code(catalog.save_product(request).await, Code::NotFound);
    let request = wire::SetChannelsRequest {
        retailer_id: retailer_id.clone(),
        product_id: product_id.clone(),
        in_store: Some(false),
        online: vec![online(STRANGERS_SHOP, false)],
        act: Some(new_act()),
    };
    assert_code(channels.set_channels(request).await, Code::NotFound);
    let request = wire::SetConnectionSettingsRequest {
        retailer_id: retailer_id.clone(),
        connection_id: SHOP.to_string(),
        act: Some(new_act()),
        ..wire::SetConnectionSettingsRequest::default()
    };
    assert_code(
        channels.set_connection_settings(request).await,
        Code::NotFound,
    );
    let selection = wire::BulkSelection {
        products: Some(Products::Ids(wire::ProductIds {
            product_ids: vec![product_id.clone()],
        })),
    };
    let request = wire::ApplyBulkRequest {
        retailer_id: retailer_id.clone(),
        selection: Some(selection),
        action: wire::BulkAction::Deactivate.into(),
        channels: Some(wire::BulkChannels {
            in_store: true,
            connection_ids: Vec::new(),
        }),
        expected_products: 0,
        act: Some(new_act()),
    };
    let done = channels.apply_bulk(request).await.unwrap().into_inner();
    assert_eq!(done.changed, 0);
    assert_eq!(done.refused[0].reason(), wire::BulkRefusal::Unknown);

    push_reaches_nothing(&running, PushClient::new(channel.clone()), &retailer_id).await;
    links_reach_nothing(&running, LinksClient::new(channel.clone()), &retailer_id).await;
    drift_reaches_nothing(&running, DriftClient::new(channel), &retailer_id).await;
    let request = wire::ListConnectionSettingsRequest { retailer_id };
    let found = channels.list_connection_settings(request).await.unwrap();
    let found = found.into_inner().connections;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].connection_id, STRANGERS_SHOP.to_string());
    assert_eq!(running.get(crate::make::product_id(1)).await, ours);
    assert_eq!(
        names(&running, wire::ProductFilter::default()).await,
        ["Mug"]
    );
}

/// What a shop shows of our product, and what it was told of it.
async fn push_reaches_nothing(
    running: &Running,
    mut push: PushClient<Authorized>,
    retailer_id: &str,
) {
    let told = format!(
        "insert into catalog.told select '{}', '{SHOP}', '{}', null, 'created', 'done', null, null, null, '', now()",
        id(900),
        product_id(1)
    );
    running.sql(&told);
    let request = wire::RepushRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        act: Some(new_act()),
        ..wire::RepushRequest::default()
    };
    assert_code(push.repush(request).await, Code::NotFound);
    let request = wire::RepushRequest {
        retailer_id: retailer_id.to_owned(),
        product_ids: vec![product_id(1).to_string()],
        act: Some(new_act()),
        ..wire::RepushRequest::default()
    };
    let done = push.repush(request).await.unwrap().into_inner();
    assert_eq!(done.listings, 0);
    let request = wire::ListListingsRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        ..wire::ListListingsRequest::default()
    };
    let found = push.list_listings(request).await.unwrap().into_inner();
    assert_eq!(found.listings, []);
    let request = wire::ListToldRequest {
        retailer_id: retailer_id.to_owned(),
        product_id: product_id(1).to_string(),
        ..wire::ListToldRequest::default()
    };
    let found = push.list_told(request).await.unwrap().into_inner();
    assert_eq!(found.entries, []);
    let request = wire::ListConnectionStatusRequest {
        retailer_id: retailer_id.to_owned(),
    };
    let found = push.list_connection_status(request).await.unwrap();
    let found = found.into_inner().connections;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].connection_id, STRANGERS_SHOP.to_string());
}

/// What products are in a shop, and what is said of that.
async fn links_reach_nothing(
    running: &Running,
    mut links: LinksClient<Authorized>,
    retailer_id: &str,
) {
    let before = running.sql("select * from catalog.listing order by 1, 2");
    let change = wire::ProductLinkChange {
        product_id: product_id(1).to_string(),
        link: Some(wire::product_link_change::Link::Apart(true)),
        items: Vec::new(),
    };
    let columns = "product_id item_id sku shop_product_id shop_variant_id standing why";
    let row = format!("{} {} SKU-1 - - apart -", product_id(1), item_id(1));
    let cells = |row: &str| wire::LinkCells {
        cells: row.split(' ').map(str::to_owned).collect(),
    };
    for shop in [SHOP, STRANGERS_SHOP] {
        let (retailer_id, connection_id) = (retailer_id.to_owned(), shop.to_string());
        let request = wire::SetLinksRequest {
            retailer_id: retailer_id.clone(),
            connection_id: connection_id.clone(),
            changes: vec![change.clone()],
            act: Some(new_act()),
        };
        assert_code(links.set_links(request).await, Code::NotFound);
        let request = wire::ListLinksRequest {
            retailer_id: retailer_id.clone(),
            connection_id: connection_id.clone(),
            ..wire::ListLinksRequest::default()
        };
        let listed = links.list_links(request).await;
        let request = wire::ListLinkRowsRequest {
            retailer_id: retailer_id.clone(),
            connection_id: connection_id.clone(),
            ..wire::ListLinkRowsRequest::default()
        };
        let rows = links.list_link_rows(request).await;
        let request = wire::ImportLinksRequest {
            retailer_id: retailer_id.clone(),
            connection_id: connection_id.clone(),
            rows: vec![cells(columns), cells(&row)],
            preview: false,
            act: Some(new_act()),
        };
        let imported = links.import_links(request).await;
        if shop == STRANGERS_SHOP {
            assert_eq!(listed.unwrap().into_inner().links, []);
            assert_eq!(rows.unwrap().into_inner().rows, []);
            let errors = imported.unwrap().into_inner().errors;
            assert_eq!(errors[0].column, "product_id", "{errors:?}");
            continue;
        }
        assert_code(listed, Code::NotFound);
        assert_code(rows, Code::NotFound);
        assert_code(imported, Code::NotFound);
        let request = wire::LinkAllRequest {
            retailer_id,
            connection_id,
            overwrite: true,
            act: Some(new_act()),
        };
        assert_code(links.link_all(request).await, Code::NotFound);
    }
    let after = running.sql("select * from catalog.listing order by 1, 2");
    assert_eq!(after, before);
}

/// What differs in a shop, and what can be done about it.
async fn drift_reaches_nothing(
    running: &Running,
    mut drift: DriftClient<Authorized>,
    retailer_id: &str,
) {
    let drift_id = id(901);
    running.sql(&format!(
        "insert into catalog.drift (drift_id, connection_id, product_id, revision, subject, field, pos, shop, kind, severity,
            repairs, since, same_since, seen_at)
        values ('{drift_id}', '{SHOP}', '{}', 1, '', 'title', 'Mug', 'Cup', 'edited_in_shop', 4, '{{tell_shop}}', now(),
            now(), now())",
        product_id(1)
    ));
    for connection_id in [String::new(), SHOP.to_string()] {
        let request = wire::ListDriftRequest {
            retailer_id: retailer_id.to_owned(),
            filter: Some(wire::DriftFilter {
                connection_id,
                ..wire::DriftFilter::default()
            }),
            ..wire::ListDriftRequest::default()
        };
        let found = drift.list_drift(request).await.unwrap().into_inner();
        assert_eq!((found.entries, found.total), (Vec::new(), 0));
    }
    let request = wire::RepairDriftRequest {
        retailer_id: retailer_id.to_owned(),
        entries: Some(wire::repair_drift_request::Entries::Ids(wire::DriftIds {
            drift_ids: vec![drift_id.to_string()],
        })),
        repair: wire::DriftRepair::TellShop.into(),
        act: Some(new_act()),
    };
    let done = drift.repair_drift(request).await.unwrap().into_inner();
    assert_eq!((done.repaired, done.refused.len()), (0, 1));
    let request = wire::ScanDriftRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        product_ids: vec![product_id(1).to_string()],
        act: Some(new_act()),
    };
    assert_code(drift.scan_drift(request).await, Code::NotFound);
    running.sql("delete from catalog.drift");
}
