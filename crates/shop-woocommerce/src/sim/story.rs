//! The life of one order: how it is placed, and what happens to it until the shop forgets it.

use jiff::SignedDuration;

use super::Options;
use super::catalogue::Catalogue;
use super::dice::Dice;
use super::order::{Coupon, Fee, Line, Means, Order, Refund, Shipping, Status, Via};
use super::person;
use super::tax::{TaxClass, Zone, tax};

/// Ids that an order leaves for its lines and refunds.
const IDS_PER_ORDER: u64 = 100;
const LINES_MAX: u64 = 4;
const UNITS_MAX: u64 = 4;
/// How many in a hundred versions find the product of one of their lines deleted.
const FORGOTTEN_PERCENT: u64 = 8;
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
        next_id: 1,
    };
    let mut order = teller.place(u64::try_from(index).unwrap_or(u64::MAX));
    let most = u64::try_from(options.max_versions).unwrap_or(u64::MAX);
    let versions = teller.dice.between(1, most);
    let mut told = vec![order.clone()];
    for _ in 1..versions {
        order.modified_at += teller.pause();
        teller.go_on(&mut order);
        teller.forget(&mut order);
        told.push(order.clone());
    }
    told
}

/// What can happen to an order next.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Pay(Status),
    Become(Status),
    Edit,
    RefundGoods,
    RefundMoney,
    RefundRest,
    /// Saved with nothing changed, but for a note.
    Touch,
}

struct Teller<'a> {
    dice: &'a mut Dice,
    options: &'a Options,
    catalogue: &'a Catalogue,
    next_id: u64,
}

impl Teller<'_> {
    fn place(&mut self, index: u64) -> Order {
        let id = self.options.first_order_id + index;
        let seconds = index.saturating_mul(SECONDS_BETWEEN_ORDERS);
        let created_at =
            self.options.opened_at + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0));
        let (status, means, via) = self.dice.weighted([
            (45, (Status::Processing, Means::Card, Via::RestApi)),
            (10, (Status::Processing, Means::Card, Via::Admin)),
            (15, (Status::OnHold, Means::BankTransfer, Via::RestApi)),
            (10, (Status::Pending, Means::Card, Via::RestApi)),
            (10, (Status::CheckoutDraft, Means::Card, Via::StoreApi)),
            (4, (Status::Completed, Means::OnDelivery, Via::RestApi)),
            (3, (Status::Processing, Means::OnDelivery, Via::StoreApi)),
            (3, (Status::Failed, Means::Card, Via::RestApi)),
        ]);
        let paid = match (status, means) {
            (Status::Completed, _) | (Status::Processing, Means::Card) => Some(created_at),
            _ => None,
        };
        let zone = self.dice.weighted([(9, Zone::Quebec), (1, Zone::France)]);
        let buyer = self.dice.between(0, 999);
        let mut order = Order {
            id,
            number: if self.dice.percent(5) {
                format!("BOUTIQUE-2026-{id}")
            } else {
                id.to_string()
            },
            zone,
            status,
            via,
            means,
            created_at,
            modified_at: created_at,
            paid_at: paid,
            completed_at: paid.filter(|_| status == Status::Completed),
            lines: Vec::new(),
            shipping: Vec::new(),
            fees: Vec::new(),
            coupon: None,
            refunds: Vec::new(),
            gap: if self.dice.percent(8) {
                self.dice.weighted([(1, -2), (3, -1), (3, 1), (1, 2)])
            } else {
                0
            },
            note: "",
            person: match zone {
                Zone::Quebec => person::of_quebec(buyer),
                Zone::France => person::of_france(buyer),
            },
            customer_id: if self.dice.percent(30) { buyer + 1 } else { 0 },
        };
        self.fill(&mut order);
        order
    }

    fn fill(&mut self, order: &mut Order) {
        if self.dice.percent(15) {
            order.coupon = Some(Coupon { id: self.id(order) });
        }
        for _ in 0..self.dice.between(1, LINES_MAX) {
            self.add_line(order);
        }
        if self.dice.percent(2) {
            let id = self.id(order);
            order.lines.push(Line {
                id,
                product: None,
                is_forgotten: false,
                quantity: 1,
                unit_cents: 700,
                discount: 0,
                restocked: 0,
            });
        }
        if self.dice.percent(50) {
            let (title, method, total) = self.dice.weighted([
                (8, ("Forfait", "flat_rate", 995)),
                (1, ("Cueillette", "local_pickup", 0)),
                (1, ("Express", "flat_rate", 2450)),
            ]);
            order.shipping.push(Shipping {
                id: self.id(order),
                title,
                method,
                total,
            });
        }
        if self.dice.percent(10) {
            let (name, total) = self
                .dice
                .weighted([(3, ("Emballage", 400)), (1, ("Rabais fidélité", -250))]);
            let id = self.id(order);
            order.fees.push(Fee { id, name, total });
        }
    }

    fn go_on(&mut self, order: &mut Order) {
        let turn = self.next_turn(order);
        match turn {
            Turn::Pay(status) => {
                order.status = status;
                order.paid_at = Some(order.modified_at);
            }
            Turn::Become(status) => {
                order.status = status;
                if status == Status::Completed {
                    order.completed_at = Some(order.modified_at);
                }
            }
            Turn::Edit => self.edit(order),
            Turn::RefundGoods => self.refund_goods(order),
            Turn::RefundMoney => {
                let open = order.total(self.catalogue) - order.refunded();
                self.refund(order, open.min(500), "geste");
            }
            Turn::RefundRest => {
                let open = order.total(self.catalogue) - order.refunded();
                self.refund(order, open, "Commande entièrement remboursée");
                order.status = Status::Refunded;
            }
            Turn::Touch => order.note = "Sonnez 2× svp 🎁",
        }
    }

    fn next_turn(&mut self, order: &Order) -> Turn {
        let paid = order.paid_at.is_some();
        match order.status {
            Status::CheckoutDraft => self.dice.weighted([
                (4, Turn::Pay(Status::Processing)),
                (3, Turn::Become(Status::OnHold)),
                (1, Turn::Become(Status::Pending)),
                (2, Turn::Edit),
            ]),
            Status::Pending => self.dice.weighted([
                (5, Turn::Pay(Status::Processing)),
                (3, Turn::Become(Status::Cancelled)),
                (2, Turn::Become(Status::Failed)),
                (2, Turn::Edit),
            ]),
            Status::OnHold => self.dice.weighted([
                (6, Turn::Pay(Status::Processing)),
                (2, Turn::Become(Status::Cancelled)),
                (2, Turn::Edit),
            ]),
            Status::Processing if !paid => self.dice.weighted([
                (3, Turn::Pay(Status::Completed)),
                (1, Turn::Become(Status::Cancelled)),
            ]),
            Status::Processing => self.dice.weighted([
                (7, Turn::Become(Status::Completed)),
                (4, Turn::Edit),
                (3, Turn::RefundGoods),
                (2, Turn::RefundMoney),
                (3, Turn::Become(Status::Cancelled)),
                (1, Turn::Become(Status::Failed)),
                (1, Turn::Become(Status::Packing)),
                (2, Turn::Touch),
            ]),
            Status::Completed => self.dice.weighted([
                (4, Turn::RefundGoods),
                (2, Turn::RefundMoney),
                (2, Turn::RefundRest),
                (2, Turn::Touch),
            ]),
            Status::Cancelled if paid => self
                .dice
                .weighted([(1, Turn::Become(Status::Processing)), (2, Turn::Touch)]),
            Status::Cancelled | Status::Refunded => Turn::Touch,
            Status::Failed => self
                .dice
                .weighted([(1, Turn::Pay(Status::Processing)), (1, Turn::Touch)]),
            Status::Packing => Turn::Become(Status::Processing),
        }
    }

    /// Lines may be changed until money has gone back.
    fn edit(&mut self, order: &mut Order) {
        if !order.refunds.is_empty() {
            order.note = "Changement refusé";
            return;
        }
        let place = self.dice.index(order.lines.len());
        match self.dice.between(0, 3) {
            0 => self.add_line(order),
            1 if order.lines.len() > 1 => {
                order.lines.remove(place);
            }
            // Another product in its place is another line.
            2 => {
                order.lines.remove(place);
                self.add_line(order);
            }
            _ => {
                let quantity = self.units();
                let line = &mut order.lines[place];
                line.quantity = quantity;
                line.discount = discount(order.coupon, line.subtotal());
            }
        }
    }

    /// Meanwhile the product of a line may have been deleted. Only one with a SKU: it is told apart
    /// from what stands in for it.
    fn forget(&mut self, order: &mut Order) {
        if !self.dice.percent(FORGOTTEN_PERCENT) {
            return;
        }
        let place = self.dice.index(order.lines.len());
        let line = &mut order.lines[place];
        let product = line.product(self.catalogue);
        line.is_forgotten |= product.is_some_and(|product| !product.sku.is_empty());
    }

    fn refund_goods(&mut self, order: &mut Order) {
        let place = self.dice.index(order.lines.len());
        let line = &mut order.lines[place];
        let left = line.quantity - line.restocked;
        if left == 0 {
            order.note = "Déjà remboursé";
            return;
        }
        let most = u64::try_from(left).unwrap_or(1);
        let units = i64::try_from(self.dice.between(1, most)).unwrap_or(1);
        let with_tax = line.total() + tax(order.zone, class(self.catalogue, line), line.total());
        let amount = with_tax * units / line.quantity;
        // Goods may come back broken: the money goes back and the shelf stays as it is. What has no
        // product has no shelf.
        if line.product.is_some() && !line.is_forgotten && self.dice.percent(75) {
            line.restocked += units;
        }
        let open = order.total(self.catalogue) - order.refunded();
        self.refund(order, amount.min(open), "taille");
    }

    fn refund(&mut self, order: &mut Order, amount: i64, reason: &'static str) {
        if amount > 0 {
            let id = self.id(order);
            order.refunds.insert(0, Refund { id, reason, amount });
        }
    }

    fn add_line(&mut self, order: &mut Order) {
        let place = self.catalogue.pick(self.dice, self.options.hot_percent);
        let quantity = self.units();
        let unit_cents = self.catalogue.product(place).price_cents;
        let id = self.id(order);
        order.lines.push(Line {
            id,
            product: Some(place),
            is_forgotten: false,
            quantity,
            unit_cents,
            discount: discount(order.coupon, unit_cents * quantity),
            restocked: 0,
        });
    }

    fn units(&mut self) -> i64 {
        i64::try_from(self.dice.between(1, UNITS_MAX)).unwrap_or(1)
    }

    fn id(&mut self, order: &Order) -> u64 {
        let id = order.id * IDS_PER_ORDER + self.next_id;
        self.next_id += 1;
        id
    }

    fn pause(&mut self) -> SignedDuration {
        let seconds = self.dice.between(1, SECONDS_BETWEEN_VERSIONS_MAX);
        SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(1))
    }
}

fn class(catalogue: &Catalogue, line: &Line) -> TaxClass {
    line.class(catalogue)
}

/// Ten per cent, halves up.
fn discount(coupon: Option<Coupon>, subtotal: i64) -> i64 {
    coupon.map_or(0, |_| (subtotal + 5) / 10)
}
