//! The runtime with a platform of the tests' own: on a real database, a real broker, against shops that hang,
//! flood and lie.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod access;
mod archive;
mod audit;
mod audit_of_imports;
mod audit_of_shops;
mod audit_walk;
mod books;
mod census;
mod database;
mod foreign;
mod hooks;
mod import_books;
mod import_client;
mod imports;
mod isolation;
mod leases;
mod link_checks;
mod linking;
mod memory;
mod plans;
mod polling;
mod privileges;
mod running;
mod schema;
mod settings;
mod stall;
mod stock_side;
mod storm;
