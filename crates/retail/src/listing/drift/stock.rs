//! What differs of stock.

use std::cmp::Ordering;

use super::goods::drifted;
use super::{Drift, Kind, Repair, Shown, StockLook};
use crate::listing::{Field, Listing, ShopListing};

/// `None`: it does not differ, or the item is not the product's, or the shop has it not.
pub(super) fn stock(wanted: &Listing, found: &ShopListing, look: &StockLook) -> Option<Drift> {
    let mut variants = wanted.variants.iter();
    let variant = variants.find(|variant| variant.item == look.item)?;
    let mut variants = found.variants.iter();
    let there = variants.find(|there| there.item == Some(look.item))?;
    let target = look.target;
    let (shop, kind, repairs) = match there.quantity {
        // Whether it is counted is said in the shop alone.
        None => (Shown::Nothing, Kind::EditedInShop, vec![Repair::Accept]),
        Some(units) => {
            let (kind, repairs) = match units.cmp(&target.wanted) {
                Ordering::Equal => return None,
                Ordering::Less | Ordering::Greater if !look.is_quiet => {
                    (Kind::OrderOnItsWay, Vec::new())
                }
                Ordering::Greater => (Kind::OversellRisk, vec![Repair::TellShop]),
                Ordering::Less if target.expected.is_none_or(|expected| expected == units) => {
                    (Kind::NotToldYet, vec![Repair::TellShop])
                }
                Ordering::Less => (Kind::EditedInShop, vec![Repair::TellShop]),
            };
            (Shown::Units(units), kind, repairs)
        }
    };
    Some(Drift {
        variant: Some(drifted(variant, Some(there))),
        field: Some(Field::Stock),
        pos: Shown::Units(target.wanted),
        shop,
        kind,
        repairs,
    })
}
