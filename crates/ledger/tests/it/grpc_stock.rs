//! Stock, orders, integrity and health over gRPC.

use proto::ledger as wire;
use retail::SaleState;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use crate::client::Client;
use crate::order::{a_refusal, an_order};
use crate::support::{
    CONNECTION, Ledger, OTHER_CONNECTION, OTHER_RETAILER, OUTLET, REGISTER, RETAILER,
};
use crate::till::Till;

fn value(decimal: Option<&proto::google::r#type::Decimal>) -> &str {
    decimal.map_or("", |decimal| &decimal.value)
}

#[tokio::test]
async fn levels_are_paged_by_sku_and_outlet() {
    let ledger = Ledger::new().await;
    let order = |id, sku: &str| an_order(id).line(sku, 1).build();
    let there = |id, sku: &str| {
        an_order(id)
            .line(sku, 2)
            .of(RETAILER, OTHER_CONNECTION)
            .build()
    };
    let messages = [
        order(1, "C"),
        order(2, "A"),
        there(3, "A"),
        order(4, "B"),
        there(5, "B"),
    ];
    ledger.apply(&messages).await;
    let mut client = Client::of(&ledger).await;
    let list = |token: &str, size| wire::ListLevelsRequest {
        retailer_id: RETAILER.to_string(),
        page_size: size,
        page_token: token.to_owned(),
        ..Default::default()
    };
    for size in [1, 2, 100] {
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let page = client
                .stock
                .list_levels(list(&token, size))
                .await
                .unwrap()
                .into_inner();
            let shown = page.levels.iter().map(|level| {
                format!(
                    "{} {} {}",
                    level.sku,
                    level.outlet_name,
                    value(level.on_hand.as_ref())
                )
            });
            seen.extend(shown);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        let expected = [
            "A Laurier -1",
            "A Bernard -2",
            "B Laurier -1",
            "B Bernard -2",
            "C Laurier -1",
        ];
        assert_eq!(seen, expected, "pages of {size}");
    }
    let one = wire::ListLevelsRequest {
        sku: "A".into(),
        outlet_id: OUTLET.to_string(),
        ..list("", 0)
    };
    assert_eq!(
        client
            .stock
            .list_levels(one)
            .await
            .unwrap()
            .into_inner()
            .levels
            .len(),
        1
    );
    let foreign = wire::ListLevelsRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..list("", 0)
    };
    assert!(
        client
            .stock
            .list_levels(foreign)
            .await
            .unwrap()
            .into_inner()
            .levels
            .is_empty()
    );
}

#[tokio::test]
async fn r_03_explanations_and_movements_agree() {
    let ledger = Ledger::new().await;
    for id in 1..=6 {
        ledger.apply_one(&an_order(id).line("A", 1).build()).await;
    }
    ledger
        .apply_one(
            &an_order(3)
                .line("A", 1)
                .state(SaleState::Voided)
                .at(1)
                .build(),
        )
        .await;
    let mut client = Client::of(&ledger).await;
    let explain = |retailer: String, sku: &str| wire::ExplainLevelRequest {
        retailer_id: retailer,
        sku: sku.to_owned(),
        outlet_id: OUTLET.to_string(),
    };
    let told = client
        .stock
        .explain_level(explain(RETAILER.to_string(), "A"))
        .await
        .unwrap()
        .into_inner();
    let level = told.level.unwrap();
    assert_eq!(value(level.on_hand.as_ref()), "-5");
    assert_eq!(
        (told.movements.len(), value(told.earlier.as_ref())),
        (7, "0")
    );
    assert!(told.movements.iter().all(
        |movement| movement.delivery.is_some() && movement.cause() == wire::MovementCause::Sale
    ));

    let (mut token, mut paged) = (String::new(), Vec::new());
    loop {
        let request = wire::ListMovementsRequest {
            retailer_id: RETAILER.to_string(),
            item_id: level.item_id.clone(),
            outlet_id: OUTLET.to_string(),
            page_size: 3,
            page_token: token,
        };
        let page = client
            .stock
            .list_movements(request)
            .await
            .unwrap()
            .into_inner();
        paged.extend(page.movements);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, told.movements);

    for request in [
        explain(RETAILER.to_string(), "Z"),
        explain(OTHER_RETAILER.to_string(), "A"),
    ] {
        let refused = client.stock.explain_level(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::NotFound);
        assert_eq!(
            refused.get_details_resource_info().unwrap().resource_type,
            "level"
        );
    }
}

#[tokio::test]
async fn r_01_receipts_and_parked_orders_are_told() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    for id in 2..=6 {
        ledger
            .apply_one(&an_order(id).line("A", 1).total(1).build())
            .await;
    }
    ledger.apply_one(&a_refusal(None, 0)).await;
    let mut client = Client::of(&ledger).await;
    let (mut token, mut parked) = (String::new(), Vec::new());
    loop {
        let request = wire::ListParkedOrdersRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 4,
            page_token: token,
        };
        let page = client
            .orders
            .list_parked_orders(request)
            .await
            .unwrap()
            .into_inner();
        parked.extend(page.parked_orders);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let orders: Vec<&str> = parked
        .iter()
        .map(|parked| parked.order_id.as_str())
        .collect();
    assert_eq!(orders, ["", "6", "5", "4", "3", "2"], "newest first");
    assert_eq!(
        (parked[1].reason.as_str(), parked[1].times),
        ("totals_mismatch", 1)
    );

    let receipt = |order: &str| wire::GetReceiptRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        order_id: order.to_owned(),
    };
    let told = client
        .orders
        .get_receipt(receipt("1"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((told.deliveries.len(), told.movements.len()), (1, 1));
    assert_eq!(
        told.deliveries[0].outcome(),
        wire::DeliveryOutcome::Recorded
    );
    assert!(told.sale.is_some() && told.parked.is_none());
    let told = client
        .orders
        .get_receipt(receipt("2"))
        .await
        .unwrap()
        .into_inner();
    assert!(told.sale.is_none() && told.parked.is_some());
    assert_eq!(
        client
            .orders
            .get_receipt(receipt("99"))
            .await
            .unwrap_err()
            .code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn verify_names_what_does_not_hold() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(5).line("A", 1).build())
        .await;
    till.open(REGISTER, 100).await.unwrap();
    let sale = till.sale_id("5").await;
    till.pay(sale, 1_000).await.unwrap();
    let ledger = &till.ledger;
    for id in 1..=3 {
        ledger
            .apply_one(&an_order(id).line("A", 1).paid(1000).build())
            .await;
    }
    ledger
        .apply_one(&an_order(4).line("A", 1).total(1).build())
        .await;
    let counted = [("cash", 100), ("bank-transfer", 1_000)];
    till.close(REGISTER, &counted).await.unwrap();
    let (ledger, mut client) = (till.ledger, till.client);
    let verify = || wire::VerifyRequest {
        retailer_id: RETAILER.to_string(),
    };
    let checks = client
        .integrity
        .verify(verify())
        .await
        .unwrap()
        .into_inner()
        .checks;
    // Nobody did anything to stock here, and nothing was handed over.
    let idle = [
        "handed_over_once",
        "entries_move_their_own",
        "transfers_go_where_they_are_sent",
        "stock_takes_move_differences",
        "tills_number_without_gaps",
        "returns_do_not_exceed_sales",
    ];
    assert!(
        checks.iter().all(|check| check.failure_count == 0
            && (check.examined > 0 || idle.contains(&&*check.name))),
        "{checks:?}"
    );

    // Only somebody who may change the schema can take a payment from under its closure.
    ledger.sql("alter table ledger.session_payment drop constraint session_payment_payment_fkey");
    for (damage, name) in [
        (
            "update ledger.stock_level set on_hand_milli = on_hand_milli + 1",
            "levels_equal_sums",
        ),
        (
            "update ledger.sale set shop_order_id = '1' where shop_order_id = '2'",
            "one_sale_per_order",
        ),
        (
            "update ledger.sale_line set deducted_milli = 0 where sale_id = (select min(sale_id::text)::uuid from ledger.sale)",
            "deductions_equal_movements",
        ),
        (
            "update ledger.sale_line set awaiting_milli = 1000",
            "lines_take_by_their_rule",
        ),
        (
            "update ledger.payment set amount_minor = 1 where amount_minor = 1000",
            "payments_add_up",
        ),
        (
            "update ledger.payment set currency = 'EUR' where amount_minor = 1",
            "payments_add_up",
        ),
        ("update ledger.sale_line set net_minor = 7", "lines_add_up"),
        (
            "update ledger.sale set revision = 9",
            "revisions_have_deliveries",
        ),
        (
            "update ledger.shop_order set open_at = version_at, open_hash = version_hash,
                open_cause = 'held' where version_at is not null",
            "waiting_is_newer",
        ),
        (
            "update ledger.sale set fulfilment_steps = '{packed}', is_to_fulfil = not is_to_fulfil",
            "handed_over_once",
        ),
        (
            "update ledger.sale set applied_minor = 999 where applied_minor = 1000",
            "balances_are_settled",
        ),
        (
            "update ledger.closure_count set expected_minor = 1",
            "closures_add_up",
        ),
        (
            "update ledger.closure_online set received_minor = 1",
            "closures_hold_their_payments",
        ),
    ] {
        ledger.sql(damage);
        let checks = client
            .integrity
            .verify(verify())
            .await
            .unwrap()
            .into_inner()
            .checks;
        let check = checks.iter().find(|check| check.name == name).unwrap();
        assert!(
            check.failure_count > 0 && !check.failures.is_empty(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn health_is_told_for_every_service() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let mut health = HealthClient::new(client.channel.clone());
    for service in ["", "comptoir.ledger.v1.Sales", "comptoir.ledger.v1.Stock"] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        health.check(request).await.unwrap();
    }
    let unknown = HealthCheckRequest {
        service: "none".to_owned(),
    };
    assert_eq!(
        health.check(unknown).await.unwrap_err().code(),
        Code::NotFound
    );
}
