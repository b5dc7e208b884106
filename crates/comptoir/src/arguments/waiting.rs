//! What can be typed about orders that wait for a person.

use clap::{Args, Subcommand};
use retail::{ConnectionId, ShopOrderId};
use uuid::Uuid;

use super::PageArguments;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Parked {
    /// Parked orders, newest first, with the reason.
    List(ParkedList),
    /// One parked order, with what the shop sent of it.
    Show {
        /// The shop's id of the order.
        order: ShopOrderId,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        /// What the shop sent, as it came; it holds personal data.
        #[arg(long)]
        raw: bool,
    },
    /// Try one again, as it came; the shop is asked for it where it could not be read.
    Retry {
        /// The shop's id of the order.
        order: ShopOrderId,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Try all of them again, or those of a connection or a reason.
    RetryAll {
        /// Only this connection's.
        #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
        connection: String,
        /// Only those parked for this reason.
        #[arg(
            long,
            value_name = "CODE",
            default_value = "",
            hide_default_value = true
        )]
        reason: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say that an order is not to be booked; say why with --note.
    Dismiss {
        /// The shop's id of the order.
        order: String,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say which item a product of the shop is, from now on.
    Remap {
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: String,
        #[command(flatten)]
        product: ShopProductArguments,
        /// The SKU of the item that it is.
        #[arg(long, value_name = "SKU")]
        to: String,
        #[command(flatten)]
        act: ActArguments,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ParkedList {
    /// Only this connection's.
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub(crate) connection: String,
    /// Only those parked for this reason.
    #[arg(
        long,
        value_name = "CODE",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) reason: String,
    /// Those that were dismissed, too.
    #[arg(long)]
    pub(crate) dismissed: bool,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

/// A product as the shop calls it.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ShopProductArguments {
    /// The shop's id of the variant.
    #[arg(long, value_name = "ID")]
    pub(crate) variant: Option<String>,
    /// The shop's SKU.
    #[arg(long, value_name = "SKU")]
    pub(crate) shop_sku: Option<String>,
    /// The name of a line that has nothing else.
    #[arg(long, value_name = "NAME")]
    pub(crate) line_name: Option<String>,
}

/// What is kept of what a person does.
#[derive(Clone, Debug, Args)]
pub(crate) struct ActArguments {
    /// Why.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) note: String,
    /// Who.
    #[arg(long, env = "USER", default_value = "comptoir", hide_env = true)]
    pub(crate) actor: String,
    /// Of an act that is said again because its answer was lost.
    #[arg(long, value_name = "UUID")]
    pub(crate) request_id: Option<Uuid>,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Held {
    /// Updates that wait, newest first, with what would change.
    List {
        /// Only this connection's.
        #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
        connection: String,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Make the sale what the shop says.
    Apply {
        /// The shop's id of the order.
        order: String,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: String,
        /// Only if this is still what the shop says: the content hash that the list tells.
        #[arg(
            long,
            value_name = "HASH",
            default_value = "",
            hide_default_value = true
        )]
        seen: String,
        #[command(flatten)]
        act: ActArguments,
    },
}
