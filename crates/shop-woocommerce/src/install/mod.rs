//! Linking a shop: whether there is one, where its owner is sent to approve, and the key that comes of
//! it.
//!
//! 1. [`find`]: whether a shop that can be linked answers at the address that was typed.
//! 2. [`approval_url`]: the owner's browser goes there, logs in and approves.
//! 3. The shop posts the key to us: [`granted`]. Nothing signs this, so all rests on `state`: long,
//!    never guessed, good for one link of one retailer, and forgotten once it has come. The key is then
//!    to be tried, by [`crate::WooCommerce`]'s `store`, before it is kept.
//! 4. Only then the shop sends the browser back, with [`shop::Install::returned`]: it proves nothing.

mod approval;
mod find;
mod flow;
mod granted;

pub use self::approval::{ApprovalError, approval_url};
pub use self::find::{FindError, Found, find};
pub use self::granted::{Grant, GrantError, granted};
