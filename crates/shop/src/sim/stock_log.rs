//! What moved a simulated shop's own figures of stock: what a shop was told is judged by it.

use jiff::Timestamp;

/// Entries that are kept, about 100 bytes each.
const ENTRIES_LIMIT: usize = 2_000_000;

/// What moved one figure, or showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockEntry {
    /// By the shop's clock.
    pub at: Timestamp,
    /// As the thing is called at that moment.
    pub sku: String,
    pub before: i64,
    pub after: i64,
    pub cause: StockCause,
}

/// Why a figure is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockCause {
    /// Buyers took it, or gave it back.
    Order,
    /// An app said it, and the shop itself held it against what there was, or added it.
    Compared,
    /// An app said it, whatever there was.
    Told,
    /// Nothing moved yet: an app has said it, and the shop will do it a while later.
    Accepted,
    /// Nothing moved: an app was shown it.
    Shown,
}

impl StockCause {
    /// Whether an app said it.
    #[must_use]
    pub const fn is_told(self) -> bool {
        match self {
            Self::Compared | Self::Told => true,
            Self::Order | Self::Accepted | Self::Shown => false,
        }
    }
}

/// In the order in which it happened. Nothing is kept before somebody wants it to be.
#[derive(Clone, Debug, Default)]
pub struct StockLog {
    is_kept: bool,
    pub entries: Vec<StockEntry>,
    /// Entries for which there was no room.
    pub not_kept: u64,
}

impl StockLog {
    /// Begins it, with nothing in it.
    pub fn begin(&mut self) {
        *self = Self {
            is_kept: true,
            ..Self::default()
        };
    }

    /// Nothing without a SKU is kept: nobody could say what it is.
    pub fn add(
        &mut self,
        at: Timestamp,
        sku: &str,
        (before, after): (i64, i64),
        cause: StockCause,
    ) {
        if !self.is_kept || sku.is_empty() {
            return;
        }
        if self.entries.len() >= ENTRIES_LIMIT {
            self.not_kept += 1;
            return;
        }
        self.entries.push(StockEntry {
            at,
            sku: sku.to_owned(),
            before,
            after,
            cause,
        });
    }
}
