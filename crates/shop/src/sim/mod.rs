//! What every simulated shop has in common, whatever it speaks: so that one program can run any of them,
//! let it trade, deliver what it tells and hold its books against the ledger.

mod books;
mod edit;
mod shop;
mod shop_size;
mod stock_log;

pub use books::{Books, Sale, Stocked};
pub use edit::{ProductEdit, ProductEdits};
pub use shop::{Access, Outgoing, SimShop};
pub use shop_size::ShopSize;
pub use stock_log::{StockCause, StockEntry, StockLog};
