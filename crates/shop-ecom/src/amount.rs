//! JSON's numbers to whole minor units, without a cent lost or made.

use retail::Currency;
use rust_decimal::Decimal;
pub(crate) use shop::amount::{rounded, spread};

/// To what part of a minor unit a share is reckoned, before all are made whole.
const SHARE_DECIMALS: u32 = 6;

/// Reads a JSON number as minor units of `currency` (perhaps with a fraction). Nothing is zero.
/// `None` for what is no amount or is out of bounds.
pub(crate) fn minor(text: &str, currency: Currency) -> Option<Decimal> {
    if text.is_empty() {
        return Some(Decimal::ZERO);
    }
    decimal(text)?.checked_mul(Decimal::from(10_i64.checked_pow(currency.decimals())?))
}

/// Reads a JSON number digit by digit, exact to 28 decimals: what a floating-point number holds
/// beyond them (`5.551115123125783E-17`) is the noise of somebody's sum.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let is_plain = unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_plain {
        return None;
    }
    let number: Decimal = digits.parse().ok()?;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    let power = Decimal::try_from_i128_with_scale(power, 0).ok()?;
    if exponent < 0 {
        number.checked_div(power)
    } else {
        number.checked_mul(power)
    }
}

/// `amount` in parts that are to each other as `weights` are, and add up to it exactly. `None` when
/// the weights do not add up to something above zero.
pub(crate) fn share(amount: Decimal, weights: &[Decimal]) -> Option<Vec<Decimal>> {
    let sum = weights
        .iter()
        .try_fold(Decimal::ZERO, |sum, each| sum.checked_add(*each))?;
    if sum <= Decimal::ZERO {
        return None;
    }
    let mut left = amount;
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        let part = amount
            .checked_mul(*weight)?
            .checked_div(sum)?
            .round_dp(SHARE_DECIMALS);
        left = left.checked_sub(part)?;
        parts.push(part);
    }
    let heaviest = (0..weights.len()).max_by_key(|index| weights.get(*index))?;
    let part = parts.get_mut(heaviest)?;
    *part = part.checked_add(left)?;
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, minor_units) in [
            ("54", "5400"),
            ("54.0", "5400"),
            ("-23.00", "-2300"),
            ("0.30000000000000004", "30.000000000000004"),
            ("1.0E7", "1000000000"),
            ("1e+2", "10000"),
            ("5.4E-3", "0.54"),
            ("5.551115123125783E-17", "0.0000000000000055511151231"),
            ("", "0"),
        ] {
            let read = minor(text, Currency::CAD).unwrap();
            let expected: Decimal = minor_units.parse().unwrap();
            assert!(
                (read - expected).abs() < Decimal::new(1, 25),
                "{text} is {read}"
            );
        }
        assert_eq!(minor("500", Currency::JPY), Some(Decimal::from(500)));
        assert_eq!(minor("5E2", Currency::JPY), Some(Decimal::from(500)));
        for text in [
            "-",
            "+1",
            "1,00",
            "NaN",
            ".5",
            "1.2.3",
            "1_000",
            "0x1",
            "1 000",
            "--1",
            "true",
            "e1",
            "1e",
            "1e1.5",
            "1e40",
            "1e-40",
            "99999999999999999999999999999",
            "1e99999999999",
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
        assert_eq!(spread(&[]), [0_i64; 0]);
    }

    #[test]
    fn shares_are_as_the_weights_and_add_up() {
        let share = |amount: i64, weights: &[i64]| {
            let weights: Vec<Decimal> = weights.iter().map(|w| Decimal::from(*w)).collect();
            share(Decimal::from(amount), &weights)
        };
        assert_eq!(
            share(100, &[3000, 1000]),
            Some(vec![Decimal::from(75), Decimal::from(25)])
        );
        let thirds = share(100, &[1, 1, 1]).unwrap();
        assert_eq!(thirds.iter().sum::<Decimal>(), Decimal::from(100));
        assert_eq!(share(100, &[0, 0]), None);
        assert_eq!(share(100, &[]), None);
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
