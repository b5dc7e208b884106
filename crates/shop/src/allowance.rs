//! How much a shop lets itself be asked.

/// What may be asked of a shop of our own accord, in the units that its platform counts: requests, or points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Units that come back in a second.
    pub per_second: u32,
    /// Units that may be used at once when none was used for long.
    pub at_once: u32,
    /// What one page of a listing costs.
    pub page: u32,
    /// What fetching one order costs.
    pub order: u32,
}

impl Default for Allowance {
    /// For a shop that names no limit: little enough for a small machine that also serves buyers.
    fn default() -> Self {
        Self {
            per_second: 5,
            at_once: 10,
            page: 1,
            order: 1,
        }
    }
}
