//! The rules for Shopify's orders, on the scenarios they are about.

use std::collections::BTreeMap;

use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{ItemId, LineKind, Order, OrderLine, PaymentKind, SaleState, StockRule};
use serde_json::json;
use shop::{Platform as _, Reading, Reason, ShippingItem};

use crate::samples::{answer, is_product, line, order, platform, read, refusal};

/// One item for each line, by the line's number.
fn items(lines: &[OrderLine]) -> Vec<ItemId> {
    lines
        .iter()
        .map(|line| {
            let digits: String = line.key.as_str().bytes().map(|b| b.to_string()).collect();
            ItemId::new(uuid::Uuid::from_u128(
                digits.bytes().fold(0_u128, |sum, b| {
                    sum.wrapping_mul(31).wrapping_add(u128::from(b))
                }),
            ))
        })
        .collect()
}

/// Books snapshots one after another; gives the movements of each, in units by line.
fn booked(snapshots: &[Order]) -> Vec<BTreeMap<String, i64>> {
    let policy = Policy {
        updates: OrderUpdates::Apply,
        stock_rule: StockRule::AtOrder,
    };
    let mut recorded: Option<Recorded> = None;
    let mut moved = Vec::new();
    for order in snapshots {
        let changes = match post(recorded.as_ref(), policy, order, &items(&order.lines)) {
            Ok(Posting::Record(changes)) => changes,
            other => panic!("{other:?}"),
        };
        moved.push(
            changes
                .movements
                .iter()
                .map(|movement| (movement.line.to_string(), movement.quantity.milli() / 1000))
                .collect(),
        );
        recorded = Some(Recorded::after(recorded.as_ref(), order, &changes).unwrap());
    }
    moved
}

fn units(of: &[(&str, i64)]) -> BTreeMap<String, i64> {
    of.iter()
        .map(|(line, units)| ((*line).to_owned(), *units))
        .collect()
}

#[test]
fn sh_05_orders_without_shipping_are_refused_by_that_reason() {
    let refusal = refusal(&answer("03_no_shipping"));
    assert_eq!(refusal.reason, Reason::NoShippingMethod);
    assert_eq!(refusal.reason.as_str(), "no_shipping_method");
    assert_eq!(refusal.order.unwrap().as_str(), "5601000001003");
}

#[test]
fn sh_05_free_shipping_and_pick_up_are_shipping_methods() {
    let order = order(&answer("12_rounding"));
    assert_eq!(order.state, SaleState::Closed);
    let mut pick_up = answer("12_rounding");
    pick_up["data"]["order"]["shippingLines"]["nodes"][0]["deliveryCategory"] = json!("pickup");
    assert!(matches!(read(&pick_up), Reading::Order { .. }));
}

#[test]
fn sh_07_shipping_is_a_line_net_of_discount_unless_it_costs_nothing() {
    let paid = order(&answer("01_paid"));
    let shipping = line(&paid, "shipping:9001");
    assert_eq!(shipping.kind, LineKind::Shipping);
    assert_eq!((shipping.net.minor(), shipping.tax.minor()), (409, 86));
    let free = order(&answer("12_rounding"));
    assert!(
        free.lines
            .iter()
            .all(|line| line.kind != LineKind::Shipping)
    );
}

#[test]
fn sh_09_a_line_names_its_item_by_variant_and_sku_and_at_least_by_name() {
    let mut unknown = answer("10_unknown_items");
    unknown["data"]["order"]["lineItems"]["nodes"][2]["variant"]["barcode"] =
        json!("5412345000013");
    let order = order(&unknown);
    let item = |key: &str| match line(&order, key).kind.clone() {
        LineKind::Product(item) => (
            item.variant.map(|v| v.to_string()),
            item.sku.map(|s| s.to_string()),
            item.barcode.map(|b| b.to_string()),
        ),
        other => panic!("{other:?}"),
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(item("line:14071"), (None, None, None), "typed by hand");
    assert_eq!(
        item("line:14072"),
        (None, text("OLD-9"), None),
        "deleted since"
    );
    assert_eq!(
        item("line:14073"),
        (text("45998"), text("SAC-NEW"), text("5412345000013"))
    );
    assert_eq!(line(&order, "line:14071").name, "Gravure sur mesure");
}

#[test]
fn sh_11_a_bank_deposit_is_a_sale_at_once_and_unpaid() {
    let order = order(&answer("02_bank_deposit_pending"));
    assert_eq!((order.state, order.payments.len()), (SaleState::Closed, 0));
    assert_eq!(booked(&[order]), [units(&[("line:14011", -1)])]);
}

#[test]
fn pos_03_unpaid_and_paid_orders_are_both_sales() {
    let unpaid = order(&answer("02_bank_deposit_pending"));
    let paid = order(&answer("02_bank_deposit_paid"));
    assert_eq!(paid.key, unpaid.key);
    assert!(paid.version > unpaid.version);
    assert_eq!(paid.payments.len(), 1);
    assert_eq!(paid.payments[0].amount, paid.total);
    assert_eq!(
        booked(&[unpaid, paid])[1],
        units(&[]),
        "no stock by a payment"
    );
}

#[test]
fn pos_02_what_is_not_unfulfilled_any_more_is_handed_over() {
    let shown = |answer: &serde_json::Value| {
        let order = order(answer);
        let lines = order.lines.iter();
        let products = lines.filter(|line| matches!(line.kind, LineKind::Product(_)));
        let shown = products.map(|line| {
            let left = order.to_hand_over(line);
            (line.handed_over().milli(), left.milli())
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(shown(&answer("01_paid")), [(0, 2_000), (0, 1_000)]);
    // One line is shipped, the other was put back to stock before.
    assert_eq!(shown(&answer("01_refunded")), [(2_000, 0), (0, 0)]);
    // Of an edit's removal nothing is to be handed over.
    let edited = shown(&answer("06_after_edit"));
    assert_eq!(edited, [(0, 2_000), (0, 1_000), (0, 1_000)]);
    assert_eq!(shown(&answer("09_cancelled")), [(0, 0)]);

    let mut partly = answer("01_paid");
    for (unfulfilled, expected) in [
        (1, (1_000, 1_000)),
        (0, (2_000, 0)),
        (9, (0, 2_000)),
        (-1, (2_000, 0)),
    ] {
        let lines = &mut partly["data"]["order"]["lineItems"]["nodes"];
        lines[0]["unfulfilledQuantity"] = json!(unfulfilled);
        assert_eq!(shown(&partly)[0], expected, "{unfulfilled}");
    }
}

/// SH-12 rests on it: an update is a newer version of another content, and nothing but that is one.
#[test]
fn sh_12_an_update_is_a_newer_version_and_a_new_tag_is_no_other_content() {
    let first = order(&answer("01_paid"));
    let mut tagged = answer("01_paid");
    tagged["data"]["order"]["tags"] = json!(["imported"]);
    tagged["data"]["order"]["updatedAt"] = json!("2026-11-02T09:00:02Z");
    let tagged = order(&tagged);
    assert!(tagged.version > first.version);
    assert_eq!(tagged.version.content, first.version.content);
    let refunded = order(&answer("01_refunded"));
    assert!(refunded.version > first.version);
    assert_ne!(refunded.version.content, first.version.content);
}

#[test]
fn sh_12_updates_of_sales_wait_where_nobody_decided_otherwise() {
    let shopify = platform();
    assert_eq!(shopify.order_updates(), OrderUpdates::Ask);
}

#[test]
fn sh_06_the_product_of_shipping_charges_is_there_from_the_link_on() {
    assert_eq!(platform().shipping_item(), ShippingItem::AtLink);
}

#[test]
fn sh_16_the_receipt_number_is_the_orders_name_as_shown() {
    let mut named = answer("01_paid");
    assert_eq!(order(&named).receipt_number.as_str(), "#1001");
    named["data"]["order"]["name"] = json!("BXL-1001/é");
    assert_eq!(order(&named).receipt_number.as_str(), "BXL-1001/é");
}

#[test]
fn a_refund_of_money_and_goods_gives_back_both_once() {
    let (paid, refunded) = (order(&answer("01_paid")), order(&answer("01_refunded")));
    assert_eq!(refunded.total, paid.total, "the sale stays what it was");
    let back: i64 = refunded
        .payments
        .iter()
        .filter(|payment| payment.kind == PaymentKind::Refunded)
        .map(|payment| payment.amount.minor())
        .sum();
    assert_eq!(back, 1_500);
    assert_eq!(
        booked(&[paid, refunded]),
        [
            units(&[("line:14001", -2), ("line:14002", -1)]),
            units(&[("line:14002", 1)])
        ]
    );
}

#[test]
fn an_edit_moves_what_was_taken_off_and_put_on() {
    let (before, after) = (
        order(&answer("06_before_edit")),
        order(&answer("06_after_edit")),
    );
    let open = after.total.minor() - after.payments[0].amount.minor();
    assert_eq!(open, 6_600, "what the shop says is outstanding");
    assert_eq!(
        booked(&[before, after])[1],
        units(&[("line:14052", 1), ("line:14053", -1)])
    );
}

#[test]
fn a_cancelled_order_is_void_and_holds_no_stock() {
    let cancelled = answer("09_cancelled");
    let mut placed = cancelled.clone();
    let head = &mut placed["data"]["order"];
    head["cancelledAt"] = json!(null);
    head["updatedAt"] = json!("2026-11-03T15:00:00Z");
    head["refunds"] = json!([]);
    head["lineItems"]["nodes"][0]["currentQuantity"] = json!(1);
    let (placed, cancelled) = (order(&placed), order(&cancelled));
    assert_eq!(cancelled.state, SaleState::Voided);
    assert_eq!(cancelled.total, placed.total, "kept for the record");
    assert!(cancelled.payments.is_empty(), "a void moves no money");
    assert_eq!(
        booked(&[placed, cancelled]),
        [units(&[("line:14061", -1)]), units(&[("line:14061", 1)])]
    );
}

#[test]
fn a_bundle_moves_its_components() {
    let order = order(&answer("11_bundle"));
    assert_eq!(
        booked(&[order]),
        [units(&[("line:14081", -1), ("line:14082", -1)])]
    );
}

#[test]
fn a_gift_card_sold_is_no_product_and_one_used_is_a_payment() {
    let order = order(&answer("05_gift_card_tip"));
    assert_eq!(line(&order, "line:14041").kind, LineKind::Fee);
    assert_eq!(
        order.lines.iter().filter(|line| is_product(line)).count(),
        1
    );
    let methods: Vec<&str> = order.payments.iter().map(|p| p.method.as_str()).collect();
    assert_eq!(methods, ["gift_card", "shopify_payments"]);
}

#[test]
fn an_authorisation_is_no_money() {
    let mut authorised = answer("04_multicurrency_duties");
    let transactions = authorised["data"]["order"]["transactions"].as_array_mut();
    transactions.unwrap().truncate(1);
    let order = order(&authorised);
    assert_eq!((order.state, order.payments.len()), (SaleState::Closed, 0));
}

#[test]
fn a_test_order_is_not_imported_and_never_refused() {
    let mut test = answer("01_paid");
    test["data"]["order"]["test"] = json!(true);
    assert_eq!(order(&test).state, SaleState::NotImported);
    test["data"]["order"]["shippingLines"]["nodes"] = json!([]);
    assert!(matches!(read(&test), Reading::Nothing(_)));
}

#[test]
fn sh_05_an_order_without_shipping_tells_what_the_shop_holds_for_it() {
    let mut paid = answer("01_paid");
    let mut expected = order(&paid).outline();
    paid["data"]["order"]["shippingLines"]["nodes"] = json!([]);
    let outline = refusal(&paid).outline.unwrap();
    expected.version.content = outline.version.content;
    expected.lines.retain(|line| !line.quantity.is_zero());
    assert!(!expected.lines.is_empty());
    assert_eq!(*outline, expected);

    paid["data"]["order"]["cancelledAt"] = paid["data"]["order"]["updatedAt"].clone();
    assert_eq!(refusal(&paid).outline.unwrap().lines, []);
}

#[test]
fn an_order_that_cannot_be_read_tells_its_version() {
    let mut paid = answer("01_paid");
    let version = order(&paid).version;
    paid["data"]["order"]["lineItems"] = json!("gone");
    let outline = refusal(&paid).outline.unwrap();
    assert_eq!(outline.version.modified_at, version.modified_at);
    assert!(outline.version < version);
}
