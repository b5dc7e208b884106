//! How much a shop lets itself be asked.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ShopUrl;

/// What may be asked of a shop of our own accord, in the units that its platform counts: requests, or points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Units that come back in a second.
    pub per_second: u32,
    /// Units that may be used at once when none was used for long.
    pub at_once: u32,
    /// What a page of orders that changed costs.
    pub changed_page: u32,
    /// What a page of orders placed costs.
    pub placed_page: u32,
    /// What fetching one order costs.
    pub order: u32,
}

impl Allowance {
    /// So many units come back in a second, and those of two seconds may be used at once.
    #[must_use]
    pub const fn at(self, per_second: NonZeroU32) -> Self {
        let per_second = per_second.get();
        Self {
            per_second,
            at_once: per_second.saturating_mul(2),
            ..self
        }
    }
}

impl Default for Allowance {
    /// For a shop that names no limit: little enough for a small machine that also serves buyers.
    fn default() -> Self {
        Self {
            per_second: 5,
            at_once: 10,
            changed_page: 1,
            placed_page: 1,
            order: 1,
        }
    }
}

/// What shops have told of their allowances. A shop's last word counts more than what its platform documents: it
/// depends on what the shop pays for.
#[derive(Debug)]
pub struct Allowances {
    /// Of a shop that has told nothing yet.
    untold: Allowance,
    by_shop: Mutex<HashMap<ShopUrl, Allowance>>,
}

impl Allowances {
    #[must_use]
    pub fn new(untold: Allowance) -> Self {
        Self {
            untold,
            by_shop: Mutex::default(),
        }
    }

    #[must_use]
    pub fn of(&self, shop: &ShopUrl) -> Allowance {
        self.by_shop().get(shop).copied().unwrap_or(self.untold)
    }

    /// Notes what an answer tells.
    pub fn told(&self, shop: &ShopUrl, change: impl FnOnce(&mut Allowance)) {
        let mut by_shop = self.by_shop();
        if let Some(allowance) = by_shop.get_mut(shop) {
            change(allowance);
        } else {
            let mut allowance = self.untold;
            change(&mut allowance);
            by_shop.insert(shop.clone(), allowance);
        }
    }

    fn by_shop(&self) -> MutexGuard<'_, HashMap<ShopUrl, Allowance>> {
        self.by_shop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_of_ones_own_is_asked_as_one_likes() {
        let allowance = Allowance::default().at(NonZeroU32::new(300).unwrap());
        assert_eq!((allowance.per_second, allowance.at_once), (300, 600));
        assert_eq!(allowance.order, Allowance::default().order);
    }

    #[test]
    fn each_shop_has_what_it_told_last() {
        let allowances = Allowances::new(Allowance::default());
        let [one, other] =
            ["https://one.example", "https://other.example"].map(|url| ShopUrl::new(url).unwrap());
        for per_second in [100, 200] {
            allowances.told(&one, |allowance| allowance.per_second = per_second);
        }
        allowances.told(&one, |allowance| allowance.order = 7);
        let Allowance {
            per_second, order, ..
        } = allowances.of(&one);
        assert_eq!((per_second, order), (200, 7));
        assert_eq!(allowances.of(&other), Allowance::default());
    }
}
