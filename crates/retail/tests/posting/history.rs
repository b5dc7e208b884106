//! Random histories: orders, each with a few versions, and the way their deliveries come in.
//!
//! They keep the one thing that is taken for granted of a shop: the key of a line that was removed
//! is not used again, at least not by a line without a name.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use retail::{Currency, ItemRef, LineKey, LineKind, OrderLine, PaymentKind, SaleState, Sku};

use crate::make::{Draft, Snapshot, cad, item, line_key, milli, order, stand_in};
use crate::oracle::{is_bookable, is_named};

/// Few of everything, so that versions, lines and items meet.
const ORDERS: usize = 3;
const VERSIONS: usize = 5;
const COPIES: usize = 3;
const SECONDS: i64 = 6;
/// The last of them is no product.
const LINES: usize = 5;
const PAYMENTS: usize = 3;
const SKUS: [&str; 4] = ["TS-001", "LIV-1", "CH-P-R", "TISSU-M"];

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
                snapshots.push(make.build(&index.to_string(), version));
            }
            name_reused_keys(&mut snapshots);
            built.push(snapshots);
        }
        (Just(built), Just(deliveries).prop_shuffle())
            .prop_map(|(orders, deliveries)| History { orders, deliveries })
    })
}

/// A snapshot of order `0`.
pub fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    snapshot().prop_map(|make| make.build("0", 0))
}

/// Gives a name to each nameless line whose key was another line's: named once, then gone.
fn name_reused_keys(snapshots: &mut [Snapshot]) {
    #[derive(Clone, Copy, PartialEq)]
    enum Key {
        Named,
        Gone,
    }
    let mut keys: BTreeMap<LineKey, Key> = BTreeMap::new();
    let mut sorted: Vec<&mut Snapshot> = snapshots
        .iter_mut()
        .filter(|snapshot| is_bookable(&snapshot.order))
        .collect();
    sorted.sort_by_key(|snapshot| snapshot.order.version);
    for snapshot in sorted {
        let Snapshot { order, items } = snapshot;
        for (line, its_item) in order.lines.iter_mut().zip(items) {
            if !is_named(&line.kind) && keys.get(&line.key) == Some(&Key::Gone) {
                (line.kind, *its_item) = (product(Some(SKUS[0])), item(SKUS[0]));
            }
            if is_named(&line.kind) {
                keys.insert(line.key.clone(), Key::Named);
            }
        }
        for (key, now) in &mut keys {
            if !order.lines.iter().any(|line| line.key == *key) {
                *now = Key::Gone;
            }
        }
    }
}

#[derive(Clone, Debug)]
struct Make {
    second: i64,
    state: SaleState,
    lines: Vec<MakeLine>,
    payments: Vec<(usize, PaymentKind, i64, &'static str)>,
    /// How far the shop's total is from its lines; such a snapshot is refused.
    gap: i64,
    currency: Currency,
}

#[derive(Clone, Debug)]
struct MakeLine {
    key: usize,
    /// `None`: the shop does not say what it is.
    sku: Option<&'static str>,
    /// What it is when it is no product.
    service: LineKind,
    quantity: i64,
    restocked: i64,
    net: i64,
    tax: i64,
}

impl Make {
    fn build(self, id: &str, version: usize) -> Snapshot {
        let status = format!("version {version}");
        let mut draft: Draft = order(id).at(self.second).state(self.state).status(&status);
        for line in self.lines {
            draft = line.add_to(draft);
        }
        for (key, kind, amount, means) in self.payments {
            let key = format!("payment:{key}");
            draft = draft.payment_by(means, &key, kind, cad(amount));
        }
        if self.gap != 0 {
            let total = draft.clone().done().order.total.minor();
            draft = draft.total(cad(total + self.gap));
        }
        draft.currency(self.currency).done()
    }
}

impl MakeLine {
    fn add_to(self, draft: Draft) -> Draft {
        let Self {
            key,
            sku,
            service,
            quantity,
            restocked,
            net,
            tax,
        } = self;
        // As the shop calls it: names may change as well.
        let name = format!("thing {}", quantity % 2);
        let (kind, item) = match sku {
            _ if key == LINES - 1 => (service, item("a service")),
            Some(sku) => (product(Some(sku)), item(sku)),
            None => (product(None), stand_in(&name)),
        };
        let line = OrderLine {
            key: line_key(&format!("line:{key}")),
            kind,
            name,
            quantity: milli(quantity),
            restocked: milli(restocked),
            fulfilled: milli(0),
            net: cad(net),
            tax: cad(tax),
        };
        draft.any_line(line, item)
    }
}

fn product(sku: Option<&str>) -> LineKind {
    LineKind::Product(ItemRef {
        sku: sku.map(|sku| Sku::new(sku).unwrap()),
        ..ItemRef::default()
    })
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
        prop_oneof![Just("card"), Just("transfer")],
    );
    let gap = prop_oneof![9 => Just(0), 1 => -3_i64..=3];
    let currency = prop_oneof![4 => Just(Currency::CAD), 1 => Just(Currency::EUR)];
    (
        0..SECONDS,
        state,
        btree_map(0..LINES, line(), 0..=LINES),
        btree_map(0..PAYMENTS, payment, 0..=PAYMENTS),
        gap,
        currency,
    )
        .prop_map(|(second, state, lines, payments, gap, currency)| Make {
            second,
            state,
            lines: lines
                .into_iter()
                .map(|(key, line)| MakeLine { key, ..line })
                .collect(),
            payments: payments
                .into_iter()
                .map(|(key, (kind, amount, means))| (key, kind, amount, means))
                .collect(),
            gap,
            currency,
        })
}

fn line() -> impl Strategy<Value = MakeLine> {
    let service = prop_oneof![
        Just(LineKind::Shipping),
        Just(LineKind::Fee),
        Just(LineKind::Rounding),
    ];
    // The shop may forget what a line is of.
    let sku = prop_oneof![
        3 => (0..SKUS.len()).prop_map(|place| Some(SKUS[place])),
        2 => Just(None),
    ];
    // Mostly whole units, some cloth by the metre, some returns within the order.
    let quantity = prop_oneof![
        8 => (1_i64..=4).prop_map(|units| units * 1000),
        1 => 1_i64..=2500,
        1 => (-2_i64..=0).prop_map(|units| units * 1000),
    ];
    // Some of what was sold; seldom more than that, or less than nothing: such a snapshot is refused.
    let restocked = prop_oneof![
        40 => (0_i64..=4).prop_map(|quarters| (quarters, 0)),
        1 => prop_oneof![Just(-1_i64), Just(1)].prop_map(|off| (2 + 2 * off, off)),
    ];
    (
        service,
        sku,
        quantity,
        restocked,
        -500_i64..5000,
        0_i64..700,
    )
        .prop_map(
            |(service, sku, quantity, (quarters, off), net, tax)| MakeLine {
                key: 0,
                sku,
                service,
                quantity,
                restocked: quantity.max(0) * quarters / 4 + off,
                net,
                tax,
            },
        )
}
