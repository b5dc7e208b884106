//! What can be typed about the sales history.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use retail::{Quantity, QuantityError};
use uuid::Uuid;

use super::{ActArguments, PageArguments, instant};

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Sales {
    /// Sales, newest first.
    List(SalesList),
    /// Sales that are not fully paid and hold stock, the oldest first.
    Reserved {
        /// Only sales of this outlet: its name or id.
        #[arg(long, value_name = "OUTLET")]
        outlet: Option<String>,
        /// Only sales placed before then: a date (of this machine's time zone) or an instant.
        #[arg(long, value_name = "WHEN", value_parser = instant)]
        until: Option<Timestamp>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Say that an invoice of a sale was made, or a credit note.
    Invoice(InvoiceArguments),
    /// One sale with its lines, payments and invoices, and when its stock moved.
    Show {
        /// The receipt number, with or without its prefix, or the sale's id.
        sale: String,
    },
}

#[derive(Clone, Debug, Args)]
pub(crate) struct InvoiceArguments {
    /// The receipt number, with or without its prefix, or the sale's id.
    pub(crate) sale: String,
    /// The document's number.
    #[arg(long)]
    pub(crate) number: String,
    /// So much of a line, as line:57=2; once for each line. `sales show --json` tells the keys.
    #[arg(long = "line", value_name = "KEY=QUANTITY", required = true, value_parser = invoice_line)]
    pub(crate) lines: Vec<(String, Quantity)>,
    /// It is a credit note: it takes back what was invoiced.
    #[arg(long)]
    pub(crate) credit: bool,
    /// When it was made: a date (of this machine's time zone) or an instant [default: now].
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) at: Option<Timestamp>,
    /// The document's own id [default: one made of the sale and the number].
    #[arg(long, value_name = "UUID")]
    pub(crate) id: Option<Uuid>,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

fn invoice_line(text: &str) -> Result<(String, Quantity), String> {
    let (key, quantity) = text
        .rsplit_once('=')
        .ok_or("write it as line:57=2".to_owned())?;
    let quantity = quantity
        .parse()
        .map_err(|error: QuantityError| error.to_string())?;
    Ok((key.to_owned(), quantity))
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SalesList {
    /// Only sales of this outlet: its name or id.
    #[arg(long, value_name = "OUTLET")]
    pub(crate) outlet: Option<String>,
    /// Only sales booked on this register: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) register: Option<String>,
    /// Only sales that came through this connection: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<String>,
    /// Only sales that came from this platform, as shopify.
    #[arg(long, value_name = "NAME")]
    pub(crate) platform: Option<String>,
    /// Only sales that stand, or only those that were voided.
    #[arg(long)]
    pub(crate) state: Option<State>,
    /// Only sales paid this far.
    #[arg(long)]
    pub(crate) balance: Option<Balance>,
    /// Only the sale of this receipt number, with or without its prefix.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) receipt: Option<String>,
    /// Only sales with a line of this SKU.
    #[arg(long)]
    pub(crate) sku: Option<String>,
    /// Only sales to this customer: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) customer: Option<String>,
    /// Only sales placed then or later: a date (of this machine's time zone) or an instant.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) from: Option<Timestamp>,
    /// Only sales placed before then.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) page: PageArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    Closed,
    Voided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Balance {
    Unpaid,
    PartPaid,
    Paid,
}
