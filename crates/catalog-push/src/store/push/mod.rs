//! What shops show, what they are to be told, and what they were.

mod connection;
mod freed;
mod item;
mod known;
mod list;
mod listing;
mod neighbour;
mod pusher;
mod repush;
mod review;
mod status;
mod sweep;
mod told;
mod work;

pub use connection::PushRules;
pub use item::{Anchored, Confirmed, FoundAnew, KeptIntent, ListedItem, Settle, SettledItem};
pub use list::{ListingFilter, ListingKey, ListingView, RefusalView};
pub use listing::{ItemDoubt, KeptLink, KeptListing, NewListing, Review, Standing};
pub use neighbour::{Neighbour, Traces};
pub use pusher::{Fence, Held};
pub use repush::{RepushAsked, RepushError};
pub use status::{StatusView, TroubleView};
pub use told::{NewTold, Told as ToldWhat, ToldFilter, ToldOutcome, ToldView};
pub use work::{Postponed, Work, WorkKind};

pub(super) use known::{read_variant, write_variant};
pub(super) use listing::{fields, shop_id};
pub(super) use pusher::is_held;
pub(super) use review::read as read_doubts;
pub(super) use work::{
    mark_connection, mark_drift, mark_drifting, mark_listings, mark_products, want_everywhere,
};
