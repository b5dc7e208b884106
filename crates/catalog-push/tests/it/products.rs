//! Products are made, said anew, deleted and restored, each once and whole.

use proto::catalog as wire;
use proto::google::r#type::Decimal;
use tonic::{Code, Response, Status};
use uuid::Uuid;

use crate::make::{
    RETAILER, SHOP, STRANGER, act, assert_code, assert_refused, euros, id, item_id, new_act,
    online, product, product_id, save, variant,
};
use crate::running::Running;

async fn try_save(
    running: &Running,
    request: wire::SaveProductRequest,
) -> Result<wire::Product, Status> {
    let answer = running.catalog.clone().save_product(request).await;
    answer.map(|answer| answer.into_inner().product.unwrap())
}

fn delete_request(number: u128) -> wire::DeleteProductRequest {
    wire::DeleteProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(number).to_string(),
        act: Some(new_act()),
    }
}

async fn delete(running: &Running, number: u128) -> wire::Product {
    let mut catalog = running.catalog.clone();
    let answer = catalog.delete_product(delete_request(number)).await;
    answer.unwrap().into_inner().product.unwrap()
}

async fn restore(
    running: &Running,
    number: u128,
) -> Result<Response<wire::RestoreProductResponse>, Status> {
    let request = wire::RestoreProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(number).to_string(),
        act: Some(new_act()),
    };
    running.catalog.clone().restore_product(request).await
}

/// Everything that a product can say.
fn full() -> wire::Product {
    let decimal = |text: &str| {
        Some(Decimal {
            value: text.to_owned(),
        })
    };
    let variants = ["S", "M"].into_iter().enumerate().map(|(place, size)| {
        let number = 10 + u128::try_from(place).unwrap();
        wire::Variant {
            values: vec![size.to_owned(), "red".to_owned()],
            barcode: format!("400638133393{place}"),
            supplier_code: "W-1".to_owned(),
            supplier_price: Some(euros(4)),
            reorder_point: decimal("2.5"),
            reorder_amount: decimal("10"),
            weight_mg: Some(250_000),
            parcel: Some(wire::ParcelSize {
                length_um: 300_000,
                width_um: 200_000,
                height_um: 20_000,
            }),
            is_inactive: size == "M",
            ..variant(number, size)
        }
    });
    wire::Product {
        description: "<p>Linen</p>".to_owned(),
        brand: "Lin".to_owned(),
        category: "Clothes".to_owned(),
        supplier: "Weaver".to_owned(),
        handle: "shirt".to_owned(),
        tags: vec!["summer".to_owned(), "new".to_owned()],
        options: vec!["Size".to_owned(), "Colour".to_owned()],
        variants: variants.collect(),
        ..product(1, "Shirt")
    }
}

#[tokio::test]
async fn a_product_is_read_as_it_was_said() {
    let running = Running::start().await;
    let saved = running.save(full()).await;
    let wire::Product {
        revision,
        channels,
        changed_at,
        created_from_order,
        is_deleted,
        ..
    } = saved.clone();
    assert_eq!(
        (revision, created_from_order, is_deleted),
        (1, false, false)
    );
    let expected = wire::Product {
        revision,
        channels,
        changed_at,
        ..full()
    };
    assert_eq!(saved, expected);
    assert_eq!(running.get(product_id(1)).await, saved);
    for key in [
        wire::get_product_request::Key::ItemId(item_id(11).to_string()),
        wire::get_product_request::Key::Sku(" M ".to_owned()),
    ] {
        let request = wire::GetProductRequest {
            retailer_id: RETAILER.to_string(),
            key: Some(key),
        };
        let found = running.catalog.clone().get_product(request).await;
        assert_eq!(found.unwrap().into_inner().product, Some(saved.clone()));
    }
    let item = running.ledger.item(item_id(11));
    assert_eq!(
        (item.sku.as_str(), item.name.as_str()),
        ("M", "Shirt (M, red)")
    );
}

#[tokio::test]
async fn ec_14_a_new_product_is_sold_at_tills_and_in_no_shop_unless_that_is_said() {
    let running = Running::start().await;
    let plain = running.save(product(1, "Mug")).await.channels.unwrap();
    assert!(plain.in_store && plain.online.is_empty());
    let said = wire::SaveProductRequest {
        sell_in_store: Some(false),
        sell_online: vec![online(SHOP, true)],
        ..save(product(2, "Cup"))
    };
    let said = try_save(&running, said).await.unwrap();
    let channels = said.channels.clone().unwrap();
    assert!(!channels.in_store);
    assert_eq!(channels.online, [online(SHOP, true)]);
    // Said anew without a word about channels, it is sold where it was.
    let again = running.save(said).await;
    assert_eq!(again.channels, Some(channels));
}

#[tokio::test]
async fn ec_02_what_no_shop_is_told_is_kept_here() {
    let running = Running::start().await;
    let saved = running.save(full()).await;
    assert_eq!(saved.handle, "shirt");
    assert_eq!(saved.category, "Clothes");
    assert_eq!(saved.tags, ["summer", "new"]);
    assert_eq!(saved.variants[0].supplier_price, Some(euros(4)));
    assert_eq!(
        saved.variants[0].reorder_point.clone().unwrap().value,
        "2.5"
    );
}

#[tokio::test]
async fn of_two_who_change_a_product_at_once_one_is_told_so() {
    let running = Running::start().await;
    let first = running.save(product(1, "Mug")).await;
    let mut one = first.clone();
    one.name = "Big mug".to_owned();
    let mut other = first;
    other.name = "Small mug".to_owned();
    let (one, other) = tokio::join!(
        try_save(&running, save(one)),
        try_save(&running, save(other))
    );
    let (done, refused) = if one.is_ok() {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(done.unwrap().revision, 2);
    assert_refused(refused, "revision_differs");
    // And one who believes that it is new.
    let new = wire::SaveProductRequest {
        expected_revision: 0,
        ..save(product(1, "Mug"))
    };
    assert_refused(try_save(&running, new).await, "revision_differs");
}

#[tokio::test]
async fn a_save_asked_for_again_is_answered_and_not_done_again() {
    let running = Running::start().await;
    let request = wire::SaveProductRequest {
        act: Some(act(1)),
        ..save(product(1, "Mug"))
    };
    let first = try_save(&running, request.clone()).await.unwrap();
    let acts = running.ledger.acts();
    assert_eq!(try_save(&running, request.clone()).await.unwrap(), first);
    assert_eq!(running.ledger.acts(), acts, "the ledger is not asked again");
    let other = wire::SaveProductRequest {
        sell_in_store: Some(false),
        ..request
    };
    assert_refused(try_save(&running, other).await, "request_reused");
}

#[tokio::test]
async fn what_is_killed_between_register_and_catalogue_is_finished_under_the_same_id() {
    let mut running = Running::start().await;
    let request = wire::SaveProductRequest {
        act: Some(act(1)),
        ..save(product(1, "Mug"))
    };
    let table = "alter table catalog.variant";
    running.sql(&format!(
        "{table} add constraint broken check (price_minor < 0) not valid"
    ));
    assert_code(try_save(&running, request.clone()).await, Code::Internal);
    assert_eq!(running.ledger.item(item_id(1)).sku, "SKU-1");
    assert_eq!(running.sql("select count(*) from catalog.product"), "0");
    running.restart().await;
    running.sql(&format!("{table} drop constraint broken"));
    let acts = running.ledger.acts();
    let saved = try_save(&running, request).await.unwrap();
    assert_eq!(saved.revision, 1);
    assert_eq!(
        running.ledger.acts(),
        acts,
        "it is the same act to the ledger"
    );
    assert_eq!(running.ledger.items().len(), 1);
}

#[tokio::test]
async fn while_the_ledger_is_away_nothing_is_kept() {
    let running = Running::start().await;
    let request = wire::SaveProductRequest {
        act: Some(act(1)),
        ..save(product(1, "Mug"))
    };
    running.ledger.go_away(true);
    assert_code(try_save(&running, request.clone()).await, Code::Unavailable);
    assert_eq!(running.sql("select count(*) from catalog.product"), "0");
    assert_eq!(running.sql("select count(*) from catalog.request"), "0");
    running.ledger.go_away(false);
    try_save(&running, request).await.unwrap();
}

#[tokio::test]
async fn what_the_ledger_refuses_is_refused_with_its_words() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    let mut twin = product(2, "Cup");
    twin.variants[0].sku = "SKU-1".to_owned();
    assert_refused(try_save(&running, save(twin)).await, "sku_taken");
    assert_eq!(running.sql("select count(*) from catalog.product"), "1");
}

#[tokio::test]
async fn ec_05_a_variant_that_is_left_out_is_deleted_and_one_that_is_added_is_an_item() {
    let running = Running::start().await;
    let mut shirt = running.save(full()).await;
    let [small, medium] = [10, 11].map(item_id);
    shirt.variants.remove(0);
    let mut large = shirt.variants[0].clone();
    large.item_id = item_id(12).to_string();
    large.values[0] = "L".to_owned();
    large.sku = "L".to_owned();
    shirt.variants.push(large);
    let saved = running.save(shirt).await;
    let items: Vec<&str> = saved
        .variants
        .iter()
        .map(|one| one.item_id.as_str())
        .collect();
    assert_eq!(items, [medium, item_id(12)].map(|id| id.to_string()));
    assert!(running.ledger.item(small).is_deleted);
    assert!(!running.ledger.item(medium).is_deleted);
    // For good: the ledger knows it as deleted.
    let mut back = saved;
    back.variants.push(full().variants.remove(0));
    assert_refused(try_save(&running, save(back)).await, "item_deleted");
}

#[tokio::test]
async fn an_item_is_of_one_product() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    let mut thief = product(2, "Cup");
    thief.variants = product(1, "Mug").variants;
    assert_refused(
        try_save(&running, save(thief)).await,
        "item_of_another_product",
    );
}

#[tokio::test]
async fn ec_07_and_wc_09_a_product_is_deleted_with_its_items_and_restored_with_them() {
    let running = Running::start().await;
    let saved = wire::SaveProductRequest {
        sell_online: vec![online(SHOP, true)],
        ..save(full())
    };
    let saved = try_save(&running, saved).await.unwrap();
    let deleted = delete(&running, 1).await;
    assert!(deleted.is_deleted && deleted.revision == 2);
    assert!(
        [10, 11]
            .map(item_id)
            .iter()
            .all(|item| running.ledger.item(*item).is_deleted)
    );
    assert_eq!(delete(&running, 1).await, deleted, "it stays so");
    assert_refused(
        try_save(&running, save(deleted.clone())).await,
        "product_deleted",
    );
    let restored = restore(&running, 1).await.unwrap().into_inner();
    let expected = wire::Product {
        revision: 3,
        changed_at: restored.product.clone().unwrap().changed_at,
        ..saved
    };
    assert_eq!(restored.product, Some(expected), "with its channels");
    assert!(
        [10, 11]
            .map(item_id)
            .iter()
            .all(|item| !running.ledger.item(*item).is_deleted)
    );
    let nothing = running
        .catalog
        .clone()
        .delete_product(delete_request(9))
        .await;
    assert_code(nothing, Code::NotFound);
}

#[tokio::test]
async fn a_product_whose_sku_another_has_by_now_is_not_restored() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    delete(&running, 1).await;
    let mut heir = product(2, "Cup");
    heir.variants[0].sku = "SKU-1".to_owned();
    running.save(heir).await;
    assert_refused(restore(&running, 1).await, "sku_taken");
    assert!(running.get(product_id(1)).await.is_deleted);
}

/// Makes a request wrong.
type Spoil = fn(&mut wire::SaveProductRequest);

#[tokio::test]
async fn what_is_no_product_is_refused_by_its_field() {
    let running = Running::start().await;
    let cases: [(&str, Spoil); 12] = [
        ("product", |it| it.product = None),
        ("act", |it| it.act = None),
        ("product.name", |it| of(it).name = "  ".to_owned()),
        ("product.product_id", |it| {
            of(it).product_id = "x".to_owned();
        }),
        ("product.tax_rate_millipercent", |it| {
            of(it).tax_rate_millipercent = -1;
        }),
        ("product.tax_rate_millipercent", |it| {
            of(it).tax_rate_millipercent = 100_001;
        }),
        ("product", |it| of(it).variants.clear()),
        ("product.tags", |it| {
            of(it).tags = vec!["a".to_owned(), " a".to_owned()];
        }),
        ("product.variants[0].item_id", |it| {
            of(it).variants[0].item_id = String::new();
        }),
        ("product.variants[0].weight_mg", |it| {
            of(it).variants[0].weight_mg = Some(-1);
        }),
        ("product.images", |it| {
            of(it).images = vec![wire::ProductImage::default()];
        }),
        ("sell_online", |it| {
            it.sell_online = vec![online(SHOP, true); 2];
        }),
    ];
    for (field, spoil) in cases {
        let mut request = save(product(1, "Mug"));
        spoil(&mut request);
        let refused = try_save(&running, request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{field}: {refused}");
        assert!(
            refused.message().starts_with(&format!("{field}: ")),
            "{refused}"
        );
    }
    let mut unseen = product(1, "Mug");
    unseen.images = vec![wire::ProductImage {
        image_hash: "ab".repeat(32),
        ..wire::ProductImage::default()
    }];
    assert_code(try_save(&running, save(unseen)).await, Code::NotFound);
    let nowhere = wire::SaveProductRequest {
        sell_online: vec![online(retail::ConnectionId::new(Uuid::max()), true)],
        ..save(product(1, "Mug"))
    };
    assert_code(try_save(&running, nowhere).await, Code::NotFound);
    assert!(running.ledger.items().is_empty(), "the ledger was not told");
}

fn of(request: &mut wire::SaveProductRequest) -> &mut wire::Product {
    request.product.as_mut().unwrap()
}

#[tokio::test]
async fn anothers_product_id_cannot_be_taken() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    let mut twin = product(1, "Mine now");
    twin.variants[0].item_id = id(77).to_string();
    let theft = wire::SaveProductRequest {
        retailer_id: STRANGER.to_string(),
        ..save(twin)
    };
    assert_code(try_save(&running, theft).await, Code::NotFound);
    assert_eq!(running.get(product_id(1)).await.name, "Mug");
}

#[tokio::test]
async fn pos_08_variants_that_cost_nothing_are_found() {
    let running = Running::start().await;
    running.save(full()).await;
    let mut free = product(2, "Gift");
    free.variants[0].retail_price = Some(euros(0));
    running.save(free).await;
    let mut gone = product(3, "Gone");
    gone.variants[0].retail_price = Some(euros(0));
    running.save(gone).await;
    delete(&running, 3).await;
    let request = wire::CheckPricesRequest {
        retailer_id: RETAILER.to_string(),
    };
    let found = running.catalog.clone().check_prices(request).await;
    let found = found.unwrap().into_inner();
    assert_eq!(found.variants, 3);
    assert_eq!(
        found.counts[0].kind(),
        proto::ledger::FindingKind::ZeroPrice
    );
    assert_eq!(found.counts[0].count, 1);
    let finding = &found.findings[0];
    assert_eq!(
        (finding.sku.as_str(), finding.name.as_str()),
        ("SKU-2", "Gift")
    );
    assert_eq!(finding.item_id, item_id(2).to_string());
}
