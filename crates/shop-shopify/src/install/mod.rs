//! How a merchant's shop gives an app access, and how the app keeps it.
//!
//! 1. [`oauth::authorize_url`]: where the merchant's browser is sent. The state in it is the caller's: bound to
//!    the user, the retailer and the shop, and used once.
//! 2. [`oauth::verify`]: whether what the browser brings back is Shopify's word.
//! 3. [`crate::Shopify::grant`]: the code for tokens; [`token::Scopes::missing`] of [`SCOPES`] says whether
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

/// What the app must be allowed in order to read orders whole, and to tell of products and stock. What it may not see of
/// an order is null, and the order is read without. Who may write a thing may read it.
pub const SCOPES: [&str; 6] = [
    "read_orders",
    "read_customers",
    "read_locations",
    "write_products",
    "write_inventory",
    "write_publications",
];

#[cfg(test)]
mod tests {
    use super::SCOPES;

    #[test]
    fn pos_06_nothing_of_orders_or_customers_may_be_written() {
        let writes = SCOPES.iter().filter(|scope| scope.starts_with("write_"));
        assert_eq!(
            writes.collect::<Vec<_>>(),
            [&"write_products", &"write_inventory", &"write_publications"]
        );
    }
}
