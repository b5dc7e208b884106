//! The ledger against a real PostgreSQL and a real broker.

mod batches;
mod booking;
mod client;
mod customers;
mod grpc_sales;
mod grpc_stock;
mod items;
mod order;
mod poison;
mod privileges;
mod random;
mod schema;
mod support;
