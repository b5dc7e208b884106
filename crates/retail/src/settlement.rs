//! What a sale has received, from the shop's word and from what people recorded at a till.
//!
//! A bank transfer is often recorded twice: by a person here and, before or after, in the shop (SH-13). It is
//! still one amount of money. What the shop tells *after* a person recorded a payment is therefore taken to be
//! that same money, as far as the payment goes; what it tells beyond is new.

use crate::money::{Money, MoneyError};
use crate::status::Balance;
use crate::told::covered;

/// A payment that a person recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Less than nothing where it was given back, which no shop tells of.
    pub amount: Money,
    /// What the shop had told of as received by then.
    pub shop_received: Money,
}

/// How a sale stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Money taken in, counted once.
    pub received: Money,
    /// What people recorded of it, in the sale's currency.
    pub applied: Money,
    /// How much of what the shop tells is money that people had recorded.
    pub covered: Money,
    pub balance: Balance,
}

impl Settlement {
    /// Of a sale of `total`. `applied` is in the order in which it was recorded; what is in another currency
    /// than the sale's settles nothing.
    pub fn of(total: Money, shop_received: Money, applied: &[Applied]) -> Result<Self, MoneyError> {
        let currency = total.currency();
        let applied: Vec<Applied> = applied
            .iter()
            .filter(|applied| applied.amount.currency() == currency)
            .copied()
            .collect();
        let applied_sum = Money::sum(currency, applied.iter().map(|applied| applied.amount))?;
        let recorded = applied.iter();
        let recorded =
            recorded.map(|applied| (applied.amount.minor(), applied.shop_received.minor()));
        let covered = Money::new(covered(shop_received.minor(), recorded), currency);
        let received = shop_received
            .checked_add(applied_sum)?
            .checked_sub(covered)?;
        Ok(Self {
            received,
            applied: applied_sum,
            covered,
            balance: Balance::of(total, received)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    const fn cad(minor: i64) -> Money {
        Money::new(minor, Currency::CAD)
    }

    fn settled(total: i64, shop: i64, applied: &[(i64, i64)]) -> (i64, i64, Balance) {
        let applied: Vec<Applied> = applied
            .iter()
            .map(|(amount, shop_received)| Applied {
                amount: cad(*amount),
                shop_received: cad(*shop_received),
            })
            .collect();
        let Settlement {
            received,
            applied: _,
            covered,
            balance,
        } = Settlement::of(cad(total), cad(shop), &applied).unwrap();
        (received.minor(), covered.minor(), balance)
    }

    #[test]
    fn sh_13_money_recorded_here_and_in_the_shop_is_received_once() {
        use Balance::{Paid, PartPaid, Unpaid};
        for (what, total, shop, applied, expected) in [
            ("nothing", 100, 0, &[][..], (0, 0, Unpaid)),
            ("only the shop", 100, 100, &[], (100, 0, Paid)),
            ("only here", 100, 0, &[(100, 0)], (100, 0, Paid)),
            (
                "here, then in the shop",
                100,
                100,
                &[(100, 0)],
                (100, 100, Paid),
            ),
            (
                "a part here, all in the shop",
                100,
                100,
                &[(40, 0)],
                (100, 40, Paid),
            ),
            ("the rest here", 100, 40, &[(60, 40)], (100, 0, Paid)),
            (
                "the rest here, then in the shop",
                100,
                100,
                &[(60, 40)],
                (100, 60, Paid),
            ),
            (
                "in two parts here",
                100,
                0,
                &[(30, 0), (30, 0)],
                (60, 0, PartPaid),
            ),
            (
                "in two parts, the shop after each",
                100,
                60,
                &[(30, 0), (30, 30)],
                (60, 60, PartPaid),
            ),
            (
                "too much here, knowing of the shop's",
                100,
                100,
                &[(20, 100)],
                (120, 0, Paid),
            ),
            (
                "more in the shop than here",
                100,
                110,
                &[(100, 0)],
                (110, 100, Paid),
            ),
            (
                "the shop takes its word back",
                100,
                0,
                &[(60, 40)],
                (60, 0, PartPaid),
            ),
        ] {
            assert_eq!(settled(total, shop, applied), expected, "{what}");
        }
    }

    #[test]
    fn what_is_in_another_currency_settles_nothing() {
        let applied = [Applied {
            amount: Money::new(100, Currency::EUR),
            shop_received: Money::zero(Currency::EUR),
        }];
        let settled = Settlement::of(cad(100), cad(0), &applied).unwrap();
        assert_eq!(settled.received, cad(0));
    }

    proptest! {
        #[test]
        fn sh_13_no_money_is_lost_and_none_counted_twice(
            total in 0..10_000_i64,
            shop in 0..10_000_i64,
            applied in proptest::collection::vec((1..5_000_i64, 0..10_000_i64), 0..5),
        ) {
            let recorded: i64 = applied.iter().map(|(amount, _)| amount).sum();
            let (received, covered, _) = settled(total, shop, &applied);
            prop_assert_eq!(received, shop + recorded - covered);
            prop_assert!(covered >= 0 && covered <= recorded.min(shop));
            prop_assert!(received >= shop.max(recorded));
            // The more the shop tells, the more was received, by no more than that.
            let (more, ..) = settled(total, shop + 1, &applied);
            prop_assert!(more == received || more == received + 1);
        }
    }
}
