//! WooCommerce's deliveries, as real shops sent them.

mod capture;
mod expected;
mod fetch;
mod handled;
mod mutated;
mod signature;
