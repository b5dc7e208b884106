//! Where one product is sold.

use proto::catalog as wire;
use proto::google::r#type::Decimal;
use tonic::{Code, Status};

use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, STRANGERS_SHOP, assert_code, assert_refused, new_act, online,
    product, product_id,
};
use crate::running::Running;

async fn set(
    running: &Running,
    in_store: Option<bool>,
    online: Vec<wire::OnlineChannel>,
) -> Result<wire::Product, Status> {
    let request = wire::SetChannelsRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(1).to_string(),
        in_store,
        online,
        act: Some(new_act()),
    };
    let answer = running.channels.clone().set_channels(request).await;
    answer.map(|answer| answer.into_inner().product.unwrap())
}

#[tokio::test]
async fn ec_09_and_ec_10_the_channels_of_a_product_are_set_one_by_one_and_at_once() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    for (in_store, is_online) in [(true, true), (false, true), (false, false), (true, false)] {
        let channels = vec![online(SHOP, is_online)];
        let said = set(&running, Some(in_store), channels.clone())
            .await
            .unwrap();
        let found = said.channels.clone().unwrap();
        assert_eq!((found.in_store, found.online), (in_store, channels));
        assert_eq!(running.get(product_id(1)).await, said);
    }
}

#[tokio::test]
async fn ec_06_online_is_said_for_each_shop_and_told_at_once() {
    let running = Running::start().await;
    let before = running.save(product(1, "Mug")).await;
    running
        .until("select count(*) from catalog.outbox", "0")
        .await;
    let after = set(&running, None, vec![online(SHOP, true)]).await.unwrap();
    assert_eq!(after.revision, before.revision + 1);
    let after = set(&running, None, vec![online(OTHER_SHOP, false)])
        .await
        .unwrap();
    let expected = [online(SHOP, true), online(OTHER_SHOP, false)];
    assert_eq!(after.channels.clone().unwrap().online, expected);
    assert!(after.channels.clone().unwrap().in_store, "as it was");
    // What is so already makes no revision, and no shop is told anything.
    let again = set(&running, Some(true), vec![online(SHOP, true)])
        .await
        .unwrap();
    assert_eq!(again, after);
}

#[tokio::test]
async fn ec_15_a_product_that_is_hidden_online_is_kept() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    set(&running, None, vec![online(SHOP, true)]).await.unwrap();
    let hidden = set(&running, None, vec![online(SHOP, false)])
        .await
        .unwrap();
    assert!(!hidden.is_deleted && hidden.channels.unwrap().in_store);
    assert_eq!(hidden.variants, product(1, "Mug").variants);
}

#[tokio::test]
async fn r_04_a_buffer_is_kept_for_a_product_and_a_shop() {
    let running = Running::start().await;
    running.save(product(1, "Mug")).await;
    let with = |buffer: Option<&str>| wire::OnlineChannel {
        buffer: buffer.map(|value| Decimal {
            value: value.to_owned(),
        }),
        ..online(SHOP, true)
    };
    for buffer in [Some("2"), Some("0.5"), None] {
        let said = set(&running, None, vec![with(buffer)]).await.unwrap();
        assert_eq!(said.channels.unwrap().online, [with(buffer)]);
    }
    let less = set(&running, None, vec![with(Some("-1"))]).await;
    assert_code(less, Code::InvalidArgument);
}

#[tokio::test]
async fn channels_are_of_products_that_live_and_of_ones_own_shops() {
    let running = Running::start().await;
    let nothing = set(&running, Some(true), Vec::new()).await;
    assert_code(nothing, Code::NotFound);
    running.save(product(1, "Mug")).await;
    let foreign = set(&running, None, vec![online(STRANGERS_SHOP, true)]).await;
    assert_code(foreign, Code::NotFound);
    let twice = set(&running, None, vec![online(SHOP, true); 2]).await;
    assert_code(twice, Code::InvalidArgument);
    let request = wire::DeleteProductRequest {
        retailer_id: RETAILER.to_string(),
        product_id: product_id(1).to_string(),
        act: Some(new_act()),
    };
    running
        .catalog
        .clone()
        .delete_product(request)
        .await
        .unwrap();
    assert_refused(
        set(&running, Some(false), Vec::new()).await,
        "product_deleted",
    );
}
