//! Everything that speaks SQL. One transaction a batch: `apply.rs` says what it locks, in which order.

mod access;
mod act;
mod apply;
mod audit;
mod chain;
pub mod check;
mod connect;
mod connection;
mod customer;
mod delivery;
mod dismiss;
mod early;
mod error;
mod fulfilment;
mod head;
mod held;
mod import;
mod invoice;
mod item;
mod item_registry;
mod journal;
mod kit;
mod known;
mod level;
mod migrate;
mod once;
mod open;
mod ours;
mod outbox;
mod parked;
mod people;
mod plan;
mod read;
mod register;
mod relay;
mod remap;
mod repoint;
mod retention;
mod row;
mod sale;
mod seed;
mod stock;
mod till;

pub use access::{NewToken, TokenError, TokenView, Tokens};
pub use act::{Acted, Trial};
pub use apply::Store;
pub use chain::{BLOCK_LIMIT, Chain, Chained};
pub use connect::{act_pool, own_read_pool, read_pool, write_pool};
pub use connection::{NotOurs, Told, ToldConnection};
pub use dismiss::Dismissed;
pub use early::{Early, EarlyOrder};
pub use error::StoreError;
pub use fulfilment::{FulfilmentError, Part, StepAsked, Tracking, UndoAsked};
pub use import::{
    ImportCounts, ImportError, ImportKey, ImportLevelView, ImportOrderView, ImportState,
    ImportView, Preview, PreviewedLevel, PreviewedOrder, Undo, Undone,
};
pub use invoice::{
    InvoiceAsked, InvoiceError, InvoiceLineView, InvoiceView, InvoicedLineView, RecordedInvoice,
};
pub use item_registry::{
    ItemIdentity, Registered, RegisteredItem, RegistryError, Restored, VariantLink,
};
pub use journal::Recorded;
pub use kit::{KitAsked, KitError, KitKey, KitPartView, KitView};
pub use migrate::{declared, migrate};
pub use once::{Asked, Begun, Once, OnceError};
pub use people::{
    ArchiveSearch, ErasedCustomer, ErasedPeople, ErasedShop, Eraser, MergedCustomer, OrderToShred,
    PeopleError, PersonAsked, PersonToShred, Shredding, WaitingCopy, erasure_key,
};
pub use plan::{NotEntitled, PlanError, PlanView};
pub use read::*;
pub use register::{
    AppliedPayment, ClosureView, OnlineView, PaymentAsked, PaymentMethodView, PaymentTypeView,
    RegisterError, RegisterView, SessionKey, SessionView, TillPaymentView,
};
pub use relay::{
    Entry, HandoverNow, ItemNow, Kind, LevelNow, Outbox, Place, Said, SaleNow, SoldItem,
};
pub use remap::Remapped;
pub use seed::plant;
pub use stock::{
    AskedItem, AskedLine, EntryAsked, EntryCause, EntryKey, EntryKind, EntryLineView, EntryView,
    OversoldOrder, OversoldView, ReceiptAsked, StockError, StockTakeEnd, StockTakeKey,
    StockTakeLine, StockTakeLineKey, StockTakeState, StockTakeView, TransferAsked, TransferFilter,
    TransferLineView, TransferState, TransferView,
};
pub use till::{
    AskedCustomer, AskedPayment, AskedReturn, AskedSold, SaleAsked, TillError, VoidAsked,
};
