//! A private PostgreSQL and nats-server for one machine, tests and benches.
