//! The life of one order: how it is placed, and what happens to it until the shop forgets it.

use jiff::SignedDuration;

use super::Options;
use super::catalogue::Catalogue;
use super::dice::Dice;
use super::order::{Line, Order, Payment, Refund, RefundedLine, Shipping, TransactionKind};
use super::person::Person;

/// Ids that an order leaves for its lines, payments and refunds.
pub(super) const IDS_PER_ORDER: u64 = 1_000;
const FIRST_ORDER_ID: u64 = 5_601_000_000_000;
const LINES_MAX: u64 = 4;
/// Of an order that does not fit on one page.
const LINES_OF_A_LARGE_ORDER: u64 = 60;
const UNITS_MAX: u64 = 4;
/// Orders come this many seconds apart.
const SECONDS_BETWEEN_ORDERS: u64 = 2;
/// Changes of one order lie apart by 1 s to this.
const SECONDS_BETWEEN_VERSIONS_MAX: u64 = 90;

/// All versions of order number `index`, oldest first, each in a second of its own.
pub fn tell(dice: &mut Dice, options: &Options, catalogue: &Catalogue, index: usize) -> Vec<Order> {
    let mut teller = Teller {
        dice,
        options,
        catalogue,
        next_id: 0,
    };
    let mut order = teller.place(u64::try_from(index).unwrap_or(u64::MAX));
    let most = u64::try_from(options.max_versions).unwrap_or(u64::MAX);
    let versions = teller.dice.between(1, most);
    let mut told = vec![order.clone()];
    for _ in 1..versions {
        let pause = teller.dice.between(1, SECONDS_BETWEEN_VERSIONS_MAX);
        order.updated_at += SignedDuration::from_secs(i64::try_from(pause).unwrap_or(1));
        teller.go_on(&mut order);
        told.push(order.clone());
    }
    told
}

/// How an order is to be paid.
#[derive(Clone, Copy, Debug)]
enum Means {
    Card,
    Authorised,
    BankDeposit,
    GiftCardAndCard,
}

/// What can happen to an order next.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Pay,
    Edit,
    ReturnGoods,
    Goodwill,
    Cancel,
    Fulfil,
    /// Saved with nothing changed but a tag.
    Tag,
}

struct Teller<'a> {
    dice: &'a mut Dice,
    options: &'a Options,
    catalogue: &'a Catalogue,
    next_id: u64,
}

impl Teller<'_> {
    fn place(&mut self, index: u64) -> Order {
        let seconds = index.saturating_mul(SECONDS_BETWEEN_ORDERS);
        let created_at =
            self.options.opened_at + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0));
        let means = self.dice.weighted([
            (60, Means::Card),
            (10, Means::Authorised),
            (20, Means::BankDeposit),
            (10, Means::GiftCardAndCard),
        ]);
        let number = self.options.first_number + index;
        let mut order = Order {
            id: FIRST_ORDER_ID + number,
            number,
            created_at,
            updated_at: created_at,
            cancelled_at: None,
            test: self.dice.percent(2),
            taxes_included: self.dice.percent(80),
            abroad: self.dice.percent(10),
            fulfilled: false,
            edited: false,
            tagged: false,
            lines: Vec::new(),
            shipping: None,
            tip: if self.dice.percent(5) { 200 } else { 0 },
            gap: if self.dice.percent(5) {
                self.dice.weighted([(1, -2), (3, -1), (3, 1), (1, 2)])
            } else {
                0
            },
            payments: Vec::new(),
            refunds: Vec::new(),
            person: (!self.dice.percent(10)).then(|| Person::new(self.dice.between(0, 999))),
        };
        let lines = if self.dice.percent(1) {
            LINES_OF_A_LARGE_ORDER
        } else {
            self.dice.between(1, LINES_MAX)
        };
        for _ in 0..lines {
            self.add_line(&mut order);
        }
        if self.dice.percent(3) {
            let id = self.id(&order);
            order.lines.push(Line {
                id,
                product: None,
                quantity: 1,
                removed: 0,
                unit_cents: 1_200,
                discount_cents: 0,
            });
        }
        if self.dice.percent(95) {
            let (title, cents) = self.dice.weighted([
                (8, ("bpost domicile", 495)),
                (1, ("Retrait en magasin", 0)),
                (1, ("Express", 1_450)),
            ]);
            let id = self.id(&order);
            order.shipping = Some(Shipping { id, title, cents });
        }
        self.begin_to_pay(&mut order, means);
        order
    }

    fn begin_to_pay(&mut self, order: &mut Order, means: Means) {
        use TransactionKind::{Authorization, Sale};

        let (total, _) = order.current(self.catalogue);
        match means {
            Means::Card => self.transact(order, Sale, true, "shopify_payments", total),
            Means::Authorised => {
                self.transact(order, Authorization, true, "shopify_payments", total);
            }
            Means::BankDeposit => self.transact(order, Sale, false, "Bank Deposit", total),
            Means::GiftCardAndCard => {
                let card = total.min(1_000);
                self.transact(order, Sale, true, "gift_card", card);
                self.transact(order, Sale, true, "shopify_payments", total - card);
            }
        }
    }

    fn go_on(&mut self, order: &mut Order) {
        let is_paid = order.received() > 0;
        let turn = if order.cancelled_at.is_some() {
            Turn::Tag
        } else {
            self.dice.weighted([
                (if is_paid { 0 } else { 6 }, Turn::Pay),
                (if order.refunds.is_empty() { 3 } else { 0 }, Turn::Edit),
                (4, Turn::ReturnGoods),
                (if is_paid { 2 } else { 0 }, Turn::Goodwill),
                (2, Turn::Cancel),
                (4, Turn::Fulfil),
                (2, Turn::Tag),
            ])
        };
        match turn {
            Turn::Pay => {
                let (due, _) = order.current(self.catalogue);
                let (kind, gateway) = match order.payments.first().map(|first| first.kind) {
                    Some(TransactionKind::Authorization) => {
                        (TransactionKind::Capture, "shopify_payments")
                    }
                    _ => (TransactionKind::Sale, "Bank Deposit"),
                };
                self.transact(order, kind, true, gateway, due);
            }
            Turn::Edit => self.edit(order),
            Turn::ReturnGoods => self.return_goods(order),
            Turn::Goodwill => {
                let open = order.received() - order.given_back();
                self.give_back(order, Vec::new(), open.min(500));
            }
            Turn::Cancel => self.cancel(order),
            Turn::Fulfil => order.fulfilled = true,
            Turn::Tag => order.tagged = true,
        }
    }

    /// A unit less of one line, or one line more. Not once money or goods have gone back.
    fn edit(&mut self, order: &mut Order) {
        order.edited = true;
        let place = self.dice.index(order.lines.len());
        if self.dice.percent(50) && order.current_units(place) > 0 {
            order.lines[place].removed += 1;
        } else {
            self.add_line(order);
        }
    }

    fn return_goods(&mut self, order: &mut Order) {
        let place = self.dice.index(order.lines.len());
        let left = order.current_units(place);
        if left == 0 {
            order.tagged = true;
            return;
        }
        let most = u64::try_from(left).unwrap_or(1);
        let units = i64::try_from(self.dice.between(1, most)).unwrap_or(1);
        let line = order.lines[place];
        let mut worth = line.price() * units;
        if !order.taxes_included {
            worth += line.tax(self.catalogue, false) * units;
        }
        let back = RefundedLine {
            id: self.id(order),
            line: place,
            units,
            // Goods may come back broken.
            restocked: self.dice.percent(75),
        };
        let open = order.received() - order.given_back();
        self.give_back(order, vec![back], worth.min(open));
    }

    /// Everything goes back to the shelf, and what was paid to the buyer.
    fn cancel(&mut self, order: &mut Order) {
        order.cancelled_at = Some(order.updated_at);
        let mut back = Vec::new();
        for line in 0..order.lines.len() {
            let units = order.current_units(line);
            if units > 0 {
                back.push(RefundedLine {
                    id: self.id(order),
                    line,
                    units,
                    restocked: true,
                });
            }
        }
        let open = order.received() - order.given_back();
        if open == 0 {
            self.transact(order, TransactionKind::Void, true, "Bank Deposit", 0);
        }
        self.give_back(order, back, open);
    }

    fn give_back(&mut self, order: &mut Order, lines: Vec<RefundedLine>, cents: i64) {
        if lines.is_empty() && cents == 0 {
            return;
        }
        let id = self.id(order);
        if cents > 0 {
            self.transact(
                order,
                TransactionKind::Refund,
                true,
                "shopify_payments",
                cents,
            );
        }
        order.refunds.push(Refund {
            id,
            at: order.updated_at,
            lines,
            transaction: (cents > 0)
                .then(|| order.payments.last().map(|last| last.id))
                .flatten(),
            cents,
        });
    }

    fn transact(
        &mut self,
        order: &mut Order,
        kind: TransactionKind,
        succeeded: bool,
        gateway: &'static str,
        cents: i64,
    ) {
        let id = self.id(order);
        order.payments.push(Payment {
            id,
            kind,
            succeeded,
            gateway,
            cents,
            at: order.updated_at,
        });
    }

    fn add_line(&mut self, order: &mut Order) {
        let place = self.catalogue.pick(self.dice, self.options.hot_percent);
        let product = self.catalogue.product(place);
        let discount_cents = if self.dice.percent(15) && !product.is_gift_card {
            product.price_cents / 10
        } else {
            0
        };
        let id = self.id(order);
        order.lines.push(Line {
            id,
            product: Some(place),
            quantity: i64::try_from(self.dice.between(1, UNITS_MAX)).unwrap_or(1),
            removed: 0,
            unit_cents: product.price_cents,
            discount_cents,
        });
    }

    fn id(&mut self, order: &Order) -> u64 {
        self.next_id += 1;
        order.id * IDS_PER_ORDER + self.next_id
    }
}
