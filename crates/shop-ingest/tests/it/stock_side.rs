//! On which side stock is managed (EF-8).

use proto::connect as wire;
use service_kit::within;
use tonic::Status;

use crate::database::{RETAILER, connection_id};
use crate::link_checks::precondition;
use crate::linking::{client, link_request};
use crate::running::Running;
use crate::settings::{broadcast, get};
use crate::stall::Shop;

fn to(side: wire::StockSide) -> wire::SettingsChange {
    wire::SettingsChange {
        stock_side: side.into(),
        ..wire::SettingsChange::default()
    }
}

async fn set(
    running: &Running,
    id: &str,
    side: wire::StockSide,
    stock_side_acknowledged: bool,
) -> Result<wire::Settings, Status> {
    let request = wire::SetSettingsRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: id.to_owned(),
        change: Some(to(side)),
        stock_side_acknowledged,
    };
    let answer = client(running).await.set_settings(request).await?;
    Ok(answer.into_inner().settings.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn ef_08_the_side_that_manages_stock_is_changed_by_whoever_knows_what_follows_and_told() {
    use wire::StockSide::{Pos, Shop as InShop};
    let running = Running::start(vec![Shop::default()]).await;
    let id = connection_id(1).to_string();
    for (side, follows) in [(InShop, "would move no stock here"), (Pos, "count first")] {
        let refused = set(&running, &id, side, false).await.unwrap_err();
        assert_eq!(precondition(&refused), "stock_side_not_acknowledged");
        assert!(refused.message().contains(follows), "{refused}");
        let settings = get(&running, connection_id(1)).await.settings.unwrap();
        assert_ne!(settings.stock_side(), side);

        let settings = set(&running, &id, side, true).await.unwrap();
        assert_eq!(settings.stock_side(), side);
        // What is so already needs no word.
        set(&running, &id, side, false).await.unwrap();
        within(async || {
            let told = broadcast(&running).await;
            let is_told = told.last().is_some_and(|told| told.stock_side() == side);
            is_told.then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ef_08_a_new_shop_may_manage_its_stock_and_one_that_is_linked_again_keeps_its_side() {
    let running = Running::start(Vec::new()).await;
    let mut request = link_request(9);
    if let Some(settings) = &mut request.settings {
        settings.stock_side = wire::StockSide::Shop.into();
    }
    let linked = client(&running).await.link(request.clone()).await.unwrap();
    let linked = linked.into_inner().connection.unwrap();
    let id = linked.connection_id.parse().unwrap();
    let settings = get(&running, id).await.settings.unwrap();
    assert_eq!(settings.stock_side(), wire::StockSide::Shop);
    client(&running).await.link(request.clone()).await.unwrap();
    if let Some(settings) = &mut request.settings {
        settings.stock_side = wire::StockSide::Pos.into();
    }
    let refused = client(&running).await.link(request).await.unwrap_err();
    assert_eq!(precondition(&refused), "stock_side_not_acknowledged");
    let settings = get(&running, id).await.settings.unwrap();
    assert_eq!(settings.stock_side(), wire::StockSide::Shop);
}
