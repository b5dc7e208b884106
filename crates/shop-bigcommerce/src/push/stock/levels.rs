use std::collections::BTreeMap;

use serde::Deserialize;
use shop::FetchError;

use super::super::desk::Desk;
use super::super::find;
use super::Identity;

/// Most rows of one answer.
const ROWS: &str = "1000";

/// What one place has of something, in whole units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Level {
    /// What it would sell.
    pub(super) available: i64,
    /// With what it keeps back.
    pub(super) on_hand: i64,
}

/// Of each that the place has.
pub(super) async fn levels(
    desk: &mut Desk<'_>,
    location: u64,
    identities: &[Identity],
) -> Result<BTreeMap<Identity, Level>, FetchError> {
    let mut levels = BTreeMap::new();
    let ids = |by: fn(&Identity) -> Option<u64>| -> Vec<String> {
        identities
            .iter()
            .filter_map(by)
            .map(|id| id.to_string())
            .collect()
    };
    let variants = ids(|identity| match identity {
        Identity::Variant(id) => Some(*id),
        Identity::Product(_) => None,
    });
    let products = ids(|identity| match identity {
        Identity::Product(id) => Some(*id),
        Identity::Variant(_) => None,
    });
    let location = location.to_string();
    for (filter, ids) in [("variant_id:in", variants), ("product_id:in", products)] {
        for ids in find::chunks(&ids) {
            let ids = ids.join(",");
            let query = [
                (filter, ids.as_str()),
                ("location_id:in", location.as_str()),
                ("limit", ROWS),
            ];
            let Items { data } = desk.list("/v3/inventory/items", &query).await?;
            levels.extend(data.iter().filter_map(|item| item.level(filter, &location)));
        }
    }
    Ok(levels)
}

#[derive(Deserialize)]
struct Items {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    identity: Named,
    #[serde(default)]
    locations: Vec<Place>,
}

#[derive(Deserialize)]
struct Named {
    variant_id: Option<u64>,
    product_id: Option<u64>,
}

#[derive(Deserialize)]
struct Place {
    location_id: u64,
    available_to_sell: i64,
    total_inventory_onhand: i64,
}

impl Item {
    fn level(&self, filter: &str, location: &str) -> Option<(Identity, Level)> {
        let Named {
            variant_id,
            product_id,
        } = self.identity;
        let identity = match filter {
            "variant_id:in" => Identity::Variant(variant_id?),
            _ => Identity::Product(product_id?),
        };
        let mut places = self.locations.iter();
        let place = places.find(|place| place.location_id.to_string() == location)?;
        let level = Level {
            available: place.available_to_sell,
            on_hand: place.total_inventory_onhand,
        };
        Some((identity, level))
    }
}
