//! What can be typed about what a till sells.

use std::str::FromStr as _;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use retail::{Currency, PaymentType, Quantity, Sku};

use super::ActArguments;

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Till {
    /// Sell at a till.
    Sell {
        /// What is sold, once for each line: so many of a SKU at a price each, as TEA-1=2@9.50, then what is taken
        /// off the line, as -1.00, then its tax, as +2.70.
        #[arg(value_name = "SKU=QUANTITY@PRICE", required = true, value_parser = sold)]
        lines: Vec<Sold>,
        #[command(flatten)]
        sale: SaleArguments,
    },
    /// Take something back, in exchange or for money.
    Return {
        /// The receipt number, with or without its prefix, or the id of the sale that it was sold by.
        of: String,
        /// What comes back, as TEA-1=1; once for each SKU.
        #[arg(value_name = "SKU=QUANTITY", required = true, value_parser = super::stock::line)]
        lines: Vec<(Sku, Quantity)>,
        /// What goes instead, as `till sell` has it.
        #[arg(long, value_name = "SKU=QUANTITY@PRICE", value_parser = sold)]
        sell: Vec<Sold>,
        /// It cannot be sold again: no stock comes back.
        #[arg(long)]
        without_restocking: bool,
        #[command(flatten)]
        sale: SaleArguments,
    },
    /// Make void what a till sold: stock goes back, and its payments are given back now.
    Void {
        /// The receipt number, with or without its prefix, or the sale's id.
        sale: String,
        /// The register that gives the money back: its name or id; without it the one that it was sold on.
        #[arg(long)]
        register: Option<String>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// What of a sale can still be returned, and for how much.
    Lines {
        /// The receipt number, with or without its prefix, or the sale's id.
        sale: String,
    },
}

/// What a sale and a return have in common.
#[derive(Clone, Debug, Args)]
pub(crate) struct SaleArguments {
    /// The register: its name where there is one of that name, else its id.
    #[arg(long)]
    pub(crate) register: String,
    /// In which all amounts are; without it that of the register's last session.
    #[arg(long)]
    pub(crate) currency: Option<Currency>,
    /// What was paid, as cash=20.00, or cash for what is left; less than nothing is given back. What is left then is on
    /// the customer's account.
    #[arg(long, value_name = "TYPE[=AMOUNT]", value_parser = paid)]
    pub(crate) paid: Vec<(PaymentType, Option<String>)>,
    /// What it must come to.
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) total: Option<String>,
    /// Prices have their tax in them.
    #[arg(long)]
    pub(crate) tax_included: bool,
    /// Who buys: an e-mail address.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) customer: Option<String>,
    /// What the customer is called, should nobody have that address yet.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true,
        requires = "customer"
    )]
    pub(crate) customer_name: String,
    /// When: a date (of this machine's time zone) or an instant; without it now.
    #[arg(long, value_name = "WHEN", value_parser = super::instant)]
    pub(crate) at: Option<Timestamp>,
    /// It may be from before the register was opened: its payments are in no closure then.
    #[arg(long)]
    pub(crate) accept_outside: bool,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

/// A line, its amounts as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sold {
    pub(crate) sku: Sku,
    pub(crate) quantity: Quantity,
    pub(crate) price: String,
    pub(crate) discount: Option<String>,
    pub(crate) tax: Option<String>,
}

fn sold(text: &str) -> Result<Sold, String> {
    let (sku, rest) = text
        .rsplit_once('=')
        .ok_or("is not SKU=QUANTITY@PRICE[-DISCOUNT][+TAX]")?;
    let (quantity, amounts) = rest.split_once('@').ok_or("tells no price, as @9.50")?;
    let (amounts, tax) = behind(amounts, '+');
    let (price, discount) = behind(amounts, '-');
    Ok(Sold {
        sku: Sku::new(sku).map_err(|error| error.to_string())?,
        quantity: Quantity::from_str(quantity).map_err(|error| error.to_string())?,
        price: price.to_owned(),
        discount,
        tax,
    })
}

/// What stands before the mark, and behind it.
fn behind(text: &str, mark: char) -> (&str, Option<String>) {
    match text.split_once(mark) {
        Some((before, behind)) => (before, Some(behind.to_owned())),
        None => (text, None),
    }
}

fn paid(text: &str) -> Result<(PaymentType, Option<String>), String> {
    let (payment_type, amount) = behind(text, '=');
    let payment_type = PaymentType::new(payment_type).map_err(|error| error.to_string())?;
    Ok((payment_type, amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_sku_a_quantity_and_what_it_costs() {
        let line = |text| {
            let Sold {
                sku,
                quantity,
                price,
                discount,
                tax,
            } = sold(text).unwrap();
            let or_none = |amount: Option<String>| amount.unwrap_or_else(|| "none".to_owned());
            (
                sku.to_string(),
                quantity.to_string(),
                price,
                or_none(discount),
                or_none(tax),
            )
        };
        let told = |sku: &str, quantity: &str, price: &str, discount: &str, tax: &str| {
            let text = str::to_owned;
            (
                text(sku),
                text(quantity),
                text(price),
                text(discount),
                text(tax),
            )
        };
        for (text, expected) in [
            ("TEA=2@9.50", told("TEA", "2", "9.50", "none", "none")),
            ("T-1=1@5-1+0.60", told("T-1", "1", "5", "1", "0.60")),
            ("A=B=0.5@5+0.60", told("A=B", "0.5", "5", "none", "0.60")),
        ] {
            assert_eq!(line(text), expected, "{text}");
        }
        for text in ["TEA", "TEA=2", "TEA@2", "=2@1", "TEA=two@1"] {
            assert!(sold(text).is_err(), "{text}");
        }
        let (payment_type, amount) = paid("cash=-20.00").unwrap();
        assert_eq!(
            (payment_type.as_str(), amount.as_deref()),
            ("cash", Some("-20.00"))
        );
        assert_eq!(paid("cash").unwrap().1, None);
    }
}
