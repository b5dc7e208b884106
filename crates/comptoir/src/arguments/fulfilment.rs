//! What can be typed about what is to be handed over.

use clap::Args;

use super::PageArguments;

#[derive(Clone, Debug, Args)]
pub(crate) struct FulfilmentList {
    /// Only sales of this outlet: its name or id.
    #[arg(long, value_name = "OUTLET")]
    pub(crate) outlet: Option<String>,
    /// Those of which nothing is to be handed over, too.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}
