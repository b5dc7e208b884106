//! What can be typed about registers and payments.

use clap::Subcommand;
use jiff::Timestamp;
use retail::{ConnectionId, Currency, MoneyError, PaymentType};
use uuid::Uuid;

use super::{ActArguments, PageArguments};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Registers {
    /// All registers, and which are open.
    List,
    /// Open a register with so much money in its drawer.
    Open {
        /// The register: its name where there is one of that name, else its id.
        register: String,
        /// The money in the drawer, as 100.00.
        #[arg(long, value_name = "AMOUNT", default_value = "0")]
        float: String,
        /// In which all is counted, as CAD.
        #[arg(long, value_parser = currency)]
        currency: Currency,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Close a register: say what is there of each means of payment that is expected.
    Close {
        /// The register: its name where there is one of that name, else its id.
        register: String,
        /// What is there, as cash=98.50; once for each means of payment.
        #[arg(long, value_name = "TYPE=AMOUNT", value_parser = counted)]
        counted: Vec<(PaymentType, String)>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Sessions, the last opened first.
    Sessions {
        /// Only this register's: its name where there is one of that name, else its id.
        register: Option<String>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// One session: what must be there, or what its closure came to.
    Show {
        /// Its id.
        session: Uuid,
    },
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Payments {
    /// Record that a sale was paid, in part or in full.
    Apply {
        /// The receipt number, with or without its prefix, or the sale's id.
        sale: String,
        /// The means of payment, as bank-transfer.
        #[arg(long = "type", value_name = "TYPE")]
        payment_type: PaymentType,
        /// How much, as 20.00, in the sale's currency; without it all that is open.
        #[arg(long)]
        amount: Option<String>,
        /// When it was paid: a date (of this machine's time zone) or an instant; without it now.
        #[arg(long, value_name = "WHEN", value_parser = super::instant)]
        at: Option<Timestamp>,
        /// The register that takes it: its name or id; without it the one that the sale is booked on.
        #[arg(long)]
        register: Option<String>,
        /// It may be from before the register was opened: it is in no closure then.
        #[arg(long)]
        accept_outside: bool,
        /// It may be more than is open.
        #[arg(long)]
        accept_overpayment: bool,
        #[command(flatten)]
        act: ActArguments,
    },
    /// By what means the retailer is paid, and what shops call them.
    Types,
    /// Add a means of payment, or name one otherwise.
    SetType {
        /// The short name: lower-case letters, digits and hyphens.
        payment_type: PaymentType,
        /// What people call it.
        name: String,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Say which of our means of payment a shop's is, in closures from now on.
    Map {
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        /// The shop's word.
        method: String,
        /// Ours.
        payment_type: PaymentType,
        #[command(flatten)]
        act: ActArguments,
    },
}

fn currency(text: &str) -> Result<Currency, MoneyError> {
    Currency::from_code(&text.to_uppercase())
}

fn counted(text: &str) -> Result<(PaymentType, String), String> {
    let (payment_type, amount) = text.split_once('=').ok_or("is not TYPE=AMOUNT")?;
    let payment_type = PaymentType::new(payment_type).map_err(|error| error.to_string())?;
    Ok((payment_type, amount.to_owned()))
}
