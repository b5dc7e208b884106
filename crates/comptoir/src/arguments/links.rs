//! What can be typed about which product of a shop is which of ours.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use retail::listing::ShopProductId;
use retail::{ConnectionId, ItemId, ShopVariantId};

use super::{ActArguments, PageArguments, ProductName, Separator, Standing};

/// Which product of a shop is which of the catalogue.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Links {
    /// What products are in a shop, and why a person has to say which one one is.
    List {
        /// The shop's connection: its id.
        connection: ConnectionId,
        /// Only those that stand so.
        #[arg(long)]
        standing: Option<Standing>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Say what products are in a shop.
    Resolve(Box<ResolveArguments>),
    /// Say that the shop has products not: what it shows stays as it is, and nothing links or makes them again.
    Unlink {
        /// Products: their ids or SKUs.
        #[arg(required = true, value_name = "PRODUCT")]
        products: Vec<ProductName>,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Look through a shop for all that is not linked there; what it has not is made, hidden.
    All {
        /// The shop's connection: its id.
        connection: ConnectionId,
        /// Overwrite what is linked already as well.
        #[arg(long)]
        overwrite: bool,
        #[command(flatten)]
        act: ActArguments,
    },
    /// Write all links of a shop into a file.
    Export {
        /// What ends in .xlsx is a workbook, anything else CSV.
        file: PathBuf,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        /// Between the cells of CSV.
        #[arg(long, value_enum, default_value_t)]
        separator: Separator,
        /// Overwrite the file if it is there.
        #[arg(long)]
        force: bool,
    },
    /// Take such a file back: rows that say "linked" or "apart" are orders; all of them happen, or none.
    Import {
        /// What ends in .xlsx is a workbook, whose first sheet is read; anything else CSV.
        file: PathBuf,
        /// The shop's connection: its id.
        #[arg(long, value_name = "ID")]
        connection: ConnectionId,
        /// Show what would happen, and nothing does.
        #[arg(long)]
        preview: bool,
        #[command(flatten)]
        act: ActArguments,
    },
}

#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["to", "anew", "again"]))]
pub(crate) struct ResolveArguments {
    /// Products: their ids or SKUs; one, where it is said which product of the shop it is.
    #[arg(required = true, value_name = "PRODUCT")]
    pub(crate) products: Vec<ProductName>,
    /// The shop's connection: its id.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: ConnectionId,
    /// It is this product of the shop's.
    #[arg(long, value_name = "SHOP_PRODUCT", value_parser = shop_product)]
    pub(crate) to: Option<ShopProductId>,
    /// An item is this variant of it, as ITEM=VARIANT; others are linked by note, SKU or values.
    #[arg(long = "item", value_name = "ITEM=VARIANT", requires = "to", value_parser = item)]
    pub(crate) items: Vec<(ItemId, ShopVariantId)>,
    /// It is none of those that it may be, and is made anew.
    #[arg(long)]
    pub(crate) anew: bool,
    /// What was said of it is forgotten, and it is looked for as any other.
    #[arg(long)]
    pub(crate) again: bool,
    #[command(flatten)]
    pub(crate) act: ActArguments,
}

fn shop_product(text: &str) -> Result<ShopProductId, String> {
    ShopProductId::new(text).map_err(|error| error.to_string())
}

fn item(text: &str) -> Result<(ItemId, ShopVariantId), String> {
    let (item, variant) = text.split_once('=').ok_or("is not ITEM=VARIANT")?;
    let item = item
        .parse()
        .map_err(|_| format!("{item} is no item's id"))?;
    let variant = ShopVariantId::new(variant).map_err(|error| error.to_string())?;
    Ok((item, variant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_and_its_variant_are_understood() {
        let id = "00000000-0000-0000-0000-000000000001";
        let (found, variant) = item(&format!("{id}=gid://9=x")).unwrap();
        assert_eq!(found.to_string(), id);
        assert_eq!(variant.as_str(), "gid://9=x");
        for wrong in ["1=2", id, &format!("{id}=")] {
            assert!(item(wrong).is_err(), "{wrong}");
        }
    }
}
