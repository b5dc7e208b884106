//! How a merchant's store gives an app access.
//!
//! 1. [`callback::authorize_url`]: where the merchant's browser is sent, to sign in and to agree. The
//!    state in it is the caller's: bound to the user and the connection, and used once.
//! 2. [`callback::read`]: what it brings back.
//! 3. [`crate::Ecom::grant`]: the code for a token; [`token::Scopes::missing`] of [`SCOPES`] says
//!    whether it is enough.
//!
//! The token has no end but the app's: when the merchant takes the app away it is worth nothing, and a
//! merchant who installs it again gives another. There is nothing to renew.
//!
//! eCom signs no callback. Which store it is says the answer to step 3 alone. A merchant who installs the
//! app from eCom's own market comes with a code and no state: such a callback is refused, as anybody could
//! have sent the browser, and the merchant begins at step 1.

pub mod callback;
mod exchange;
mod flow;
pub mod token;

/// What the app must be allowed in order to read orders, to hear of them and to know the store again; and to tell of
/// products and stock.
pub const SCOPES: [&str; 5] = [
    "read_store_profile",
    "read_orders",
    "read_catalog",
    "create_catalog",
    "update_catalog",
];

#[cfg(test)]
mod tests {
    use super::SCOPES;

    #[test]
    fn pos_06_nothing_of_orders_or_customers_may_be_written() {
        let writes = SCOPES.iter().filter(|scope| !scope.starts_with("read_"));
        assert_eq!(
            writes.collect::<Vec<_>>(),
            [&"create_catalog", &"update_catalog"]
        );
    }
}
