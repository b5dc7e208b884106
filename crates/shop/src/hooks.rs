//! Whether a shop tells of what happens.

use crate::ShopUrl;

/// Where a shop is to send its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookAddress(pub ShopUrl);

/// What was found of a shop's webhooks, and what was done about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HookReport {
    /// Were there, and active.
    pub sound: usize,
    /// Were there, switched off or pointing elsewhere, and are right again.
    pub mended: usize,
    /// Were missing, and are there again.
    pub created: usize,
    /// Of ours, superfluous, and taken away.
    pub removed: usize,
}

impl HookReport {
    /// Whether nothing had to be done.
    #[must_use]
    pub const fn was_sound(&self) -> bool {
        self.mended == 0 && self.created == 0 && self.removed == 0
    }
}
