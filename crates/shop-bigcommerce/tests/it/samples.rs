//! The sample orders against the sales that were worked out for them, to the cent.

use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::{ItemId, LineKind, Money, Order, OrderLine, PaymentKind, SaleState, StockRule};
use serde_json::{Value, json};

use crate::store::{document, json_of, order, samples};

#[test]
fn every_sample_is_the_sale_that_was_worked_out_for_it() {
    let folders = samples();
    for folder in &folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let expected = json_of(&folder.join("expected.json"));
        let order = order(&document(folder));
        for (what, expected) in expected.as_object().unwrap() {
            let shown = match what.as_str() {
                "why" => continue,
                "pos_state" => json!(state(order.state)),
                "receipt_number" => json!(order.receipt_number.as_str()),
                "currency" => json!(order.currency().code()),
                "total" => major(order.total),
                "tax" => major(sum(&order, order.lines.iter().map(|line| line.tax))),
                "paid" => major(paid(&order, PaymentKind::Received)),
                "refunded" => major(paid(&order, PaymentKind::Refunded)),
                "balance_due" => major(
                    order
                        .total
                        .checked_sub(paid(&order, PaymentKind::Received))
                        .unwrap(),
                ),
                "payments" => payments(&order),
                "stock_moves" => stock_moves(&order),
                "extra_lines" => extra_lines(&order),
                "lines_total_after_discount" => major(sum(
                    &order,
                    order
                        .lines
                        .iter()
                        .filter(|line| is_product(line))
                        .map(gross),
                )),
                other => panic!("{name} expects {other}, which is not compared"),
            };
            assert_eq!(&shown, expected, "{name}: {what}");
        }
        let all = sum(&order, order.lines.iter().map(gross));
        assert_eq!(all, order.total, "{name}: the lines add up");
    }
    assert_eq!(folders.len(), 9);
}

/// What the ledger would move at the first sight of the order.
fn stock_moves(order: &Order) -> Value {
    let items: Vec<ItemId> = (1..=order.lines.len() as u128)
        .map(|number| ItemId::new(uuid::Uuid::from_u128(number)))
        .collect();
    let policy = Policy {
        updates: OrderUpdates::Apply,
        stock_rule: StockRule::AtOrder,
    };
    let movements = match post(None, policy, order, &items).unwrap() {
        Posting::Record(changes) => changes.movements,
        Posting::NotImported { sale_exists: false } => Vec::new(),
        other => panic!("{other:?}"),
    };
    let moves = movements.iter().map(|movement| {
        let line = order
            .lines
            .iter()
            .find(|line| line.key == movement.line)
            .unwrap();
        let quantity = movement.quantity.milli() / 1_000;
        match &line.kind {
            LineKind::Product(item) => match &item.sku {
                Some(sku) => json!({"sku": sku.as_str(), "qty": quantity}),
                None => json!({"created_product": line.name, "qty": quantity}),
            },
            other => panic!("{other:?} has no stock"),
        }
    });
    moves.collect()
}

fn extra_lines(order: &Order) -> Value {
    order
        .lines
        .iter()
        .filter(|line| !is_product(line))
        .map(|line| json!({"product": line.name, "total": major(gross(line))}))
        .collect()
}

fn payments(order: &Order) -> Value {
    order
        .payments
        .iter()
        .map(|payment| json!({payment.method.as_str(): major(payment.amount)}))
        .collect()
}

fn state(state: SaleState) -> &'static str {
    match state {
        SaleState::Unfinished | SaleState::NotImported => "Not imported",
        SaleState::Closed => "Closed",
        SaleState::Voided => "Voided",
    }
}

fn is_product(line: &OrderLine) -> bool {
    matches!(line.kind, LineKind::Product(_))
}

fn gross(line: &OrderLine) -> Money {
    line.net.checked_add(line.tax).unwrap()
}

fn paid(order: &Order, kind: PaymentKind) -> Money {
    let of_kind = order.payments.iter().filter(|payment| payment.kind == kind);
    sum(order, of_kind.map(|payment| payment.amount))
}

fn sum(order: &Order, amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(order.currency(), amounts).unwrap()
}

/// `88.90`, without the currency.
fn major(money: Money) -> Value {
    let text = money.to_string();
    json!(text.split_whitespace().next().unwrap())
}
