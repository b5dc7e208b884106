//! Random histories: orders, each with a few versions, and the way their deliveries come in.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use retail::{ItemRef, LineKind, OrderLine, PaymentKind, SaleState, Sku};

use crate::make::{Draft, Snapshot, cad, item, line_key, milli, order};

/// Few of everything, so that versions, lines and items meet.
const ORDERS: usize = 3;
const VERSIONS: usize = 5;
const COPIES: usize = 3;
const SECONDS: i64 = 6;
const LINES: usize = 5;
const SKUS: usize = 4;
const PAYMENTS: usize = 3;

#[derive(Clone, Debug)]
pub struct History {
    /// The versions of each order.
    pub orders: Vec<Vec<Snapshot>>,
    /// What arrives: (order, version), each version at least once, in any order.
    pub deliveries: Vec<(usize, usize)>,
}

impl History {
    pub fn delivered(&self) -> impl Iterator<Item = &Snapshot> {
        self.deliveries
            .iter()
            .map(|(order, version)| &self.orders[*order][*version])
    }
}

pub fn history() -> impl Strategy<Value = History> {
    vec(vec((snapshot(), 1..=COPIES), 1..=VERSIONS), 1..=ORDERS).prop_flat_map(|orders| {
        let mut deliveries = Vec::new();
        let mut built = Vec::new();
        for (index, versions) in orders.into_iter().enumerate() {
            let mut snapshots = Vec::new();
            for (version, (make, copies)) in versions.into_iter().enumerate() {
                deliveries.extend(std::iter::repeat_n((index, version), copies));
                snapshots.push(make.build(&index.to_string()));
            }
            built.push(snapshots);
        }
        (Just(built), Just(deliveries).prop_shuffle())
            .prop_map(|(orders, deliveries)| History { orders, deliveries })
    })
}

/// A snapshot of order `0`.
pub fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    snapshot().prop_map(|make| make.build("0"))
}

#[derive(Clone, Debug)]
struct Make {
    second: i64,
    state: SaleState,
    lines: Vec<(OrderLine, &'static str)>,
    payments: Vec<(usize, PaymentKind, i64)>,
    /// How far the shop's total is from its lines; such a snapshot is refused.
    gap: i64,
}

impl Make {
    fn build(self, id: &str) -> Snapshot {
        let mut draft: Draft = order(id).at(self.second).state(self.state);
        for (line, sku) in self.lines {
            draft = draft.any_line(line, item(sku));
        }
        for (key, kind, amount) in self.payments {
            draft = draft.payment(&format!("payment:{key}"), kind, cad(amount));
        }
        if self.gap != 0 {
            let total = draft.clone().done().order.total.minor();
            draft = draft.total(cad(total + self.gap));
        }
        draft.done()
    }
}

fn snapshot() -> impl Strategy<Value = Make> {
    let state = prop_oneof![
        6 => Just(SaleState::Closed),
        2 => Just(SaleState::Voided),
        1 => Just(SaleState::NotImported),
    ];
    let payment = (
        prop_oneof![Just(PaymentKind::Received), Just(PaymentKind::Refunded)],
        0_i64..3000,
    );
    let gap = prop_oneof![9 => Just(0), 1 => -3_i64..=3];
    (
        0..SECONDS,
        state,
        btree_map(0..LINES, line(), 0..=LINES),
        btree_map(0..PAYMENTS, payment, 0..=PAYMENTS),
        gap,
    )
        .prop_map(|(second, state, lines, payments, gap)| Make {
            second,
            state,
            lines: lines
                .into_iter()
                .map(|(key, (mut line, sku))| {
                    line.key = line_key(&format!("line:{key}"));
                    (line, sku)
                })
                .collect(),
            payments: payments
                .into_iter()
                .map(|(key, (kind, amount))| (key, kind, amount))
                .collect(),
            gap,
        })
}

fn line() -> impl Strategy<Value = (OrderLine, &'static str)> {
    const NAMES: [&str; SKUS] = ["TS-001", "LIV-1", "CH-P-R", "TISSU-M"];
    let kind = prop_oneof![
        8 => Just(None),
        1 => Just(Some(LineKind::Shipping)),
        1 => Just(Some(LineKind::Fee)),
        1 => Just(Some(LineKind::Rounding)),
    ];
    // Mostly whole units, some cloth by the metre, some returns within the order.
    let quantity = prop_oneof![
        8 => (1_i64..=4).prop_map(|units| units * 1000),
        1 => 1_i64..=2500,
        1 => (-2_i64..=0).prop_map(|units| units * 1000),
    ];
    (
        kind,
        0..SKUS,
        quantity,
        0_u8..=4,
        -500_i64..5000,
        0_i64..700,
    )
        .prop_map(|(service, sku, quantity, quarters, net, tax)| {
            let sku = NAMES[sku];
            let kind = service.unwrap_or_else(|| {
                LineKind::Product(ItemRef {
                    sku: Some(Sku::new(sku).unwrap()),
                    ..ItemRef::default()
                })
            });
            let line = OrderLine {
                key: line_key("line"),
                kind,
                name: sku.into(),
                quantity: milli(quantity),
                restocked: milli(quantity.max(0) * i64::from(quarters) / 4),
                net: cad(net),
                tax: cad(tax),
            };
            (line, sku)
        })
}
