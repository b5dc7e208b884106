//! What can be typed about kits.

use clap::Subcommand;
use retail::{Quantity, Sku};

use super::stock::line;
use super::{ActArguments, PageArguments};

/// Kits: sold as one item, in stock as their parts.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Kits {
    /// Say what a kit is made of, for what is sold from now on.
    Define {
        /// The kit's SKU.
        sku: Sku,
        /// So much of a part in one kit, as TEA-1=2; once for each part.
        #[arg(value_name = "SKU=QUANTITY", required = true, value_parser = line)]
        parts: Vec<(Sku, Quantity)>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say that an item is no kit any more.
    Dissolve {
        /// The kit's SKU.
        sku: Sku,
        #[command(flatten)]
        act: ActArguments,
    },
    /// What a kit is made of, and who said so.
    Show {
        /// The kit's SKU.
        sku: Sku,
    },
    /// Kits, by SKU.
    List {
        #[command(flatten)]
        page: PageArguments,
    },
}
