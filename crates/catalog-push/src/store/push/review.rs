//! Items in doubt as a column keeps them.

use retail::listing::link::Doubt;
use retail::{ItemId, ShopVariantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::super::StoreError;
use super::listing::ItemDoubt;

#[derive(Serialize, Deserialize)]
struct KeptDoubt {
    item: Uuid,
    why: String,
    candidates: Vec<String>,
}

pub(super) fn write(doubts: &[ItemDoubt]) -> Result<Value, StoreError> {
    let kept = doubts.iter().map(|doubt| {
        let ItemDoubt {
            item,
            why,
            candidates,
        } = doubt;
        KeptDoubt {
            item: item.uuid(),
            why: why.as_str().to_owned(),
            candidates: candidates.iter().map(ToString::to_string).collect(),
        }
    });
    serde_json::to_value(kept.collect::<Vec<_>>()).map_err(|error| corrupt(&error))
}

pub(in crate::store) fn read(value: Value) -> Result<Vec<ItemDoubt>, StoreError> {
    let kept: Vec<KeptDoubt> = serde_json::from_value(value).map_err(|error| corrupt(&error))?;
    let doubt = |kept: KeptDoubt| {
        let KeptDoubt {
            item,
            why,
            candidates,
        } = kept;
        let candidates = candidates.iter().map(|id| ShopVariantId::new(id));
        Ok(ItemDoubt {
            item: ItemId::new(item),
            why: Doubt::read(&why).ok_or_else(|| corrupt(&why))?,
            candidates: candidates
                .collect::<Result<_, _>>()
                .map_err(|error| corrupt(&error))?,
        })
    };
    kept.into_iter().map(doubt).collect()
}

fn corrupt(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::corrupt("listing", "item_doubts", &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_is_kept_with_its_reason_and_what_it_may_be() {
        let doubts = [ItemDoubt {
            item: ItemId::new(Uuid::from_u128(1)),
            why: Doubt::SkuTwiceInShop,
            candidates: ["a", "b"].map(|id| ShopVariantId::new(id).unwrap()).into(),
        }];
        assert_eq!(read(write(&doubts).unwrap()).unwrap(), doubts);
        assert!(read(Value::Null).is_err());
    }
}
