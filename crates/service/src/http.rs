//! HTTP for every service: a client with limits, a server that drains, problems as answers.

mod client;
mod problem;
mod serve;

pub use client::{BodyError, body, client, client_builder, loopback_client};
pub use problem::Problem;
pub use serve::serve;
