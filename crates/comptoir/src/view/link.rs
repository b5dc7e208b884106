use proto::catalog as wire;
use serde::Serialize;

use super::product::field;
use super::push::standing;
use super::sale::known;

/// What one product is in a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ProductLink {
    pub(crate) product_id: String,
    pub(crate) name: String,
    pub(crate) standing: &'static str,
    pub(crate) shop_product_id: Option<String>,
    /// Of one that is missing: as the shop called it.
    pub(crate) gone_shop_product_id: Option<String>,
    /// Why a person says which one it is.
    pub(crate) doubt: Option<&'static str>,
    pub(crate) candidates: Vec<String>,
    pub(crate) not_shop_product_ids: Vec<String>,
    pub(crate) left_to_shop: Vec<&'static str>,
    pub(crate) items: Vec<ItemLink>,
}

/// What one item is in a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ItemLink {
    pub(crate) item_id: String,
    pub(crate) sku: Option<String>,
    pub(crate) shop_variant_id: Option<String>,
    pub(crate) doubt: Option<&'static str>,
    pub(crate) candidates: Vec<String>,
}

/// What became of a file of links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LinksImported {
    pub(crate) changed: i64,
    pub(crate) errors: Vec<LinkFileError>,
}

/// A cell that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LinkFileError {
    pub(crate) row: i32,
    pub(crate) column: String,
    pub(crate) problem: String,
}

impl From<wire::ProductLink> for ProductLink {
    fn from(link: wire::ProductLink) -> Self {
        let standing = standing(link.standing());
        let doubt = doubt(link.doubt());
        let left_to_shop = link.left_to_shop().map(field).collect();
        let wire::ProductLink {
            product_id,
            name,
            standing: _,
            shop_product_id,
            gone_shop_product_id,
            doubt: _,
            candidates,
            not_shop_product_ids,
            left_to_shop: _,
            items,
        } = link;
        Self {
            product_id,
            name,
            standing,
            shop_product_id: known(shop_product_id),
            gone_shop_product_id: known(gone_shop_product_id),
            doubt,
            candidates,
            not_shop_product_ids,
            left_to_shop,
            items: items.into_iter().map(ItemLink::from).collect(),
        }
    }
}

impl From<wire::ItemLink> for ItemLink {
    fn from(link: wire::ItemLink) -> Self {
        let doubt = doubt(link.doubt());
        let wire::ItemLink {
            item_id,
            sku,
            shop_variant_id,
            doubt: _,
            candidates,
        } = link;
        Self {
            item_id,
            sku: known(sku),
            shop_variant_id: known(shop_variant_id),
            doubt,
            candidates,
        }
    }
}

impl From<wire::ImportLinksResponse> for LinksImported {
    fn from(answer: wire::ImportLinksResponse) -> Self {
        let wire::ImportLinksResponse { changed, errors } = answer;
        let error = |error| {
            let wire::LinkFileError {
                row,
                column,
                problem,
            } = error;
            LinkFileError {
                row,
                column,
                problem,
            }
        };
        Self {
            changed,
            errors: errors.into_iter().map(error).collect(),
        }
    }
}

const fn doubt(doubt: wire::LinkDoubt) -> Option<&'static str> {
    match doubt {
        wire::LinkDoubt::Unspecified => None,
        wire::LinkDoubt::SkuTwiceHere => Some("sku_twice_here"),
        wire::LinkDoubt::SkuTwiceInShop => Some("sku_twice_in_shop"),
        wire::LinkDoubt::SpreadOut => Some("spread_out"),
        wire::LinkDoubt::SharedListing => Some("shared_listing"),
        wire::LinkDoubt::Taken => Some("taken"),
        wire::LinkDoubt::LinkedTwice => Some("linked_twice"),
        wire::LinkDoubt::NotedTwice => Some("noted_twice"),
        wire::LinkDoubt::NoSecond => Some("no_second"),
    }
}

#[cfg(test)]
mod tests {
    use retail::listing::link::Doubt;

    use super::*;

    #[test]
    fn a_doubt_goes_by_the_name_that_it_has_everywhere() {
        let all = (1..).map_while(|number| wire::LinkDoubt::try_from(number).ok());
        let names: Vec<_> = all.filter_map(doubt).collect();
        assert_eq!(names, Doubt::ALL.map(Doubt::as_str));
    }

    #[test]
    fn what_is_not_known_of_a_link_is_not_made_up() {
        let link = ProductLink::from(wire::ProductLink {
            standing: wire::ListingStanding::Apart.into(),
            left_to_shop: vec![wire::ListingField::Title.into()],
            items: vec![wire::ItemLink::default()],
            ..wire::ProductLink::default()
        });
        assert_eq!((link.standing, link.shop_product_id), ("apart", None));
        assert_eq!((link.doubt, link.left_to_shop), (None, vec!["title"]));
        assert_eq!(link.items[0].sku, None);
    }
}
