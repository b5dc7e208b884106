//! What a batch of messages does to everything recorded. Pure: no database, no clock, no randomness.
//!
//! [`Batch`] groups what came by order, [`Known`] is what the database says about it, [`decide`]
//! holds the one against the other with `retail::posting`, and [`Plan`] is every row to write. Who
//! locks, reads and writes is [`crate::store`].

mod batch;
mod decision;
mod imports;
mod incoming;
mod item_kind;
mod items;
mod kit_part;
mod known;
mod plan;
mod reason;
mod receipt_key;
mod rows;
mod till;
mod waiting;
mod walk;
mod withdraw;
mod work;

pub use batch::{Batch, Group, Stray};
pub use decision::decide;
pub use imports::{ImportGate, Imported, ImportedRow};
pub use incoming::{Body, Delivery, Incoming, Refused};
pub use item_kind::{ItemKind, Origin};
pub use items::{Identity, LinkKey, LinkKind, Names, name_hash};
pub use kit_part::KitPartRow;
pub use known::{Connection, Erased, Flaw, Found, Head, Keys, Known, Linked, Lookup, RecordedSale};
pub use plan::{
    DeliveryRow, Dirty, ErasedOrderRow, FirstSold, HeadRow, HeldRow, LineRow, MovementCause,
    MovementRow, Naming, NewCustomer, NewItem, NewLink, OpenLineRow, Outcome, ParkedKey, ParkedRow,
    PaymentRow, Plan, ReadMark, RepointedLine, RepointedSale, SaleRow, Warning,
};
pub use reason::Reason;
pub use receipt_key::receipt_key;
pub use till::{TILL_PLATFORM, TillLine, TillSale};
pub use waiting::{Cause, Open};
pub use withdraw::{Kept, Withdrawal, WithdrawnSale, withdraw};
pub use work::{Stage, WorkedLine, WorkedSale};
