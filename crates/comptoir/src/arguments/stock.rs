//! What can be typed about stock.

use clap::{Args, Subcommand, ValueEnum};
use proto::ledger::{AdjustmentReason, MovementCause};
use retail::{Quantity, Sku};
use uuid::Uuid;

use super::{ActArguments, PageArguments, When};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Stock {
    /// What is on hand, by SKU and outlet.
    Levels {
        /// Only this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        /// Only this SKU.
        #[arg(long)]
        sku: Option<String>,
    },
    /// What was on hand at an instant, by when the ledger booked what moved it; of one SKU, what shops were told besides.
    At {
        /// An instant such as 2026-11-21T19:50:52Z, or a day: the moment at which it begins by each outlet's clock.
        #[arg(value_name = "WHEN")]
        when: When,
        /// Only this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        /// Only this SKU.
        #[arg(long)]
        sku: Option<String>,
    },
    /// Why a number is what it is: every movement, with its sale and delivery or with who did what; and what shops were told.
    Explain {
        /// The item's SKU.
        sku: String,
        /// The outlet's name or id; not needed where only one has the item.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
    },
    /// Items of which more was sold than there is, with the orders that cannot all be served.
    Oversold {
        /// Only this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Say that there are so many more, or fewer, and why.
    Adjust {
        #[command(flatten)]
        of: LinesArguments,
        /// Why.
        #[arg(long)]
        reason: Reason,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Take in what a supplier delivered.
    Receive {
        #[command(flatten)]
        of: LinesArguments,
        /// The supplier's number, as of a delivery note.
        #[arg(long, default_value = "", hide_default_value = true)]
        reference: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say how much of items shops are not to sell.
    Safety {
        #[command(flatten)]
        of: LinesArguments,
        #[command(flatten)]
        act: ActArguments,
    },
    /// What people did to stock, newest first.
    Entries {
        /// Only this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        /// Only what was done for this.
        #[arg(long)]
        cause: Option<Cause>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// One thing that somebody did, with what it moved.
    Entry {
        /// Its id.
        entry: Uuid,
    },
    /// Goods on their way from one outlet to another: send, receive, list, show.
    Transfers {
        #[command(subcommand)]
        command: Transfers,
    },
    /// Count what is there: start, count, post or cancel, list, show.
    Takes {
        #[command(subcommand)]
        command: StockTakes,
    },
}

/// Goods on their way from one outlet to another.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Transfers {
    /// Send goods: they leave at once.
    Send {
        /// So much of an item, as TEA-1=12; once for each item.
        #[arg(value_name = "SKU=QUANTITY", required = true, value_parser = line)]
        lines: Vec<(Sku, Quantity)>,
        /// The outlet that they leave: its name or id.
        #[arg(long, value_name = "OUTLET")]
        from: String,
        /// The outlet that they go to: its name or id.
        #[arg(long, value_name = "OUTLET")]
        to: String,
        /// A number, as of a waybill.
        #[arg(long, default_value = "", hide_default_value = true)]
        reference: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say what arrived; without more to come, the rest is short.
    Receive {
        /// Its id.
        transfer: Uuid,
        /// So much of an item, as TEA-1=12; once for each item.
        #[arg(value_name = "SKU=QUANTITY", value_parser = line)]
        lines: Vec<(Sku, Quantity)>,
        /// The rest is still on its way.
        #[arg(long)]
        more_to_come: bool,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Transfers, the last sent first.
    List {
        /// Only from or to this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        /// Only those of which something is still to come.
        #[arg(long)]
        in_transit: bool,
        /// Only those of which something is short or over.
        #[arg(long)]
        differences: bool,
        #[command(flatten)]
        page: PageArguments,
    },
    /// One transfer: what was sent, received, is in transit, short and over.
    Show {
        /// Its id.
        transfer: Uuid,
    },
}

/// Counting what is there.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum StockTakes {
    /// Start a stock-take.
    Start {
        /// The outlet: its name or id.
        outlet: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say how many there are; counted again, an item's last count stands.
    Count {
        /// Its id.
        stock_take: Uuid,
        /// How many of an item there are in all, as TEA-1=12; once for each item.
        #[arg(value_name = "SKU=QUANTITY", required = true, value_parser = line)]
        lines: Vec<(Sku, Quantity)>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Move stock by what the counts differ by, and end it.
    Post {
        /// Its id.
        stock_take: Uuid,
        #[command(flatten)]
        act: ActArguments,
    },
    /// End it; nothing moves.
    Cancel {
        /// Its id.
        stock_take: Uuid,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Stock-takes, the last started first.
    List {
        /// Only this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// What was counted, by SKU.
    Show {
        /// Its id.
        stock_take: Uuid,
        /// Only what differs.
        #[arg(long)]
        differences: bool,
        #[command(flatten)]
        page: PageArguments,
    },
}

/// Items of an outlet, so much of each.
#[derive(Clone, Debug, Args)]
pub(crate) struct LinesArguments {
    /// So much of an item, as TEA-1=12 or TEA-1=-0.5; once for each item.
    #[arg(value_name = "SKU=QUANTITY", required = true, value_parser = line)]
    pub(crate) lines: Vec<(Sku, Quantity)>,
    /// The outlet: its name or id.
    #[arg(long, value_name = "OUTLET")]
    pub(crate) outlet: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reason {
    Damaged,
    Expired,
    /// Stolen, or nobody knows.
    Lost,
    Found,
    /// Used by ourselves, or given away.
    InternalUse,
    ReturnedToSupplier,
    /// The books were wrong, also when they begin.
    Correction,
    /// What --note says.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cause {
    Adjustment,
    GoodsReceived,
    StockTake,
    TransferSent,
    TransferReceived,
}

impl From<Reason> for AdjustmentReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Damaged => Self::Damaged,
            Reason::Expired => Self::Expired,
            Reason::Lost => Self::Lost,
            Reason::Found => Self::Found,
            Reason::InternalUse => Self::InternalUse,
            Reason::ReturnedToSupplier => Self::ReturnedToSupplier,
            Reason::Correction => Self::Correction,
            Reason::Other => Self::Other,
        }
    }
}

impl From<Cause> for MovementCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Adjustment => Self::Adjustment,
            Cause::GoodsReceived => Self::GoodsReceived,
            Cause::StockTake => Self::StockTake,
            Cause::TransferSent => Self::TransferSent,
            Cause::TransferReceived => Self::TransferReceived,
        }
    }
}

/// The last equals sign parts the two: a SKU may hold one.
pub(super) fn line(text: &str) -> Result<(Sku, Quantity), String> {
    let (sku, quantity) = text.rsplit_once('=').ok_or("is not SKU=QUANTITY")?;
    let sku = Sku::new(sku).map_err(|error| error.to_string())?;
    let quantity = quantity.parse().map_err(|error| format!("{error}"))?;
    Ok((sku, quantity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_sku_and_a_quantity() {
        let (sku, quantity) = line("A=B=-1.5").unwrap();
        assert_eq!((sku.as_str(), quantity.milli()), ("A=B", -1_500));
        for text in ["A", "A=", "=1", "A=1,5", "A=one"] {
            assert!(line(text).is_err(), "{text}");
        }
    }
}
