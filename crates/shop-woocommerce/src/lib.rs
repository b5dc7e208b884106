//! WooCommerce: payload, signature, mapping, client.
