//! The domain: what a shop's order is, what a sale is, and what the first does to the second.
//!
//! Nothing here performs I/O, asks a clock, makes an id or knows a wire format. A decision is a
//! function that returns a value; the ledger's heart is [`posting::post`].

pub mod catalogue;
pub mod customer;
pub mod fulfilment;
pub mod ids;
pub mod kit;
pub mod listing;
pub mod money;
pub mod order;
pub mod outline;
pub mod plan;
pub mod posting;
pub mod quantity;
pub mod register;
pub mod sale;
pub mod settlement;
pub mod status;
pub mod stock;
pub mod text;
pub mod till;
mod told;
pub mod version;

pub use customer::{Customer, EmailKey};
pub use ids::{
    ConnectionId, CustomerId, ImportId, ItemId, OutletId, ProductId, RegisterId, RetailerId,
    SaleId, SheetId,
};
pub use money::{Currency, Money, MoneyError};
pub use order::{ItemRef, LineKind, Order, OrderKey, OrderLine, OrderPayment, PaymentKind};
pub use outline::{Outline, OutlinedLine};
pub use plan::{Entitlement, Entitlements, Plan, PlanOption};
pub use quantity::{Quantity, QuantityError};
pub use status::{Balance, SaleState};
pub use stock::StockRule;
pub use text::{
    Barcode, LineKey, PaymentKey, PaymentType, PlatformCode, ReceiptNumber, ShopOrderId,
    ShopVariantId, Sku, TextError,
};
pub use version::{ContentHash, Version};
