//! A million random histories through the pure function, each held against an oracle of its own.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{
    ConnectionId, ContentHash, Currency, ItemId, ItemRef, LineKey, LineKind, Money, Order,
    OrderKey, OrderLine, OrderPayment, PaymentKey, PaymentKind, Quantity, ReceiptNumber, SaleState,
    ShopOrderId, Version,
};
use shop_woocommerce::sim::Dice;
use uuid::Uuid;

use crate::figure::Figure;
use crate::latency::rate;

const VERSIONS_MAX: u64 = 5;
const COPIES_MAX: u64 = 3;
const LINES_MAX: u64 = 4;
const ITEMS: u64 = 5;
const SECONDS: u64 = 6;
const POLICY: Policy = Policy {
    updates: OrderUpdates::Apply,
};

/// Fails at the first history that does not end as it must, naming it.
pub fn run(seed: u64, histories: u64) -> anyhow::Result<Vec<Figure>> {
    let kit = Kit::new()?;
    let mut dice = Dice::new(seed);
    let mut deliveries = 0;
    let began = Instant::now();
    for number in 0..histories {
        let history = kit.history(&mut dice);
        deliveries += u64::try_from(history.arrivals.len())?;
        let (end, expected) = (play(&history)?, oracle(&history));
        ensure!(
            end == expected,
            "history {number} of seed {seed} ends as {end:?}, must end as {expected:?}"
        );
    }
    let took = began.elapsed();
    let case = format!("{histories} histories, seed {seed}");
    Ok(vec![
        Figure::new(
            "posting",
            &*case,
            "deliveries",
            rate(deliveries, took),
            "per s",
        ),
        Figure::new("posting", &*case, "took", took.as_secs_f64(), "s"),
        Figure::new("posting", &*case, "wrong ends", 0.0, ""),
    ])
}

struct History {
    versions: Vec<(Order, Vec<ItemId>)>,
    /// Places in `versions`, as they come in.
    arrivals: Vec<usize>,
}

/// What is left when all has come in.
#[derive(Debug, Default, PartialEq, Eq)]
struct End {
    state: Option<SaleState>,
    total: i64,
    received: i64,
    refunded: i64,
    /// Thousandths, zero left out.
    stock: BTreeMap<ItemId, i64>,
    /// Cents by key, zero left out.
    payments: BTreeMap<(PaymentKey, PaymentKind), i64>,
}

fn play(history: &History) -> anyhow::Result<End> {
    let mut recorded: Option<Recorded> = None;
    let mut end = End::default();
    for at in &history.arrivals {
        let (order, items) = &history.versions[*at];
        match post(recorded.as_ref(), POLICY, order, items)? {
            Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held => {}
            Posting::Record(changes) => {
                for movement in &changes.movements {
                    *end.stock.entry(movement.item).or_insert(0) += movement.quantity.milli();
                }
                end.received = changes.received.minor();
                end.refunded = changes.refunded.minor();
                recorded = Some(Recorded::after(recorded.as_ref(), order, &changes)?);
            }
        }
    }
    end.stock.retain(|_, level| *level != 0);
    if let Some(recorded) = recorded {
        end.state = Some(recorded.state);
        end.total = recorded.total.minor();
        let payments = recorded.payments.into_iter();
        end.payments = payments
            .map(|payment| ((payment.key, payment.kind), payment.amount.minor()))
            .filter(|(_, amount)| *amount != 0)
            .collect();
    }
    Ok(end)
}

/// From the set of versions alone: the newest that a sale can be made of is the target.
fn oracle(history: &History) -> End {
    let newest = history
        .versions
        .iter()
        .filter(|(order, _)| order.state != SaleState::NotImported)
        .max_by_key(|(order, _)| order.version);
    let Some((order, items)) = newest else {
        return End::default();
    };
    let paid = |kind| {
        let payments = order.payments.iter().filter(|payment| payment.kind == kind);
        payments.map(|payment| payment.amount.minor()).sum()
    };
    let mut stock = BTreeMap::new();
    if order.state == SaleState::Closed {
        for (line, item) in order.lines.iter().zip(items) {
            if matches!(line.kind, LineKind::Product(_)) {
                *stock.entry(*item).or_insert(0) -= line.quantity.milli() - line.restocked.milli();
            }
        }
    }
    stock.retain(|_, level| *level != 0);
    End {
        state: Some(order.state),
        total: order.total.minor(),
        received: paid(PaymentKind::Received),
        refunded: paid(PaymentKind::Refunded),
        stock,
        payments: order
            .payments
            .iter()
            .map(|payment| ((payment.key.clone(), payment.kind), payment.amount.minor()))
            .filter(|(_, amount)| *amount != 0)
            .collect(),
    }
}

/// Checked texts, made once.
struct Kit {
    order: OrderKey,
    receipt: ReceiptNumber,
    lines: Vec<LineKey>,
    payments: Vec<PaymentKey>,
}

impl Kit {
    fn new() -> anyhow::Result<Self> {
        let lines = (0..LINES_MAX).map(|n| LineKey::new(&format!("line:{n}")));
        Ok(Self {
            order: OrderKey {
                connection: ConnectionId::new(Uuid::from_u128(1)),
                order: ShopOrderId::new("1")?,
            },
            receipt: ReceiptNumber::new("1")?,
            lines: lines.collect::<Result<_, _>>()?,
            payments: vec![PaymentKey::new("paid")?, PaymentKey::new("refund:1")?],
        })
    }

    fn history(&self, dice: &mut Dice) -> History {
        let mut history = History {
            versions: Vec::new(),
            arrivals: Vec::new(),
        };
        for version in 0..dice.between(1, VERSIONS_MAX) {
            let place = history.versions.len();
            for _ in 0..dice.between(1, COPIES_MAX) {
                history.arrivals.push(place);
            }
            history.versions.push(self.version(dice, version));
        }
        dice.shuffle(&mut history.arrivals);
        history
    }

    /// Versions may share their second; then the content decides, which here is their number.
    fn version(&self, dice: &mut Dice, number: u64) -> (Order, Vec<ItemId>) {
        let mut items = Vec::new();
        let mut lines = Vec::new();
        let mut minor = 0;
        for key in &self.lines {
            if dice.percent(40) {
                continue;
            }
            let line = line(dice, key.clone());
            minor += line.net.minor() + line.tax.minor();
            items.push(ItemId::new(Uuid::from_u128(u128::from(
                dice.between(1, ITEMS),
            ))));
            lines.push(line);
        }
        let total = Money::new(minor, Currency::CAD);
        let kinds = [PaymentKind::Received, PaymentKind::Refunded];
        let payments = self.payments.iter().zip(kinds).filter_map(|(key, kind)| {
            let amount = small(dice, 3000);
            dice.percent(60).then(|| OrderPayment {
                key: key.clone(),
                kind,
                method: String::new(),
                amount: Money::new(amount, Currency::CAD),
                paid_at: None,
            })
        });
        let payments = payments.collect();
        let mut content = [0; 32];
        content[..8].copy_from_slice(&number.to_be_bytes());
        let order = Order {
            key: self.order.clone(),
            version: Version {
                modified_at: Timestamp::UNIX_EPOCH
                    + SignedDuration::from_secs(small(dice, SECONDS)),
                content: ContentHash::new(content),
            },
            receipt_number: self.receipt.clone(),
            placed_at: Timestamp::UNIX_EPOCH,
            state: dice.weighted([
                (6, SaleState::Closed),
                (2, SaleState::Voided),
                (1, SaleState::NotImported),
            ]),
            shop_status: String::new(),
            lines,
            total,
            payments,
            customer: None,
        };
        (order, items)
    }
}

fn line(dice: &mut Dice, key: LineKey) -> OrderLine {
    let milli = small(dice, 4) * 1000;
    OrderLine {
        key,
        kind: if dice.percent(80) {
            LineKind::Product(ItemRef::default())
        } else {
            LineKind::Shipping
        },
        name: String::new(),
        quantity: Quantity::from_milli(milli),
        restocked: Quantity::from_milli(milli * small(dice, 4) / 4),
        net: Money::new(small(dice, 5000), Currency::CAD),
        tax: Money::new(small(dice, 700), Currency::CAD),
    }
}

fn small(dice: &mut Dice, most: u64) -> i64 {
    i64::try_from(dice.between(0, most)).unwrap_or(0)
}
