//! What a platform's retailers agreed to about importing past orders.

use jiff::SignedDuration;

/// The rules of a platform's imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportRules {
    /// Orders placed longer ago are not imported; exactly so long ago is accepted (SH-4).
    pub age_limit: Option<SignedDuration>,
    /// Whether an operator has to allow it for each connection (BC-6, WC-5).
    pub needs_entitlement: bool,
}

impl Default for ImportRules {
    /// Any age, and off until an operator allows it: an import changes stock.
    fn default() -> Self {
        Self {
            age_limit: None,
            needs_entitlement: true,
        }
    }
}
