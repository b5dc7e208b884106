//! What the ledger would make of an order's snapshots, held against the shop's own books.

use std::collections::BTreeMap;

use retail::posting::{Changes, OrderUpdates, Policy, Posting, post};
use retail::sale::Recorded;
use retail::{ItemId, ItemRef, LineKind, Money, Order, OrderLine, Quantity, SaleState, StockRule};
use uuid::Uuid;

use crate::sim::{Sale, Stocked};

const POLICY: Policy = Policy {
    updates: OrderUpdates::Apply,
    stock_rule: StockRule::AtOrder,
};

/// A sale as posted, and the things its lines may be of, by their numbers.
#[derive(Default)]
pub struct Booked {
    newest: Option<Newest>,
    recorded: Option<Recorded>,
    things: Vec<Stocked>,
}

struct Newest {
    order: Order,
    changes: Changes,
}

impl Booked {
    #[must_use]
    pub fn is_sale(&self) -> bool {
        self.recorded.is_some()
    }

    pub fn post(&mut self, order: &Order) {
        let lines = order.lines.iter();
        let items: Vec<ItemId> = lines.map(|line| self.item(line)).collect();
        let posting = post(self.recorded.as_ref(), POLICY, order, &items);
        match posting.expect("a sound order can be booked") {
            Posting::Record(changes) => {
                let recorded = Recorded::after(self.recorded.as_ref(), order, &changes);
                self.recorded = Some(recorded.expect("an order's history can be booked"));
                self.newest = Some(Newest {
                    order: order.clone(),
                    changes,
                });
            }
            Posting::Repoint(repointing) => {
                let recorded = self.recorded.take().expect("only a sale is repointed");
                self.recorded = Some(recorded.repointed(&repointing));
            }
            Posting::AlreadyRecorded | Posting::NotImported { .. } | Posting::Held => {}
        }
    }

    fn item(&mut self, line: &OrderLine) -> ItemId {
        let thing = match &line.kind {
            LineKind::Product(ItemRef { sku: Some(sku), .. }) => Stocked::Sku(sku.to_string()),
            LineKind::Product(_)
            | LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding => Stocked::Name(line.name.clone()),
        };
        let known = self.things.iter().position(|known| *known == thing);
        let place = known.unwrap_or_else(|| {
            self.things.push(thing);
            self.things.len() - 1
        });
        ItemId::new(Uuid::from_u128(place as u128))
    }

    /// Panics unless the books say the same.
    pub fn assert_is(&self, sale: &Sale) {
        let Sale {
            order_id,
            receipt_number,
            voided,
            currency,
            total,
            tax,
            received,
            refunded,
            held,
            to_hand_over,
            email,
        } = sale;
        let (Some(Newest { order, changes }), Some(recorded)) = (&self.newest, &self.recorded)
        else {
            panic!("order {order_id} is not booked");
        };
        assert_eq!(order.receipt_number.as_str(), receipt_number, "{order_id}");
        assert_eq!(
            changes.state == SaleState::Voided,
            *voided,
            "order {order_id} is voided"
        );
        assert_eq!(order.currency().code(), currency, "order {order_id}");
        assert_eq!(
            [order.total, changes.tax, changes.received, changes.refunded].map(Money::minor),
            [*total, *tax, *received, *refunded],
            "order {order_id}: total, tax, received, refunded"
        );
        let customer = order.customer.as_ref();
        assert_eq!(
            customer.map(|customer| &*customer.email),
            // The books know nobody without an address.
            (!email.is_empty()).then_some(&**email),
            "order {order_id}"
        );
        assert_eq!(
            self.held(recorded),
            nonzero(held.clone()),
            "order {order_id} holds"
        );
        let left = order.lines.iter().map(|line| order.to_hand_over(line));
        assert_eq!(
            left.map(Quantity::milli).sum::<i64>(),
            to_hand_over * Quantity::SCALE,
            "order {order_id}: to hand over"
        );
    }

    fn held(&self, recorded: &Recorded) -> BTreeMap<Stocked, i64> {
        let mut held = BTreeMap::new();
        for line in &recorded.lines {
            let place = usize::try_from(line.item.uuid().as_u128()).expect("it was a place");
            let units = line.deducted.milli() / Quantity::SCALE;
            *held.entry(self.things[place].clone()).or_default() += units;
        }
        nonzero(held)
    }
}

fn nonzero(mut held: BTreeMap<Stocked, i64>) -> BTreeMap<Stocked, i64> {
    held.retain(|_, units| *units != 0);
    held
}
