//! What can be typed about what shops are told.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use retail::{ConnectionId, ItemId, ProductId};

use super::{ActArguments, PageArguments, instant};

/// What shops show, what they were told, and what stands in the way.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Push {
    /// How late each shop is told, and why.
    Status,
    /// How products stand in shops, and what of them a shop does not take.
    List(ListingsArguments),
    /// Tell again: what somebody edited in a shop is overwritten, and what was deleted there is made anew.
    Again(AgainArguments),
    /// What shops were told, and what became of it, the last first.
    Told(ToldArguments),
}

/// How a product stands in a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Standing {
    /// It is to be there, and is not yet.
    Wanted,
    /// It is there.
    Linked,
    /// The shop has several that it may be.
    Review,
    /// Somebody deleted it in the shop.
    Missing,
    /// The shop does not take it.
    Refused,
    /// It was deleted here and there.
    Deleted,
    /// A person said that the shop has it not, and is not to.
    Apart,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ListingsArguments {
    /// Only in this shop.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Only those that stand so.
    #[arg(long)]
    pub(crate) standing: Option<Standing>,
    /// Only those that a shop does not take as they are.
    #[arg(long)]
    pub(crate) refused: bool,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct AgainArguments {
    /// A product; without any, all that the conditions find.
    #[arg(value_name = "PRODUCT")]
    pub(crate) products: Vec<ProductId>,
    /// Only in this shop.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Only those that stand so.
    #[arg(long)]
    pub(crate) standing: Option<Standing>,
    /// Really everything, in every shop.
    #[arg(long, conflicts_with_all = ["products", "connection", "standing"])]
    pub(crate) everything: bool,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ToldArguments {
    /// Only to this shop.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Only of this product.
    #[arg(long, value_name = "ID")]
    pub(crate) product: Option<ProductId>,
    /// Only of this item.
    #[arg(long, value_name = "ID")]
    pub(crate) item: Option<ItemId>,
    /// Not before this day or instant.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) from: Option<Timestamp>,
    /// Before this day or instant: the first entry is what was told last by then.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}
