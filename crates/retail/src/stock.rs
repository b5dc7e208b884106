//! Stock: what takes a sale's goods from it, why people change it, and what of a transfer has arrived.

use crate::quantity::{Quantity, QuantityError};

/// What takes a sale's goods from stock. A sale keeps the rule that it was first recorded under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StockRule {
    /// The order itself (POS-11).
    AtOrder,
    /// Its invoices, each as much as it says (EF-11).
    AtInvoice,
    /// Nothing: stock is managed in the shop (EF-8).
    Never,
}

/// What a line holds of its item: in part gone already, in part promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Taken from stock.
    pub deducted: Quantity,
    /// To be taken once it is invoiced.
    pub awaiting: Quantity,
}

impl StockRule {
    pub const ALL: [Self; 3] = [Self::AtOrder, Self::AtInvoice, Self::Never];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOrder => "order",
            Self::AtInvoice => "invoice",
            Self::Never => "never",
        }
    }

    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text)
    }

    /// How a line holds what it is to hold of its item, less than nothing in a return, of which so much is
    /// `invoiced`. More than it is to hold is never taken, however much is invoiced.
    pub fn split(self, held: Quantity, invoiced: Quantity) -> Result<Holding, QuantityError> {
        let deducted = match self {
            Self::AtOrder => held,
            Self::AtInvoice if held < Quantity::ZERO => held.max(invoiced.checked_neg()?),
            Self::AtInvoice => held.min(invoiced),
            Self::Never => {
                return Ok(Holding {
                    deducted: Quantity::ZERO,
                    awaiting: Quantity::ZERO,
                });
            }
        };
        Ok(Holding {
            deducted,
            awaiting: held.checked_sub(deducted)?,
        })
    }
}

/// Why stock is adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AdjustmentReason {
    Damaged,
    Expired,
    /// Stolen, or nobody knows.
    Lost,
    Found,
    /// Used by the retailer itself, or given away.
    InternalUse,
    ReturnedToSupplier,
    /// The books were wrong, also when they begin.
    Correction,
    Other,
}

impl AdjustmentReason {
    pub const ALL: [Self; 8] = [
        Self::Damaged,
        Self::Expired,
        Self::Lost,
        Self::Found,
        Self::InternalUse,
        Self::ReturnedToSupplier,
        Self::Correction,
        Self::Other,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Expired => "expired",
            Self::Lost => "lost",
            Self::Found => "found",
            Self::InternalUse => "internal_use",
            Self::ReturnedToSupplier => "returned_to_supplier",
            Self::Correction => "correction",
            Self::Other => "other",
        }
    }
}

/// An item of a transfer: what left, and what has arrived so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transferred {
    pub sent: Quantity,
    pub received: Quantity,
}

/// Where an item of a transfer is that is not where it was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transit {
    /// Still to come.
    pub in_transit: Quantity,
    /// Sent, and never received.
    pub short: Quantity,
    /// Received, and never sent.
    pub over: Quantity,
}

impl Transferred {
    /// `is_received`: nothing more of the transfer is to come.
    pub fn transit(self, is_received: bool) -> Result<Transit, QuantityError> {
        let missing = self.sent.checked_sub(self.received)?;
        let rest = missing.max(Quantity::ZERO);
        let (in_transit, short) = if is_received {
            (Quantity::ZERO, rest)
        } else {
            (rest, Quantity::ZERO)
        };
        Ok(Transit {
            in_transit,
            short,
            over: missing.checked_neg()?.max(Quantity::ZERO),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_received_in_transit_or_short_and_what_is_over_was_never_sent() {
        let units = |units| Quantity::units(units).unwrap();
        for (sent, received, is_received, in_transit, short, over) in [
            (5, 0, false, 5, 0, 0),
            (5, 2, false, 3, 0, 0),
            (5, 5, false, 0, 0, 0),
            (5, 7, false, 0, 0, 2),
            (5, 5, true, 0, 0, 0),
            (5, 2, true, 0, 3, 0),
            (5, 7, true, 0, 0, 2),
            (0, 1, true, 0, 0, 1),
        ] {
            let of = Transferred {
                sent: units(sent),
                received: units(received),
            };
            let transit = of.transit(is_received).unwrap();
            let expected = Transit {
                in_transit: units(in_transit),
                short: units(short),
                over: units(over),
            };
            assert_eq!(transit, expected, "{of:?}, {is_received}");
            assert_eq!(
                sent,
                received + in_transit + short - over,
                "nothing is lost of {of:?}"
            );
        }
    }
}
