//! What can be typed about connections.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use retail::{ConnectionId, Quantity, RegisterId};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Connections {
    /// All of them, with their health.
    List,
    /// One of them: its health, its settings, and what can be done about its orders.
    Show {
        /// Its id.
        connection: ConnectionId,
    },
    /// What to look at before a shop is linked: SKUs that are alike or missing, stock below zero.
    Check,
    /// Link a shop, or link it again.
    Link(LinkArguments),
    /// Link a shop by its own pages: give the address for a browser to open, and wait for what comes of it.
    Install(InstallArguments),
    /// Decide how a connection is treated; what is not said stays.
    Set {
        /// Its id.
        connection: ConnectionId,
        #[command(flatten)]
        settings: SettingArguments,
        /// What follows from --stock-side is known; without it, it is said and nothing is changed.
        #[arg(long)]
        stock_side_acknowledged: bool,
    },
    /// Apply what was kept and what the shop changed since it was asked last.
    GetNew {
        /// Its id.
        connection: ConnectionId,
    },
    /// Ask the shop for nothing, and go on listening.
    Pause {
        /// Its id.
        connection: ConnectionId,
    },
    /// Ask the shop again.
    Resume {
        /// Its id.
        connection: ConnectionId,
    },
    /// Part with the shop; without --confirmed, say what would follow.
    Disconnect {
        /// Its id.
        connection: ConnectionId,
        #[arg(long)]
        confirmed: bool,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct LinkArguments {
    /// Whose shop it is, as `comptoir status` names the ingest services: ingest-PLATFORM.
    pub(crate) platform: String,
    /// The shop's address.
    pub(crate) shop_url: String,
    /// A file with what the shop is asked with and signs with, as a seed file has it: `consumer_key`,
    /// `consumer_secret` and `secrets`. Nothing secret is typed on a command line.
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: PathBuf,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct InstallArguments {
    /// Whose shop it is, as `comptoir status` names the ingest services: ingest-PLATFORM.
    pub(crate) platform: String,
    /// The shop, as its platform calls it: a domain, a number, an address.
    pub(crate) shop: String,
    /// The shop belongs to the organisation that the app is registered for: nobody has to agree.
    #[arg(long)]
    pub(crate) own: bool,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

/// What is said of a shop, whichever way it is linked.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Terms {
    /// `comptoir connections check` was looked at.
    #[arg(long)]
    pub(crate) check_acknowledged: bool,
    /// It is another shop than the one that was parted with.
    #[arg(long)]
    pub(crate) another_shop_confirmed: bool,
    /// Ask the shop without TLS: only one on this machine.
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
    #[command(flatten)]
    pub(crate) settings: SettingArguments,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SettingArguments {
    /// The register on which the shop's orders are booked: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) register: Option<RegisterId>,
    /// Off: what the shop tells is kept until somebody asks for it.
    #[arg(long)]
    pub(crate) automatic_updates: Option<Switch>,
    /// What is done about updates of sales.
    #[arg(long)]
    pub(crate) order_updates: Option<OrderUpdates>,
    /// What takes an order's goods from stock.
    #[arg(long)]
    pub(crate) stock_at: Option<StockAt>,
    /// On which side stock is managed: `shop` moves none here and never tells the shop of any.
    #[arg(long)]
    pub(crate) stock_side: Option<StockSide>,
    /// Units of each item that the shop is never told of.
    #[arg(long, value_name = "UNITS")]
    pub(crate) channel_buffer: Option<Quantity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrderUpdates {
    /// The sale follows the shop.
    Apply,
    /// A person decides: `comptoir held`.
    Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StockAt {
    Order,
    Invoice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StockSide {
    /// Here.
    Pos,
    /// In the shop.
    Shop,
}
