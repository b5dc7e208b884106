//! The canonical orders of the captured shapes, worked out from the raw bodies and not from this program.

use std::fs;

use retail::{Customer, ItemRef, LineKind, Order, OrderLine, OrderPayment};
use serde_json::{Value, json};
use shop::{Platform as _, Reading, Source};

use crate::capture::{connection, fixtures, platform};

#[test]
fn captured_orders_are_what_was_worked_out_by_hand() {
    let mut compared = 0;
    for entry in fs::read_dir(fixtures().join("expected")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (folder, file) = match name.split_once("--") {
            Some(("posts-storage-7.9", file)) => {
                ("posts-storage-7.9/webhooks", format!("{file}.body"))
            }
            Some((folder, file)) => (folder, format!("{file}.body.json")),
            None => ("webhooks", format!("{name}.body")),
        };
        let body = fs::read(fixtures().join(folder).join(file)).unwrap();
        let expected: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        match platform().read(&connection(&["any"]), Source::Fetched, &body) {
            Reading::Order { order, .. } => {
                pretty_equal(name, &shown(&order), &expected);
            }
            other => panic!("{name}: {other:?}"),
        }
        compared += 1;
    }
    assert_eq!(compared, 36);
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
    json!({
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
        "customer": customer.as_ref().map(|Customer { email, name, phone }| json!({
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
        LineKind::Handling | LineKind::GiftWrapping | LineKind::Fee => ("fee", &none),
        LineKind::Rounding => ("rounding", &none),
    };
    assert_eq!(*barcode, None, "WooCommerce's lines have none");
    json!({
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
    json!({
        "key": key.as_str(),
        "kind": kind.as_str(),
        "method": method,
        "amount": amount.minor(),
        "paid_at": paid_at.map(|at| at.to_string()),
    })
}
