//! Comptoir's command line, and the stack of real processes that `demo`, `up`, the end-to-end
//! tests and the benches start.
//!
//! - [`stack`] starts servers and services, keeps them up and ends them.
//! - `command` has one file for each command; `api` asks the ledger over gRPC, `view` is what is
//!   shown (and, with `--json`, printed), `output` is how.
//! - `sheet_file` reads and writes spreadsheets: CSV and XLSX.
//! - `services` is the one file that names the services.

mod api;
mod arguments;
mod broker;
mod command;
mod demo;
mod exit;
mod outlets;
mod output;
mod run;
mod services;
mod sheet_file;
pub mod stack;
mod starter;
mod tables;
mod view;

pub use arguments::Arguments;
pub use run::run;
