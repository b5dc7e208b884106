//! From `order.>` to the tables.
//!
//! One reader takes deliveries, decodes and opens them; a few writers each apply a batch in one
//! transaction and acknowledge after its commit. A repeat changes nothing, so a crash between commit
//! and acknowledgement costs only the work. Nothing here is given up while the database cannot be used:
//! batches are held and tried again.
//!
//! Where orders are booked is what their ingest service tells of the connection ([`ConnectionReader`]). Orders
//! that come before it wait ([`EarlyOrders`]).

mod book;
mod connection;
mod decode;
mod early;
mod order;

pub use book::{Booked, book};
pub use connection::ConnectionReader;
pub use decode::{Undecodable, customer_of, decode, decode_unopened, without_customer};
pub use early::EarlyOrders;
pub use order::{OrderReader, OrderWriter, pipeline};
