//! Decimal texts to whole minor units, without a cent lost or made.

use retail::Currency;
use rust_decimal::Decimal;
pub(crate) use shop::amount::{rounded, spread};

/// Reads `[-]digits[.digits]`, exactly, as minor units of `currency` (perhaps with a fraction).
/// `None` for what is no amount or is out of bounds.
pub(crate) fn minor(text: &str, currency: Currency) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain {
        return None;
    }
    Decimal::from_str_exact(text)
        .ok()?
        .checked_mul(Decimal::from(10_i64.checked_pow(currency.decimals())?))
}

/// `amount` of `whole` units, for `part` of them.
pub(crate) fn share(amount: Decimal, part: i64, whole: i64) -> Option<Decimal> {
    if part == whole {
        return Some(amount);
    }
    amount
        .checked_mul(Decimal::from(part))?
        .checked_div(Decimal::from(whole))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, minor_units) in [
            ("20.0", "2000"),
            ("20.00", "2000"),
            ("-1.95", "-195"),
            ("0.0", "0"),
            ("8.333", "833.3"),
        ] {
            assert_eq!(
                minor(text, Currency::EUR),
                Some(minor_units.parse().unwrap()),
                "{text}"
            );
        }
        assert_eq!(minor("500.0", Currency::JPY), Some(Decimal::from(500)));
        for text in ["", "-", "+1", "1e2", "1,00", "NaN", ".5", "1.2.3", "1 000"] {
            assert_eq!(minor(text, Currency::EUR), None, "{text:?}");
        }
    }

    #[test]
    fn a_share_is_exact_where_it_can_be() {
        let of = |amount: i64, part, whole| share(Decimal::from(amount), part, whole).unwrap();
        assert_eq!(of(1800, 1, 2), Decimal::from(900));
        assert_eq!(of(1000, 0, 3), Decimal::ZERO);
        assert_eq!(of(1000, 3, 3), Decimal::from(1000));
        assert_eq!(share(Decimal::ONE, 1, 0), None);
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
