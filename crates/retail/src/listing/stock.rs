//! What a shop is told of stock.

use crate::Quantity;

/// What the ledger says of one item for one connection, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushable {
    /// On hand less the safety stock; of a kit, as many as can be made. May be below zero.
    pub available: Quantity,
    /// By orders that are known and not applied, of any shop. Not below zero.
    pub open: Quantity,
    /// What this connection's orders have taken from the shop's own figure since it was last confirmed: applied orders
    /// and open ones. Below zero where the shop has put more back.
    pub taken: Quantity,
}

/// What a shop should have, and what it has if there is no order that we do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockTarget {
    /// Whole units, not below zero.
    pub wanted: i64,
    /// `None`: it was never known.
    pub expected: Option<i64>,
}

impl Pushable {
    /// What the shop should have. `buffer` is what this channel is not to sell; `confirmed` is what the shop was
    /// last known to have.
    ///
    /// Whole units, rounded down: no shop sells a part of one. Never below zero: no shop shows that.
    #[must_use]
    pub fn target(self, buffer: Quantity, confirmed: Option<i64>) -> StockTarget {
        let left = self
            .available
            .milli()
            .saturating_sub(self.open.milli())
            .saturating_sub(buffer.milli());
        StockTarget {
            wanted: left.div_euclid(1_000).max(0),
            expected: confirmed.map(|had| had.saturating_sub(self.taken.milli().div_euclid(1_000))),
        }
    }
}

impl StockTarget {
    /// What to tell a shop that was found to have `found`. What is missing there beyond what is known was taken by
    /// orders that have not arrived: it is not given back. What is there too much is taken away.
    #[must_use]
    pub fn after_finding(self, found: i64) -> i64 {
        self.wanted.saturating_sub(self.unknown(found)).max(0)
    }

    /// Units that orders which have not arrived took of a shop that was found to have `found`. What it is told then and
    /// these together are what it has if there is no order that we do not know.
    #[must_use]
    pub fn unknown(self, found: i64) -> i64 {
        let missing = self.expected.map(|expected| expected.saturating_sub(found));
        missing.unwrap_or_default().max(0)
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_met(self) -> bool {
        self.expected == Some(self.wanted)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(units: i64) -> Quantity {
        Quantity::units(units).unwrap()
    }

    fn pushable(available: i64, open: i64, taken: i64) -> Pushable {
        Pushable {
            available: units(available),
            open: units(open),
            taken: units(taken),
        }
    }

    #[test]
    fn r_04_open_orders_and_buffers_are_not_for_sale() {
        for (available, open, buffer, wanted) in
            [(5, 0, 0, 5), (5, 2, 0, 3), (5, 2, 4, 0), (-3, 0, 0, 0)]
        {
            let target = pushable(available, open, 0).target(units(buffer), None);
            assert_eq!(target.wanted, wanted);
            assert_eq!(target.expected, None);
        }
        let half = Pushable {
            available: Quantity::from_milli(2_500),
            ..pushable(0, 0, 0)
        };
        assert_eq!(half.target(units(0), None).wanted, 2);
    }

    #[test]
    fn what_orders_took_needs_no_push() {
        let target = pushable(3, 0, 2).target(units(0), Some(5));
        assert!(target.is_met(), "{target:?}");
        let till_sold_one = pushable(2, 0, 2).target(units(0), Some(5));
        assert_eq!((till_sold_one.wanted, till_sold_one.expected), (2, Some(3)));
    }

    proptest! {
        /// Whatever was sold where, a push never gives back what an order that has not arrived took.
        #[test]
        fn r_04_no_push_gives_back_what_an_order_took(
            start in 0_i64..20, at_till in 0_i64..5, known in 0_i64..5, unknown in 0_i64..5,
        ) {
            prop_assume!(known + unknown <= start);
            let target = pushable(start - at_till - known, 0, known).target(units(0), Some(start));
            let found = start - known - unknown;
            let truth = (start - at_till - known - unknown).max(0);
            prop_assert_eq!(target.after_finding(found), truth);
        }
    }
}
