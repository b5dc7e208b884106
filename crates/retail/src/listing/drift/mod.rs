//! Where a shop shows something else than the POS wants, why that may be, and what can be done.

mod goods;
#[cfg(test)]
mod properties;
mod shown;
mod stock;
#[cfg(test)]
mod tests;

use super::{Field, Listing, Ownership, ShopListing, StockTarget};
use crate::{ItemId, ShopVariantId, Sku};

pub use shown::Shown;

/// All that is known of one product and one shop.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub wanted: &'a Listing,
    /// As the shop was last known, by what it was told or what was read there. `None`: nothing was known.
    pub known: Option<&'a ShopListing>,
    /// As it was just read, with the links that are kept here. `None`: the shop has it no more.
    pub found: Option<&'a ShopListing>,
    pub ownership: &'a Ownership,
    /// Whether the shop refused what it was told last of this listing.
    pub is_refused: bool,
    /// Of items that are not among them nothing is said of stock.
    pub stock: &'a [StockLook],
}

/// What is known of one item's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockLook {
    pub item: ItemId,
    pub target: StockTarget,
    /// All orders are there and applied, and nothing is being told.
    pub is_quiet: bool,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// `None`: it is the product's.
    pub variant: Option<Drifted>,
    /// `None`: all of it.
    pub field: Option<Field>,
    pub pos: Shown,
    pub shop: Shown,
    pub kind: Kind,
    /// What people may have done about it; none: it has to be waited for.
    pub repairs: Vec<Repair>,
}

/// The variant that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drifted {
    /// `None`: it was made in the shop.
    pub item: Option<ItemId>,
    /// `None`: the shop has it not.
    pub id: Option<ShopVariantId>,
    /// As the POS has it; of what was made in the shop, as that has it.
    pub sku: Option<Sku>,
}

/// How it comes that it differs, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The shop sells more than there is.
    OversellRisk,
    MissingInShop,
    ExtraInShop,
    Refused,
    EditedInShop,
    EditedOnBothSides,
    NotToldYet,
    OrderOnItsWay,
}

impl Kind {
    /// What hurts most first.
    pub const ALL: [Self; 8] = [
        Self::OversellRisk,
        Self::MissingInShop,
        Self::ExtraInShop,
        Self::Refused,
        Self::EditedInShop,
        Self::EditedOnBothSides,
        Self::NotToldYet,
        Self::OrderOnItsWay,
    ];

    /// As rows name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OversellRisk => "oversell_risk",
            Self::MissingInShop => "missing_in_shop",
            Self::ExtraInShop => "extra_in_shop",
            Self::Refused => "refused",
            Self::EditedInShop => "edited_in_shop",
            Self::EditedOnBothSides => "edited_on_both_sides",
            Self::NotToldYet => "not_told_yet",
            Self::OrderOnItsWay => "order_on_its_way",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The likely cause, for people.
    #[must_use]
    pub const fn cause(self) -> &'static str {
        match self {
            Self::OversellRisk => {
                "the shop offers more than there is: somebody counted there, or took goods back there"
            }
            Self::MissingInShop => "somebody deleted it in the shop",
            Self::ExtraInShop => "the shop has it and the POS has not",
            Self::Refused => "the shop did not take what it was told",
            Self::EditedInShop => "somebody changed it in the shop since it was told",
            Self::EditedOnBothSides => {
                "somebody changed it in the shop, and it was changed in the POS as well"
            }
            Self::NotToldYet => "it was changed in the POS, and the shop was not told yet",
            Self::OrderOnItsWay => "an order of the shop is on its way here",
        }
    }
}

/// What people can have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repair {
    /// The shop shows it as the POS has it.
    TellShop,
    /// The POS has it as the shop shows it.
    TakeOver,
    /// The shop decides it from now on.
    Accept,
    /// The shop gets it anew.
    CreateAgain,
    /// The POS forgets what it was linked to.
    Unlink,
}

impl Repair {
    pub const ALL: [Self; 5] = [
        Self::TellShop,
        Self::TakeOver,
        Self::Accept,
        Self::CreateAgain,
        Self::Unlink,
    ];

    /// As rows name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TellShop => "tell_shop",
            Self::TakeOver => "take_over",
            Self::Accept => "accept",
            Self::CreateAgain => "create_again",
            Self::Unlink => "unlink",
        }
    }

    /// The repair of that name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|repair| repair.as_str() == text)
    }
}

/// All that differs: the product's own, then its variants in their order, then those that only the shop has, then stock.
///
/// What the POS does not decide ([`Ownership`]) never differs, nor what the shop would not be told: it is what
/// [`super::change()`] would say. Stock differs when orders may explain it no more; until then an order is on its way.
#[must_use]
pub fn drift(look: Look<'_>) -> Vec<Drift> {
    let Some(found) = look.found else {
        return vec![missing(look)];
    };
    let mut drifts = goods::goods(look, found);
    let is_ours = look.ownership.is_ours(Field::Stock);
    let stock = look.stock.iter().filter(|_| is_ours);
    drifts.extend(stock.filter_map(|stock| stock::stock(look.wanted, found, stock)));
    drifts
}

fn missing(look: Look<'_>) -> Drift {
    let (kind, repairs) = match look.known {
        // EC-7: people say whether it is made again.
        Some(_) => (
            Kind::MissingInShop,
            vec![Repair::CreateAgain, Repair::Unlink],
        ),
        None if look.is_refused => (Kind::Refused, vec![Repair::TellShop]),
        None => (Kind::NotToldYet, vec![Repair::TellShop]),
    };
    Drift {
        variant: None,
        field: None,
        pos: Shown::Text(look.wanted.title.clone()),
        shop: Shown::Nothing,
        kind,
        repairs,
    }
}
