//! Every row that a batch writes.

use jiff::Timestamp;
use retail::{
    Balance, ConnectionId, Customer, CustomerId, EmailKey, ItemId, LineKey, Money, OutletId,
    PaymentKey, PaymentKind, Quantity, ReceiptNumber, RegisterId, RetailerId, SaleId, SaleState,
    ShopOrderId, StockRule, Version,
};

use super::{
    Delivery, Identity, ImportedRow, ItemKind, KitPartRow, LinkKey, Open, Origin, WorkedSale,
};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Made a revision of the sale.
    Recorded,
    /// A repeat, or older than what is recorded.
    AlreadyRecorded,
    /// A draft, or a status that is not imported.
    NotImported,
    /// Waits for a person (SH-12).
    Held,
    /// Cannot be booked; the order is parked with the reason.
    Parked,
    /// Nobody knows the connection, or it is another retailer's: for the dead letters.
    UnknownConnection,
    /// Nobody knows the import it names, or it is another connection's: for the dead letters.
    UnknownImport,
}

/// The rows to write, table by table. Where a table's rows have a lock order, they are in it.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// By the message's place in the batch.
    pub outcomes: Vec<Outcome>,
    /// Sorted by identity.
    pub items: Vec<NewItem<'a>>,
    /// Sorted by key.
    pub links: Vec<NewLink<'a>>,
    /// Sorted by e-mail key, guests first.
    pub customers: Vec<NewCustomer<'a>>,
    /// Sorted by order; only those that are new or changed.
    pub heads: Vec<HeadRow<'a>>,
    pub sales: Vec<SaleRow<'a>>,
    pub lines: Vec<LineRow<'a>>,
    /// How far sales have come that somebody has begun to hand over.
    pub worked: Vec<WorkedSale>,
    pub payments: Vec<PaymentRow>,
    pub movements: Vec<MovementRow>,
    /// Of what lines that are kits from now on are made.
    pub kit_parts: Vec<KitPartRow>,
    pub deliveries: Vec<DeliveryRow<'a>>,
    /// Sales that change in nothing but whether the shop calls them drafts.
    pub warnings: Vec<Warning>,
    /// Sales that change in nothing but their lines' items, and those lines.
    pub repointed: Vec<RepointedSale>,
    pub repointed_lines: Vec<RepointedLine>,
    /// Orders recorded again, whose parking this may clear.
    pub read: Vec<ReadMark<'a>>,
    pub parked: Vec<ParkedRow<'a>>,
    /// What imports brought, one row for each import and order.
    pub imported: Vec<ImportedRow<'a>>,
    /// Orders taken back that an import has brought in again.
    pub readmitted: Vec<(ConnectionId, &'a ShopOrderId)>,
    /// Updates that wait for a person, and orders of which none waits any more.
    pub held: Vec<HeldRow<'a>>,
    pub unheld: Vec<(ConnectionId, &'a ShopOrderId)>,
    /// Orders that hold no more what they held, and what orders hold from now on.
    pub reopened: Vec<(ConnectionId, &'a ShopOrderId)>,
    pub open_lines: Vec<OpenLineRow<'a>>,
    /// Orders of people who were erased.
    pub erased_orders: Vec<ErasedOrderRow<'a>>,
    /// What to say on the bus; sorted.
    pub dirty: Vec<Dirty>,
}

#[derive(Clone, Debug)]
pub struct NewItem<'a> {
    pub item: ItemId,
    pub retailer: RetailerId,
    pub identity: Identity<'a>,
    pub kind: ItemKind,
    pub sku: Option<&'a str>,
    pub barcode: Option<&'a str>,
    pub name: &'a str,
    pub origin: Origin,
    pub connection: ConnectionId,
    /// `None` of a service.
    pub first_sold: Option<FirstSold>,
}

/// The line that an item was made from: what so much of it sold for, without tax, and its tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstSold {
    pub quantity: Quantity,
    pub net: Money,
    pub tax: Money,
}

#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    pub key: LinkKey<'a>,
    pub item: ItemId,
}

#[derive(Clone, Debug)]
pub enum NewCustomer<'a> {
    Guest {
        id: CustomerId,
        retailer: RetailerId,
        of: ConnectionId,
    },
    Person {
        id: CustomerId,
        retailer: RetailerId,
        key: &'a EmailKey,
        customer: &'a Customer,
    },
}

/// An order of somebody who was erased: its deliveries are kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedOrderRow<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub retailer: RetailerId,
}

#[derive(Clone, Debug)]
pub struct HeadRow<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    /// Seen for the first time, so inserted and not updated.
    pub is_new: bool,
    pub sale: Option<SaleId>,
    pub revision: i32,
    pub version: Option<Version>,
    pub draft: Option<Version>,
    pub open: Option<Open>,
}

#[derive(Clone, Debug)]
pub struct SaleRow<'a> {
    pub sale: SaleId,
    /// Recorded before: updated and not inserted.
    pub is_new: bool,
    pub retailer: RetailerId,
    pub outlet: OutletId,
    pub register: RegisterId,
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub receipt_number: &'a str,
    pub receipt_key: String,
    pub state: SaleState,
    pub balance: Balance,
    pub total: Money,
    pub tax: Money,
    /// Written when the sale is new, and never again.
    pub stock_rule: StockRule,
    pub received: Money,
    pub refunded: Money,
    /// What people recorded as paid, and how much of `received` is that money.
    pub applied: Money,
    pub covered: Money,
    pub customer: CustomerId,
    pub shop_status: &'a str,
    pub warning_not_imported: bool,
    /// Something of it is still to be handed over (POS-2).
    pub is_to_fulfil: bool,
    pub revision: i32,
    pub placed_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct LineRow<'a> {
    pub sale: SaleId,
    pub key: LineKey,
    pub position: i32,
    pub item: ItemId,
    pub naming: Naming,
    pub name: &'a str,
    pub quantity: Quantity,
    pub restocked: Quantity,
    /// Never more than is left to hand over.
    pub fulfilled: Quantity,
    pub deducted: Quantity,
    pub awaiting: Quantity,
    pub net: Money,
    pub tax: Money,
    pub placed_at: Timestamp,
}

/// Who named a line's item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The snapshot that the sale is at.
    Own,
    /// An older one.
    Older(Version),
    /// None so far: the item is a stand-in.
    Nobody,
}

/// Whether the shop says now that the order of a sale is a draft (BC-4).
#[derive(Clone, Debug)]
pub struct Warning {
    pub sale: SaleId,
    pub not_imported: bool,
}

#[derive(Clone, Debug)]
pub struct RepointedSale {
    pub sale: SaleId,
    pub revision: i32,
}

#[derive(Clone, Debug)]
pub struct RepointedLine {
    pub sale: SaleId,
    pub key: LineKey,
    pub item: ItemId,
    pub naming: Naming,
}

/// The difference that a revision made to a payment.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    pub sale: SaleId,
    pub key: PaymentKey,
    pub kind: PaymentKind,
    pub revision: i32,
    /// Empty when the shop does not tell of the payment any more.
    pub method: String,
    pub amount: Money,
    pub paid_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct MovementRow {
    pub movement: uuid::Uuid,
    pub item: ItemId,
    pub outlet: OutletId,
    pub quantity: Quantity,
    pub cause: MovementCause,
}

/// What a movement is for: applied twice, it would be there twice.
#[derive(Clone, Debug)]
pub enum MovementCause {
    Sale {
        sale: SaleId,
        line: LineKey,
        revision: i32,
        /// What the line sold, where this is a part of it.
        kit: Option<ItemId>,
    },
    /// What somebody did.
    Entry(uuid::Uuid),
}

#[derive(Clone, Debug)]
pub struct DeliveryRow<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub delivery: &'a Delivery,
    pub version: Option<Version>,
    pub outcome: Outcome,
    /// The revision it made, if it was recorded.
    pub revision: Option<i32>,
}

/// An order that could be read: refusals of what is recorded or held by now, or of what came no later,
/// are settled.
#[derive(Clone, Debug)]
pub struct ReadMark<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    /// What is recorded or held; `None` when nothing is.
    pub version: Option<Version>,
    /// The newest that could be read, a draft too.
    pub read: Option<Version>,
    /// When the last delivery came that could be read.
    pub received_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParkedKey<'a> {
    Order(&'a str),
    /// Of a delivery that does not tell its order.
    Delivery(&'a str),
}

#[derive(Clone, Debug)]
pub struct ParkedRow<'a> {
    pub connection: ConnectionId,
    pub key: ParkedKey<'a>,
    pub retailer: RetailerId,
    pub reason: std::borrow::Cow<'a, str>,
    pub detail: std::borrow::Cow<'a, str>,
    pub version: Option<Version>,
    pub receipt_number: Option<&'a ReceiptNumber>,
    pub placed_at: Option<Timestamp>,
    pub delivery: &'a Delivery,
    /// The message, where an order is in it: empty of one that could not be read.
    pub kept: &'a [u8],
    /// The message may name nobody: it is of a person who was erased.
    pub is_erased: bool,
}

/// An update of a sale that waits for a person (SH-12).
#[derive(Clone, Debug)]
pub struct HeldRow<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub retailer: RetailerId,
    pub version: Version,
    pub delivery: &'a Delivery,
    /// The message.
    pub kept: &'a [u8],
    /// The message may name nobody, as in [`ParkedRow`].
    pub is_erased: bool,
}

/// What the shop holds for a line of an order that is not applied.
#[derive(Clone, Debug)]
pub struct OpenLineRow<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub position: i32,
    pub variant: Option<&'a str>,
    pub sku: Option<&'a str>,
    pub quantity: Quantity,
}

/// Something of which the bus must be told the new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dirty {
    Item(RetailerId, ItemId),
    Sale(RetailerId, SaleId),
    Stock(RetailerId, ItemId, OutletId),
}

impl Outcome {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::AlreadyRecorded => "already_recorded",
            Self::NotImported => "not_imported",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::UnknownConnection => "unknown_connection",
            Self::UnknownImport => "unknown_import",
        }
    }
}

impl Naming {
    /// Of a line whose item was `named` by some snapshot, in a sale at `version`.
    #[must_use]
    pub fn of(named: Option<Version>, version: Version) -> Self {
        match named {
            None => Self::Nobody,
            Some(named) if named == version => Self::Own,
            Some(named) => Self::Older(named),
        }
    }

    /// The other way round.
    #[must_use]
    pub const fn named(self, version: Version) -> Option<Version> {
        match self {
            Self::Own => Some(version),
            Self::Older(named) => Some(named),
            Self::Nobody => None,
        }
    }
}

impl ParkedKey<'_> {
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Delivery(_) => "delivery",
        }
    }

    #[must_use]
    pub const fn text(&self) -> &str {
        match self {
            Self::Order(text) | Self::Delivery(text) => text,
        }
    }
}

impl Dirty {
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Item(..) => "item",
            Self::Sale(..) => "sale",
            Self::Stock(..) => "stock",
        }
    }
}
