//! The map of the system: every subject, stream and durable consumer, who may use them,
//! and the only code that talks to the broker.
//!
//! - [`subject`], [`stream`], [`durable`] and [`Map`] say what there is; [`permission`] says who may touch it.
//! - [`provision`] makes the broker equal to the map; [`check`] refuses to run when it is not.
//! - [`Publisher`] answers after the broker has the message on disk; [`Consumer`] takes batches, acknowledged
//!   after the effect is committed; [`DeadLetters`] keeps what nobody can read, with the reason.

pub mod check;
mod compare;
mod connection;
mod consume;
mod dead;
pub mod durable;
mod lag;
mod map;
mod participant;
pub mod permission;
pub mod provision;
mod publish;
pub mod stream;
pub mod subject;
mod trace;
mod waiting;

pub use compare::Difference;
pub use connection::{Bus, ConnectError, Options};
pub use consume::{AckError, Consumer, Delivery, ack_all};
pub use dead::{BuryError, DeadLetters, Reason, header as dead_header};
pub use durable::Durable;
pub use lag::{InfoError, Lag, StreamState};
pub use map::Map;
pub use participant::Service;
pub use publish::{Message, MessageId, MessageIdError, PublishError, Publisher, Stored};
pub use stream::Stream;
pub use subject::{Address, Subject};
