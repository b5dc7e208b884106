//! What can be typed about reports.

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use retail::ConnectionId;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Reports {
    /// What was sold over some days: by item, and by kind of item.
    Products(ProductsArguments),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ProductsArguments {
    /// The first day, as the clocks of each outlet count them.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) from: Date,
    /// The day after the last one.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) until: Date,
    /// Only sales of this outlet: its name or id.
    #[arg(long, value_name = "OUTLET")]
    pub(crate) outlet: Option<String>,
    /// Only sales that came through this connection: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Only this kind of item.
    #[arg(long)]
    pub(crate) kind: Option<ItemKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ItemKind {
    Product,
    Shipping,
    Handling,
    GiftWrapping,
    Fee,
    Rounding,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "a day such as 2026-11-21 is wanted".to_owned())
}
