//! What a platform's retailers are promised about the product of their shipping charges.

/// When the product comes to be that a retailer's shipping charges are sold as. There is one, whatever shops have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShippingItem {
    /// When a shop is linked, before any order (SH-6).
    AtLink,
    /// With the first sale that has shipping charges (BC-5).
    AtFirstUse,
}
