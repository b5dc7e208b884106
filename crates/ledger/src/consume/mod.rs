//! From `order.>` to the tables.
//!
//! One reader takes deliveries, decodes and opens them; a few writers each apply a batch in one
//! transaction and acknowledge after its commit. A repeat changes nothing, so a crash between commit
//! and acknowledgement costs only the work. Nothing here is given up while the database cannot be used:
//! batches are held and tried again.

mod book;
mod decode;
mod order;

pub use book::{Booked, book};
pub use decode::{Undecodable, decode, decode_unopened};
pub use order::{OrderReader, OrderWriter, pipeline};
