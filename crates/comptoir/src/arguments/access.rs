//! What can be typed about who may do what.

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use proto::ledger as wire;
use uuid::Uuid;

use super::ActArguments;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Tokens {
    /// Make a token for a person or a program. It is shown once.
    Create {
        /// Whose it is. Two tokens of a name may be valid at once, so that one can take the other's place.
        name: String,
        /// What it may do; once for each role.
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<Role>,
        /// Until when it is valid: a date (of this machine's time zone) or an instant; without it for 90 days.
        #[arg(long, value_name = "WHEN", value_parser = super::instant)]
        until: Option<Timestamp>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// All tokens, the newest first, and whether they are valid.
    List,
    /// Make a token invalid for good.
    Revoke {
        /// Its id.
        token: Uuid,
        #[command(flatten)]
        act: ActArguments,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Reads and does nothing else.
    Viewer,
    /// Works at a till.
    Cashier,
    /// Works with goods.
    StockKeeper,
    /// All of the retailer's daily business.
    Manager,
    /// A manager who also makes tokens.
    Owner,
}

impl From<Role> for wire::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Cashier => Self::Cashier,
            Role::StockKeeper => Self::StockKeeper,
            Role::Manager => Self::Manager,
            Role::Owner => Self::Owner,
        }
    }
}
