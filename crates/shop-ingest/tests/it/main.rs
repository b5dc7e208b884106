//! The runtime with a platform of the tests' own: on a real database, a real broker, against shops that hang,
//! flood and lie.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod database;
mod memory;
mod privileges;
mod schema;
