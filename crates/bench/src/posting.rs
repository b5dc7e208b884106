//! A million random histories through the pure function, each held against an oracle of its own.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use retail::posting::{OrderUpdates, Policy, Posting, post};
use retail::sale::{Recorded, RecordedPayment};
use retail::{
    ConnectionId, ContentHash, Currency, ItemId, ItemRef, LineKey, LineKind, Money, Order,
    OrderKey, OrderLine, OrderPayment, PaymentKey, PaymentKind, Quantity, ReceiptNumber, SaleState,
    ShopOrderId, Sku, StockRule, Version,
};
use shop_woocommerce::sim::Dice;
use uuid::Uuid;

use crate::figure::Figure;
use crate::latency::rate;

const VERSIONS_MAX: u64 = 5;
const COPIES_MAX: u64 = 3;
const LINES_MAX: usize = 4;
const ITEMS: u64 = 5;
/// What stands in for a line without a name is counted from here.
const STAND_INS: u64 = 100;
const SECONDS: u64 = 6;
const POLICY: Policy = Policy {
    updates: OrderUpdates::Apply,
    stock_rule: StockRule::AtOrder,
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
    currency: Option<Currency>,
    total: i64,
    received: i64,
    refunded: i64,
    /// Thousandths, zero left out.
    stock: BTreeMap<ItemId, i64>,
    /// Cents by key, zero left out.
    payments: BTreeMap<(PaymentKey, PaymentKind, Currency), (i64, String)>,
}

fn play(history: &History) -> anyhow::Result<End> {
    let mut recorded: Option<Recorded> = None;
    let mut end = End::default();
    for at in &history.arrivals {
        let (order, items) = &history.versions[*at];
        let movements = match post(recorded.as_ref(), POLICY, order, items)? {
            Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held => Vec::new(),
            Posting::Repoint(repointing) => {
                recorded = recorded.map(|recorded| recorded.repointed(&repointing));
                repointing.movements
            }
            Posting::Record(changes) => {
                end.received = changes.received.minor();
                end.refunded = changes.refunded.minor();
                recorded = Some(Recorded::after(recorded.as_ref(), order, &changes)?);
                changes.movements
            }
        };
        for movement in &movements {
            *end.stock.entry(movement.item).or_insert(0) += movement.quantity.milli();
        }
    }
    end.stock.retain(|_, level| *level != 0);
    if let Some(recorded) = recorded {
        end.state = Some(recorded.state);
        end.currency = Some(recorded.total.currency());
        end.total = recorded.total.minor();
        let payments = recorded.payments.into_iter();
        end.payments = payments
            .map(|payment| {
                let RecordedPayment {
                    key,
                    kind,
                    amount,
                    method,
                    paid_at: _,
                } = payment;
                ((key, kind, amount.currency()), (amount.minor(), method))
            })
            .filter(|(_, (amount, _))| *amount != 0)
            .collect();
    }
    Ok(end)
}

/// From the set of versions alone: the newest that a sale can be made of is the target, and what it
/// does not name is what the newest that does names.
fn oracle(history: &History) -> End {
    let mut versions: Vec<&(Order, Vec<ItemId>)> = history
        .versions
        .iter()
        .filter(|(order, _)| order.state.is_imported())
        .collect();
    versions.sort_by_key(|(order, _)| order.version);
    let Some((order, items)) = versions.last() else {
        return End::default();
    };
    let named = |key: &LineKey| {
        let newest_first = versions.iter().rev();
        let mut told = newest_first.flat_map(|(order, items)| order.lines.iter().zip(items));
        told.find(|(line, _)| line.key == *key && line.kind.names_item())
            .map(|(_, item)| *item)
    };
    let paid = |kind| {
        let payments = order.payments.iter().filter(|payment| payment.kind == kind);
        payments.map(|payment| payment.amount.minor()).sum()
    };
    let mut stock = BTreeMap::new();
    if order.state == SaleState::Closed {
        for (line, item) in order.lines.iter().zip(items) {
            if matches!(line.kind, LineKind::Product(_)) {
                let item = named(&line.key).unwrap_or(*item);
                *stock.entry(item).or_insert(0) -= line.quantity.milli() - line.restocked.milli();
            }
        }
    }
    stock.retain(|_, level| *level != 0);
    End {
        state: Some(order.state),
        currency: Some(order.currency()),
        total: order.total.minor(),
        received: paid(PaymentKind::Received),
        refunded: paid(PaymentKind::Refunded),
        stock,
        payments: order
            .payments
            .iter()
            .map(|payment| {
                let key = (payment.key.clone(), payment.kind, payment.amount.currency());
                (key, (payment.amount.minor(), payment.method.clone()))
            })
            .filter(|(_, (amount, _))| *amount != 0)
            .collect(),
    }
}

/// Checked texts, made once.
struct Kit {
    order: OrderKey,
    receipt: ReceiptNumber,
    lines: Vec<LineKey>,
    payments: Vec<PaymentKey>,
    sku: Sku,
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
            sku: Sku::new("SKU")?,
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
        let currency = dice.weighted([(6, Currency::CAD), (1, Currency::EUR)]);
        for (place, key) in self.lines.iter().enumerate() {
            // The first line stays: its key is not used again, so it may lose its name.
            let is_nameless = place == 0 && dice.percent(50);
            if place > 0 && dice.percent(40) {
                continue;
            }
            let sku = (!is_nameless).then_some(&self.sku);
            let line = line(dice, key.clone(), place, sku, currency);
            minor += line.net.minor() + line.tax.minor();
            let item = dice.between(1, ITEMS) + if is_nameless { STAND_INS } else { 0 };
            items.push(ItemId::new(Uuid::from_u128(u128::from(item))));
            lines.push(line);
        }
        let total = Money::new(minor, currency);
        let kinds = [PaymentKind::Received, PaymentKind::Refunded];
        let payments = self.payments.iter().zip(kinds).filter_map(|(key, kind)| {
            let amount = small(dice, 3000);
            let means = if dice.percent(50) { "card" } else { "transfer" };
            dice.percent(60).then(|| OrderPayment {
                key: key.clone(),
                kind,
                method: means.to_owned(),
                amount: Money::new(amount, currency),
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

/// The line in the last place is no product; else `sku` names it, or nothing does.
fn line(
    dice: &mut Dice,
    key: LineKey,
    place: usize,
    sku: Option<&Sku>,
    currency: Currency,
) -> OrderLine {
    let milli = small(dice, 4) * 1000;
    OrderLine {
        key,
        kind: if place + 1 == LINES_MAX {
            LineKind::Shipping
        } else {
            LineKind::Product(ItemRef {
                sku: sku.cloned(),
                ..ItemRef::default()
            })
        },
        name: String::new(),
        quantity: Quantity::from_milli(milli),
        restocked: Quantity::from_milli(milli * small(dice, 4) / 4),
        fulfilled: Quantity::ZERO,
        net: Money::new(small(dice, 5000), currency),
        tax: Money::new(small(dice, 700), currency),
    }
}

fn small(dice: &mut Dice, most: u64) -> i64 {
    i64::try_from(dice.between(0, most)).unwrap_or(0)
}
