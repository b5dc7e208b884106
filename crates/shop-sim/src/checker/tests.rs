//! A ledger that agrees, and one planted difference of each kind.

use proto::convert::{money_into, quantity_into};
use proto::google::r#type::{Decimal, Money as WireMoney};
use proto::ledger::{Balance, ItemKind, Payment, SaleLine, StockEntry};
use proto::order::{PaymentKind, SaleState};
use retail::{Currency, Money, Quantity};
use shop::sim::{self, Stocked};

use super::*;

const CONNECTION: Uuid = Uuid::from_u128(1);
const OUTLET: Uuid = Uuid::from_u128(2);
const REGISTER: Uuid = Uuid::from_u128(3);

#[expect(clippy::unnecessary_wraps, reason = "as the wire has it")]
fn cad(minor: i64) -> Option<WireMoney> {
    Some(money_into(Money::new(minor, Currency::CAD)))
}

#[expect(clippy::unnecessary_wraps, reason = "as the wire has it")]
pub(super) fn units(units: i64) -> Option<Decimal> {
    Some(quantity_into(Quantity::units(units).unwrap()))
}

fn sku(text: &str) -> Stocked {
    Stocked::Sku(text.to_owned())
}

/// Order 1: two of A, one of them back on the shelf, and shipping. Order 2: void. Order 3: parked.
/// Order 4: a draft.
pub(super) fn shops() -> Vec<ShopBooks> {
    let sale = |order: &str, voided: bool| sim::Sale {
        order_id: order.to_owned(),
        receipt_number: format!("#{order}"),
        voided,
        currency: "CAD".to_owned(),
        total: 2_500,
        tax: 300,
        received: 2_500,
        refunded: 1_000,
        held: [(sku("A"), i64::from(!voided))].into(),
        to_hand_over: i64::from(!voided),
        email: "zoe@example.test".to_owned(),
    };
    let books = Books {
        sales: [
            ("1".to_owned(), sale("1", false)),
            ("2".to_owned(), sale("2", true)),
        ]
        .into(),
        parked: [("3".to_owned(), "totals_mismatch")].into(),
        drafts: [("4".to_owned(), "draft".to_owned())].into(),
        sold: [(sku("A"), 1)].into(),
    };
    vec![ShopBooks {
        connection: CONNECTION,
        outlet: OUTLET,
        register: REGISTER,
        books,
    }]
}

fn told_sale(order: &str, state: SaleState) -> Sale {
    let is_held = state == SaleState::Closed;
    let payment = |key: &str, kind: PaymentKind, minor| Payment {
        payment_key: key.to_owned(),
        kind: kind.into(),
        amount: cad(minor),
        ..Payment::default()
    };
    let goods = SaleLine {
        line_key: "line:1".to_owned(),
        item_id: "item-a".to_owned(),
        sku: "A".to_owned(),
        kind: ItemKind::Product.into(),
        quantity: units(2),
        restocked: units(1),
        deducted: units(i64::from(is_held)),
        net: cad(2_000),
        tax: cad(300),
        ..SaleLine::default()
    };
    let shipping = SaleLine {
        line_key: "shipping:1".to_owned(),
        kind: ItemKind::Shipping.into(),
        quantity: units(1),
        restocked: units(0),
        deducted: units(0),
        net: cad(200),
        tax: cad(0),
        ..SaleLine::default()
    };
    Sale {
        sale_id: format!("sale-{order}"),
        outlet_id: OUTLET.to_string(),
        register_id: REGISTER.to_string(),
        connection_id: CONNECTION.to_string(),
        order_id: order.to_owned(),
        receipt_number: format!("#{order}"),
        state: state.into(),
        balance: Balance::Paid.into(),
        total: cad(2_500),
        tax: cad(300),
        received: cad(2_500),
        covered: cad(0),
        refunded: cad(1_000),
        customer_id: "somebody".to_owned(),
        lines: vec![goods, shipping],
        payments: vec![
            payment("paid", PaymentKind::Received, 2_500),
            payment("refund:1", PaymentKind::Refunded, 1_000),
        ],
        ..Sale::default()
    }
}

pub(super) fn told() -> Told {
    let movement = |quantity| Movement {
        item_id: "item-a".to_owned(),
        outlet_id: OUTLET.to_string(),
        quantity: units(quantity),
        sale_id: "sale-1".to_owned(),
        ..Movement::default()
    };
    Told {
        sales: vec![
            told_sale("1", SaleState::Closed),
            told_sale("2", SaleState::Voided),
        ],
        parked: vec![ParkedOrder {
            connection_id: CONNECTION.to_string(),
            order_id: "3".to_owned(),
            reason: "totals_mismatch".to_owned(),
            ..ParkedOrder::default()
        }],
        levels: vec![Level {
            item_id: "item-a".to_owned(),
            sku: "A".to_owned(),
            outlet_id: OUTLET.to_string(),
            on_hand: units(-1),
            ..Level::default()
        }],
        movements: vec![movement(-2), movement(1)],
    }
}

#[test]
fn a_ledger_that_agrees_shows_no_difference() {
    assert_eq!(differences(&shops(), &told()), []);
    assert_eq!(differences(&[], &Told::default()), []);
}

/// What is planted, and the kinds that must come of it, no more and no less.
type Plant = (fn(&mut Told), &'static [Kind]);

const PLANTS: &[Plant] = &[
    (|t| drop(t.sales.remove(1)), &[Kind::MissingSale]),
    (
        |t| {
            let mut again = t.sales[1].clone();
            again.sale_id = "sale-3".to_owned();
            t.sales.push(again);
        },
        &[Kind::DoubledSale],
    ),
    (|t| t.sales.push(empty_sale("4")), &[Kind::UnknownSale]),
    (|t| t.sales.push(empty_sale("99")), &[Kind::UnknownSale]),
    (|t| t.parked.clear(), &[Kind::Parked]),
    (
        |t| t.parked[0].reason = "unknown_status".to_owned(),
        &[Kind::Parked],
    ),
    (
        |t| t.parked[0].order_id = "1".to_owned(),
        &[Kind::Parked, Kind::Parked],
    ),
    (
        |t| t.parked[0].order_id = "77".to_owned(),
        &[Kind::Parked, Kind::Parked],
    ),
    (
        |t| t.sales[0].receipt_number = "1".to_owned(),
        &[Kind::ReceiptNumber],
    ),
    (|t| t.sales[0].outlet_id.clear(), &[Kind::Outlet]),
    (|t| t.sales[0].register_id.clear(), &[Kind::Register]),
    (
        |t| t.sales[1].set_state(SaleState::Closed),
        &[Kind::State, Kind::ToHandOver, Kind::Quantity],
    ),
    (
        |t| t.sales[0].set_balance(Balance::PartPaid),
        &[Kind::Balance],
    ),
    (
        |t| t.sales[0].total = cad(2_499),
        &[Kind::Total, Kind::Lines],
    ),
    (|t| t.sales[0].tax = cad(299), &[Kind::Tax, Kind::Lines]),
    (
        |t| t.sales[0].received = cad(2_400),
        &[Kind::Received, Kind::Payments],
    ),
    (
        |t| t.sales[0].refunded = cad(0),
        &[Kind::Refunded, Kind::Payments],
    ),
    (|t| t.sales[0].customer_id.clear(), &[Kind::Customer]),
    (|t| drop(t.sales[0].lines.pop()), &[Kind::Lines]),
    (
        |t| {
            let line = t.sales[0].lines[1].clone();
            t.sales[0].lines.push(line);
        },
        &[Kind::Lines],
    ),
    (|t| t.sales[0].lines[1].net = cad(201), &[Kind::Lines]),
    (|t| t.sales[0].lines[1].tax = None, &[Kind::Lines]),
    (
        |t| t.sales[0].lines[0].quantity = units(3),
        &[Kind::ToHandOver, Kind::Quantity],
    ),
    (
        |t| t.sales[0].lines[0].restocked = units(0),
        &[Kind::ToHandOver, Kind::Quantity],
    ),
    (
        |t| t.sales[0].lines[0].fulfilled = units(1),
        &[Kind::ToHandOver],
    ),
    (
        |t| t.sales[0].lines[0].deducted = units(2),
        &[Kind::Held, Kind::Quantity, Kind::Movements],
    ),
    (|t| t.sales[0].lines[0].sku = "B".to_owned(), &[Kind::Held]),
    (|t| drop(t.sales[0].payments.pop()), &[Kind::Payments]),
    (
        |t| {
            let payment = t.sales[0].payments[0].clone();
            t.sales[0].payments.push(payment);
        },
        &[Kind::Payments],
    ),
    // Twice the half is no difference of sums.
    (
        |t| {
            t.sales[0].payments[0].amount = cad(1_250);
            let payment = t.sales[0].payments[0].clone();
            t.sales[0].payments.push(payment);
        },
        &[Kind::Payments],
    ),
    (
        |t| drop(t.movements.pop()),
        &[Kind::Movements, Kind::Movements],
    ),
    (
        |t| t.movements[1].sale_id = "sale-2".to_owned(),
        &[Kind::Movements, Kind::Movements],
    ),
    (
        |t| t.levels[0].on_hand = units(-2),
        &[Kind::Level, Kind::Movements],
    ),
    (|t| t.levels.clear(), &[Kind::Level]),
    (
        |t| {
            let mut other = t.levels[0].clone();
            other.item_id = "item-a-again".to_owned();
            other.on_hand = units(0);
            t.levels.push(other);
        },
        &[Kind::DoubledLevel],
    ),
    (
        |t| t.levels[0].outlet_id = REGISTER.to_string(),
        &[Kind::Level, Kind::Level, Kind::Movements],
    ),
];

fn empty_sale(order: &str) -> Sale {
    Sale {
        sale_id: format!("sale-{order}"),
        connection_id: CONNECTION.to_string(),
        order_id: order.to_owned(),
        ..Sale::default()
    }
}

#[test]
fn r_01_a_planted_difference_of_each_kind_is_found() {
    let mut planted = BTreeSet::new();
    for (place, (plant, expected)) in PLANTS.iter().enumerate() {
        let mut told = told();
        plant(&mut told);
        let found = differences(&shops(), &told);
        let kinds: Vec<Kind> = found.iter().map(|difference| difference.kind).collect();
        assert_eq!(kinds, *expected, "plant {place}: {found:?}");
        planted.extend(kinds);
    }
    // Kinds are counted from the first to the last.
    assert_eq!(planted.len(), Kind::Level as usize + 1, "{planted:?}");
}

#[test]
fn shops_of_one_outlet_share_a_sku_but_nothing_without_one() {
    let poster = Stocked::Name("Poster".to_owned());
    let shop = |number| ShopBooks {
        connection: Uuid::from_u128(number),
        outlet: OUTLET,
        register: REGISTER,
        books: Books {
            sold: [(sku("A"), 2), (poster.clone(), 1)].into(),
            ..Books::default()
        },
    };
    let level = |item: &str, sku: &str, name: &str, on_hand| Level {
        item_id: item.to_owned(),
        sku: sku.to_owned(),
        name: name.to_owned(),
        outlet_id: OUTLET.to_string(),
        on_hand: units(on_hand),
        ..Level::default()
    };
    let movement = |item: &str, quantity| Movement {
        item_id: item.to_owned(),
        outlet_id: OUTLET.to_string(),
        quantity: units(quantity),
        ..Movement::default()
    };
    let told = Told {
        levels: vec![
            level("a", "A", "Thing", -4),
            level("p1", "", "Poster", -1),
            level("p2", "", "Poster", -1),
        ],
        movements: vec![movement("a", -4), movement("p1", -1), movement("p2", -1)],
        ..Told::default()
    };
    assert_eq!(differences(&[shop(1), shop(2)], &told), []);
    let kinds: Vec<Kind> = differences(&[shop(1)], &told)
        .into_iter()
        .map(|difference| difference.kind)
        .collect();
    assert_eq!(kinds, [Kind::Level, Kind::Level, Kind::DoubledLevel]);
}

#[test]
fn what_people_did_to_stock_is_no_difference_and_what_nobody_did_is() {
    let mut told = told();
    told.movements.push(Movement {
        item_id: "item-a".to_owned(),
        outlet_id: OUTLET.to_string(),
        quantity: units(5),
        entry: Some(StockEntry::default()),
        ..Movement::default()
    });
    told.levels[0].on_hand = units(4);
    assert_eq!(differences(&shops(), &told), []);
    told.levels[0].on_hand = units(5);
    let kinds = differences(&shops(), &told).into_iter();
    let kinds: Vec<Kind> = kinds.map(|difference| difference.kind).collect();
    assert_eq!(kinds, [Kind::Level, Kind::Movements]);
}

#[test]
fn a_difference_says_where_what_and_what_it_should_be() {
    let mut told = told();
    told.sales[0].total = cad(1);
    let found = differences(&shops(), &told);
    assert_eq!(
        found[0].to_string(),
        format!("order 1 of {CONNECTION}: Total: 1 CAD, should be 2500 CAD")
    );
}
