//! The life of one order: how it is placed, and what happens to it until the shop forgets it.

use jiff::SignedDuration;

use super::Options;
use super::catalogue::Catalogue;
use super::dice::Dice;
use super::order::{Charge, Fulfilment, Line, Order, Refund, Status};
use super::person;
use super::tax::TaxClass;

const LINES_MAX: u64 = 4;
const UNITS_MAX: u64 = 4;
/// Orders come this many seconds apart.
const SECONDS_BETWEEN_ORDERS: u64 = 2;
/// Changes of one order lie apart by 1 s to this.
const SECONDS_BETWEEN_VERSIONS_MAX: u64 = 90;
const PROMOTION_CENTS: i64 = 200;
const GIFT_CARD_CENTS: i64 = 1_500;

/// All versions of order number `index`, oldest first, each in a second of its own.
pub(super) fn tell(
    dice: &mut Dice,
    options: &Options,
    catalogue: &Catalogue,
    index: usize,
) -> Vec<Order> {
    let mut teller = Teller {
        dice,
        options,
        catalogue,
        next_line: 1,
    };
    let mut order = teller.place(u64::try_from(index).unwrap_or(u64::MAX));
    let most = u64::try_from(options.max_versions).unwrap_or(u64::MAX);
    let versions = teller.dice.between(1, most);
    let mut told = vec![order.clone()];
    for _ in 1..versions {
        order.modified_at += teller.pause();
        teller.go_on(&mut order);
        told.push(order.clone());
    }
    told
}

/// What can happen to an order next.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Become(Status),
    Fulfil(Fulfilment),
    Edit,
    RefundPart,
    RefundRest,
    /// Marked as refunded without a word on money.
    MarkRefunded,
    /// Saved with nothing changed, but for a note.
    Touch,
}

struct Teller<'a> {
    dice: &'a mut Dice,
    options: &'a Options,
    catalogue: &'a Catalogue,
    next_line: u64,
}

impl Teller<'_> {
    fn place(&mut self, index: u64) -> Order {
        let internal_id = self.options.first_order_number + index;
        let seconds = index.saturating_mul(SECONDS_BETWEEN_ORDERS);
        let created_at =
            self.options.opened_at + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0));
        let status = self.dice.weighted([
            (55, Status::Paid),
            (28, Status::AwaitingPayment),
            (12, Status::Incomplete),
            (2, Status::Cancelled),
            (3, Status::Custom),
        ]);
        let (prefix, buyer) = (self.dice.percent(10), self.dice.between(0, 999));
        let mut order = Order {
            id: if prefix {
                format!("BOUTIQUE-{}", name(internal_id))
            } else {
                name(internal_id)
            },
            internal_id,
            status,
            fulfilment: Fulfilment::AwaitingProcessing,
            method: self.dice.weighted([(3, "Carte"), (1, "Virement bancaire")]),
            created_at,
            modified_at: created_at,
            lines: Vec::new(),
            shipping: None,
            handling: None,
            tips: None,
            coupon: self.dice.percent(15),
            promotion: 0,
            gift_card: 0,
            refunds: Vec::new(),
            person: person::person(buyer),
            touched: 0,
        };
        self.fill(&mut order);
        order
    }

    fn fill(&mut self, order: &mut Order) {
        for _ in 0..self.dice.between(1, LINES_MAX) {
            self.add_line(order);
        }
        if self.dice.percent(2) {
            let id = self.line_id(order);
            order.lines.push(line(id, None, 1, 700, order.coupon));
        }
        if self.dice.percent(12) {
            let first = &mut order.lines[0];
            order.promotion = PROMOTION_CENTS.min(first.amount());
            first.promotion = order.promotion;
        }
        let charge = |name, cents, class| Charge { name, cents, class };
        order.shipping = self.dice.weighted([
            (6, Some(charge("Colissimo", 600, TaxClass::Standard))),
            (2, Some(charge("Retrait en magasin", 0, TaxClass::Standard))),
            (2, None),
        ]);
        if self.dice.percent(10) {
            order.handling = Some(charge("Emballage", 249, TaxClass::Standard));
        }
        if self.dice.percent(8) {
            order.tips = Some(charge("Pourboire", 300, TaxClass::Exempt));
        }
        if self.dice.percent(6) {
            order.gift_card = GIFT_CARD_CENTS.min(self.total(order));
        }
    }

    fn go_on(&mut self, order: &mut Order) {
        order.touched += 1;
        match self.next_turn(order) {
            // The dice are thrown all the same: but for this the orders' lives are the same.
            Turn::Become(Status::Custom) if !self.options.hides_sales => {}
            Turn::Become(status) => order.status = status,
            Turn::Fulfil(fulfilment) => order.fulfilment = fulfilment,
            Turn::Edit => self.edit(order),
            Turn::RefundPart => {
                let open = self.open(order);
                if open > 1 {
                    refund(order, (open / 2).min(500));
                    order.status = Status::PartiallyRefunded;
                }
            }
            Turn::RefundRest => {
                let open = self.open(order);
                if open > 0 {
                    refund(order, open);
                }
                order.status = Status::Refunded;
            }
            Turn::MarkRefunded => order.status = Status::Refunded,
            Turn::Touch => {}
        }
    }

    fn next_turn(&mut self, order: &Order) -> Turn {
        match order.status {
            Status::Incomplete => self.dice.weighted([
                (4, Turn::Become(Status::Paid)),
                (3, Turn::Become(Status::AwaitingPayment)),
                (1, Turn::Touch),
                (1, Turn::Edit),
            ]),
            Status::AwaitingPayment => self.dice.weighted([
                (5, Turn::Become(Status::Paid)),
                (3, Turn::Become(Status::Cancelled)),
                (2, Turn::Edit),
                (1, Turn::Become(Status::Custom)),
                (1, Turn::Fulfil(Fulfilment::Processing)),
            ]),
            Status::Paid if order.refunds.is_empty() => self.dice.weighted([
                (4, Turn::Fulfil(Fulfilment::Shipped)),
                (2, Turn::Fulfil(Fulfilment::Delivered)),
                (3, Turn::Edit),
                (3, Turn::RefundPart),
                (2, Turn::RefundRest),
                (1, Turn::MarkRefunded),
                (2, Turn::Become(Status::Cancelled)),
                (2, Turn::Touch),
            ]),
            Status::Paid | Status::Refunded => Turn::Touch,
            Status::PartiallyRefunded => self.dice.weighted([
                (3, Turn::RefundPart),
                (3, Turn::RefundRest),
                (1, Turn::Become(Status::Cancelled)),
                (1, Turn::Fulfil(Fulfilment::Returned)),
            ]),
            Status::Cancelled => self
                .dice
                .weighted([(1, Turn::Become(Status::Paid)), (2, Turn::Touch)]),
            Status::Custom => Turn::Become(Status::Paid),
        }
    }

    /// Another quantity, one line more or one less. What the order states of the coupon's share in a
    /// line stays as it was.
    fn edit(&mut self, order: &mut Order) {
        let place = self.dice.index(order.lines.len());
        match self.dice.between(0, 2) {
            0 => self.add_line(order),
            1 if place > 0 => {
                order.lines.remove(place);
            }
            _ => {
                let quantity = self.units();
                let line = &mut order.lines[place];
                line.quantity = quantity;
                line.coupon = share(order.coupon, line.subtotal());
            }
        }
        order.gift_card = order.gift_card.min(self.total(order));
    }

    fn add_line(&mut self, order: &mut Order) {
        let place = self.catalogue.pick(self.dice, self.options.hot_percent);
        let quantity = self.units();
        let unit_cents = self.catalogue.product(place).price_cents;
        let id = self.line_id(order);
        let line = line(id, Some(place), quantity, unit_cents, order.coupon);
        order.lines.push(line);
    }

    fn total(&self, order: &Order) -> i64 {
        order.total(self.options.pricing, self.catalogue)
    }

    /// What was paid otherwise than by gift card and not given back.
    fn open(&self, order: &Order) -> i64 {
        self.total(order) - order.gift_card - order.refunded()
    }

    fn units(&mut self) -> i64 {
        i64::try_from(self.dice.between(1, UNITS_MAX)).unwrap_or(1)
    }

    /// Unique within the order.
    fn line_id(&mut self, order: &Order) -> u64 {
        let id = order.internal_id * 100 + self.next_line;
        self.next_line += 1;
        id
    }

    fn pause(&mut self) -> SignedDuration {
        let seconds = self.dice.between(1, SECONDS_BETWEEN_VERSIONS_MAX);
        SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(1))
    }
}

fn line(id: u64, product: Option<usize>, quantity: i64, unit_cents: i64, coupon: bool) -> Line {
    let coupon = share(coupon, unit_cents * quantity);
    Line {
        id,
        product,
        quantity,
        unit_cents,
        coupon,
        coupon_stated: coupon,
        promotion: 0,
    }
}

fn refund(order: &mut Order, cents: i64) {
    let at = order.modified_at;
    order.refunds.push(Refund { at, cents });
}

/// Ten per cent, halves up.
fn share(coupon: bool, subtotal: i64) -> i64 {
    if coupon { (subtotal + 5) / 10 } else { 0 }
}

/// Five letters and digits, as eCom names its orders; another for each number.
fn name(number: u64) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    // Odd, so that no two numbers below 2^25 are given one name.
    let mut rest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (1 << 25);
    (0..5)
        .map(|_| {
            let place = usize::try_from(rest % 32).unwrap_or(0);
            rest /= 32;
            char::from(ALPHABET[place])
        })
        .collect()
}
