//! One service alone, in a test: what it runs on, and what it says.
//!
//! [`test-kit`](../test_kit/index.html) runs all of them; nothing here sees a service.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "for tests: what cannot go on, panics"
)]

mod access;
mod broker;
mod ear;
mod plain;
mod served;
mod stand_in;
mod surroundings;
mod walk;
mod within;

pub use access::{OPERATOR, access_settings, as_operator, bearer, operator, secrets};
pub use broker::{connect, provision_ledger, start_broker};
pub use ear::Ear;
pub use plain::call_plain;
pub use served::serve;
pub use stand_in::StandIn;
pub use surroundings::{APP_PASSWORD, SEAL_KEY, Surroundings, seal_key};
pub use walk::{Walk, methods_of};
pub use within::{PATIENCE, within};
