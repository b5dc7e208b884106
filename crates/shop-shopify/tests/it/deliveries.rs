//! What each delivery makes the system do: fetch its order, or nothing.

use shop::{Notice, Platform as _, Reading, Reason, Source};

use crate::samples::{connection, deliveries, platform};

/// The order of each sample that is about one. Where Shopify's own examples lost digits, they stay lost.
const HINTS: [(&str, &str); 29] = [
    ("01_orders_create_paid", "5601000001001"),
    ("01_orders_paid", "5601000001001"),
    ("01_orders_updated", "5601000001001"),
    ("02_orders_create_bank_deposit", "5601000001002"),
    ("02_orders_paid_bank_deposit", "5601000001002"),
    ("03_orders_create_no_shipping", "5601000001003"),
    ("04_orders_create_multicurrency_duties", "5601000001004"),
    ("05_orders_create_gift_card_tip", "5601000001005"),
    ("06_orders_create_before_edit", "5601000001006"),
    ("06_orders_edited", "5601000001006"),
    ("06_orders_updated_after_edit", "5601000001006"),
    ("07_refunds_create_partial_restock", "5601000001001"),
    ("07_orders_updated_after_refund", "5601000001001"),
    ("08_orders_fulfilled", "5601000001001"),
    ("09_orders_cancelled_restocked", "5601000001007"),
    ("10_orders_create_unknown_items", "5601000001008"),
    ("11_orders_create_bundle", "5601000001009"),
    ("12_orders_create_rounding", "5601000001010"),
    ("13_orders_create_guest_unicode", "5601000001011"),
    ("doc_orders_create", "820982911946154508"),
    ("doc_orders_updated", "820982911946154508"),
    ("doc_orders_paid", "820982911946154508"),
    ("doc_orders_cancelled", "820982911946154508"),
    ("doc_orders_edited", "820982911946154500"),
    ("doc_orders_fulfilled", "820982911946154508"),
    ("doc_orders_partially_fulfilled", "820982911946154508"),
    ("doc_refunds_create", "820982911946154500"),
    ("doc_order_transactions_create", "820982911946154500"),
    ("doc_fulfillments_create", "820982911946154500"),
];

fn read(topic: &str, body: &[u8]) -> Reading {
    platform().read(&connection(&["any"]), Source::Delivery { topic }, body)
}

/// No delivery is booked as it is, neither early nor late: what is booked is fetched.
#[test]
fn pos_01_and_sh_01_every_delivery_about_an_order_is_a_hint_at_it_and_the_others_are_nothing() {
    let (secret, all) = deliveries();
    let connection = connection(&[&secret]);
    let mut hints = 0;
    for delivery in all {
        let file = delivery.file;
        let name = file
            .trim_start_matches("samples/")
            .trim_end_matches(".json");
        let wanted = HINTS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, order)| *order);
        let told = match platform().verify(&connection, &delivery.headers, &delivery.body) {
            Ok(Notice::Delivery { topic, order }) => {
                assert_eq!(topic.as_str(), delivery.topic, "{file}");
                order.map(|order| order.to_string())
            }
            other => panic!("{file}: {other:?}"),
        };
        assert_eq!(told.as_deref(), wanted, "{file}");
        match read(&delivery.topic, &delivery.body) {
            Reading::Hint(order) => {
                assert_eq!(Some(order.as_str()), wanted, "{file}");
                hints += 1;
            }
            Reading::Nothing(why) => {
                assert_eq!(wanted, None, "{file}");
                assert!(!why.is_empty());
            }
            Reading::Event(_) => assert_eq!(wanted, None, "{file}"),
            other => panic!("{file}: {other:?}"),
        }
    }
    assert_eq!(hints, HINTS.len());
}

#[test]
fn an_order_deleted_in_the_shop_keeps_its_sale() {
    let (_, all) = deliveries();
    let delivery = all
        .iter()
        .find(|delivery| delivery.topic == "orders/delete")
        .unwrap();
    assert!(matches!(
        read(&delivery.topic, &delivery.body),
        Reading::Nothing(why) if why.contains("stays")
    ));
}

#[test]
fn a_delivery_that_names_no_order_where_it_should_is_refused_without_quoting_it() {
    for (topic, body) in [
        ("orders/updated", r#"{"name":"zoe"}"#),
        ("orders/updated", r#"{"id":1.5,"name":"zoe"}"#),
        ("orders/updated", r#"{"id":"zoe"}"#),
        ("orders/edited", r#"{"id":1}"#),
        ("refunds/create", r#"{"id":1}"#),
        ("orders/updated", r#"{"id":1"#),
    ] {
        match read(topic, body.as_bytes()) {
            Reading::Refused(refusal) => {
                assert_eq!(refusal.reason, Reason::Unreadable);
                assert!(!refusal.detail.contains("zoe"), "{}", refusal.detail);
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}
