//! Many products at once.

use proto::catalog as wire;
use proto::catalog::bulk_selection::Products;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::lists::{names, one_of_each};
use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, STRANGERS_SHOP, act, assert_code, assert_refused, new_act, product,
    product_id,
};
use crate::running::Running;

fn ticked(ids: &[Uuid]) -> wire::BulkSelection {
    let product_ids = ids.iter().map(Uuid::to_string).collect();
    wire::BulkSelection {
        products: Some(Products::Ids(wire::ProductIds { product_ids })),
    }
}

fn found(filter: wire::ProductFilter) -> wire::BulkSelection {
    wire::BulkSelection {
        products: Some(Products::Filter(filter)),
    }
}

fn on(in_store: bool, shops: &[retail::ConnectionId]) -> wire::BulkChannels {
    wire::BulkChannels {
        in_store,
        connection_ids: shops.iter().map(ToString::to_string).collect(),
    }
}

fn request(
    selection: wire::BulkSelection,
    action: wire::BulkAction,
    channels: wire::BulkChannels,
) -> wire::ApplyBulkRequest {
    wire::ApplyBulkRequest {
        retailer_id: RETAILER.to_string(),
        selection: Some(selection),
        action: action.into(),
        channels: Some(channels),
        expected_products: 0,
        act: Some(new_act()),
    }
}

async fn apply(
    running: &Running,
    request: wire::ApplyBulkRequest,
) -> Result<wire::ApplyBulkResponse, Status> {
    let preview = wire::PreviewBulkRequest {
        retailer_id: request.retailer_id.clone(),
        selection: request.selection.clone(),
        action: request.action,
        channels: request.channels.clone(),
    };
    let preview = running.channels.clone().preview_bulk(preview).await;
    let answer = running.channels.clone().apply_bulk(request).await?;
    let (preview, answer) = (preview?.into_inner(), answer.into_inner());
    let wire::ApplyBulkResponse {
        products,
        changed,
        refused,
    } = answer.clone();
    let as_previewed = wire::PreviewBulkResponse {
        products,
        changes: changed,
        refused,
    };
    assert_eq!(preview, as_previewed, "what is done is what was shown");
    Ok(answer)
}

fn active(channel: wire::Channel) -> wire::ProductFilter {
    wire::ProductFilter {
        state: wire::ChannelState::Active.into(),
        channel: channel.into(),
        ..wire::ProductFilter::default()
    }
}

#[tokio::test]
async fn ec_11_ticked_products_are_activated_on_the_channels_that_are_ticked() {
    let running = Running::start().await;
    let made = one_of_each(&running).await;
    let ids: Vec<Uuid> = (0..8).map(product_id).collect();
    let activate = wire::BulkAction::Activate;
    let done = apply(&running, request(ticked(&ids), activate, on(true, &[SHOP]))).await;
    let done = done.unwrap();
    // Those that are sold at tills and in the first shop already are as they were.
    assert_eq!((done.products, done.changed), (8, 6));
    assert_eq!(
        names(&running, active(wire::Channel::InStore)).await.len(),
        8
    );
    let again = apply(&running, request(ticked(&ids), activate, on(true, &[SHOP]))).await;
    assert_eq!(again.unwrap().changed, 0);
    let deactivate = wire::BulkAction::Deactivate;
    let shops = on(false, &[SHOP, OTHER_SHOP]);
    let done = apply(&running, request(ticked(&ids[..2]), deactivate, shops)).await;
    assert_eq!(done.unwrap().changed, 2);
    let online = names(&running, active(wire::Channel::Online)).await;
    let rest: Vec<String> = made.into_iter().skip(2).map(|(name, ..)| name).collect();
    assert_eq!(online, rest);
}

#[tokio::test]
async fn ec_11_what_is_refused_is_named_and_the_rest_is_done() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    running.save(product(2, "Cup")).await;
    let gone = wire::DeleteProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(2).to_string(),
        act: Some(new_act()),
    };
    running.catalog.clone().delete_product(gone).await.unwrap();
    let ids = [1, 2, 3].map(product_id);
    let asked = request(ticked(&ids), wire::BulkAction::Activate, on(false, &[SHOP]));
    let done = apply(&running, asked).await.unwrap();
    let refused = |number, reason: wire::BulkRefusal| wire::RefusedProduct {
        product_id: product_id(number).to_string(),
        reason: reason.into(),
    };
    let expected = wire::ApplyBulkResponse {
        products: 3,
        changed: 1,
        refused: vec![
            refused(2, wire::BulkRefusal::Deleted),
            refused(3, wire::BulkRefusal::Unknown),
        ],
    };
    assert_eq!(done, expected);
    assert_eq!(
        names(&running, active(wire::Channel::Online)).await,
        ["Mug"]
    );
}

#[tokio::test]
async fn ec_11_all_that_a_filter_finds_is_meant_and_not_a_page_of_it() {
    let running = Running::start().await;
    running.sql(&format!(
        "with made as (
            insert into catalog.product (product_id, retailer_id, revision, name, description, brand, category,
                supplier, handle, tags, tax_millipercent, options, is_in_store, is_from_order, changed_at)
            select gen_random_uuid(), '{RETAILER}', 1, 'product ' || n, '',
                case when n <= 600 then 'Lin' else '' end, '', '', '', '{{}}', 0, '{{}}', true, false, now()
            from generate_series(1, 700) n
            returning product_id)
        insert into catalog.variant (item_id, product_id, position, price_minor, currency, price_includes_tax,
            supplier_code, is_active)
        select gen_random_uuid(), product_id, 1, 100, 'EUR', true, '', true from made"
    ));
    let lin = wire::ProductFilter {
        brand: "Lin".to_owned(),
        ..wire::ProductFilter::default()
    };
    let asked = wire::ApplyBulkRequest {
        expected_products: 600,
        act: Some(act(1)),
        ..request(
            found(lin.clone()),
            wire::BulkAction::Activate,
            on(false, &[SHOP]),
        )
    };
    let done = apply(&running, asked.clone()).await.unwrap();
    assert_eq!((done.products, done.changed), (600, 600));
    let again = running.channels.clone().apply_bulk(asked).await;
    assert_eq!(
        again.unwrap().into_inner(),
        done,
        "asked again it is answered"
    );
    let online = "select count(*) from catalog.product_channel where is_online";
    assert_eq!(running.sql(online), "600");
    // More are meant by now than were shown.
    let grown = wire::ApplyBulkRequest {
        expected_products: 600,
        ..request(
            found(wire::ProductFilter::default()),
            wire::BulkAction::Deactivate,
            on(true, &[SHOP]),
        )
    };
    let refused = running.channels.clone().apply_bulk(grown).await;
    assert_refused(refused, "selection_grew");
    assert_eq!(running.sql(online), "600");
    let off = request(found(lin), wire::BulkAction::Deactivate, on(false, &[SHOP]));
    assert_eq!(apply(&running, off).await.unwrap().changed, 600);
    assert_eq!(running.sql(online), "0");
    // Every one of them is told, a revision each.
    running
        .until("select count(*) from catalog.outbox", "0")
        .await;
    let revisions =
        "select string_agg(distinct revision::text, ' ') from catalog.product where brand = 'Lin'";
    assert_eq!(running.sql(revisions), "3");
}

#[tokio::test]
async fn what_is_no_bulk_action_is_refused() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    let one = || ticked(&[product_id(1)]);
    let activate = wire::BulkAction::Activate;
    for wrong in [
        wire::ApplyBulkRequest {
            selection: None,
            ..request(one(), activate, on(true, &[]))
        },
        request(ticked(&[]), activate, on(true, &[])),
        request(ticked(&[product_id(1); 2]), activate, on(true, &[])),
        request(one(), wire::BulkAction::Unspecified, on(true, &[])),
        request(one(), activate, on(false, &[])),
        wire::ApplyBulkRequest {
            channels: None,
            ..request(one(), activate, on(true, &[]))
        },
        request(one(), activate, on(true, &[SHOP, SHOP])),
        request(
            found(wire::ProductFilter {
                deleted: true,
                ..wire::ProductFilter::default()
            }),
            activate,
            on(true, &[]),
        ),
    ] {
        let refused = running.channels.clone().apply_bulk(wrong).await;
        assert_code(refused, Code::InvalidArgument);
    }
    let foreign = request(one(), activate, on(true, &[STRANGERS_SHOP]));
    let refused = running.channels.clone().apply_bulk(foreign).await;
    assert_code(refused, Code::NotFound);
}
