//! The newest snapshot of an order that is known and not applied, and what it holds.

use retail::{ItemRef, LineKind, Order, Outline, OutlinedLine, Quantity, Version};

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
    pub snapshot: Snapshot<'a>,
}

/// As much of an order as there is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Snapshot<'a> {
    Whole(&'a Order),
    Outline(&'a Outline),
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
            version: self.snapshot.version(),
            cause: self.cause,
        }
    }
}

impl<'a> Snapshot<'a> {
    pub const fn version(&self) -> Version {
        match self {
            Self::Whole(order) => order.version,
            Self::Outline(outline) => outline.version,
        }
    }

    /// The products that the shop holds for it, and how much of each.
    pub fn held(self) -> Vec<(&'a ItemRef, Quantity)> {
        match self {
            Self::Whole(order) => order
                .lines
                .iter()
                .filter_map(|line| match &line.kind {
                    LineKind::Product(item) => Some((item, order.held(line))),
                    LineKind::Shipping
                    | LineKind::Handling
                    | LineKind::GiftWrapping
                    | LineKind::Fee
                    | LineKind::Rounding => None,
                })
                .collect(),
            Self::Outline(outline) => outline
                .lines
                .iter()
                .map(|OutlinedLine { item, quantity }| (item, *quantity))
                .collect(),
        }
    }
}
