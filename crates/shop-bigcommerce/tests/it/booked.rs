//! What is odd but sound is booked, to the cent.

use retail::{ItemRef, LineKind, OrderLine, PaymentKind, SaleState};
use serde_json::{Value, json};
use shop::{Reading, Reason};

use crate::store::{order, read, sample};

fn shown(lines: &[OrderLine]) -> Vec<(&str, i64, i64)> {
    lines
        .iter()
        .map(|line| (line.key.as_str(), line.net.minor(), line.tax.minor()))
        .collect()
}

/// 1009 carries the merchant's own word for its status.
#[test]
fn bc_03_a_renamed_status_is_known_by_its_id_and_shown_by_its_name() {
    let mut renamed = sample("1009");
    renamed["order"]["status"] = json!("Cancelled");
    let order = order(&renamed);
    assert_eq!(order.state, SaleState::Closed);
    assert_eq!(order.shop_status, "Prêt transporteur");
}

/// A cancellation that nobody heard of is heard of when the order is archived.
#[test]
fn bc_03_an_archived_order_is_what_its_status_says() {
    for (status, state) in [
        (0, SaleState::Unfinished),
        (5, SaleState::Voided),
        (10, SaleState::Closed),
    ] {
        let mut document = sample("1001");
        document["order"]["status_id"] = json!(status);
        let before = order(&document);
        document["order"]["is_deleted"] = json!(true);
        let archived = order(&document);
        assert_eq!(archived.state, state, "{status}");
        assert_eq!(archived.lines, before.lines);
        assert_eq!(
            archived.shop_status,
            format!("{} (archived)", before.shop_status)
        );
    }
}

#[test]
fn unknown_fields_change_nothing() {
    fn sprinkle(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.values_mut().for_each(sprinkle);
                fields.insert("new_this_year".to_owned(), json!({"a": [1, null, "é"]}));
            }
            Value::Array(items) => items.iter_mut().for_each(sprinkle),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    for id in ["1001", "1004", "1008"] {
        let mut document = sample(id);
        sprinkle(&mut document);
        assert_eq!(order(&document), order(&sample(id)), "{id}");
    }
}

#[test]
fn names_are_kept_in_every_script() {
    let mut document = sample("1001");
    document["products"][0]["name"] = json!("Thé 緑茶 \u{1F375}\u{0} \u{202E}שלום");
    document["products"][0]["sku"] = json!(" ÉTÉ-緑 ");
    document["order"]["billing_address"]["first_name"] = json!("Zoé");
    let order = order(&document);
    assert_eq!(order.lines[0].name, "Thé 緑茶 \u{1F375}  \u{202E}שלום");
    match &order.lines[0].kind {
        LineKind::Product(item) => assert_eq!(item.sku.as_ref().unwrap().as_str(), "ÉTÉ-緑"),
        other => panic!("{other:?}"),
    }
    assert_eq!(order.customer.unwrap().name, "Zoé Roy");
}

/// Four decimals are written for yen as well; the minor unit is the yen.
#[test]
fn a_currency_without_decimals_is_booked_in_whole_units() {
    let mut document = sample("1009");
    document["order"]["default_currency_code"] = json!("JPY");
    document["transactions"][0]["currency"] = json!("JPY");
    let yen = order(&document);
    assert_eq!(
        (
            yen.total.to_string().as_str(),
            yen.payments[0].amount.minor()
        ),
        ("72 JPY", 72)
    );
    document["order"]["default_currency_code"] = json!("TND");
    document["transactions"][0]["currency"] = json!("TND");
    assert_eq!(order(&document).total.to_string(), "72.000 TND");
}

/// The shop keeps four decimals; lines are whole cents and still add up to the total and to the tax.
#[test]
fn amounts_finer_than_a_cent_still_add_up() {
    let mut document = sample("1001");
    let order_of = |document: &Value| order(document);
    document["products"][0]["discounted_total_inc_tax"] = json!("45.1367");
    document["products"][1]["discounted_total_inc_tax"] = json!("33.8633");
    document["order"]["shipping_cost_inc_tax"] = json!("5.9955");
    document["order"]["handling_cost_inc_tax"] = json!("1.5045");
    let fine = order_of(&document);
    assert_eq!(
        shown(&fine.lines),
        [
            ("line:501", 3762, 752),
            ("line:502", 2821, 565),
            ("shipping", 500, 100),
            ("handling", 125, 25),
            ("wrapping", 200, 40),
        ]
    );
    // A cent that no line has: a line of its own, and the tax is the shop's.
    document["order"]["total_inc_tax"] = json!("88.91");
    document["order"]["total_tax"] = json!("14.83");
    let odd = order_of(&document);
    let rest = odd.lines.last().unwrap();
    assert_eq!(rest.kind, LineKind::Rounding);
    assert_eq!((rest.net.minor(), rest.tax.minor()), (0, 1));
}

#[test]
fn a_line_without_its_discounted_total_is_worked_out_of_its_discounts() {
    let mut document = sample("1001");
    for line in [0, 1] {
        let line = document["products"][line].as_object_mut().unwrap();
        line.remove("discounted_total_inc_tax");
    }
    assert_eq!(order(&document), order(&sample("1001")));
}

/// The documents say a line's tax now before a discount, now after it.
#[test]
fn a_lines_tax_may_be_said_before_or_after_its_discount() {
    let mut document = sample("1001");
    for (line, tax) in [(0, "7.5233"), (1, "5.6433")] {
        document["products"][line]["total_tax"] = json!(tax);
    }
    assert_eq!(order(&document), order(&sample("1001")));
}

#[test]
fn fees_are_lines_and_part_of_the_total() {
    let mut document = sample("1001");
    document["fees"] = json!([{"id": 3, "type": "custom_fee", "display_name_customer": "Emballage",
        "cost_ex_tax": "1.0000", "cost_inc_tax": 1.2, "cost_tax": "0.2000"}]);
    assert!(
        matches!(read(&document), Reading::Refused(refusal) if refusal.reason == Reason::TotalsMismatch)
    );
    document["order"]["total_inc_tax"] = json!("90.1000");
    document["order"]["total_tax"] = json!("15.0200");
    let order = order(&document);
    let fee = order.lines.last().unwrap();
    assert_eq!(
        (fee.key.as_str(), fee.name.as_str()),
        ("fee:3", "Emballage")
    );
    assert_eq!((fee.net.minor(), fee.tax.minor()), (100, 20));
}

#[test]
fn money_is_what_was_captured_and_not_what_was_promised() {
    for (event, status, test, paid) in [
        ("purchase", "ok", false, 8890),
        ("capture", "ok", false, 8890),
        ("settled", "ok", false, 8890),
        ("authorization", "ok", false, 0),
        ("pending", "ok", false, 0),
        ("void", "ok", false, 0),
        ("refund", "ok", false, 0),
        ("purchase", "error", false, 0),
        ("purchase", "ok", true, 0),
    ] {
        let mut document = sample("1001");
        document["transactions"][0]["event"] = json!(event);
        document["transactions"][0]["status"] = json!(status);
        document["transactions"][0]["test"] = json!(test);
        let sum: i64 = order(&document)
            .payments
            .iter()
            .map(|p| p.amount.minor())
            .sum();
        assert_eq!(sum, paid, "{event} {status} {test}");
    }
}

/// Bank deposits, cash and orders made by API have no transactions: the status decides.
#[test]
fn bc_04_without_transactions_the_status_says_whether_an_order_is_paid() {
    for (status, payment_status, paid) in [
        (7, "", 0),
        (11, "", 6000),
        (10, "captured", 6000),
        (4, "refunded", 6000),
        (11, "authorized", 0),
        (12, "held for review", 0),
        (5, "", 0),
        (0, "", 0),
    ] {
        let mut document = sample("1002");
        document["order"]["status_id"] = json!(status);
        document["order"]["payment_status"] = json!(payment_status);
        let order = order(&document);
        let sum: i64 = order.payments.iter().map(|p| p.amount.minor()).sum();
        assert_eq!(sum, paid, "{status} {payment_status}");
        assert!(order.payments.iter().all(|p| p.method == "Bank Deposit"));
    }
}

/// Whether the total has them taken off already or not, the two samples are one sale.
#[test]
fn certificates_and_credit_are_payments_also_where_no_transaction_says_so() {
    for id in ["1006", "1007"] {
        let mut document = sample(id);
        let card = document["transactions"][2].clone();
        document["transactions"] = json!([card]);
        let order = order(&document);
        let amounts: Vec<(&str, i64)> = order
            .payments
            .iter()
            .map(|p| (p.method.as_str(), p.amount.minor()))
            .collect();
        assert_eq!(
            amounts,
            [
                ("gift_certificate", 1000),
                ("store_credit", 500),
                ("credit_card", 4500)
            ],
            "{id}"
        );
    }
    let mut by_api = sample("1007");
    by_api["transactions"] = json!([]);
    let sum: i64 = order(&by_api)
        .payments
        .iter()
        .map(|p| p.amount.minor())
        .sum();
    assert_eq!(sum, 6000);
}

#[test]
fn a_declined_refund_gave_nothing_back() {
    let mut document = sample("1004");
    document["refunds"][0]["payments"][0]["is_declined"] = json!(true);
    let order = order(&document);
    assert!(
        order
            .payments
            .iter()
            .all(|p| p.kind == PaymentKind::Received)
    );
}

/// A refund need not move the order's own date: the snapshot with it is the newer all the same.
#[test]
fn a_payment_or_a_refund_alone_makes_a_newer_version() {
    let mut document = sample("1004");
    document["order"]["date_modified"] = json!("Mon, 05 Jan 2026 09:00:05 +0000");
    let refunds = document["refunds"].take();
    document["refunds"] = json!([]);
    let before = order(&document);
    document["refunds"] = refunds;
    let after = order(&document);
    assert!(after.version > before.version);
    assert_eq!(
        after.version.modified_at,
        "2026-01-06T09:59:58Z".parse().unwrap()
    );
    assert_eq!(
        order(&sample("1004")).version.modified_at,
        "2026-01-06T10:00:00Z".parse().unwrap()
    );
}

#[test]
fn an_item_is_named_by_its_ids_its_sku_and_its_barcode() {
    let mut document = sample("1001");
    document["products"][0]["upc"] = json!("3770001234567");
    let item = |document: &Value, line: usize| match &order(document).lines[line].kind {
        LineKind::Product(item) => item.clone(),
        other => panic!("{other:?}"),
    };
    let ItemRef {
        variant,
        sku,
        barcode,
    } = item(&document, 0);
    let shown = [
        variant.map(|v| v.to_string()),
        sku.map(|s| s.to_string()),
        barcode.map(|b| b.to_string()),
    ];
    assert_eq!(
        shown.map(Option::unwrap),
        ["77:509", "TEE-S", "3770001234567"]
    );
    // Made up for this order: nothing but its name.
    assert_eq!(item(&document, 1), ItemRef::default());
    document["products"][0]["variant_id"] = json!(null);
    assert_eq!(item(&document, 0).variant.unwrap().as_str(), "77");
}
