//! The shopkeeper takes the app out of the shop.

use proto::connect::ConnectionState;

use service_kit::within;

use crate::support::Running;

#[tokio::test(flavor = "multi_thread")]
async fn r_10_an_app_taken_out_parks_its_connection_until_the_shop_is_linked_again() {
    let running = Running::start().await;
    let id = running.link().await;
    running.until_asked(&id).await;
    running.shop.uninstall();
    running.advance(1);
    within(async || (running.deliver().await == 1).then_some(())).await;
    running.until(&id, ConnectionState::Uninstalled).await;
    let asked = running.shop.asked();
    running.some_rounds().await;
    assert_eq!(running.shop.asked(), asked, "the shop is left alone");

    assert_eq!(running.link().await, id);
    running.until(&id, ConnectionState::Live).await;
    running.until_asked(&id).await;
    assert!(running.shop.asked() > asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_lets_us_in_is_not_parked_whatever_a_delivery_says() {
    let running = Running::start().await;
    let id = running.link().await;
    running.until_asked(&id).await;
    let body = r#"{"id":1,"myshopify_domain":"127.0.0.1"}"#;
    let path = format!("/hooks/{id}");
    assert_eq!(
        running.post(&path, "app/uninstalled", body, None).await,
        200
    );
    running.advance(1);
    running.until_asked(&id).await;
    let (connection, _) = running.connection(&id).await;
    assert_eq!(connection.state(), ConnectionState::Live);
}
