//! How a merchant's store gives an app access.
//!
//! 1. [`callback::install_url`]: where the merchant's browser is sent, to sign in and to agree.
//! 2. [`callback::read`]: what it brings back.
//! 3. [`crate::BigCommerce::grant`]: the code for a token; [`token::Scopes::missing`] of [`ORDER_SCOPES`] says
//!    whether it is enough.
//!
//! The token is for ever: it ends when the app is taken away, when the app asks for other scopes, or when
//! the merchant's e-mail address changes. Then the browser comes back with a new code by itself.
//!
//! BigCommerce signs no callback and takes no state along. Whoever makes a merchant's browser call with
//! the code of a store of their own would have that store linked: the caller links the store of
//! [`token::Granted`] only to the user who began, who has named that store before and is still waiting.

pub mod callback;
mod exchange;
mod flow;
mod store_hash;
pub mod token;

pub use store_hash::StoreHash;

/// What the app must be allowed in order to read orders whole and to know the store again. Webhooks ask
/// for nothing.
pub const ORDER_SCOPES: [&str; 3] = [
    "store_v2_orders_read_only",
    "store_v2_transactions_read_only",
    "store_v2_information_read_only",
];

#[cfg(test)]
mod tests {
    use super::ORDER_SCOPES;

    #[test]
    fn pos_06_nothing_but_reading_is_asked_for() {
        let writes = |scope: &&&str| !scope.ends_with("_read_only");
        assert_eq!(ORDER_SCOPES.iter().find(writes), None);
    }
}
