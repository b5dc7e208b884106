//! What can be typed about customers, and about what shops ask on their behalf.

use clap::Subcommand;
use retail::ConnectionId;

use super::{ActArguments, PageArguments};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Customers {
    /// Customers, those that came last first.
    List {
        /// Only who goes by this e-mail address.
        #[arg(long)]
        email: Option<String>,
        /// Only those with this in their name.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// One customer, and which records were merged into it.
    Show {
        /// The e-mail address, or the id.
        customer: String,
    },
    /// Say that two records are of one person: the sales of the first follow to the second.
    Merge {
        /// The record to merge: its e-mail address or id.
        customer: String,
        /// The record that is to stand for both: its e-mail address or id.
        into: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Print everything that is held of a person, as JSON: records, sales, payments, kept deliveries.
    Export {
        /// The e-mail address, or the id.
        customer: String,
    },
    /// Take away everything that says who somebody is. It cannot be undone; sales and stock stay.
    Erase {
        /// The e-mail address, or the id.
        customer: String,
        /// Said on purpose.
        #[arg(long, required = true)]
        confirmed: bool,
        #[command(flatten)]
        act: ActArguments,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Privacy {
    /// What shops ask on behalf of people: open requests first, by when they are due.
    List,
    /// Print what is held of the person that a request for data speaks of, and note that it was answered.
    Export {
        /// The shop's connection: its id.
        connection: ConnectionId,
        /// The request, as the list shows it.
        request: String,
        /// Who.
        #[arg(long, env = "USER", default_value = "comptoir", hide_env = true)]
        actor: String,
    },
}
