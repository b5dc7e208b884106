//! What cannot be booked is refused with its reason.

use retail::LineKind;
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Reason, Source};

use crate::store::{connection, order, platform, read, sample};

fn refused(document: &Value) -> Option<Reason> {
    match read(document) {
        Reading::Refused(refusal) => {
            let id = refusal.order.map(|id| id.to_string());
            assert!(id.is_none_or(|id| id == "1001"));
            Some(refusal.reason)
        }
        Reading::Order { .. } | Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => None,
    }
}

#[test]
fn an_order_that_cannot_be_booked_is_refused_with_its_reason() {
    type Change = (fn(&mut Value), Option<Reason>);
    let changes: [Change; 26] = [
        (|_| {}, None),
        (|d| d["order"]["total_inc_tax"] = json!("88.95"), None),
        (
            |d| d["order"]["total_inc_tax"] = json!("88.96"),
            Some(Reason::TotalsMismatch),
        ),
        (|d| d["order"]["total_inc_tax"] = json!(88.9), None),
        (
            |d| d["order"]["total_inc_tax"] = json!(""),
            Some(Reason::Unreadable),
        ),
        (
            |d| d["order"]["total_inc_tax"] = json!("88,90"),
            Some(Reason::BadAmount),
        ),
        (
            |d| d["order"]["subtotal_inc_tax"] = json!("94.0000"),
            Some(Reason::TotalsMismatch),
        ),
        (
            |d| d["products"][0]["discounted_total_inc_tax"] = json!("55.14"),
            Some(Reason::TotalsMismatch),
        ),
        (
            |d| d["products"][0]["discounted_total_inc_tax"] = json!("1e400"),
            Some(Reason::BadAmount),
        ),
        (|d| d["products"][0]["quantity"] = json!("1.5"), None),
        (
            |d| d["products"][0]["quantity"] = json!(1.2345),
            Some(Reason::BadQuantity),
        ),
        (
            |d| d["products"][0]["quantity"] = json!(-1),
            Some(Reason::BadQuantity),
        ),
        (
            |d| d["products"][0]["id"] = json!(null),
            Some(Reason::Unreadable),
        ),
        (|d| d["products"] = json!("none"), Some(Reason::Unreadable)),
        (
            |d| {
                d.as_object_mut().unwrap().remove("products");
            },
            Some(Reason::Unreadable),
        ),
        (
            |d| {
                d.as_object_mut().unwrap().remove("transactions");
            },
            Some(Reason::Unreadable),
        ),
        (
            |d| {
                d.as_object_mut().unwrap().remove("taxes");
            },
            None,
        ),
        (
            |d| d["order"]["default_currency_code"] = json!("GIL"),
            Some(Reason::UnknownCurrency),
        ),
        (|d| d["order"]["id"] = json!("x"), Some(Reason::Unreadable)),
        (|d| d["order"]["billing_address"] = json!(null), None),
        (|d| d["order"]["date_modified"] = json!(""), None),
        (
            |d| {
                d["order"]["date_modified"] = json!("");
                d["order"]["date_created"] = json!("");
            },
            Some(Reason::Unreadable),
        ),
        (
            |d| d["transactions"][0]["currency"] = json!("USD"),
            Some(Reason::UnknownCurrency),
        ),
        (
            |d| d["transactions"][0]["amount"] = json!(-1),
            Some(Reason::BadAmount),
        ),
        (
            |d| d["transactions"][0]["id"] = json!(null),
            Some(Reason::Unreadable),
        ),
        (
            |d| d["order"]["status_id"] = json!(""),
            Some(Reason::Unreadable),
        ),
    ];
    for (n, (change, reason)) in changes.into_iter().enumerate() {
        let mut document = sample("1001");
        change(&mut document);
        assert_eq!(refused(&document), reason, "change {n}");
    }
}

#[test]
fn bc_03_an_unknown_status_is_parked_with_an_error_whatever_else_is_wrong() {
    for status in [
        json!(15),
        json!("15"),
        json!(-1),
        json!("Shipped"),
        json!("999999999999999999999"),
    ] {
        let mut document = sample("1001");
        document["order"]["status_id"] = status.clone();
        assert_eq!(refused(&document), Some(Reason::UnknownStatus), "{status}");
        document["products"] = json!([]);
        document["order"]["total_inc_tax"] = json!("0");
        assert_eq!(refused(&document), Some(Reason::UnknownStatus), "{status}");
    }
    assert_eq!(Reason::UnknownStatus.as_str(), "unknown_status");
}

#[test]
fn a_checkout_left_half_way_is_never_refused() {
    let mut draft = sample("1003");
    draft["order"]["total_inc_tax"] = json!("");
    assert!(matches!(read(&draft), Reading::Nothing(_)));
}

/// The store says at times that an order has no fees by saying that there are none to be found. Should
/// it be wrong, the order's total tells.
#[test]
fn an_order_whose_fee_is_lost_is_not_booked_without_it() {
    let mut document = sample("1001");
    document["order"]["total_inc_tax"] = json!("100.9000");
    assert_eq!(refused(&document), Some(Reason::TotalsMismatch));
    document["fees"] = json!([{"id": 1, "cost_inc_tax": "12.0000", "cost_tax": "0.0000"}]);
    assert_eq!(refused(&document), None);
}

#[test]
fn malformed_documents_are_refused_and_never_quoted() {
    for (body, id) in [
        (&b""[..], None),
        (b"{", None),
        (b"[]", None),
        (b"null", None),
        (b"\xff", None),
        (br#"{"order":{"id":7},"products":"zoe@example.test"}"#, Some("7")),
        (br#"{"order":{"id":7,"billing_address":"zoe@example.test"},"products":[],"fees":[],"refunds":[],"transactions":[]}"#, Some("7")),
        (br#"{"order":{"id":7,"payment_method":"\ud800"},"products":[],"fees":[],"refunds":[],"transactions":[]}"#, Some("7")),
    ] {
        match platform().read(&connection(&["any"]), Source::Fetched, body) {
            Reading::Refused(refusal) => {
                assert_eq!(refusal.reason, Reason::Unreadable);
                assert_eq!(refusal.order.map(|id| id.to_string()).as_deref(), id);
                assert!(!refusal.detail.contains("zoe"), "{}", refusal.detail);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A discount on the order that no line knows of: a line of its own takes it, tax included.
#[test]
fn a_discount_that_no_line_carries_is_a_line() {
    let mut document = sample("1001");
    for line in [0, 1] {
        let before = document["products"][line]["total_inc_tax"].clone();
        document["products"][line]["discounted_total_inc_tax"] = before;
    }
    let discounted = order(&document);
    let discount = discounted.lines.last().unwrap();
    assert_eq!(
        (discount.name.as_str(), &discount.kind),
        ("Discount", &LineKind::Fee)
    );
    assert_eq!((discount.net.minor(), discount.tax.minor()), (-417, -83));
    // More than the order's discounts is a mistake.
    document["order"]["coupon_discount"] = json!("4.9000");
    document["order"]["total_inc_tax"] = json!("89.0000");
    assert_eq!(refused(&document), None);
    document["products"][0]["discounted_total_inc_tax"] = json!("49.0000");
    assert_eq!(refused(&document), Some(Reason::TotalsMismatch));
}

/// Tax that no line has is not booked on a line for cents.
#[test]
fn a_tax_that_the_lines_do_not_come_to_is_refused() {
    let mut document = sample("1001");
    for (tax, reason) in [
        ("14.77", None),
        ("14.87", None),
        ("14.76", Some(Reason::TotalsMismatch)),
        ("14.88", Some(Reason::TotalsMismatch)),
        ("0.00", Some(Reason::TotalsMismatch)),
        ("88.90", Some(Reason::TotalsMismatch)),
    ] {
        document["order"]["total_tax"] = json!(tax);
        assert_eq!(refused(&document), reason, "{tax}");
    }
    // A discount takes no more tax with it than it is, and adds none.
    for line in [0, 1] {
        let before = document["products"][line]["total_inc_tax"].clone();
        document["products"][line]["discounted_total_inc_tax"] = before;
    }
    for (tax, reason) in [
        ("15.70", None),
        ("15.65", None),
        ("10.65", None),
        ("10.64", Some(Reason::TotalsMismatch)),
        ("15.71", Some(Reason::TotalsMismatch)),
    ] {
        document["order"]["total_tax"] = json!(tax);
        assert_eq!(refused(&document), reason, "{tax}");
    }
}

#[test]
fn more_lines_than_a_sale_may_have_are_refused() {
    let mut document = sample("1008");
    let free = document["products"][1].clone();
    let lines = document["products"].as_array_mut().unwrap();
    for number in 0..997 {
        let mut line = free.clone();
        line["id"] = json!(9_000 + number);
        lines.push(line);
    }
    match read(&document) {
        Reading::Refused(refusal) => assert_eq!(refusal.reason, Reason::TooManyLines),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bc_03_an_order_in_an_unknown_status_tells_what_the_shop_holds_for_it() {
    let mut document = sample("1001");
    let mut expected = order(&document).outline();
    document["order"]["status_id"] = json!(15);
    let Reading::Refused(refusal) = read(&document) else {
        panic!("a status that is none");
    };
    let outline = refusal.outline.unwrap();
    expected.version.content = outline.version.content;
    assert!(!expected.lines.is_empty());
    assert_eq!(*outline, expected);
}

#[test]
fn an_order_that_cannot_be_read_tells_its_version() {
    let mut document = sample("1001");
    document["products"] = json!("gone");
    let Reading::Refused(refusal) = read(&document) else {
        panic!("it cannot be read");
    };
    assert!(refusal.outline.unwrap().lines.is_empty());
}
