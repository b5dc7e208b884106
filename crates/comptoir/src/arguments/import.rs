//! What can be typed about imports.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use retail::{ConnectionId, ImportId, ShopOrderId};

use super::instant;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Import {
    /// Look through a shop's past orders, and show what importing them would do. Books nothing.
    Plan(PlanArguments),
    /// Let a plan happen, and follow it to its end.
    Commit(Which),
    /// How far an import is, and its plan.
    Show(Which),
    /// All imports, newest first.
    List,
    /// Halt an import that is at work.
    Pause(Which),
    /// Let it go on.
    Resume(Which),
    /// Stop it for good. What is booked stays, until it is undone.
    Cancel(Which),
    /// Take an import back: stock, payments and sales, as far as nothing has moved since.
    Undo(Which),
    /// Fetch one order from the shop, whatever its age, and book it.
    Order(OneOrder),
    /// Let a connection import, as an operator.
    Allow(Allow),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArguments {
    /// The connection whose shop is looked through: its id.
    pub(crate) connection: ConnectionId,
    /// Only orders that were never heard of.
    #[arg(long)]
    pub(crate) new: bool,
    /// Only orders placed then or later: a date (of this machine's time zone) or an instant.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Which {
    /// The import's id.
    pub(crate) import: ImportId,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct OneOrder {
    /// The order, as the shop's API names it.
    pub(crate) order: ShopOrderId,
    /// The connection whose shop has it: its id.
    #[arg(long)]
    pub(crate) connection: ConnectionId,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Allow {
    /// The connection's id.
    pub(crate) connection: ConnectionId,
    /// Forbid it again.
    #[arg(long)]
    pub(crate) revoke: bool,
}
