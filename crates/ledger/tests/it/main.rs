//! The ledger against a real PostgreSQL and a real broker.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod batches;
mod booking;
mod cases;
mod catalogue;
mod client;
mod confirm;
mod connections;
mod customers;
mod events;
mod fulfilment;
mod grpc_known;
mod grpc_sales;
mod grpc_stock;
mod held;
mod imports;
mod imports_grpc;
mod imports_random;
mod imports_undone;
mod items;
mod order;
mod poison;
mod privileges;
mod random;
mod refused;
mod reports;
mod reports_random;
mod reservations;
mod schema;
mod service;
mod support;
mod waiting;
mod waiting_random;
