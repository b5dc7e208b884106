//! What can be typed about products and where they are sold.

use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use retail::listing::{Field, Rule};
use retail::{ConnectionId, ItemId, Money, ProductId, Sku};

use super::connections::Switch;
use super::{ActArguments, PageArguments};

/// A product, by its id or by the SKU of one of its variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProductName {
    Id(ProductId),
    Sku(Sku),
}

impl FromStr for ProductName {
    type Err = retail::TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => Sku::new(text).map(Self::Sku),
        }
    }
}

/// Products: what they are like and what they cost.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Products {
    /// Products, by name.
    List {
        #[command(flatten)]
        filter: FilterArguments,
        /// The deleted ones instead.
        #[arg(long)]
        deleted: bool,
        #[command(flatten)]
        page: PageArguments,
    },
    /// All there is to say of one.
    Show {
        /// Its id, or the SKU of one of its variants.
        #[arg(value_name = "ID|SKU")]
        product: ProductName,
    },
    /// Make a product of one variant, or change what is named of the one that has the SKU.
    Save(Box<SaveArguments>),
    /// Delete a product with its items: orders that sell one wait.
    Delete {
        /// Its id, or the SKU of one of its variants.
        #[arg(value_name = "ID|SKU")]
        product: ProductName,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Take a deletion back.
    Restore {
        /// Its id: `comptoir products list --deleted`.
        #[arg(value_name = "ID")]
        product: ProductId,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Activate or deactivate many on channels: those named, or all that the conditions find.
    Bulk(Box<BulkArguments>),
}

/// Where products are sold, and what shops are told of them.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Channels {
    /// Where a product is sold.
    Show {
        /// Its id, or the SKU of one of its variants.
        #[arg(value_name = "ID|SKU")]
        product: ProductName,
    },
    /// Say where a product is sold; what is not named stays.
    Set {
        /// Its id, or the SKU of one of its variants.
        #[arg(value_name = "ID|SKU")]
        product: ProductName,
        /// Whether tills sell it.
        #[arg(long, value_name = "on|off")]
        in_store: Option<Switch>,
        /// Whether a shop shows it, as CONNECTION=on; once for each shop.
        #[arg(long, value_name = "CONNECTION=on|off", value_parser = online)]
        online: Vec<(ConnectionId, Switch)>,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Who decides what of a shop's listings: show it, or say it.
    Ownership {
        /// The shop; without one, all are shown.
        #[arg(value_name = "CONNECTION")]
        connection: Option<ConnectionId>,
        /// As price=shop; once for each field.
        #[arg(value_name = "FIELD=pos|pos-wipes|shop", value_parser = rule, requires = "connection")]
        rules: Vec<(Field, Rule)>,
        /// By which rules the link works.
        #[arg(long, requires = "connection")]
        profile: Option<Profile>,
        #[command(flatten)]
        act: ActArguments,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Activity {
    Active,
    Inactive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Place {
    InStore,
    Online,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Of a shop made through the POS.
    PosCreated,
    /// Of an older link.
    Legacy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bulk {
    Activate,
    Deactivate,
}

/// Conditions, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct FilterArguments {
    /// Sold, or not.
    #[arg(long)]
    pub(crate) state: Option<Activity>,
    /// Where; without one, anywhere.
    #[arg(long)]
    pub(crate) channel: Option<Place>,
    /// The one shop that online means.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// A part of the name.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) text: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) sku: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) brand: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) category: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) supplier: String,
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) tag: String,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct SaveArguments {
    /// Of its variant.
    pub(crate) sku: Sku,
    /// Needed when it is new.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// As "12.10 EUR"; needed when it is new.
    #[arg(long, value_parser = money)]
    pub(crate) price: Option<Money>,
    /// Whether the tax is in the price [default: on, when it is new].
    #[arg(long, value_name = "on|off")]
    pub(crate) tax_included: Option<Switch>,
    /// Of the tax, in thousandths of a percent: 21000 is 21 %.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) tax_millipercent: Option<i32>,
    /// HTML.
    #[arg(long)]
    pub(crate) description: Option<String>,
    #[arg(long)]
    pub(crate) brand: Option<String>,
    #[arg(long)]
    pub(crate) category: Option<String>,
    #[arg(long)]
    pub(crate) supplier: Option<String>,
    #[arg(long)]
    pub(crate) barcode: Option<String>,
    /// In milligrams.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) weight_mg: Option<i64>,
    /// Of a new product: the ledger's item that it is, where there is one already.
    #[arg(long, value_name = "ID")]
    pub(crate) item: Option<ItemId>,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct BulkArguments {
    pub(crate) action: Bulk,
    /// One of the products that are ticked; without any, the conditions say which.
    #[arg(long, value_name = "ID")]
    pub(crate) product: Vec<ProductId>,
    /// At tills.
    #[arg(long)]
    pub(crate) in_store: bool,
    /// In this shop; once for each shop.
    #[arg(long, value_name = "CONNECTION")]
    pub(crate) online: Vec<ConnectionId>,
    /// Only show what would be done.
    #[arg(long)]
    pub(crate) preview: bool,
    /// How many products the preview showed: nothing is done if more are meant by now.
    #[arg(long, value_name = "NUMBER", conflicts_with = "preview", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) expected: Option<i64>,
    #[command(flatten)]
    pub(crate) filter: FilterArguments,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

fn online(text: &str) -> Result<(ConnectionId, Switch), String> {
    let (connection, switch) = text.split_once('=').ok_or("is not CONNECTION=on|off")?;
    let connection = connection.parse().map_err(|_| "is no connection's id")?;
    Ok((connection, Switch::from_str(switch, false)?))
}

fn rule(text: &str) -> Result<(Field, Rule), String> {
    let (field, rule) = text.split_once('=').ok_or("is not FIELD=RULE")?;
    let known: Vec<&str> = Field::ALL.into_iter().map(Field::as_str).collect();
    let field = Field::read(field).ok_or_else(|| format!("is none of {}", known.join(", ")))?;
    let rule = match rule {
        "pos" => Rule::Pos,
        "pos-wipes" => Rule::PosWipes,
        "shop" => Rule::Shop,
        _ => return Err("is none of pos, pos-wipes, shop".to_owned()),
    };
    Ok((field, rule))
}

fn money(text: &str) -> Result<Money, String> {
    let (amount, currency) = text.split_once(' ').ok_or("is not as 12.10 EUR")?;
    let currency = currency.parse().map_err(|error| format!("{error}"))?;
    Money::parse(amount, currency).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_about_products_is_read() {
        let id = "00000000-0000-0000-0000-000000000001";
        assert!(matches!(id.parse(), Ok(ProductName::Id(_))));
        assert!(matches!("TS-1".parse(), Ok(ProductName::Sku(_))));
        assert!("".parse::<ProductName>().is_err());
        assert_eq!(money("12.10 EUR").unwrap().minor(), 1_210);
        for wrong in ["12.10", "12.105 EUR", "x EUR", "1 XXX"] {
            assert!(money(wrong).is_err(), "{wrong}");
        }
        assert_eq!(rule("price=shop"), Ok((Field::Price, Rule::Shop)));
        assert_eq!(rule("brand=pos-wipes"), Ok((Field::Brand, Rule::PosWipes)));
        assert!(rule("tags=shop").is_err() && rule("price=me").is_err());
        assert_eq!(online(&format!("{id}=off")).unwrap().1, Switch::Off);
        assert!(online("x=on").is_err() && online(id).is_err());
    }
}
