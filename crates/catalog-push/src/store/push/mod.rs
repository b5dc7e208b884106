//! What shops show, what they are to be told, and what they were.

mod connection;
mod item;
mod known;
mod list;
mod listing;
mod pusher;
mod repush;
mod status;
mod sweep;
mod told;
mod work;

pub use connection::PushRules;
pub use item::{Confirmed, KeptIntent, ListedItem, Settle, SettledItem};
pub use list::{ListingFilter, ListingKey, ListingView, RefusalView};
pub use listing::{KeptLink, KeptListing, NewListing, Standing};
pub use pusher::{Fence, Held};
pub use repush::{RepushAsked, RepushError};
pub use status::{StatusView, TroubleView};
pub use told::{NewTold, Told as ToldWhat, ToldFilter, ToldOutcome, ToldView};
pub use work::{Postponed, Work, WorkKind};

pub(super) use work::{mark_connection, mark_products, want_everywhere};
