//! SKUs that stand in for none: every variant of BigCommerce's needs one, and only by a SKU is a product found the
//! moment it is made.

use retail::{ItemId, ProductId};
use uuid::Uuid;

const ITEM: &str = "comptoir-i-";
const PRODUCT: &str = "comptoir-p-";

/// Of a variant whose item has no SKU.
pub(crate) fn of_item(item: ItemId) -> String {
    format!("{ITEM}{}", item.uuid().simple())
}

/// Of a product none of whose items has one.
pub(crate) fn of_product(product: ProductId) -> String {
    format!("{PRODUCT}{}", product.uuid().simple())
}

pub(crate) fn item(sku: &str) -> Option<ItemId> {
    named(ITEM, sku).map(ItemId::new)
}

pub(crate) fn product(sku: &str) -> Option<ProductId> {
    named(PRODUCT, sku).map(ProductId::new)
}

pub(crate) fn is(sku: &str) -> bool {
    item(sku).is_some() || product(sku).is_some()
}

/// The store does not tell cases apart.
fn named(prefix: &str, sku: &str) -> Option<Uuid> {
    let (start, id) = sku.trim().split_at_checked(prefix.len())?;
    let id = start.eq_ignore_ascii_case(prefix).then_some(id)?;
    (id.len() == uuid::fmt::Simple::LENGTH).then(|| Uuid::try_parse(id).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_names_what_it_stands_for_and_no_sku_is_taken_for_one() {
        let id = Uuid::from_u128(7);
        let (stands_for_item, stands_for_product) =
            (of_item(ItemId::new(id)), of_product(ProductId::new(id)));
        assert_eq!(item(&stands_for_item), Some(ItemId::new(id)));
        assert_eq!(
            product(&stands_for_product.to_uppercase()),
            Some(ProductId::new(id))
        );
        assert_eq!(product(&stands_for_item), None);
        for sku in ["", "comptoir-i-", "comptoir-i-7", "TEE-S", "é"] {
            assert!(!is(sku), "{sku}");
        }
    }
}
