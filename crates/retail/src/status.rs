//! A sale's two statuses: whether it stands, and whether it is paid. They are never one field (BC-4).

use std::fmt;

use crate::money::{Money, MoneyError};

/// Whether an order counts as a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SaleState {
    /// A cart or a draft that nobody has bought. Never a sale by itself, and the shop keeps nothing back for it.
    Unfinished,
    /// A state the platform's table does not import (BC-3). Never a sale by itself; what it sells the shop may have taken.
    NotImported,
    /// A sale: its stock has left the outlet.
    Closed,
    /// Cancelled or failed: the sale is kept for the record and holds no stock.
    Voided,
}

impl SaleState {
    /// Whether an order in it is a sale, or makes one void.
    #[must_use]
    pub const fn is_imported(self) -> bool {
        match self {
            Self::Closed | Self::Voided => true,
            Self::Unfinished | Self::NotImported => false,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            // To people they are one: it is not imported.
            Self::Unfinished | Self::NotImported => "not_imported",
            Self::Closed => "closed",
            Self::Voided => "voided",
        }
    }
}

impl fmt::Display for SaleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of a sale's total has been received, or of a return's has been given back. Refunds are shown apart and
/// do not reopen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Balance {
    Unpaid,
    PartPaid,
    Paid,
}

impl Balance {
    /// Compares what was received with what was asked. A sale of nothing is paid.
    pub fn of(total: Money, received: Money) -> Result<Self, MoneyError> {
        let open = total.checked_sub(received)?;
        // Of a return both are negative.
        let direction = if total.minor() < 0 { -1 } else { 1 };
        Ok(if open.minor().signum() != direction {
            Self::Paid
        } else if received.minor().signum() == direction {
            Self::PartPaid
        } else {
            Self::Unpaid
        })
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "unpaid",
            Self::PartPaid => "part_paid",
            Self::Paid => "paid",
        }
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn balance_is_what_was_received_against_what_was_asked() {
        let cad = |minor| Money::new(minor, Currency::CAD);
        for (total, received, expected) in [
            (2300, 0, Balance::Unpaid),
            (2300, 1, Balance::PartPaid),
            (2300, 2300, Balance::Paid),
            (2300, 2400, Balance::Paid),
            (0, 0, Balance::Paid),
            (-2300, 0, Balance::Unpaid),
            (-2300, -1, Balance::PartPaid),
            (-2300, -2300, Balance::Paid),
            (-2300, 100, Balance::Unpaid),
        ] {
            assert_eq!(
                Balance::of(cad(total), cad(received)).unwrap(),
                expected,
                "{received} of {total}"
            );
        }
        let eur = Money::new(1, Currency::EUR);
        assert!(Balance::of(cad(1), eur).is_err());
    }
}
