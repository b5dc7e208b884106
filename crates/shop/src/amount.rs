//! Amounts of any precision to whole minor units, without a cent lost or made.

use retail::Currency;
use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

/// Reads `[-]digits[.digits]`, exactly, as minor units of `currency` (perhaps with a fraction).
/// Nothing is zero. `None` for what is no amount or is out of bounds.
#[must_use]
pub fn minor(text: &str, currency: Currency) -> Option<Decimal> {
    if text.is_empty() {
        return Some(Decimal::ZERO);
    }
    decimal(text)?.checked_mul(Decimal::from(10_i64.checked_pow(currency.decimals())?))
}

/// Reads `[-]digits[.digits]`, exactly.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// The nearest whole number; half goes away from zero, as shops round.
#[must_use]
pub fn rounded(amount: Decimal) -> Option<i64> {
    amount
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        .to_i64()
}

/// Whole numbers for `amounts` that add up to their rounded sum: each is rounded down, and what is
/// left goes to those that lost most (the first of equals). Whole amounts stay as they are.
#[must_use]
pub fn spread(amounts: &[Decimal]) -> Option<Vec<i64>> {
    let mut exact = Decimal::ZERO;
    let mut whole = Vec::with_capacity(amounts.len());
    let mut lost = Vec::new();
    for (index, amount) in amounts.iter().enumerate() {
        exact = exact.checked_add(*amount)?;
        let floor = amount.floor();
        whole.push(floor.to_i64()?);
        if floor != *amount {
            lost.push((amount.checked_sub(floor)?, index));
        }
    }
    let sum = whole
        .iter()
        .try_fold(0_i64, |sum, each| sum.checked_add(*each))?;
    let left = usize::try_from(rounded(exact)?.checked_sub(sum)?).ok()?;
    lost.sort_by_key(|(fraction, index)| (std::cmp::Reverse(*fraction), *index));
    for (_, index) in lost.into_iter().take(left) {
        let amount = whole.get_mut(index)?;
        *amount = amount.checked_add(1)?;
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, minor_units) in [
            ("20.00", "2000"),
            ("-23.00", "-2300"),
            ("7.6", "760"),
            ("9.975", "997.5"),
            ("16.663333333333334", "1666.3333333333334"),
            ("", "0"),
        ] {
            assert_eq!(
                minor(text, Currency::CAD),
                Some(minor_units.parse().unwrap()),
                "{text}"
            );
        }
        assert_eq!(minor("500", Currency::JPY), Some(Decimal::from(500)));
        for text in [
            "-",
            "+1",
            "1e2",
            "1,00",
            "NaN",
            ".5",
            "1.2.3",
            "1_000",
            "0x1",
            "1 000",
            "--1",
            "99999999999999999999999999999",
            "0.00000000000000000000000000000000001",
        ] {
            assert_eq!(minor(text, Currency::CAD), None, "{text:?}");
        }
    }

    #[test]
    fn remainders_go_to_those_that_lost_most() {
        let spread = |amounts: &[&str]| {
            let amounts: Vec<Decimal> = amounts.iter().map(|a| a.parse().unwrap()).collect();
            spread(&amounts).unwrap()
        };
        assert_eq!(spread(&["2000", "299", "-38"]), [2000, 299, -38]);
        assert_eq!(spread(&["33.3", "33.3", "33.4"]), [33, 33, 34]);
        assert_eq!(spread(&["0.5", "0.5"]), [1, 0], "the first of equals");
        assert_eq!(spread(&["-0.6", "0.2"]), [0, 0], "-0.4 is nearest to 0");
        assert_eq!(spread(&["-0.7", "0.2"]), [-1, 0]);
        assert_eq!(spread(&["-1.5"]), [-2], "half goes away from zero");
        assert_eq!(spread(&[]), [0_i64; 0]);
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_the_rounded_sum_and_move_less_than_one(
            parts in prop::collection::vec((-1_000_000_000_i64..1_000_000_000, 0_u32..6), 0..50)
        ) {
            let amounts: Vec<Decimal> =
                parts.iter().map(|(number, scale)| Decimal::new(*number, *scale)).collect();
            let whole = spread(&amounts).unwrap();
            let exact: Decimal = amounts.iter().sum();
            prop_assert_eq!(whole.iter().sum::<i64>(), rounded(exact).unwrap());
            for (amount, whole) in amounts.iter().zip(&whole) {
                prop_assert!((Decimal::from(*whole) - amount).abs() < Decimal::ONE);
            }
        }
    }
}
