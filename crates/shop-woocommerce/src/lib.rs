//! WooCommerce: its signature, its payloads as canonical orders, and asking a shop for one.
//!
//! Everything here was learned from real shops (WooCommerce 10.0 with orders in tables of their own,
//! 7.9 with orders as posts); what they sent is under `fixtures/`.

mod amount;
mod loose;
mod map;
mod note;
mod payload;
mod read;
mod secret;
mod status;
mod text;
mod verify;

#[cfg(feature = "sim")]
pub mod sim;
