//! The whole system on one machine, as real processes.
//!
//! [`Stack::start`] starts PostgreSQL and nats-server (crate `devstack`), brings schemas and
//! streams up to date, starts the services and waits until all are ready. Everything lies in one
//! folder; ports and secrets are chosen once and kept.
//!
//! | path | what |
//! |---|---|
//! | `stack.json` | URLs and names of the running stack, mode 0600 |
//! | `ports.json` | the services' ports |
//! | `seed.toml` | retailers, outlets, registers, connections with their secrets, mode 0600 |
//! | `secrets/` | generated passwords and the key that seals, mode 0600 |
//! | `log/` | a file for each process |
//! | the rest | `devstack`'s |
//!
//! A service that ends is started again, ever more patiently. All end with this process: on
//! [`Stack::stop`] or drop in order, and when this process is killed because their standard input
//! ends (`--stop-with-input`).

mod environment;
mod kept;
mod options;
mod part;
mod ports;
mod process;
mod ready;
mod remove;
mod seed;
mod slot;
mod state;
mod supervisor;
mod system;

pub use options::{GivenBroker, Observer, StackOptions};
pub use part::Part;
pub use seed::{Seed, SeedConnection, SeedOutlet, SeedRegister, SeedRetailer};
pub use state::{Connection, Outlet, Retailer, Running, State};
pub use system::Stack;

pub(crate) use environment::operator_token;
pub(crate) use kept::random_text;
pub(crate) use ready::{Readiness, readiness};
pub(crate) use remove::remove;
