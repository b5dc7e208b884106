//! HTTP for every service: a client with limits, a server that drains, problems as answers.

mod client;
mod failure;
mod problem;
mod serve;
mod token;

pub use client::{BodyError, Clients, body, client, client_builder, loopback_client};
pub use failure::{Failure, TlsFault, failure};
pub use problem::Problem;
pub use serve::serve;
pub use token::ask_for_token;
