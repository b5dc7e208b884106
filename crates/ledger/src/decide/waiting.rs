//! The newest snapshot of an order that is known and not applied, and what it holds.

use retail::{LineKind, Order, OrderLine, Quantity, SaleState, Version};

/// Why it is not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A draft, or a status that is not imported.
    Skipped,
    Parked,
    /// Waits for a person (SH-12).
    Held,
}

/// Which snapshot it is. It is newer than what is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    pub version: Version,
    pub cause: Cause,
}

/// Such a snapshot as it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting<'a> {
    pub cause: Cause,
    pub order: &'a Order,
}

impl Cause {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Parked => "parked",
            Self::Held => "held",
        }
    }
}

impl Waiting<'_> {
    pub const fn open(&self) -> Open {
        Open {
            version: self.order.version,
            cause: self.cause,
        }
    }
}

/// What the shop holds for a line: what is sold less what went back, as far as that makes sense in an
/// order that may be parked for it. Nothing of what is void, and of services.
pub(super) fn held_quantity(order: &Order, line: &OrderLine) -> Quantity {
    match (order.state, &line.kind) {
        (SaleState::Voided, _) | (_, LineKind::Shipping | LineKind::Fee | LineKind::Rounding) => {
            Quantity::ZERO
        }
        (SaleState::Closed | SaleState::NotImported, LineKind::Product(_)) => {
            let most = line.quantity.max(Quantity::ZERO);
            let restocked = line.restocked.clamp(Quantity::ZERO, most);
            line.quantity
                .checked_sub(restocked)
                .unwrap_or(line.quantity)
        }
    }
}
