//! The catalogue against a real PostgreSQL, a real broker and a ledger of the tests' own.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod access;
mod audit;
mod bulk;
mod channels;
mod events;
mod foreign;
mod images;
mod ledger;
mod lists;
mod make;
mod privileges;
mod products;
mod push;
mod running;
mod schema;
mod settings;
mod sheets;
mod sold;
