//! The life of one order: how it is placed, and what happens to it.

use jiff::Timestamp;

use super::catalogue::{Catalogue, Kind};
use super::dice::Dice;
use super::money::{EUR, Fine, JPY, USD};
use super::order::{
    AWAITING_FULFILLMENT, AWAITING_PAYMENT, CANCELLED, COMPLETED, DECLINED, DISPUTED, Event, Fee,
    INCOMPLETE, Line, MANUAL_VERIFICATION, Order, PARTIALLY_REFUNDED, PENDING, REFUNDED, Refund,
    SHIPPED, Status, Transaction,
};

const LINES_MAX: u64 = 4;
const UNITS_MAX: u64 = 4;
const CARD: &str = "Credit Card";
const DEPOSIT: &str = "Bank Deposit";

/// What can happen to an order next.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Become(Status),
    /// The card is charged, and the order goes on.
    Capture(Status),
    Edit,
    RefundGoods,
    RefundRest,
    RefundDeclined,
    /// Saved with nothing changed.
    Touch,
}

/// Tells what happens next, now.
pub struct Story<'a> {
    pub dice: &'a mut Dice,
    pub catalogue: &'a Catalogue,
    pub next_id: &'a mut u64,
    pub now: Timestamp,
}

impl Story<'_> {
    pub fn place(mut self, id: u64) -> (Order, Vec<Event>) {
        let (status, method) = self.dice.weighted([
            (50, (AWAITING_FULFILLMENT, CARD)),
            (15, (AWAITING_PAYMENT, DEPOSIT)),
            (12, (INCOMPLETE, CARD)),
            (5, (PENDING, CARD)),
            (6, (MANUAL_VERIFICATION, CARD)),
            (4, (COMPLETED, CARD)),
            (4, (DECLINED, CARD)),
            (4, (AWAITING_FULFILLMENT, DEPOSIT)),
        ]);
        let currency = self.dice.weighted([(8, EUR), (1, USD), (1, JPY)]);
        let buyer = self.dice.between(0, 999);
        let mut order = Order::placed(id, self.now, (status, method), currency, buyer);
        self.fill(&mut order);
        let is_charged = method == CARD && [AWAITING_FULFILLMENT, COMPLETED].contains(&status);
        let mut events = vec![Event::Created];
        if is_charged {
            self.credits(&mut order);
            events.extend(self.charge(&mut order));
        } else if method == CARD && status == MANUAL_VERIFICATION {
            let amount = order.sold(self.catalogue);
            events.push(self.transaction(&mut order, "authorization", "credit_card", amount));
        }
        if status != INCOMPLETE {
            // A checkout that ends at once was incomplete for a moment.
            events.push(Event::Status {
                from: INCOMPLETE,
                to: status,
            });
        }
        (order, events)
    }

    /// Somebody buys one thing, and pays by transfer what is not asked for here.
    pub fn sell(mut self, id: u64, product: usize, quantity: i64) -> (Order, Vec<Event>) {
        let status = AWAITING_FULFILLMENT;
        let buyer = self.dice.between(0, 999);
        let mut order = Order::placed(id, self.now, (status, DEPOSIT), EUR, buyer);
        order.lines.push(Line {
            id: self.id(),
            product,
            quantity,
            discount: 0,
            parent: None,
            quantity_refunded: 0,
        });
        let from = INCOMPLETE;
        (
            order,
            vec![Event::Created, Event::Status { from, to: status }],
        )
    }

    pub fn go_on(mut self, order: &mut Order) -> Vec<Event> {
        let from = order.status;
        let turn = self.next_turn(order);
        let mut events = Vec::new();
        match turn {
            Turn::Become(status) => order.status = status,
            Turn::Capture(status) => {
                events.extend(self.charge(order));
                order.status = status;
            }
            Turn::Edit => self.edit(order),
            Turn::RefundGoods => events.extend(self.refund_goods(order)),
            Turn::RefundRest => {
                let open = self.paid(order) - order.refunded();
                events.extend(self.refund(order, open, None, false));
                order.status = REFUNDED;
            }
            Turn::RefundDeclined => {
                let open = self.paid(order) - order.refunded();
                events.extend(self.refund(order, open, None, true));
            }
            Turn::Touch => {}
        }
        // A payment or a refund alone leaves the order's own date as it was, now and then.
        let is_child_only = order.status == from && !events.is_empty();
        if !(is_child_only && self.dice.percent(50)) {
            order.modified_at = self.now;
            events.push(Event::Updated);
        }
        if order.status != from {
            events.push(Event::Status {
                from,
                to: order.status,
            });
        }
        events
    }

    fn next_turn(&mut self, order: &Order) -> Turn {
        let is_charged = order.received() > 0;
        let is_settled = order.refunded() >= self.paid(order);
        let paid = match order.method {
            CARD => Turn::Capture(AWAITING_FULFILLMENT),
            _ => Turn::Become(AWAITING_FULFILLMENT),
        };
        match order.status {
            INCOMPLETE | PENDING => self.dice.weighted([
                (5, paid),
                (2, Turn::Become(CANCELLED)),
                (1, Turn::Become(DECLINED)),
                (2, Turn::Edit),
            ]),
            AWAITING_PAYMENT => self.dice.weighted([
                (5, paid),
                (2, Turn::Become(CANCELLED)),
                (2, Turn::Edit),
                (1, Turn::Touch),
            ]),
            MANUAL_VERIFICATION => {
                self.dice
                    .weighted([(4, paid), (2, Turn::Become(DECLINED)), (1, Turn::Touch)])
            }
            AWAITING_FULFILLMENT if !order.refunds.is_empty() && is_settled => Turn::Touch,
            AWAITING_FULFILLMENT => self.dice.weighted([
                (5, Turn::Become(SHIPPED)),
                (3, Turn::Become(3)),
                (2, Turn::Become(8)),
                (2, Turn::Become(9)),
                (4, Turn::RefundGoods),
                (1, Turn::RefundDeclined),
                (3, Turn::Become(CANCELLED)),
                (2, Turn::Touch),
            ]),
            CANCELLED | DECLINED if is_charged => self
                .dice
                .weighted([(1, Turn::Become(AWAITING_FULFILLMENT)), (2, Turn::Touch)]),
            CANCELLED | DECLINED | REFUNDED => Turn::Touch,
            _ if is_settled => Turn::Touch,
            PARTIALLY_REFUNDED => self.dice.weighted([
                (3, Turn::RefundGoods),
                (2, Turn::RefundRest),
                (1, Turn::Touch),
            ]),
            DISPUTED => self
                .dice
                .weighted([(1, Turn::RefundRest), (1, Turn::Become(COMPLETED))]),
            _ => self.dice.weighted([
                (5, Turn::Become(COMPLETED)),
                (2, Turn::RefundGoods),
                (1, Turn::RefundRest),
                (1, Turn::Become(DISPUTED)),
                (1, Turn::Become(CANCELLED)),
                (1, Turn::Touch),
            ]),
        }
    }

    fn fill(&mut self, order: &mut Order) {
        for _ in 0..self.dice.between(1, LINES_MAX) {
            self.add_line(order);
        }
        let unit = order.currency.smallest() * 100;
        if self.dice.percent(60) {
            order.shipping = self.dice.weighted([(4, 6), (1, 12), (1, 25)]) * unit;
        }
        if self.dice.percent(15) {
            order.handling = 3 * unit / 2;
        }
        if self.dice.percent(15) {
            order.wrapping = 12 * unit / 5;
        }
        if self.dice.percent(10) {
            let id = self.id();
            let cost = 2 * unit;
            order.fees.push(Fee { id, cost });
        }
        if self.dice.percent(20) {
            self.coupon(order);
        }
        if self.dice.percent(8) {
            let most = order.sold(self.catalogue);
            order.manual_discount = unit.min(order.currency.payable(most / 2));
        }
    }

    fn add_line(&mut self, order: &mut Order) {
        let id = self.id();
        let line = |id, product, quantity, parent| Line {
            id,
            product,
            quantity,
            discount: 0,
            parent,
            quantity_refunded: 0,
        };
        let quantity = i64::try_from(self.dice.between(1, UNITS_MAX)).unwrap_or(1);
        let product = self.catalogue.pick(self.dice);
        order.lines.push(line(id, product, quantity, None));
        if self.dice.percent(10) {
            let part = self.id();
            let product = self.catalogue.pick(self.dice);
            order.lines.push(line(part, product, quantity, Some(id)));
        }
    }

    /// Ten per cent off the goods, spread over the lines to the ten-thousandth: what each bears is
    /// seldom a whole cent.
    fn coupon(&mut self, order: &mut Order) {
        let catalogue = self.catalogue;
        let subtotal = order.subtotal(catalogue);
        let discount = order.currency.payable(subtotal / 10);
        let mut left = discount;
        let last = order.lines.iter().rposition(|line| line.parent.is_none());
        for (place, line) in order.lines.iter_mut().enumerate() {
            let before = line.before(catalogue);
            line.discount = if Some(place) == last {
                left
            } else if subtotal == 0 {
                0
            } else {
                discount * before / subtotal
            };
            left -= line.discount;
        }
    }

    /// Lines may be changed until money has come.
    fn edit(&mut self, order: &mut Order) {
        let is_free = order.coupon() == 0 && order.manual_discount == 0;
        match self.dice.between(0, 2) {
            0 => self.add_line(order),
            1 if is_free && order.lines.len() > 1 => {
                let gone = order.lines.remove(0).id;
                order.lines.retain(|line| line.parent != Some(gone));
                if order.lines.is_empty() {
                    self.add_line(order);
                }
            }
            _ => {
                if let Some(line) = order.lines.first_mut() {
                    line.quantity += 1;
                }
            }
        }
    }

    fn credits(&mut self, order: &mut Order) {
        let unit = order.currency.smallest() * 100;
        // Never more than half of what is to be paid.
        if order.sold(self.catalogue) < 4 * unit {
            return;
        }
        if self.dice.percent(12) {
            order.gift_certificate = unit;
        }
        if self.dice.percent(12) {
            order.store_credit = unit;
        }
        order.credits_deducted = self.dice.percent(50);
    }

    /// Everything is paid, by transactions.
    fn charge(&mut self, order: &mut Order) -> Vec<Event> {
        let mut events = Vec::new();
        let sold = order.sold(self.catalogue);
        let credits = [
            ("gift_certificate", order.gift_certificate),
            ("store_credit", order.store_credit),
        ];
        let mut rest = sold;
        for (method, amount) in credits {
            if amount > 0 {
                events.push(self.transaction(order, "purchase", method, amount));
                rest -= amount;
            }
        }
        if rest > 0 {
            let event = if self.dice.percent(50) {
                "purchase"
            } else {
                if self.dice.percent(50) {
                    events.push(self.transaction(order, "authorization", "credit_card", rest));
                }
                "capture"
            };
            events.push(self.transaction(order, event, "credit_card", rest));
        }
        events
    }

    fn transaction(
        &mut self,
        order: &mut Order,
        event: &'static str,
        method: &'static str,
        amount: Fine,
    ) -> Event {
        let id = self.id();
        order.transactions.push(Transaction {
            id,
            event,
            method,
            amount,
            at: self.now,
            is_ok: true,
        });
        Event::Transaction(id)
    }

    fn refund_goods(&mut self, order: &mut Order) -> Option<Event> {
        let open = self.paid(order) - order.refunded();
        let catalogue = self.catalogue;
        let line = order.lines.iter_mut().find(|line| {
            line.parent.is_none()
                && line.quantity_refunded < line.quantity
                && catalogue.product(line.product).kind == Kind::Physical
        })?;
        let each = line.after(catalogue) / line.quantity;
        let amount = order.currency.payable(each).min(open);
        if amount <= 0 {
            return None;
        }
        line.quantity_refunded += 1;
        let goods = Some((line.id, 1));
        order.status = if amount == open {
            REFUNDED
        } else {
            PARTIALLY_REFUNDED
        };
        self.refund(order, amount, goods, false)
    }

    /// BigCommerce says nothing of stock in it.
    fn refund(
        &mut self,
        order: &mut Order,
        amount: Fine,
        goods: Option<(u64, i64)>,
        is_declined: bool,
    ) -> Option<Event> {
        if amount <= 0 {
            return None;
        }
        let (id, payment) = (self.id(), self.id());
        order.refunds.push(Refund {
            id,
            payment,
            amount,
            at: self.now,
            is_declined,
            goods,
        });
        Some(Event::Refund(id))
    }

    /// What can be given back.
    fn paid(&self, order: &Order) -> Fine {
        match order.method {
            DEPOSIT => order.sold(self.catalogue),
            _ => order.received(),
        }
    }

    fn id(&mut self) -> u64 {
        *self.next_id += 1;
        *self.next_id
    }
}
