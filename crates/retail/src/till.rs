//! What is sold and taken back at a till: what each line comes to, and what is paid of it.

use crate::money::{Currency, Money, MoneyError};
use crate::quantity::{Quantity, QuantityError};

/// Whether prices are told with their tax in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    WithTax,
    WithoutTax,
}

/// A line as the till tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldLine {
    /// More than nothing.
    pub quantity: Quantity,
    /// Of one unit.
    pub unit_price: Money,
    /// Off the whole line.
    pub discount: Money,
    /// Of the whole line, after the discount.
    pub tax: Money,
}

/// What a line comes to; negative where goods come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// After discounts, without tax.
    pub net: Money,
    pub tax: Money,
}

/// A line of a sale, and how much of it came back so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returnable {
    pub sold: Quantity,
    /// Gone back to stock by the shop's word.
    pub restocked: Quantity,
    /// By returns at tills that stand.
    pub returned: Quantity,
    pub amounts: Amounts,
    /// What those returns came to; not above zero.
    pub given_back: Amounts,
}

/// Why a sale is not recorded as it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("line {place}: {problem}")]
    Line { place: usize, problem: LineProblem },
    #[error("return {place}: {asked} cannot be returned, {left} is left of what was sold")]
    ReturnExceedsSale {
        place: usize,
        asked: Quantity,
        left: Quantity,
    },
    #[error("lines add up to {lines}, not to {total}")]
    TotalDiffers { lines: Money, total: Money },
    #[error("a payment of {payment} does not belong to a sale of {total}")]
    PaymentAgainstTotal { payment: Money, total: Money },
    #[error("payments add up to {payments}, more than {total}")]
    PaymentsExceedTotal { payments: Money, total: Money },
    #[error("more than one payment is to be of the rest, or nothing is left for it")]
    NoRest,
    /// Somebody must owe it, or be owed it.
    #[error("{open} stays open and no customer is named")]
    NobodysAccount { open: Money },
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error(transparent)]
    Quantity(#[from] QuantityError),
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    #[error("it sells nothing, or less")]
    Quantity,
    #[error("its price is negative")]
    Price,
    #[error("its discount is negative, or more than its price")]
    Discount,
    #[error("its tax is negative, or more than a price with tax")]
    Tax,
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl SoldLine {
    /// Price times quantity less discount, rounded to the minor unit, and the tax in it or on top.
    pub fn amounts(&self, prices: Prices) -> Result<Amounts, LineProblem> {
        let Self {
            quantity,
            unit_price,
            discount,
            tax,
        } = *self;
        if quantity <= Quantity::ZERO {
            return Err(LineProblem::Quantity);
        }
        if unit_price.minor() < 0 {
            return Err(LineProblem::Price);
        }
        let price = unit_price.share(quantity, Quantity::from_milli(Quantity::SCALE))?;
        let asked = price.checked_sub(discount)?;
        if discount.minor() < 0 || asked.minor() < 0 {
            return Err(LineProblem::Discount);
        }
        let net = match prices {
            Prices::WithTax => asked.checked_sub(tax)?,
            Prices::WithoutTax => asked,
        };
        if tax.minor() < 0 || net.minor() < 0 {
            return Err(LineProblem::Tax);
        }
        // Of one currency, and within bounds with the tax on top.
        net.checked_add(tax)?;
        Ok(Amounts { net, tax })
    }
}

impl Returnable {
    /// How much of it is back, in either way.
    #[must_use]
    pub const fn back(&self) -> Quantity {
        let back = self.restocked.milli().saturating_add(self.returned.milli());
        Quantity::from_milli(back)
    }

    /// How much can still be returned. A line that is a return itself has nothing.
    pub fn left(&self) -> Result<Quantity, QuantityError> {
        let left = self.sold.checked_sub(self.back())?;
        Ok(left.max(Quantity::ZERO))
    }

    /// What goes back for so much of it: the part that it was of the price. All parts that stand come to the whole, to
    /// the cent, whichever of them were made void between.
    pub fn refund(&self, quantity: Quantity) -> Result<Amounts, Refusal> {
        let until = self.back().checked_add(quantity)?;
        let part = |whole: Money, given_back: Money| {
            let of_shop = whole.share(self.restocked, self.sold)?;
            let gone = of_shop.checked_sub(given_back)?;
            let back = gone.checked_sub(whole.share(until, self.sold)?)?;
            // What stands may have been rounded up further than all of it together is: that is no debt.
            let is_against = back.minor().signum() == whole.minor().signum();
            Ok::<_, MoneyError>(if is_against {
                Money::zero(back.currency())
            } else {
                back
            })
        };
        Ok(Amounts {
            net: part(self.amounts.net, self.given_back.net)?,
            tax: part(self.amounts.tax, self.given_back.tax)?,
        })
    }
}

/// All amounts added up. When the till says what they come to, it must be that.
pub fn total<'a>(
    currency: Currency,
    lines: impl IntoIterator<Item = &'a Amounts>,
    said: Option<Money>,
) -> Result<Money, Refusal> {
    let amounts = lines.into_iter().flat_map(|line| [line.net, line.tax]);
    let lines = Money::sum(currency, amounts)?;
    match said {
        Some(total) if total != lines => Err(Refusal::TotalDiffers { lines, total }),
        Some(_) | None => Ok(lines),
    }
}

/// How much each payment is of: one that says nothing is of the rest. Money is taken for a sale and given
/// back for a return, never more than all of it; what stays open is on a customer's account.
pub fn payments(
    total: Money,
    told: &[Option<Money>],
    has_account: bool,
) -> Result<Vec<Money>, Refusal> {
    let sum = Money::sum(total.currency(), told.iter().flatten().copied())?;
    let rest = total.checked_sub(sum)?;
    if told.iter().filter(|told| told.is_none()).count() > 1 {
        return Err(Refusal::NoRest);
    }
    let direction = total.minor().signum();
    let is_against = |money: Money| money.minor().signum() != direction || direction == 0;
    if let Some(payment) = told.iter().flatten().find(|money| is_against(**money)) {
        return Err(Refusal::PaymentAgainstTotal {
            payment: *payment,
            total,
        });
    }
    if rest.minor().signum() == -direction && direction != 0 {
        return Err(Refusal::PaymentsExceedTotal {
            payments: sum,
            total,
        });
    }
    let is_all_paid = told.iter().any(Option::is_none);
    if is_all_paid && rest.is_zero() {
        return Err(Refusal::NoRest);
    }
    if !is_all_paid && !rest.is_zero() && !has_account {
        return Err(Refusal::NobodysAccount { open: rest });
    }
    Ok(told.iter().map(|told| told.unwrap_or(rest)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn cad(minor: i64) -> Money {
        Money::new(minor, Currency::CAD)
    }

    fn line(milli: i64, price: i64, discount: i64, tax: i64) -> SoldLine {
        SoldLine {
            quantity: Quantity::from_milli(milli),
            unit_price: cad(price),
            discount: cad(discount),
            tax: cad(tax),
        }
    }

    #[test]
    fn a_line_is_price_times_quantity_less_discount() {
        use Prices::{WithTax, WithoutTax};
        for (told, prices, expected) in [
            (line(2_000, 1_000, 0, 260), WithoutTax, Ok((2_000, 260))),
            (line(3_000, 1_000, 500, 434), WithTax, Ok((2_066, 434))),
            // 0.125 of 9.96 is 1.245.
            (line(125, 996, 0, 0), WithoutTax, Ok((125, 0))),
            (line(1_000, 0, 0, 0), WithoutTax, Ok((0, 0))),
            (line(0, 1, 0, 0), WithoutTax, Err(LineProblem::Quantity)),
            (line(-1, 1, 0, 0), WithoutTax, Err(LineProblem::Quantity)),
            (line(1_000, -1, 0, 0), WithoutTax, Err(LineProblem::Price)),
            (line(1_000, 5, 6, 0), WithoutTax, Err(LineProblem::Discount)),
            (
                line(1_000, 5, -1, 0),
                WithoutTax,
                Err(LineProblem::Discount),
            ),
            (line(1_000, 5, 0, -1), WithoutTax, Err(LineProblem::Tax)),
            (line(1_000, 5, 0, 6), WithTax, Err(LineProblem::Tax)),
        ] {
            let came = told.amounts(prices);
            let came = came.map(|came| (came.net.minor(), came.tax.minor()));
            assert_eq!(came, expected, "{told:?}");
        }
        let mixed = SoldLine {
            tax: Money::new(1, Currency::EUR),
            ..line(1_000, 5, 0, 0)
        };
        assert!(mixed.amounts(WithoutTax).is_err());
        assert_eq!(
            line(i64::MAX, i64::MAX, 0, 0).amounts(WithoutTax),
            Err(LineProblem::Money(MoneyError::Overflow))
        );
    }

    #[test]
    fn the_total_is_what_the_lines_come_to() {
        let lines = [Amounts {
            net: cad(1_000),
            tax: cad(130),
        }];
        let of = |said| total(Currency::CAD, &lines, said);
        assert_eq!(of(None), Ok(cad(1_130)));
        assert_eq!(of(Some(cad(1_130))), Ok(cad(1_130)));
        assert_eq!(
            of(Some(cad(1_131))),
            Err(Refusal::TotalDiffers {
                lines: cad(1_130),
                total: cad(1_131)
            })
        );
    }

    #[test]
    fn payments_are_of_the_total_and_what_is_open_is_somebodys() {
        let paid = |total: i64, told: &[Option<i64>], has_account| {
            let told: Vec<Option<Money>> = told.iter().map(|told| told.map(cad)).collect();
            let paid = payments(cad(total), &told, has_account);
            paid.map(|paid| paid.iter().map(|paid| paid.minor()).collect::<Vec<_>>())
        };
        assert_eq!(paid(100, &[Some(40), None], false), Ok(vec![40, 60]));
        assert_eq!(paid(-100, &[None], false), Ok(vec![-100]));
        assert_eq!(paid(0, &[], false), Ok(vec![]));
        assert_eq!(paid(100, &[Some(40)], true), Ok(vec![40]));
        assert_eq!(paid(-100, &[], true), Ok(vec![]));
        for (total, told) in [(100, &[Some(40)][..]), (100, &[]), (-100, &[Some(-1)])] {
            assert!(matches!(
                paid(total, told, false),
                Err(Refusal::NobodysAccount { .. })
            ));
        }
        for (total, told) in [
            (100, Some(-1)),
            (-100, Some(1)),
            (0, Some(1)),
            (100, Some(0)),
        ] {
            assert!(matches!(
                paid(total, &[told], true),
                Err(Refusal::PaymentAgainstTotal { .. })
            ));
        }
        for (total, told) in [(100, 101), (-100, -101)] {
            assert!(matches!(
                paid(total, &[Some(told)], true),
                Err(Refusal::PaymentsExceedTotal { .. })
            ));
        }
        for told in [&[None, None][..], &[Some(100), None]] {
            assert_eq!(paid(100, told, true), Err(Refusal::NoRest));
        }
        assert_eq!(paid(0, &[None], true), Err(Refusal::NoRest));
    }

    proptest! {
        #[test]
        fn parts_returned_one_by_one_come_to_the_whole_whichever_are_void_between(
            parts in prop::collection::vec(1..5_000_i64, 1..20),
            void in prop::collection::vec(any::<bool>(), 20),
            by_shop in 0..3_000_i64,
            net in 0..10_000_i64,
            tax in 0..1_000_i64,
        ) {
            let restocked = Quantity::from_milli(by_shop);
            let sold = Quantity::from_milli(parts.iter().sum::<i64>() + by_shop);
            let amounts = Amounts { net: cad(net), tax: cad(tax) };
            let mut stand: Vec<(Quantity, Amounts)> = Vec::new();
            let line = |stand: &[(Quantity, Amounts)]| Returnable {
                sold,
                restocked,
                returned: Quantity::from_milli(stand.iter().map(|(part, _)| part.milli()).sum()),
                amounts,
                given_back: Amounts {
                    net: cad(stand.iter().map(|(_, back)| back.net.minor()).sum()),
                    tax: cad(stand.iter().map(|(_, back)| back.tax.minor()).sum()),
                },
            };
            for (part, is_void) in parts.into_iter().zip(void) {
                let part = Quantity::from_milli(part);
                let back = line(&stand).refund(part).unwrap();
                prop_assert!(back.net.minor() <= 0 && back.tax.minor() <= 0);
                stand.push((part, back));
                if is_void {
                    stand.remove(stand.len() / 2);
                }
            }
            let left = line(&stand).left().unwrap();
            stand.push((left, line(&stand).refund(left).unwrap()));
            let end = line(&stand);
            prop_assert_eq!(end.left().unwrap(), Quantity::ZERO);
            let by_shop = |whole: i64| cad(whole).share(restocked, sold).unwrap().minor();
            let Amounts { net: net_back, tax: tax_back } = end.given_back;
            prop_assert_eq!(net_back.minor(), by_shop(net) - net);
            prop_assert_eq!(tax_back.minor(), by_shop(tax) - tax);
        }
    }
}
