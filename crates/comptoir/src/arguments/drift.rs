//! What can be typed about where shops show something else than the catalogue wants.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use retail::listing::Field;
use retail::{ConnectionId, ProductId, Sku};
use uuid::Uuid;

use super::{ActArguments, PageArguments, instant};

/// Where shops show something else than the catalogue wants.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Drift {
    /// What differs, what hurts most first: since when, why, and what can be done.
    List {
        #[command(flatten)]
        filter: DriftArguments,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Have a shop looked at now rather than by and by.
    Scan {
        /// The shop's connection: its id.
        connection: ConnectionId,
        /// Products: their ids; without any, all that are there.
        #[arg(value_name = "PRODUCT")]
        products: Vec<ProductId>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Have something done about what differs: about entries by their ids, or about all that conditions find.
    Repair(Box<RepairArguments>),
}

#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DriftArguments {
    /// Only in this shop.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Only what came about so.
    #[arg(long)]
    pub(crate) kind: Option<DriftKind>,
    /// Only of this field, as "title".
    #[arg(long, value_parser = field)]
    pub(crate) field: Option<Field>,
    /// Only of this product.
    #[arg(long, value_name = "ID")]
    pub(crate) product: Option<ProductId>,
    /// Only of what has this SKU.
    #[arg(long)]
    pub(crate) sku: Option<Sku>,
    /// Only what was first seen before this day or instant.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) before: Option<Timestamp>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RepairArguments {
    /// What is to be done.
    pub(crate) how: Repair,
    /// Entries: their ids; without any, all that the conditions find.
    #[arg(value_name = "DRIFT", conflicts_with_all = ["connection", "kind", "field", "product", "sku", "before"])]
    pub(crate) entries: Vec<Uuid>,
    #[command(flatten)]
    pub(crate) filter: DriftArguments,
    /// Really everything, in every shop.
    #[arg(long, conflicts_with_all = ["entries", "connection", "kind", "field", "product", "sku", "before"])]
    pub(crate) everything: bool,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Repair {
    /// The shop shows it as the catalogue has it.
    TellShop,
    /// The catalogue has it as the shop shows it.
    TakeOver,
    /// The shop decides it from now on.
    Accept,
    /// The shop gets it anew.
    CreateAgain,
    /// It is linked to nothing any more.
    Unlink,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftKind {
    /// The shop offers more than there is.
    OversellRisk,
    /// Somebody deleted it in the shop.
    MissingInShop,
    /// The shop has it and the catalogue has not.
    ExtraInShop,
    /// The shop did not take what it was told.
    Refused,
    /// Somebody changed it in the shop.
    EditedInShop,
    /// It was changed on both sides.
    EditedOnBothSides,
    /// The shop was not told yet.
    NotToldYet,
    /// An order may be on its way.
    OrderOnItsWay,
}

fn field(text: &str) -> Result<Field, String> {
    let known: Vec<&str> = Field::ALL.into_iter().map(Field::as_str).collect();
    Field::read(text).ok_or_else(|| format!("is none of {}", known.join(", ")))
}

impl DriftArguments {
    /// Whether it leaves anything out.
    pub(crate) const fn is_narrow(&self) -> bool {
        let Self {
            connection,
            kind,
            field,
            product,
            sku,
            before,
        } = self;
        connection.is_some()
            || kind.is_some()
            || field.is_some()
            || product.is_some()
            || sku.is_some()
            || before.is_some()
    }
}
