//! What is asked and told of products and stock, and what each costs.

use std::sync::LazyLock;

use crate::operation::document;

/// A text that is sent, and the points that the shop reckons for it before it runs it.
pub(crate) struct Operation {
    pub(crate) text: LazyLock<String>,
    pub(crate) points: u32,
}

macro_rules! operations {
    ($($name:ident = $file:literal costs $points:literal;)*) => {
        $(pub(crate) static $name: Operation = Operation {
            text: LazyLock::new(|| {
                document(include_str!(concat!("../../operations/", $file, ".graphql")))
            }),
            points: $points,
        };)*

        /// All of them, by the names of their files.
        #[cfg(test)]
        pub(crate) static ALL: &[(&str, &Operation)] = &[$(($file, &$name)),*];
    };
}

operations! {
    SHOP_TERMS = "shop_terms" costs 2;
    PUBLICATIONS = "publications" costs 42;
    METAFIELD_DEFINITION_CREATE = "metafield_definition_create" costs 10;
    METAFIELDS_SET = "metafields_set" costs 10;
    LISTINGS_BY_ID = "listings_by_id" costs 128;
    LISTING_VARIANTS_PAGE = "listing_variants_page" costs 124;
    PRODUCT_IDS_PAGE = "product_ids_page" costs 7;
    PRODUCT_BY_NOTE = "product_by_note" costs 1;
    VARIANTS_BY_SKU = "variants_by_sku" costs 20;
    EXISTING = "existing" costs 1;
    PRODUCT_SET = "product_set" costs 137;
    PRODUCT_UPDATE = "product_update" costs 10;
    PRODUCT_ADD_MEDIA = "product_add_media" costs 34;
    PRODUCT_MEDIA = "product_media" costs 25;
    PRODUCT_REORDER_MEDIA = "product_reorder_media" costs 10;
    FILE_UPDATE = "file_update" costs 10;
    PRODUCT_OPTIONS = "product_options" costs 2;
    PRODUCT_OPTION_UPDATE = "product_option_update" costs 10;
    PRODUCT_OPTIONS_CREATE = "product_options_create" costs 10;
    PRODUCT_OPTIONS_REORDER = "product_options_reorder" costs 10;
    PRODUCT_OPTIONS_DELETE = "product_options_delete" costs 10;
    VARIANTS_CREATE = "product_variants_bulk_create" costs 12;
    VARIANTS_UPDATE = "product_variants_bulk_update" costs 10;
    VARIANTS_DELETE = "product_variants_bulk_delete" costs 10;
    PUBLISH = "publishable_publish" costs 10;
    UNPUBLISH = "publishable_unpublish" costs 10;
    PRODUCT_DELETE = "product_delete" costs 10;
    INVENTORY_ITEMS = "inventory_items" costs 2;
    INVENTORY_LEVELS = "inventory_levels" costs 3;
    INVENTORY_SET = "inventory_set_quantities" costs 10;
    INVENTORY_ACTIVATE = "inventory_activate" costs 10;
    INVENTORY_ITEM_UPDATE = "inventory_item_update" costs 10;
}
