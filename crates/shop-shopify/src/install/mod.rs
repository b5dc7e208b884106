//! How a merchant's shop gives an app access, and how the app keeps it.
//!
//! 1. [`oauth::authorize_url`]: where the merchant's browser is sent. The state in it is the caller's: bound to
//!    the user, the retailer and the shop, and used once.
//! 2. [`oauth::verify`]: whether what the browser brings back is Shopify's word.
//! 3. [`crate::Shopify::grant`]: the code for tokens; [`token::Scopes::missing`] of [`ORDER_SCOPES`] says whether
//!    they are enough.
//! 4. [`renew::access_token`]: from then on, a token that is accepted.
//!
//! An app and a shop of one organisation need no merchant: they begin with step 3, by
//! [`token::Grant::ClientCredentials`].

mod exchange;
mod flow;
pub mod oauth;
pub mod renew;
pub mod token;

/// What the app must be allowed in order to read orders whole. What it may not see is null, and the order
/// is read without.
pub const ORDER_SCOPES: [&str; 5] = [
    "read_orders",
    "read_products",
    "read_inventory",
    "read_locations",
    "read_customers",
];

#[cfg(test)]
mod tests {
    use super::ORDER_SCOPES;

    #[test]
    fn pos_06_nothing_but_reading_is_asked_for() {
        let writes = |scope: &&&str| !scope.starts_with("read_");
        assert_eq!(ORDER_SCOPES.iter().find(writes), None);
    }
}
