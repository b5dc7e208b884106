//! What can be typed about what is to be handed over.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use proto::ledger::FulfilmentStep;
use retail::Quantity;

use super::{ActArguments, PageArguments, instant};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Fulfilment {
    /// Online sales that are still to be handed over, the longest placed first, with what to pick.
    List(FulfilmentList),
    /// One sale: how far it has come, and who did what.
    Show {
        /// The receipt number, with or without its prefix, or the sale's id.
        sale: String,
    },
    /// Say what was taken from the shelf.
    Pick(StepArguments),
    /// Say what was packed.
    Pack(StepArguments),
    /// Say what was given to a carrier.
    Ship {
        #[command(flatten)]
        of: StepArguments,
        /// Who carries it.
        #[arg(long, default_value = "", hide_default_value = true)]
        carrier: String,
        /// The carrier's number.
        #[arg(long, default_value = "", hide_default_value = true)]
        tracking: String,
        /// Where it can be followed.
        #[arg(long, default_value = "", hide_default_value = true)]
        url: String,
        #[command(flatten)]
        accept: AcceptArguments,
    },
    /// Say what the buyer came for.
    Collect {
        #[command(flatten)]
        of: StepArguments,
        #[command(flatten)]
        accept: AcceptArguments,
    },
    /// Say what was picked or packed by mistake, or was put back.
    Undo {
        #[command(flatten)]
        of: StepArguments,
        /// What to take back.
        #[arg(long)]
        step: UndoneStep,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct FulfilmentList {
    /// Only sales of this outlet: its name or id.
    #[arg(long, value_name = "OUTLET")]
    pub(crate) outlet: Option<String>,
    /// Only sales that came through this connection: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<String>,
    /// Only sales of which something lies there, or went so.
    #[arg(long)]
    pub(crate) step: Option<ListedStep>,
    /// Only sales placed before: a date (of this machine's time zone) or an instant.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) before: Option<Timestamp>,
    /// Those of which nothing is to be handed over, too.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct StepArguments {
    /// The receipt number, with or without its prefix, or the sale's id.
    pub(crate) sale: String,
    /// So many of a SKU or of a line, as TEA-1=2; without any, all there is.
    #[arg(value_name = "SKU=QUANTITY", value_parser = part)]
    pub(crate) parts: Vec<(String, Quantity)>,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct AcceptArguments {
    /// It may be unpaid.
    #[arg(long)]
    pub(crate) accept_unpaid: bool,
    /// The shop may say otherwise since.
    #[arg(long)]
    pub(crate) accept_held_update: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListedStep {
    ToPick,
    Picked,
    Packed,
    Shipped,
    Collected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UndoneStep {
    Picked,
    Packed,
}

impl From<ListedStep> for FulfilmentStep {
    fn from(step: ListedStep) -> Self {
        match step {
            ListedStep::ToPick => Self::ToPick,
            ListedStep::Picked => Self::Picked,
            ListedStep::Packed => Self::Packed,
            ListedStep::Shipped => Self::Shipped,
            ListedStep::Collected => Self::Collected,
        }
    }
}

impl From<UndoneStep> for FulfilmentStep {
    fn from(step: UndoneStep) -> Self {
        match step {
            UndoneStep::Picked => Self::Picked,
            UndoneStep::Packed => Self::Packed,
        }
    }
}

fn part(text: &str) -> Result<(String, Quantity), String> {
    let (name, quantity) = text.rsplit_once('=').ok_or("is not SKU=QUANTITY")?;
    let quantity = quantity.parse().map_err(|error| format!("{error}"))?;
    Ok((name.to_owned(), quantity))
}
