//! What every binary needs: settings, telemetry, health, lifecycle, clock, sealed values.
//!
//! A service's `main` is short because the whole life of a process is here:
//!
//! 1. [`settings::Settings::from_process`] reads the environment once;
//! 2. [`telemetry::init`] starts logs, traces and metrics, and its guard stays in `main`;
//! 3. [`health::Health`] knows what the process relies on, and answers `/readyz` and gRPC health from memory;
//! 4. [`lifecycle::Lifecycle`] owns every task, and drains them at SIGTERM;
//! 5. [`listen`] binds, [`http::serve`] and [`grpc::serve`] serve until the lifecycle says stop.
//!
//! Errors say what failed; why is in their source. Print both with `anyhow`'s `{:#}`.
//!
//! # What this crate does not know
//!
//! - **No retail.** No order, no sale, no stock, no shop's name: it depends on no other crate of ours.
//! - **No broker and no database.** A readiness check is a closure; who asks PostgreSQL or NATS is the service.
//! - **No other reading of the process.** The environment is read in [`settings`] and the wall clock in [`clock`],
//!   nowhere else in the workspace; a task is spawned in [`lifecycle`], nowhere else.
//! - **No secret in text.** A secret setting is a `SecretString` from the moment it is read, a key of the
//!   [`seal::Keyring`] never leaves it, and errors name keys, never values.
//! - **No log of a request.** One span for each request and one histogram; bodies, headers and paths stay out.

pub mod access;
mod allocator;
pub mod clock;
pub mod command;
pub mod grpc;
pub mod health;
pub mod http;
pub mod lifecycle;
pub mod listen;
pub mod metrics;
pub mod refusal;
pub mod seal;
pub mod secret;
pub mod settings;
pub mod telemetry;
pub mod trace;

pub use command::Command;
pub use settings::Settings;
