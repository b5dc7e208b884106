//! What a shop was asked, and how much it lets itself be.

use std::collections::BTreeMap;

use shop_sim::Platform;

use crate::simulated::SimulatedShop;

/// What a shop was asked so far.
#[derive(Clone, Debug)]
pub struct Asked {
    /// All that it answered.
    pub requests: u64,
    /// Of them, those that were refused for haste.
    pub refused: u64,
    /// Those that may have written, answered or not, by what they were.
    writes: BTreeMap<String, u64>,
}

impl Asked {
    pub fn of(shop: &SimulatedShop) -> Self {
        let run = shop.runner.shop();
        let answers = run.counts().answers;
        let writes = (run.journal().asked.into_iter())
            .filter_map(|(asked, times)| {
                let operation = asked.operation.unwrap_or_default();
                let may_write = asked.method != "GET" && !operation.starts_with("query ");
                may_write.then(|| {
                    (
                        format!("{} {} {operation}", asked.method, asked.path),
                        times,
                    )
                })
            })
            .collect();
        Self {
            requests: answers.answered,
            refused: answers.hasty,
            writes,
        }
    }

    /// What may have written since then, by kind.
    pub fn since(shop: &SimulatedShop, before: &Self) -> BTreeMap<String, u64> {
        let mut since = Self::of(shop).writes;
        since.retain(|kind, times| {
            *times -= before.writes.get(kind).copied().unwrap_or(0);
            *times > 0
        });
        since
    }
}

/// Requests that a shop of the platform allows in a second; `None` where it counts in something else, or a large plan
/// allows more than a machine asks for. `WooCommerce` publishes none: it is what we ask at most.
pub const fn allowed_per_second(platform: Platform) -> Option<u32> {
    match platform {
        Platform::Shopify | Platform::BigCommerce => None,
        Platform::WooCommerce => Some(5),
        // 600 a minute.
        Platform::Ecom => Some(10),
    }
}
