//! A register's sessions: when a payment belongs to one, and what is counted at its end.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::money::{Currency, Money, MoneyError};
use crate::text::PaymentType;

/// How far a till's clock may be ahead of ours (SH-15).
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Where a payment that a person records belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In the closure of the session that is open.
    Inside,
    /// In no closure: it was made before the register was opened.
    Outside,
}

/// The payment's instant is later than now, by more than clocks differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("payment at {paid_at} is later than now, {now}")]
pub struct InFuture {
    pub paid_at: Timestamp,
    pub now: Timestamp,
}

impl Placement {
    /// Of a payment made at `paid_at` and recorded `now`, in the session opened at `opened_at` (SH-15).
    pub fn of(paid_at: Timestamp, opened_at: Timestamp, now: Timestamp) -> Result<Self, InFuture> {
        if paid_at.duration_since(now) > CLOCK_TOLERANCE {
            return Err(InFuture { paid_at, now });
        }
        Ok(if paid_at < opened_at {
            Self::Outside
        } else {
            Self::Inside
        })
    }
}

/// When a session ends that is closed `now`: later than all its payments, for a till's clock may be ahead.
#[must_use]
pub fn closing_instant(now: Timestamp, last_paid_at: Option<Timestamp>) -> Timestamp {
    /// What the database keeps of an instant.
    const TICK: SignedDuration = SignedDuration::from_micros(1);
    match last_paid_at {
        Some(last) if last >= now => last.checked_add(TICK).unwrap_or(Timestamp::MAX),
        Some(_) | None => now,
    }
}

/// One means of payment at the end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub payment_type: PaymentType,
    /// What must be there by the books.
    pub expected: Money,
    /// What is there.
    pub counted: Money,
}

/// Why what was counted cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    #[error("payment type {0} was not counted")]
    Missing(PaymentType),
    #[error("{counted} was counted in a session in {currency}")]
    Currency { counted: Money, currency: Currency },
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Count {
    /// The money that is over, or missing where it is negative.
    pub fn difference(&self) -> Result<Money, MoneyError> {
        self.counted.checked_sub(self.expected)
    }

    /// All counts of a session in `currency`, by payment type. `expected` holds what the books say; each of
    /// it must have been counted. What was counted beyond was expected to be nothing.
    pub fn of(
        currency: Currency,
        expected: BTreeMap<PaymentType, Money>,
        mut counted: BTreeMap<PaymentType, Money>,
    ) -> Result<Vec<Self>, CountError> {
        if let Some(counted) = counted.values().find(|money| money.currency() != currency) {
            return Err(CountError::Currency {
                counted: *counted,
                currency,
            });
        }
        let mut counts = Vec::with_capacity(expected.len());
        for (payment_type, expected) in expected {
            let Some(counted) = counted.remove(&payment_type) else {
                return Err(CountError::Missing(payment_type));
            };
            counts.push(Self {
                payment_type,
                expected,
                counted,
            });
        }
        counts.extend(counted.into_iter().map(|(payment_type, counted)| Self {
            payment_type,
            expected: Money::zero(currency),
            counted,
        }));
        counts.sort_by(|a, b| a.payment_type.cmp(&b.payment_type));
        for count in &counts {
            count.difference()?;
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn sh_15_a_payment_is_in_the_session_from_its_opening_on() {
        let (opened, now) = (at("2026-11-22T09:00:00Z"), at("2026-11-22T12:00:00Z"));
        for (paid, expected) in [
            ("2026-11-22T08:59:59.999999Z", Some(Placement::Outside)),
            ("2026-11-22T09:00:00Z", Some(Placement::Inside)),
            ("2026-11-22T12:00:00Z", Some(Placement::Inside)),
            ("2026-11-22T12:05:00Z", Some(Placement::Inside)),
            ("2026-11-22T12:05:00.000001Z", None),
        ] {
            assert_eq!(
                Placement::of(at(paid), opened, now).ok(),
                expected,
                "{paid}"
            );
        }
    }

    #[test]
    fn sh_15_a_session_ends_after_its_last_payment() {
        let now = at("2026-11-22T18:00:00Z");
        for (last, expected) in [
            (None, "2026-11-22T18:00:00Z"),
            (Some("2026-11-22T17:59:59Z"), "2026-11-22T18:00:00Z"),
            (Some("2026-11-22T18:00:00Z"), "2026-11-22T18:00:00.000001Z"),
            (Some("2026-11-22T18:03:00Z"), "2026-11-22T18:03:00.000001Z"),
        ] {
            assert_eq!(closing_instant(now, last.map(at)), at(expected), "{last:?}");
        }
    }

    #[test]
    fn what_is_counted_is_held_against_what_must_be_there() {
        let cad = |minor| Money::new(minor, Currency::CAD);
        let of = |name: &str| PaymentType::new(name).unwrap();
        let map = |entries: &[(&str, i64)]| -> BTreeMap<PaymentType, Money> {
            let entries = entries.iter();
            entries
                .map(|(name, minor)| (of(name), cad(*minor)))
                .collect()
        };
        let expected = map(&[("cash", 12_000), ("card", 5_000)]);
        let counted = map(&[("cash", 11_950), ("card", 5_000), ("cheque", 300)]);
        let counts = Count::of(Currency::CAD, expected.clone(), counted).unwrap();
        let differences: Vec<(&str, i64)> = counts
            .iter()
            .map(|count| {
                (
                    count.payment_type.as_str(),
                    count.difference().unwrap().minor(),
                )
            })
            .collect();
        assert_eq!(differences, [("card", 0), ("cash", -50), ("cheque", 300)]);
        assert_eq!(
            Count::of(Currency::CAD, expected.clone(), map(&[("cash", 12_000)])),
            Err(CountError::Missing(of("card")))
        );
        let mut euros = map(&[("card", 5_000)]);
        euros.insert(of("cash"), Money::new(1, Currency::EUR));
        assert!(matches!(
            Count::of(Currency::CAD, expected, euros),
            Err(CountError::Currency { .. })
        ));
    }
}
