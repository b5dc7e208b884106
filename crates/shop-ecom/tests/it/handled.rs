//! Each delivery and each order is handled as the documents say.

use retail::{LineKind, PaymentKind, Quantity, SaleState};
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Reason, ShopEvent, Source};

use crate::fixture::{self, connection, fetched, hook, hooks, platform, read};

fn order_of(order: &Value) -> retail::Order {
    match read(&fetched("EUR", &order.to_string())) {
        Reading::Order { order, .. } => *order,
        other => panic!("{other:?}"),
    }
}

fn paid() -> Value {
    fixture::json("orders/paid.eur.json")
}

fn read_hook(topic: &str, body: &Value) -> Reading {
    let source = Source::Delivery { topic };
    platform().read(&connection(&["any"]), source, body.to_string().as_bytes())
}

/// eCom's orders come by being asked for, whatever a delivery says of them.
#[test]
fn pos_01_and_ec_17_every_event_of_an_order_is_a_hint_and_the_others_are_nothing() {
    for hook in hooks() {
        let expected = match hook.topic.as_str() {
            "order.created" | "order.updated" | "order.deleted" => Some("XJ12H"),
            "unfinished_order.created" => Some("RA1SD"),
            "product.updated" | "product.deleted" | "application.uninstalled" => None,
            other => panic!("a delivery {other} that nobody thought of"),
        };
        match (read_hook(&hook.topic, &hook.body), expected) {
            (Reading::Hint(order), Some(expected)) => assert_eq!(order.as_str(), expected),
            (Reading::Event(ShopEvent::AppRemoved), None) => {
                assert_eq!(hook.topic, "application.uninstalled");
            }
            (Reading::Nothing(_), None) => assert_ne!(hook.topic, "application.uninstalled"),
            (other, _) => panic!("{}: {other:?}", hook.topic),
        }
    }
}

#[test]
fn an_event_that_names_no_order_falls_back_to_its_internal_number() {
    let mut body = hook("order.created").body;
    for (data, entity, expected) in [
        (json!({"orderId": "XJ12H"}), json!(5), Some("XJ12H")),
        (json!({"orderId": "ÉTÉ-1"}), json!(5), Some("5")),
        (json!({}), json!("5"), Some("5")),
        (json!(null), json!(5), Some("5")),
        (json!([1]), json!(5), Some("5")),
        (json!({}), json!(null), None),
        (json!({"orderId": {"a": 1}}), json!(-5), None),
    ] {
        body["data"] = data;
        body["entityId"] = entity;
        match (read_hook("order.created", &body), expected) {
            (Reading::Hint(order), Some(expected)) => assert_eq!(order.as_str(), expected),
            (Reading::Nothing(_), None) => {}
            (other, _) => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn pos_03_paid_and_unpaid_orders_are_both_sales() {
    let mut order = paid();
    for (status, state, received) in [
        ("PAID", SaleState::Closed, 5400),
        ("PARTIALLY_REFUNDED", SaleState::Closed, 5400),
        ("REFUNDED", SaleState::Closed, 5400),
        ("AWAITING_PAYMENT", SaleState::Closed, 0),
        ("CANCELLED", SaleState::Voided, 0),
        ("INCOMPLETE", SaleState::Unfinished, 0),
    ] {
        order["paymentStatus"] = json!(status);
        let sale = order_of(&order);
        let sum: i64 = sale
            .payments
            .iter()
            .filter(|payment| payment.kind == PaymentKind::Received)
            .map(|payment| payment.amount.minor())
            .sum();
        assert_eq!((sale.state, sum), (state, received), "{status}");
    }
}

/// A merchant's own status, or one of next year's: nobody here knows what it means.
#[test]
fn an_order_in_an_unknown_status_is_not_imported_and_said_so() {
    let mut order = paid();
    for status in ["CUSTOM_PAYMENT_STATUS_1", "paid", "QUEUED"] {
        order["paymentStatus"] = json!(status);
        match read(&fetched("EUR", &order.to_string())) {
            Reading::Order {
                order,
                status_known,
            } => {
                assert_eq!((order.state, status_known), (SaleState::NotImported, false));
                assert!(order.shop_status.starts_with(status));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn pos_11_the_fulfilment_status_moves_no_stock() {
    let mut order = paid();
    for status in [
        "AWAITING_PROCESSING",
        "PROCESSING",
        "SHIPPED",
        "DELIVERED",
        "WILL_NOT_DELIVER",
        "RETURNED",
        "READY_FOR_PICKUP",
        "OUT_FOR_DELIVERY",
        "CUSTOM_FULFILLMENT_STATUS_1",
        "A_WORD_OF_NEXT_YEAR",
    ] {
        order["fulfillmentStatus"] = json!(status);
        let sale = order_of(&order);
        assert_eq!(sale.state, SaleState::Closed, "{status}");
        assert_eq!(sale.shop_status, format!("PAID, {status}"));
        assert!(
            sale.lines.iter().all(|line| line.restocked.is_zero()),
            "{status}"
        );
    }
}

#[test]
fn pos_02_the_fulfilment_status_says_what_is_handed_over() {
    let mut order = paid();
    for (status, left) in [
        ("AWAITING_PROCESSING", 2_000),
        ("PROCESSING", 2_000),
        ("READY_FOR_PICKUP", 2_000),
        ("OUT_FOR_DELIVERY", 0),
        ("SHIPPED", 0),
        ("DELIVERED", 0),
        ("WILL_NOT_DELIVER", 0),
        ("RETURNED", 0),
        // What nobody knows is still to be looked at.
        ("CUSTOM_FULFILLMENT_STATUS_1", 2_000),
        ("", 2_000),
    ] {
        order["fulfillmentStatus"] = json!(status);
        let sale = order_of(&order);
        let line = &sale.lines[0];
        assert_eq!(
            sale.to_hand_over(line),
            Quantity::from_milli(left),
            "{status}"
        );
    }
    order["paymentStatus"] = json!("REFUNDED");
    let sale = order_of(&order);
    assert!(sale.to_hand_over(&sale.lines[0]).is_zero(), "it went back");
}

/// eCom puts goods back to its stock when an order is refunded whole, and not when in part.
#[test]
fn pos_05_goods_come_back_with_a_whole_refund_and_no_other() {
    let mut order = paid();
    for (status, restocked) in [("REFUNDED", 2000), ("PARTIALLY_REFUNDED", 0), ("PAID", 0)] {
        order["paymentStatus"] = json!(status);
        let sale = order_of(&order);
        let line = &sale.lines[0];
        assert!(matches!(line.kind, LineKind::Product(_)));
        assert_eq!(line.quantity, Quantity::from_milli(2000));
        assert_eq!(line.restocked, Quantity::from_milli(restocked), "{status}");
    }
}

#[test]
fn pos_12_an_order_that_names_nobody_has_no_customer() {
    let mut order = paid();
    for field in ["email", "billingPerson", "shippingPerson"] {
        order.as_object_mut().unwrap().remove(field);
    }
    assert_eq!(order_of(&order).customer, None);
    order["email"] = json!("zoe@example.test");
    assert_eq!(order_of(&order).customer.unwrap().email, "zoe@example.test");
}

#[test]
fn fields_nobody_knows_change_nothing() {
    let order = paid();
    let before = order_of(&order);
    let mut more = order;
    more["loyalty"] = json!({"earned": 7, "tiers": [{"name": "or"}]});
    more["items"][0]["isPreorder"] = json!(true);
    more["shippingOption"]["discountedShippingRate"] = json!(6.0);
    assert_eq!(order_of(&more), before);
}

#[test]
fn an_order_of_few_fields_is_a_sale() {
    let order = json!({
        "id": "A1", "paymentStatus": "PAID", "total": 5, "updateTimestamp": 1_795_290_686,
        "items": [{"id": 1, "quantity": 1, "price": 5}],
    });
    let sale = order_of(&order);
    assert_eq!(sale.receipt_number.as_str(), "A1");
    assert_eq!(sale.lines[0].name, "Unnamed product");
    assert_eq!(sale.placed_at, sale.version.modified_at);
    assert_eq!(sale.total.minor(), 500);
}

/// What is said in two fields of the documents may be said in either.
#[test]
fn the_date_of_change_is_a_text_or_a_number() {
    let mut order = paid();
    let both = order_of(&order).version;
    order.as_object_mut().unwrap().remove("updateTimestamp");
    assert_eq!(order_of(&order).version, both);
    order["updateTimestamp"] = json!(1_767_603_604);
    order.as_object_mut().unwrap().remove("updateDate");
    assert_eq!(order_of(&order).version, both);
    order.as_object_mut().unwrap().remove("updateTimestamp");
    assert_eq!(
        order_of(&order).version.modified_at,
        order_of(&order).placed_at
    );
}

#[test]
fn the_total_says_whether_tax_and_coupon_are_in_it() {
    let mut order = json!({
        "id": "A1", "paymentStatus": "PAID", "updateTimestamp": 1_795_290_686,
        "couponDiscount": 10, "discount": 10,
        "items": [{"id": 1, "quantity": 1, "price": 100, "tax": 15}],
    });
    for (total, says_included, net) in [
        // On top, coupon and discount apart; on top, coupon within.
        (95, false, 8000),
        (105, false, 9000),
        // Included, apart; included, within.
        (80, true, 6500),
        (90, true, 7500),
        // An order whose total was not reckoned by what it says of tax.
        (90, false, 7500),
        (105, true, 9000),
    ] {
        order["total"] = json!(total);
        order["pricesIncludeTax"] = json!(says_included);
        let sale = order_of(&order);
        assert_eq!(sale.lines.len(), 1, "{total}");
        assert_eq!(sale.lines[0].net.minor(), net, "{total}");
        assert_eq!(sale.lines[0].tax.minor(), 1500, "{total}");
    }
    order["total"] = json!(97);
    match read(&fetched("EUR", &order.to_string())) {
        Reading::Refused(refusal) => assert_eq!(refusal.reason, Reason::TotalsMismatch),
        other => panic!("{other:?}"),
    }
}

#[test]
fn amounts_keep_every_digit_that_was_written() {
    let mut order = r#"{"id":"A1","paymentStatus":"PAID","updateTimestamp":1795290686,
        "total":90071992547409.93,"items":[{"id":1,"quantity":1,"price":90071992547409.93}]}"#
        .to_owned();
    let minor = |order: &str| match read(&fetched("EUR", order)) {
        Reading::Order { order, .. } => order.total.minor(),
        other => panic!("{other:?}"),
    };
    // One more than the largest whole number a float tells from its neighbour.
    assert_eq!(minor(&order), 9_007_199_254_740_993);
    order = order.replace("90071992547409.93", "1.0E7");
    assert_eq!(minor(&order), 1_000_000_000);
}

#[test]
fn a_refund_of_no_date_is_known_by_its_place() {
    let mut order = paid();
    order["paymentStatus"] = json!("PARTIALLY_REFUNDED");
    order["refundedAmount"] = json!(7);
    order["refunds"] = json!([{"amount": 2}, {"amount": -3}, {"amount": 0}]);
    let keys: Vec<(String, i64)> = order_of(&order)
        .payments
        .iter()
        .filter(|payment| payment.kind == PaymentKind::Refunded)
        .map(|payment| (payment.key.to_string(), payment.amount.minor()))
        .collect();
    let named = |key: &str, minor| (key.to_owned(), minor);
    let expected = [
        named("refund:1", 200),
        named("refund:2", 300),
        named("refund:rest", 200),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn refunds_of_one_second_are_told_apart_by_their_place() {
    let mut order = paid();
    order["paymentStatus"] = json!("PARTIALLY_REFUNDED");
    order["refundedAmount"] = json!(10);
    let refund = |date: &str, amount: i64| json!({"date": date, "amount": amount});
    let (first, second) = ("2026-01-06 10:00:00 +0000", "2026-01-06 10:00:01 +0000");
    order["refunds"] = json!([
        refund(second, 1),
        refund(first, 2),
        refund(second, 3),
        refund(first, 4),
    ]);
    let keys: Vec<(String, i64)> = order_of(&order)
        .payments
        .iter()
        .filter(|payment| payment.kind == PaymentKind::Refunded)
        .map(|payment| (payment.key.to_string(), payment.amount.minor()))
        .collect();
    let named = |key: &str, minor| (key.to_owned(), minor);
    let expected = [
        named("refund:1767693600", 200),
        named("refund:1767693600.2", 400),
        named("refund:1767693601", 100),
        named("refund:1767693601.2", 300),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn a_refused_order_tells_what_the_shop_holds_for_it() {
    let mut order = paid();
    let mut expected = order_of(&order).outline();
    order["total"] = json!(1);
    let Reading::Refused(refusal) = read(&fetched("EUR", &order.to_string())) else {
        panic!("a total that its lines do not add up to");
    };
    let outline = refusal.outline.unwrap();
    expected.version.content = outline.version.content;
    assert!(!expected.lines.is_empty());
    assert_eq!(*outline, expected);

    order["items"] = json!("gone");
    let Reading::Refused(refusal) = read(&fetched("EUR", &order.to_string())) else {
        panic!("it cannot be read");
    };
    let unread = refusal.outline.unwrap();
    assert_eq!(unread.version.modified_at, expected.version.modified_at);
    assert!(unread.lines.is_empty());
}
