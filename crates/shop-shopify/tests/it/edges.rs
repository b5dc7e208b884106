//! Orders at the edges of what Shopify can answer.

use retail::{LineKind, PaymentKind, SaleState};
use serde_json::{Value, json};
use shop::{Reading, Reason};

use crate::samples::{answer, line, order, read, refusal};

fn money(amount: &str) -> Value {
    let side = json!({ "amount": amount, "currencyCode": "EUR" });
    json!({ "shopMoney": side, "presentmentMoney": side })
}

fn page(nodes: &Value) -> Value {
    json!({ "nodes": nodes, "pageInfo": { "hasNextPage": false, "endCursor": null } })
}

/// A refund of one mug of order 1006 that gave no money back.
fn dropped_mug(restocked: bool) -> Value {
    json!({
        "id": "gid://shopify/Refund/1",
        "totalRefundedSet": money("0.0"),
        "duties": [],
        "refundLineItems": page(&json!([{
            "id": "gid://shopify/RefundLineItem/1",
            "quantity": 1,
            "restockType": if restocked { "CANCEL" } else { "NO_RESTOCK" },
            "restocked": restocked,
            "lineItem": { "id": "gid://shopify/LineItem/14052" },
            "priceSet": money("9.0"),
            "subtotalSet": money("9.0"),
            "totalTaxSet": money("1.56"),
        }])),
        "refundShippingLines": page(&json!([])),
        "orderAdjustments": page(&json!([])),
        "transactions": page(&json!([])),
    })
}

fn milli(line: &retail::OrderLine) -> (i64, i64) {
    (line.quantity.milli(), line.restocked.milli())
}

#[test]
fn goods_taken_off_an_order_without_money_leave_its_total() {
    for (restocked, back) in [(true, 1_000), (false, 0)] {
        let mut answer = answer("06_before_edit");
        let head = &mut answer["data"]["order"];
        head["transactions"] = json!([]);
        head["refunds"] = json!([dropped_mug(restocked)]);
        head["lineItems"]["nodes"][1]["currentQuantity"] = json!(1);
        head["currentTotalPriceSet"] = money("53.95");
        head["currentTotalTaxSet"] = money("9.36");
        let order = order(&answer);
        assert_eq!(order.total.minor(), 5_395);
        let mug = line(&order, "line:14052");
        assert_eq!((mug.net.minor(), mug.tax.minor()), (744, 156));
        assert_eq!(milli(mug), (2_000, back), "what is thrown away stays gone");
    }
}

/// Whether an edit's removal is told as a refund too is not documented: both are one sale.
#[test]
fn an_edit_told_as_a_refund_without_money_is_the_same_sale() {
    let plain = order(&answer("06_after_edit"));
    let mut told = answer("06_after_edit");
    told["data"]["order"]["refunds"] = json!([dropped_mug(true)]);
    let told = order(&told);
    assert_eq!(told.total, plain.total);
    let mug = line(&told, "line:14052");
    assert_eq!(
        milli(mug),
        (2_000, 1_000),
        "nothing is kept of what was put back"
    );
    assert_eq!(mug.net, line(&plain, "line:14052").net);
}

#[test]
fn an_edited_order_that_is_refunded_is_still_what_was_sold() {
    let mut answer = answer("06_after_edit");
    let head = &mut answer["data"]["order"];
    let mut refund = dropped_mug(true);
    refund["totalRefundedSet"] = money("9.0");
    head["refunds"] = json!([refund]);
    head["lineItems"]["nodes"][1]["currentQuantity"] = json!(0);
    head["currentTotalPriceSet"] = money("119.95");
    head["currentTotalTaxSet"] = money("20.82");
    let order = order(&answer);
    assert_eq!(order.total.minor(), 12_895);
    assert_eq!(milli(line(&order, "line:14052")), (1_000, 1_000));
}

#[test]
fn a_line_and_a_shipping_method_that_an_edit_took_off_leave_the_sale() {
    let mut answer = answer("06_after_edit");
    let head = &mut answer["data"]["order"];
    head["lineItems"]["nodes"][1]["currentQuantity"] = json!(0);
    head["shippingLines"]["nodes"][0]["isRemoved"] = json!(true);
    head["currentTotalPriceSet"] = money("115.0");
    head["currentTotalTaxSet"] = money("19.96");
    let order = order(&answer);
    let keys: Vec<&str> = order.lines.iter().map(|line| line.key.as_str()).collect();
    assert_eq!(keys, ["line:14051", "line:14053"]);
    assert_eq!(order.total.minor(), 11_500);
}

#[test]
fn only_shop_money_is_booked() {
    let order = order(&answer("04_multicurrency_duties"));
    assert_eq!(order.total.to_string(), "83.30 EUR");
    assert_eq!(order.payments[0].amount.to_string(), "83.30 EUR");
    let mut swapped = answer("04_multicurrency_duties");
    let head = &mut swapped["data"]["order"];
    head["totalPriceSet"]["shopMoney"] = head["totalPriceSet"]["presentmentMoney"].clone();
    assert_eq!(refusal(&swapped).reason, Reason::Unreadable);
}

#[test]
fn a_currency_without_decimals_is_booked_in_whole_units() {
    fn in_yen(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(amount)) = fields.get_mut("amount") {
                    let euros: f64 = amount.parse().unwrap();
                    *amount = format!("{:.1}", euros * 100.0);
                }
                for (name, field) in fields.iter_mut() {
                    if name.ends_with("urrencyCode") {
                        *field = json!("JPY");
                    }
                    in_yen(field);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(in_yen),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut answer = answer("01_refunded");
    in_yen(&mut answer);
    let order = order(&answer);
    assert_eq!(order.total.to_string(), "4905 JPY");
    assert_eq!(line(&order, "line:14001").net.minor(), 2_975);
}

#[test]
fn up_to_five_minor_units_are_a_rounding_line_and_more_is_refused() {
    for (total, rounding) in [("83.35", Some(5)), ("83.25", Some(-5)), ("83.36", None)] {
        let mut answer = answer("04_multicurrency_duties");
        answer["data"]["order"]["totalPriceSet"] = money(total);
        match rounding {
            Some(minor) => {
                let order = order(&answer);
                let rounding = line(&order, "rounding");
                assert_eq!(rounding.kind, LineKind::Rounding);
                assert_eq!(rounding.net.minor(), minor);
            }
            None => assert_eq!(refusal(&answer).reason, Reason::TotalsMismatch),
        }
    }
}

#[test]
fn the_orders_tax_is_spread_where_the_lines_taxes_cannot_be_right() {
    let bare = |order: &mut Value| {
        for list in ["lineItems", "shippingLines"] {
            for line in order[list]["nodes"].as_array_mut().unwrap() {
                line["taxLines"] = json!([]);
            }
        }
    };
    let mut told_of_the_order = answer("01_paid");
    bare(&mut told_of_the_order["data"]["order"]);
    let mut all_on_one = told_of_the_order.clone();
    let head = &mut all_on_one["data"]["order"];
    head["lineItems"]["nodes"][1]["taxLines"] = head["taxLines"].clone();
    for answer in [told_of_the_order, all_on_one] {
        let order = order(&answer);
        let taxes: Vec<i64> = order.lines.iter().map(|line| line.tax.minor()).collect();
        // 8.52 over 36.00, 8.10 and 4.95.
        assert_eq!(taxes, [625, 141, 86]);
        let sum: i64 = order.lines.iter().map(|l| l.net.minor()).sum();
        assert_eq!(sum + 852, order.total.minor());
    }
}

#[test]
fn a_tip_that_stands_among_the_lines_is_not_counted_twice() {
    let mut answer = answer("05_gift_card_tip");
    let nodes = answer["data"]["order"]["lineItems"]["nodes"].as_array_mut();
    let nodes = nodes.unwrap();
    let mut tip = nodes[1].clone();
    tip["id"] = json!("gid://shopify/LineItem/14049");
    tip["name"] = json!("Pourboire");
    tip["sku"] = json!(null);
    tip["variant"] = json!(null);
    tip["originalTotalSet"] = money("2.0");
    tip["taxLines"] = json!([]);
    nodes.push(tip);
    let order = order(&answer);
    assert_eq!(line(&order, "line:14049").kind, LineKind::Fee);
    assert!(order.lines.iter().all(|line| line.key.as_str() != "tip"));
    assert_eq!(order.total.minor(), 6_495);
}

#[test]
fn duties_within_the_price_are_taken_out_of_the_product() {
    let mut answer = answer("04_multicurrency_duties");
    answer["data"]["order"]["dutiesIncluded"] = json!(true);
    answer["data"]["order"]["totalPriceSet"] = money("80.1");
    let order = order(&answer);
    assert_eq!(line(&order, "line:14031").net.minor(), 5_680);
    assert_eq!(line(&order, "duty:7100").net.minor(), 320);
}

#[test]
fn additional_fees_are_fee_lines() {
    let mut answer = answer("04_multicurrency_duties");
    let head = &mut answer["data"]["order"];
    head["additionalFees"] = json!([{
        "id": "gid://shopify/AdditionalFee/3",
        "name": "Import",
        "price": money("2.0"),
        "taxLines": [],
    }]);
    head["totalPriceSet"] = money("85.3");
    let order = order(&answer);
    let fee = line(&order, "fee:3");
    assert_eq!((fee.kind.clone(), fee.net.minor()), (LineKind::Fee, 200));
}

#[test]
fn words_that_shopify_adds_are_kept_and_change_nothing() {
    let mut answer = answer("01_paid");
    let head = &mut answer["data"]["order"];
    head["displayFinancialStatus"] = json!("PAID_TWICE");
    head["displayFulfillmentStatus"] = json!("FULFILLMENT_NOT_REQUIRED");
    let mut unknown = head["transactions"][0].clone();
    unknown["id"] = json!("gid://shopify/OrderTransaction/9");
    unknown["kind"] = json!("BARTER");
    head["transactions"].as_array_mut().unwrap().push(unknown);
    head["newField"] = json!({ "anything": [1, 2] });
    let order = order(&answer);
    assert_eq!(order.shop_status, "PAID_TWICE, FULFILLMENT_NOT_REQUIRED");
    assert_eq!(order.state, SaleState::Closed);
    assert_eq!(order.payments.len(), 1);
}

#[test]
fn cash_handed_back_at_once_is_money_given_back() {
    let mut answer = answer("01_paid");
    let transactions = &mut answer["data"]["order"]["transactions"];
    let mut change = transactions[0].clone();
    change["id"] = json!("gid://shopify/OrderTransaction/2299");
    change["kind"] = json!("CHANGE");
    change["amountSet"] = money("0.95");
    transactions.as_array_mut().unwrap().push(change);
    let order = order(&answer);
    assert_eq!(order.payments[1].kind, PaymentKind::Refunded);
    assert_eq!(order.payments[1].amount.minor(), 95);
}

#[test]
fn ids_above_what_a_float_can_hold_stay_exact() {
    let mut answer = answer("01_paid");
    let head = &mut answer["data"]["order"];
    head["id"] = json!("gid://shopify/Order/9007199254740993");
    head["lineItems"]["nodes"][0]["id"] = json!("gid://shopify/LineItem/18446744073709551615");
    let order = order(&answer);
    assert_eq!(order.key.order.as_str(), "9007199254740993");
    assert_eq!(order.lines[0].key.as_str(), "line:18446744073709551615");
}

#[test]
fn a_person_that_may_not_be_seen_is_nobody() {
    let mut answer = answer("01_paid");
    let head = &mut answer["data"]["order"];
    for field in [
        "email",
        "phone",
        "customer",
        "billingAddress",
        "shippingAddress",
    ] {
        head[field] = json!(null);
    }
    assert_eq!(order(&answer).customer, None);
}

#[test]
fn what_is_not_whole_is_refused() {
    type Change = (fn(&mut Value), Reason);
    let changes: [Change; 14] = [
        (
            |o| o["lineItems"]["pageInfo"]["hasNextPage"] = json!(true),
            Reason::TooManyLines,
        ),
        (
            |o| o["shippingLines"]["pageInfo"]["hasNextPage"] = json!(true),
            Reason::Unreadable,
        ),
        (
            |o| o["refunds"][0]["refundLineItems"]["pageInfo"]["hasNextPage"] = json!(true),
            Reason::Unreadable,
        ),
        (
            |o| o["transactions"] = json!(vec![o["transactions"][0].clone(); 250]),
            Reason::Unreadable,
        ),
        (
            |o| o["refunds"] = json!(vec![o["refunds"][0].clone(); 100]),
            Reason::Unreadable,
        ),
        (
            |o| o["currencyCode"] = json!("XXX"),
            Reason::UnknownCurrency,
        ),
        (
            |o| o["totalPriceSet"] = money("49.0500001e3"),
            Reason::BadAmount,
        ),
        (|o| o["totalPriceSet"] = json!(null), Reason::Unreadable),
        (|o| o["name"] = json!(" "), Reason::Unreadable),
        (|o| o["updatedAt"] = json!("yesterday"), Reason::Unreadable),
        (
            |o| o["lineItems"]["nodes"][0]["quantity"] = json!(1),
            Reason::BadQuantity,
        ),
        (
            |o| o["refunds"][0]["refundLineItems"]["nodes"][0]["quantity"] = json!(2),
            Reason::BadQuantity,
        ),
        (
            |o| o["refunds"][0]["refundLineItems"]["nodes"][0]["quantity"] = json!(-1),
            Reason::BadQuantity,
        ),
        (
            |o| o["transactions"][0]["amountSet"] = money("-1.0"),
            Reason::BadAmount,
        ),
    ];
    for (n, (change, reason)) in changes.into_iter().enumerate() {
        let mut answer = answer("01_refunded");
        change(&mut answer["data"]["order"]);
        let refusal = refusal(&answer);
        assert_eq!(refusal.reason, reason, "change {n}: {}", refusal.detail);
        assert_eq!(refusal.order.unwrap().as_str(), "5601000001001");
    }
}

#[test]
fn no_order_is_nothing_and_no_answer_is_refused() {
    assert!(matches!(
        read(&json!({ "data": { "order": null } })),
        Reading::Nothing(_)
    ));
    for answer in [json!({}), json!([]), json!({ "data": null })] {
        assert_eq!(refusal(&answer).reason, Reason::Unreadable, "{answer}");
    }
}
