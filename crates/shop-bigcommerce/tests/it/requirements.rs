//! The rules for orders that a mapping alone can keep.

use retail::{LineKind, SaleState};
use serde_json::json;
use shop::{Platform as _, ShippingItem};

use crate::store::{order, platform, sample};

/// A line says all it takes to create its item: what the store calls it, its SKU, at least its name.
#[test]
fn bc_01_a_line_of_an_item_nobody_knows_still_names_it() {
    let order = order(&sample("1001"));
    for line in &order.lines {
        if let LineKind::Product(item) = &line.kind {
            let is_named = item.variant.is_some() || item.sku.is_some() || !line.name.is_empty();
            assert!(is_named, "{}", line.key);
        }
    }
    assert_eq!(order.state, SaleState::Closed);
}

#[test]
fn bc_02_an_order_of_nothing_but_unknown_items_is_still_an_order() {
    let mut document = sample("1001");
    for line in [0, 1] {
        document["products"][line]["product_id"] = json!(0);
        document["products"][line]["variant_id"] = json!(0);
        document["products"][line]["sku"] = json!("");
    }
    let order = order(&document);
    assert_eq!(order.state, SaleState::Closed);
    let names: Vec<&str> = order.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names[..2], ["T-shirt Ardoise", "Article sur mesure"]);
}

#[test]
fn bc_05_the_product_of_shipping_charges_is_made_at_first_use() {
    assert_eq!(platform().shipping_item(), ShippingItem::AtFirstUse);
}

#[test]
fn bc_05_shipping_handling_and_gift_wrapping_are_lines_where_they_cost_something() {
    let lines = |id: &str| -> Vec<(String, LineKind)> {
        order(&sample(id))
            .lines
            .into_iter()
            .filter(|line| !matches!(line.kind, LineKind::Product(_)))
            .map(|line| (line.name, line.kind))
            .collect()
    };
    assert_eq!(
        lines("1001"),
        [
            ("Shipping".to_owned(), LineKind::Shipping),
            ("Handling".to_owned(), LineKind::Handling),
            ("Gift wrapping".to_owned(), LineKind::GiftWrapping),
        ]
    );
    assert_eq!(lines("1002"), [], "free shipping is no line");
}

#[test]
fn bc_04_a_refund_restocks_nothing_that_the_store_does_not_say_went_back() {
    let refunded = order(&sample("1004"));
    assert_eq!(refunded.state, SaleState::Closed);
    assert!(refunded.lines.iter().all(|line| line.restocked.is_zero()));
}

#[test]
fn pos_03_paid_and_unpaid_orders_are_both_sales() {
    for (id, payments) in [("1001", 1), ("1002", 0)] {
        let order = order(&sample(id));
        assert_eq!(order.state, SaleState::Closed, "{id}");
        assert_eq!(order.payments.len(), payments, "{id}");
    }
}

#[test]
fn pos_02_what_was_shipped_or_paid_back_is_handed_over() {
    let handed_over = |status: u8, shipped: serde_json::Value, refunded: serde_json::Value| {
        let mut document = sample("1001");
        document["order"]["status_id"] = json!(status);
        document["products"][0]["quantity"] = json!(3);
        document["products"][0]["quantity_shipped"] = shipped;
        document["products"][0]["quantity_refunded"] = refunded;
        let order = order(&document);
        let line = &order.lines[0];
        assert!(line.restocked.is_zero(), "nothing moves");
        let left = order.to_hand_over(line);
        (line.handed_over().milli(), left.milli())
    };
    for (status, shipped, refunded, left) in [
        (11, json!(0), json!(0), 3_000),
        (3, json!(1), json!(0), 2_000),
        (3, json!("1"), json!(1), 1_000),
        (3, json!(3), json!(1), 0),
        // Set by hand, or after all was paid back.
        (2, json!(0), json!(0), 0),
        (10, json!(0), json!(0), 0),
        (4, json!(0), json!(0), 0),
        // No sale is parked for what cannot be read here.
        (11, json!(null), json!("some"), 3_000),
        (11, json!(9), json!(-1), 0),
    ] {
        let case = format!("{status}, {shipped} shipped, {refunded} refunded");
        assert_eq!(
            handed_over(status, shipped, refunded),
            (3_000 - left, left),
            "{case}"
        );
    }
    assert_eq!(handed_over(5, json!(0), json!(0)), (0, 0), "cancelled");
}

#[test]
fn pos_12_the_customer_is_who_is_billed() {
    let billed = order(&sample("1001")).customer.unwrap();
    assert_eq!(billed.email, "camille.roy@example.com");
    assert_eq!(billed.name, "Camille Roy");
    let mut guest = sample("1001");
    guest["order"]["billing_address"] = json!({"first_name": "", "email": "", "phone": null});
    assert_eq!(order(&guest).customer, None);
}
