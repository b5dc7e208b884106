//! How many units of a line were sold, went back, and are charged.

use retail::SaleState;

use super::Wrong;
use super::returned::UnitsBack;
use super::value::bad_quantity;
use crate::payload::LineItem;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Units {
    /// All that the line's amounts are for.
    pub(super) ordered: i64,
    /// Of those, what the sale's amounts are for.
    pub(super) charged: i64,
    /// What left the shop's stock, counting what went back since.
    pub(super) taken: i64,
    pub(super) restocked: i64,
    /// What the shop is done with besides.
    pub(super) fulfilled: i64,
}

impl Units {
    /// Units that an edit removed were never sold: they hold no stock and are not charged. Neither counts
    /// them as refunded; what the current quantity lacks beyond refunds is what was removed.
    pub(super) fn of(line: &LineItem, state: SaleState, back: UnitsBack) -> Result<Self, Wrong> {
        let (ordered, current) = (line.quantity, line.current_quantity);
        let UnitsBack {
            repaid,
            dropped,
            restocked,
        } = back;
        let bad = || bad_quantity("a line's quantities contradict each other");
        let (charged, taken) = match state {
            SaleState::Voided => (ordered, ordered),
            SaleState::Closed | SaleState::Unfinished | SaleState::NotImported => {
                let charged = current.checked_add(repaid).ok_or_else(bad)?;
                (charged, charged.checked_add(dropped).ok_or_else(bad)?)
            }
        };
        let sound = current >= 0 && taken <= ordered && restocked <= taken;
        if sound {
            Ok(Self {
                ordered,
                charged,
                taken,
                restocked,
                fulfilled: taken
                    .saturating_sub(restocked)
                    .saturating_sub(line.unfulfilled_quantity.clamp(0, current)),
            })
        } else {
            Err(bad())
        }
    }
}
