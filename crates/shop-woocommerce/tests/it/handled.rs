//! Each captured delivery is handled as the notes of its collection say.

use retail::{ItemRef, LineKind, PaymentKind, SaleState};
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Source};

use crate::capture::{Capture, all, connection, one, platform};

const NOTE: &str = "action.woocommerce_new_order_note_data";

fn read(capture: &Capture) -> Reading {
    let source = Source::Delivery {
        topic: &capture.topic,
    };
    platform().read(&connection(&["any"]), source, &capture.body)
}

fn order_of(name: &str) -> retail::Order {
    match read(&one(name)) {
        Reading::Order {
            order,
            status_known,
        } => {
            assert!(status_known);
            *order
        }
        other => panic!("{name}: {other:?}"),
    }
}

/// New orders and updates of existing ones, in every status, from both storages: each becomes a whole
/// snapshot whose lines add up; what is no order changes nothing.
#[test]
fn pos_01_and_wc_01_every_captured_delivery_is_an_order_a_hint_or_nothing() {
    let (mut orders, mut drafts, mut hints, mut nothings) = (0, 0, 0, 0);
    for capture in all() {
        let file = &capture.file;
        let is_order = capture.topic.starts_with("order.")
            && capture.topic != "order.deleted"
            && capture.code.is_none();
        match read(&capture) {
            Reading::Order {
                order,
                status_known,
            } => {
                assert!(is_order && status_known, "{file}");
                assert_eq!(Some(&order.shop_status), capture.status.as_ref(), "{file}");
                let parts = order.lines.iter().flat_map(|line| [line.net, line.tax]);
                assert_eq!(
                    retail::Money::sum(order.currency(), parts),
                    Ok(order.total),
                    "{file}"
                );
                let expected = match order.shop_status.as_str() {
                    "cancelled" | "failed" => SaleState::Voided,
                    "checkout-draft" => SaleState::Unfinished,
                    _ => SaleState::Closed,
                };
                assert_eq!(order.state, expected, "{file}");
                if expected == SaleState::Unfinished {
                    drafts += 1;
                } else {
                    orders += 1;
                }
            }
            Reading::Hint(order) => {
                assert_eq!(
                    (capture.topic.as_str(), order.as_str()),
                    (NOTE, "133"),
                    "{file}"
                );
                hints += 1;
            }
            Reading::Nothing(_) => {
                assert!(!is_order, "{file}");
                nothings += 1;
            }
            other @ (Reading::Refused(_) | Reading::Event(_)) => panic!("{file}: {other:?}"),
        }
    }
    // Twice where the collection itself is at hand.
    let copies = hints / 2;
    assert!(copies == 1 || copies == 2, "{hints} hints");
    assert_eq!((orders, drafts), (74 * copies, 4 * copies));
    assert!(nothings > 90 * copies, "{nothings}");
}

#[test]
fn pos_03_unpaid_and_paid_orders_are_both_sales() {
    let unpaid = order_of("order-bacs-on-hold.01.order.created");
    assert_eq!(
        (unpaid.state, unpaid.payments.len()),
        (SaleState::Closed, 0)
    );
    let paid = order_of("order-bacs-paid-later.01.order.updated");
    assert_eq!(paid.key, unpaid.key);
    assert_eq!(paid.payments.len(), 1);
    assert_eq!(paid.payments[0].amount, paid.total);
    assert_eq!(paid.payments[0].kind, PaymentKind::Received);
    assert!(paid.version > unpaid.version);
}

#[test]
fn pos_02_goods_are_handed_over_once_the_order_is_complete() {
    for (name, restocked, handed_over, left) in [
        ("order-variable-customer.01.order.created", 0, 0, 1_000),
        (
            "order-processing-to-completed.01.order.updated",
            0,
            1_000,
            0,
        ),
        (
            "order-refund-partial-restock.03.order.updated",
            1_000,
            0,
            2_000,
        ),
        // Paid back without being sent: nobody sends it any more.
        ("order-refund-rest.01.order.updated", 1_000, 2_000, 0),
        ("order-cancelled.01.order.updated", 0, 0, 0),
    ] {
        let order = order_of(name);
        let line = &order.lines[0];
        let told = [line.restocked, line.handed_over(), order.to_hand_over(line)];
        assert_eq!(
            told.map(retail::Quantity::milli),
            [restocked, handed_over, left],
            "{name}"
        );
    }
}

#[test]
fn sh_07_shipping_is_a_line_unless_it_costs_nothing() {
    let fees = order_of("order-fees.01.order.created");
    let shipping: Vec<&str> = fees
        .lines
        .iter()
        .filter(|line| line.kind == LineKind::Shipping)
        .map(|line| line.key.as_str())
        .collect();
    assert_eq!(
        shipping,
        ["shipping:24"],
        "the second shipping line is free"
    );
}

/// A line that the point of sale may never have seen still says all it needs to create the item:
/// what the shop calls it, its SKU where it has one, its name.
#[test]
fn wc_08_a_line_names_its_item_by_variant_and_sku_and_at_least_by_name() {
    let item = |name: &str, line: usize| {
        let order = order_of(name);
        let line = order.lines[line].clone();
        match line.kind {
            LineKind::Product(item) => (
                item.variant.map(|v| v.to_string()),
                item.sku.map(|s| s.to_string()),
                line.name,
            ),
            other => panic!("{other:?}"),
        }
    };
    let texts = |variant: Option<&str>, sku: Option<&str>, name: &str| {
        (
            variant.map(str::to_owned),
            sku.map(str::to_owned),
            name.to_owned(),
        )
    };
    assert_eq!(
        item("order-simple-guest-paid.01.order.created", 0),
        texts(Some("11"), Some("TS-001"), "T-shirt « Été » & café")
    );
    assert_eq!(
        item("order-variable-customer.01.order.created", 1),
        texts(Some("12:14"), Some("CH-M-B"), "Chandail - M, Bleu nuit")
    );
    let no_sku = item("order-decimals.01.order.created", 1);
    assert_eq!((no_sku.0.as_deref(), no_sku.1), (Some("17"), None));
    assert_eq!(
        item("order-line-without-product.01.order.updated", 1),
        texts(None, None, "Gravure")
    );
    let deleted = item("order-of-deleted-product-touched.01.order.updated", 0);
    assert_eq!((deleted.0, deleted.1), (None, None));
    assert!(!deleted.2.is_empty());
}

/// A captured order, with its variations deleted as WooCommerce shows it: variation 0, the parent's SKU,
/// no parent's name. The sale must not move to the parent.
#[test]
fn wc_09_a_line_of_a_deleted_variation_names_no_item_and_keeps_its_name() {
    let before = order_of("order-variable-customer.01.order.created");
    let mut capture = one("order-variable-customer.01.order.created");
    let mut body: serde_json::Value = serde_json::from_slice(&capture.body).unwrap();
    for line in body["line_items"].as_array_mut().unwrap() {
        assert_ne!(line["variation_id"], 0);
        line["variation_id"] = 0.into();
        line["sku"] = "CH".into();
        line["parent_name"] = serde_json::Value::Null;
    }
    capture.body = body.to_string().into_bytes();
    let Reading::Order { order, .. } = read(&capture) else {
        panic!("no order");
    };
    let mut variations = 0;
    for (before, after) in before.lines.iter().zip(&order.lines) {
        assert_eq!((&before.key, &before.name), (&after.key, &after.name));
        if matches!(before.kind, LineKind::Product(_)) {
            assert_eq!(after.kind, LineKind::Product(ItemRef::default()));
            variations += 1;
        }
    }
    assert_eq!(variations, 2);
}

#[test]
fn wc_11_a_note_says_which_order_to_fetch() {
    for name in [
        "action-note-private.01.action.woocommerce_new_order_note_data",
        "action-note-customer.01.action.woocommerce_new_order_note_data",
    ] {
        match read(&one(name)) {
            Reading::Hint(order) => assert_eq!(order.as_str(), "133"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn wc_11_a_note_that_woocommerce_writes_itself_is_ignored() {
    for name in [
        "action-order-paid.03.action.woocommerce_new_order_note_data",
        "action-order-paid.05.action.woocommerce_new_order_note_data",
    ] {
        assert!(matches!(read(&one(name)), Reading::Nothing(_)), "{name}");
    }
    let note = |author: &str, content: &str| {
        let body = serde_json::json!({
            "action": "woocommerce_new_order_note_data",
            "arg": {"comment_post_ID": "133", "comment_author": author, "comment_content": content},
        });
        let source = Source::Delivery { topic: NOTE };
        platform().read(&connection(&["any"]), source, body.to_string().as_bytes())
    };
    let own = "Order status changed from Pending payment to Processing.";
    assert!(
        matches!(note("Zoé", own), Reading::Hint(_)),
        "a person may write the same words"
    );
    assert!(matches!(
        note("WooCommerce", "importer svp"),
        Reading::Hint(_)
    ));
    assert!(matches!(note("WooCommerce", own), Reading::Nothing(_)));
}

/// The body is built when it is delivered: an order cancelled meanwhile is cancelled in both.
#[test]
fn a_late_body_is_what_the_shop_says_now() {
    let created = order_of("late-bodies.01.order.created");
    let updated = order_of("late-bodies.02.order.updated");
    assert_eq!(created.state, SaleState::Voided);
    assert_eq!(created, updated, "created and updated are one version");
}

#[test]
fn created_and_updated_of_one_happening_are_one_version() {
    for shape in [
        "order-simple-guest-paid",
        "order-coupon",
        "order-fees",
        "order-to-refund",
    ] {
        let created = order_of(&format!("{shape}.01.order.created"));
        let updated = order_of(&format!("{shape}.02.order.updated"));
        assert_eq!(created.version, updated.version, "{shape}");
    }
}

#[test]
fn a_status_of_a_plugin_is_not_imported_and_said_to_be_unknown() {
    let capture = one("order-simple-guest-paid.01.order.created");
    let body = String::from_utf8(capture.body).unwrap();
    let body = body.replace(r#""status":"processing""#, r#""status":"in-workshop""#);
    match platform().read(&connection(&["any"]), Source::Fetched, body.as_bytes()) {
        Reading::Order {
            order,
            status_known,
        } => {
            assert_eq!(order.state, SaleState::NotImported);
            assert_eq!(order.shop_status, "in-workshop");
            assert!(!status_known);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refused_order_tells_what_the_shop_holds_for_it() {
    let capture = all()
        .into_iter()
        .find(|capture| matches!(read(capture), Reading::Order { .. }))
        .unwrap();
    let Reading::Order { order, .. } = read(&capture) else {
        unreachable!("it was one");
    };
    let mut expected = order.outline();
    let mut body: Value = serde_json::from_slice(&capture.body).unwrap();
    body["total"] = json!("0.01");
    let refused = |body: &Value| {
        let source = Source::Delivery {
            topic: &capture.topic,
        };
        let body = body.to_string();
        match platform().read(&connection(&["any"]), source, body.as_bytes()) {
            Reading::Refused(refusal) => *refusal.outline.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let outline = refused(&body);
    expected.version.content = outline.version.content;
    assert!(!expected.lines.is_empty());
    assert_eq!(outline, expected);
}
