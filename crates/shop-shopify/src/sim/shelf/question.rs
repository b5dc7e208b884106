//! What can be asked and told of the shelf, and what that costs.

use serde_json::Value;

macro_rules! questions {
    ($($name:ident costs $points:literal;)*) => {
        /// By the names of the operations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in super::super) enum ShelfQuestion { $($name),* }

        impl ShelfQuestion {
            pub(in super::super) fn of(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Whatever is told.
            const fn points(self) -> i64 {
                match self { $(Self::$name => $points),* }
            }
        }
    };
}

questions! {
    ShopTerms costs 2;
    Publications costs 42;
    MetafieldDefinitionCreate costs 10;
    MetafieldsSet costs 10;
    ListingsById costs 128;
    ListingVariantsPage costs 124;
    ProductIdsPage costs 7;
    ProductByNote costs 1;
    VariantsBySku costs 20;
    Existing costs 1;
    ProductSet costs 137;
    ProductUpdate costs 10;
    ProductAddMedia costs 34;
    ProductMedia costs 25;
    ProductReorderMedia costs 10;
    FileUpdate costs 10;
    ProductOptions costs 2;
    ProductOptionUpdate costs 10;
    ProductOptionsCreate costs 10;
    ProductOptionsReorder costs 10;
    ProductOptionsDelete costs 10;
    ProductVariantsBulkCreate costs 12;
    ProductVariantsBulkUpdate costs 10;
    ProductVariantsBulkDelete costs 10;
    PublishablePublish costs 10;
    PublishableUnpublish costs 10;
    ProductDelete costs 10;
    InventoryItems costs 2;
    InventoryLevels costs 3;
    InventorySetQuantities costs 10;
    InventoryActivate costs 10;
    InventoryItemUpdate costs 10;
}

impl ShelfQuestion {
    /// Points, before it is answered: a product that is made costs by what is told of it.
    pub(in super::super) fn cost(self, variables: &Value) -> i64 {
        let told = if self == Self::ProductSet {
            told(&variables["input"])
        } else {
            0
        };
        self.points() + told
    }

    /// Changes cost the same, done or refused.
    pub(in super::super) const fn least_cost(self) -> i64 {
        match self {
            Self::ShopTerms
            | Self::Publications
            | Self::ListingsById
            | Self::ListingVariantsPage
            | Self::ProductIdsPage
            | Self::ProductByNote
            | Self::VariantsBySku
            | Self::Existing
            | Self::ProductMedia
            | Self::ProductOptions
            | Self::InventoryItems
            | Self::InventoryLevels => 1,
            Self::MetafieldDefinitionCreate
            | Self::MetafieldsSet
            | Self::ProductSet
            | Self::ProductUpdate
            | Self::ProductAddMedia
            | Self::ProductReorderMedia
            | Self::FileUpdate
            | Self::ProductOptionUpdate
            | Self::ProductOptionsCreate
            | Self::ProductOptionsReorder
            | Self::ProductOptionsDelete
            | Self::ProductVariantsBulkCreate
            | Self::ProductVariantsBulkUpdate
            | Self::ProductVariantsBulkDelete
            | Self::PublishablePublish
            | Self::PublishableUnpublish
            | Self::ProductDelete
            | Self::InventorySetQuantities
            | Self::InventoryActivate
            | Self::InventoryItemUpdate => 10,
        }
    }
}

/// By the schema's own account, in tenths of a point: 0.2 for a variant, 0.4 for a metafield, 1.9 for a file, 0.6 for a
/// variant's file.
fn told(input: &Value) -> i64 {
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    let variants = input["variants"].as_array().into_iter().flatten();
    let tenths = variants.map(|variant| {
        2 + 4 * length(&variant["metafields"]) + 6 * usize::from(variant["file"].is_object())
    });
    let tenths =
        tenths.sum::<usize>() + 4 * length(&input["metafields"]) + 19 * length(&input["files"]);
    i64::try_from(tenths.div_ceil(10)).unwrap_or(i64::MAX)
}
