//! Who may call what (item 9). Whose a token is, the ledger says.

use catalog_push::grpc::METHODS;
use proto::catalog::ListProductsRequest;
use proto::catalog::catalog_client::CatalogClient;
use service_kit::Walk;
use tonic::Code;

use crate::make::{RETAILER, STRANGER, assert_code};
use crate::running::Running;

#[tokio::test]
async fn item_9_every_method_is_open_to_its_roles_alone() {
    let running = Running::start().await;
    let walk = Walk {
        url: &running.grpc,
        package: "comptoir.catalog.v1",
        methods: METHODS,
        tokens: running.tokens(),
        retailer: RETAILER.to_string(),
        foreign: STRANGER.to_string(),
    };
    walk.assert_as_declared().await;
}

#[tokio::test]
async fn item_9_a_token_that_the_ledger_does_not_know_opens_nothing() {
    let running = Running::start().await;
    let mut stranger = CatalogClient::new(running.with_token("comptoir_of_nobody"));
    let request = ListProductsRequest {
        retailer_id: RETAILER.to_string(),
        ..ListProductsRequest::default()
    };
    assert_code(stranger.list_products(request).await, Code::Unauthenticated);
}
