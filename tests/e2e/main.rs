//! The whole system as real processes: real broker, real database, deliveries over HTTP.

mod demo;
