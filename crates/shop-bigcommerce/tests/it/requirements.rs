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
fn pos_12_the_customer_is_who_is_billed() {
    let billed = order(&sample("1001")).customer.unwrap();
    assert_eq!(billed.email, "camille.roy@example.com");
    assert_eq!(billed.name, "Camille Roy");
    let mut guest = sample("1001");
    guest["order"]["billing_address"] = json!({"first_name": "", "email": "", "phone": null});
    assert_eq!(order(&guest).customer, None);
}
