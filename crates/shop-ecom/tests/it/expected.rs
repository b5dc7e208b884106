//! The canonical orders of the documented shapes, worked out by hand and not by this program.

use std::fs;

use retail::{Customer, ItemRef, LineKind, Order, OrderLine, OrderPayment};
use serde_json::{Value, json as object};
use shop::Reading;

use crate::fixture::{fetched, folder, json, order, read};

#[test]
fn orders_are_what_was_worked_out_by_hand() {
    let mut compared = 0;
    for entry in fs::read_dir(folder().join("orders")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".json").unwrap();
        let expected = json(&format!("expected/{file}"));
        pretty_equal(name, &shown(&whole(&order(name))), &expected);
        compared += 1;
    }
    assert_eq!(compared, 6);
}

/// The list of orders holds them as they are given one by one.
#[test]
fn an_order_reads_the_same_from_a_page_of_orders() {
    let page = json("search.json");
    let listed = fetched("EUR", &page["items"][0].to_string());
    let expected = json("expected/paid.eur.json");
    pretty_equal("search", &shown(&whole(&listed)), &expected);
}

fn whole(fetched: &[u8]) -> Order {
    match read(fetched) {
        Reading::Order {
            order,
            status_known: true,
        } => *order,
        other => panic!("{other:?}"),
    }
}

fn pretty_equal(name: &str, left: &Value, right: &Value) {
    assert_eq!(
        serde_json::to_string_pretty(left).unwrap(),
        serde_json::to_string_pretty(right).unwrap(),
        "{name}"
    );
}

fn shown(order: &Order) -> Value {
    let Order {
        key,
        version,
        receipt_number,
        placed_at,
        state,
        shop_status,
        lines,
        total,
        payments,
        customer,
    } = order;
    object!({
        "order": key.order.as_str(),
        "receipt_number": receipt_number.as_str(),
        "shop_status": shop_status,
        "state": state.as_str(),
        "placed_at": placed_at.to_string(),
        "modified_at": version.modified_at.to_string(),
        "currency": total.currency().code(),
        "total": total.minor(),
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
        "payments": payments.iter().map(payment).collect::<Vec<_>>(),
        "customer": customer.as_ref().map(|Customer { email, name, phone }| object!({
            "email": email,
            "name": name,
            "phone": phone,
        })),
    })
}

fn line(line: &OrderLine) -> Value {
    let OrderLine {
        key,
        kind,
        name,
        quantity,
        restocked,
        fulfilled,
        net,
        tax,
    } = line;
    let none = ItemRef::default();
    let (
        kind,
        ItemRef {
            variant,
            sku,
            barcode,
        },
    ) = match kind {
        LineKind::Product(item) => ("product", item),
        LineKind::Shipping => ("shipping", &none),
        LineKind::Handling => ("handling", &none),
        LineKind::GiftWrapping => ("gift_wrapping", &none),
        LineKind::Fee => ("fee", &none),
        LineKind::Rounding => ("rounding", &none),
    };
    assert_eq!(*barcode, None, "eCom's lines have none");
    object!({
        "key": key.as_str(),
        "kind": kind,
        "variant": variant.as_ref().map(retail::ShopVariantId::as_str),
        "sku": sku.as_ref().map(retail::Sku::as_str),
        "name": name,
        "quantity_milli": quantity.milli(),
        "restocked_milli": restocked.milli(),
        "fulfilled_milli": fulfilled.milli(),
        "net": net.minor(),
        "tax": tax.minor(),
    })
}

fn payment(payment: &OrderPayment) -> Value {
    let OrderPayment {
        key,
        kind,
        method,
        amount,
        paid_at,
    } = payment;
    object!({
        "key": key.as_str(),
        "kind": kind.as_str(),
        "method": method,
        "amount": amount.minor(),
        "paid_at": paid_at.map(|at| at.to_string()),
    })
}
