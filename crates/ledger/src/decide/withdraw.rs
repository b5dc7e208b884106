//! Takes orders back that an import made sales of.

use retail::kit::{self, Moved};
use retail::posting::Movement;
use retail::sale::{Recorded, RecordedPayment};
use retail::{Balance, ConnectionId, ItemId, Money, RetailerId, SaleId, SaleState, ShopOrderId};
use service::clock::Ids;

use super::{Dirty, MovementCause, MovementRow, PaymentRow, RecordedSale};

/// A sale to take back, with what is recorded of it.
#[derive(Clone, Debug)]
pub struct Withdrawal<'a> {
    pub retailer: RetailerId,
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub sale: RecordedSale,
    /// Whether it has moved stock after the import made it.
    pub has_moved_since: bool,
}

/// Why an order cannot be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A refund, a cancellation or an edit moved stock since: taking back the rest would leave half an order.
    MovedSince,
    /// It was a sale before the import.
    SaleBefore,
    /// Somebody recorded a payment of it here: it is in a closure, or will be.
    PaidHere,
    /// Somebody has an invoice of it.
    InvoicedHere,
    /// Somebody recorded here that some of it was handed over: it is not in stock.
    HandedOverHere,
}

/// A sale once it is taken back: void, with nothing received. Its lines hold nothing.
#[derive(Clone, Debug)]
pub struct WithdrawnSale {
    pub sale: SaleId,
    pub revision: i32,
    pub state: SaleState,
    pub balance: Balance,
    pub movements: Vec<MovementRow>,
    pub payments: Vec<PaymentRow>,
    pub dirty: Vec<Dirty>,
}

/// Everything that the sale took from stock goes back, and everything booked is booked back.
pub fn withdraw(of: &Withdrawal<'_>, ids: &dyn Ids) -> Result<WithdrawnSale, Kept> {
    let Withdrawal {
        retailer,
        connection: _,
        order: _,
        sale:
            RecordedSale {
                sale,
                outlet,
                revision,
                recorded,
                erased_customer: _,
                by_hand,
                work,
                made,
            },
        has_moved_since,
    } = of;
    if *has_moved_since {
        return Err(Kept::MovedSince);
    }
    if !by_hand.is_empty() {
        return Err(Kept::PaidHere);
    }
    if work.values().any(|work| !work.handed.is_empty()) {
        return Err(Kept::HandedOverHere);
    }
    let Recorded {
        version: _,
        state: _,
        total,
        stock_rule: _,
        invoiced,
        lines,
        payments,
    } = recorded;
    if !invoiced.is_empty() {
        return Err(Kept::InvoicedHere);
    }
    let revision = revision.saturating_add(1);
    let movements: Vec<MovementRow> = kit::movements(lines, &[], made)
        .into_iter()
        .map(|Moved { movement, kit }| {
            let Movement {
                line,
                item,
                quantity,
            } = movement;
            MovementRow {
                movement: ids.next(),
                item,
                outlet: *outlet,
                quantity,
                cause: MovementCause::Sale {
                    sale: *sale,
                    line,
                    revision,
                    kit,
                },
            }
        })
        .collect();
    let mut items: Vec<ItemId> = movements.iter().map(|movement| movement.item).collect();
    items.sort_unstable();
    items.dedup();
    let mut dirty = vec![Dirty::Sale(*retailer, *sale)];
    dirty.extend(
        items
            .into_iter()
            .map(|item| Dirty::Stock(*retailer, item, *outlet)),
    );
    Ok(WithdrawnSale {
        sale: *sale,
        revision,
        state: SaleState::Voided,
        // Less nothing, a total is in range.
        balance: Balance::of(*total, Money::zero(total.currency())).unwrap_or(Balance::Unpaid),
        payments: payments
            .iter()
            .filter(|payment| !payment.amount.is_zero())
            .map(|payment| booked_back(*sale, revision, payment))
            .collect(),
        movements,
        dirty,
    })
}

fn booked_back(sale: SaleId, revision: i32, payment: &RecordedPayment) -> PaymentRow {
    let RecordedPayment {
        key,
        kind,
        amount,
        method: _,
        paid_at: _,
    } = payment;
    PaymentRow {
        sale,
        key: key.clone(),
        kind: *kind,
        revision,
        method: String::new(),
        // What is recorded came from a change within these bounds.
        amount: Money::new(amount.minor().saturating_neg(), amount.currency()),
        paid_at: None,
    }
}

impl Kept {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MovedSince => "moved_since",
            Self::SaleBefore => "sale_before",
            Self::PaidHere => "paid_here",
            Self::InvoicedHere => "invoiced_here",
            Self::HandedOverHere => "handed_over_here",
        }
    }
}
