//! WooCommerce: payload, signature, mapping, client.

#[cfg(feature = "sim")]
pub mod sim;
