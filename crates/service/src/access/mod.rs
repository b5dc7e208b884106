//! Who may do what: callers prove who they are with a bearer token, and a table says what each role may call.
//!
//! Three kinds of tokens, all checked without asking a database for each call:
//!
//! | token | of whom | known by |
//! |---|---|---|
//! | API token | a person or program of one retailer | its digest, in a [`TokenRegister`]; an answer is used for [`TOKEN_AGE`] |
//! | service token | one of our services, for [`SERVICE_TOKEN_LIFE`] | a signature with the key that services share |
//! | operator's token | whoever runs the installation | its digest, in the settings |
//!
//! [`Guard`] is the one wall that every gRPC server of ours has: [`crate::grpc::serve`] asks for it. Health and
//! reflection are open; a method that is in no table is refused.

mod body;
mod cache;
mod caller;
mod client;
mod digest;
mod gate;
mod guard;
mod method;
mod role;
mod secrets;
mod service_token;
mod watched;

pub use cache::TOKEN_AGE;
pub use caller::{Caller, PUSHER, is_reserved};
pub use client::{Authorized, Bearer};
pub use digest::TokenDigest;
pub use gate::{Gate, NoRegister, RegisterUnavailable, TokenRegister};
pub use guard::Guard;
pub use method::{Method, is_open, method};
pub use role::{Role, Roles, UnknownRole};
pub use secrets::{OPERATOR_TOKEN, SERVICE_KEY, Secrets, SecretsError};
pub use service_token::{SERVICE_TOKEN_LIFE, ServiceKeys};
pub use watched::WATCH_EVERY;
