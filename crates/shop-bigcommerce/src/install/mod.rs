//! How a merchant's store gives an app access.
//!
//! 1. [`callback::install_url`]: where the merchant's browser is sent, to sign in and to agree.
//! 2. [`callback::read`]: what it brings back.
//! 3. [`crate::BigCommerce::grant`]: the code for a token; [`token::Scopes::missing`] of [`SCOPES`] says
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

/// What the app, or a store's own API account, must be allowed in order to read orders whole and to know the store
/// again; and to tell of products and stock. Webhooks ask for nothing. They are set where the app is registered.
pub const SCOPES: [&str; 6] = [
    "store_v2_orders_read_only",
    "store_v2_transactions_read_only",
    "store_v2_information_read_only",
    "store_v2_products",
    "store_inventory",
    "store_locations_read_only",
];

#[cfg(test)]
mod tests {
    use super::SCOPES;

    #[test]
    fn pos_06_nothing_of_orders_or_customers_may_be_written() {
        let writes = SCOPES.iter().filter(|scope| !scope.ends_with("_read_only"));
        assert_eq!(
            writes.collect::<Vec<_>>(),
            [&"store_v2_products", &"store_inventory"]
        );
    }
}
