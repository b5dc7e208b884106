//! Which product of a shop is which of ours, and what people say of that.

use proto::catalog as wire;
use proto::catalog::links_client::LinksClient;
use proto::catalog::product_link_change::Link;
use retail::ConnectionId;
use retail::listing::ShopListing;
use service::access::Authorized;
use service_kit::within;
use tonic::{Code, Status};

use super::stock::Scene;
use crate::make::{
    OTHER_SHOP, RETAILER, SHOP, STRANGERS_SHOP, assert_code, assert_refused, item_id, new_act,
    online, product, product_id, variant,
};

impl Scene {
    pub(super) fn links(&self) -> LinksClient<Authorized> {
        LinksClient::new(service_kit::as_operator(&self.running.grpc))
    }

    /// What product `number` is in a shop.
    pub(super) async fn link(&self, shop: ConnectionId, number: u128) -> wire::ProductLink {
        let request = wire::ListLinksRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: shop.to_string(),
            product_ids: vec![product_id(number).to_string()],
            ..wire::ListLinksRequest::default()
        };
        let answer = self.links().list_links(request).await.unwrap();
        answer.into_inner().links.pop().unwrap()
    }

    pub(super) async fn until_stands(
        &self,
        shop: ConnectionId,
        number: u128,
        standing: wire::ListingStanding,
    ) -> wire::ProductLink {
        within(async || {
            let link = self.link(shop, number).await;
            (link.standing() == standing).then_some(link)
        })
        .await
    }

    pub(super) async fn say(&self, changes: Vec<wire::ProductLinkChange>) -> Result<i64, Status> {
        let request = wire::SetLinksRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: SHOP.to_string(),
            changes,
            act: Some(new_act()),
        };
        let answer = self.links().set_links(request).await?;
        Ok(answer.into_inner().products)
    }

    async fn rows(&self) -> Vec<wire::LinkCells> {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = wire::ListLinkRowsRequest {
                retailer_id: RETAILER.to_string(),
                connection_id: SHOP.to_string(),
                page_size: 1,
                page_token,
            };
            let page = self.links().list_link_rows(request).await.unwrap();
            let page = page.into_inner();
            if all.is_empty() {
                let cells = page.columns;
                all.push(wire::LinkCells { cells });
            }
            all.extend(page.rows);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return all;
            }
        }
    }

    async fn import(&self, rows: Vec<wire::LinkCells>) -> wire::ImportLinksResponse {
        let request = wire::ImportLinksRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: SHOP.to_string(),
            rows,
            preview: true,
            act: None,
        };
        let would = self.links().import_links(request.clone()).await;
        let request = wire::ImportLinksRequest {
            preview: false,
            act: Some(new_act()),
            ..request
        };
        let did = self.links().import_links(request).await.unwrap();
        let did = did.into_inner();
        assert_eq!(would.unwrap().into_inner(), did, "the preview tells");
        did
    }

    pub(super) fn shows(&self, id: &str) -> Option<ShopListing> {
        self.shops.see(SHOP, |shop| shop.products.get(id).cloned())
    }

    pub(super) async fn until_shows(&self, id: &str, title: &str) {
        let is_so = || self.shows(id).is_some_and(|it| &*it.title == title);
        within(async || is_so().then_some(())).await;
        self.until_settled().await;
    }
}

pub(super) fn change(number: u128, link: Link) -> wire::ProductLinkChange {
    wire::ProductLinkChange {
        product_id: product_id(number).to_string(),
        link: Some(link),
        items: Vec::new(),
    }
}

pub(super) fn to(number: u128, shop_product: &str) -> wire::ProductLinkChange {
    change(number, Link::ShopProductId(shop_product.to_owned()))
}

/// The shop has the SKU of product 1 twice.
async fn in_doubt() -> Scene {
    let scene = Scene::start().await;
    scene.shops.of(SHOP, |shop| {
        shop.had("Old mug", "SKU-1", 99);
        shop.had("Older mug", "SKU-1", 98);
    });
    scene.running.ledger.moves(item_id(1), 4);
    let shown = vec![online(SHOP, true)];
    scene.save(product(1, "Mug"), shown).await;
    scene
        .until_stands(SHOP, 1, wire::ListingStanding::Review)
        .await;
    scene
}

#[tokio::test]
async fn wc_07_a_person_says_which_of_several_it_is_and_it_is_overwritten() {
    let scene = in_doubt().await;
    let link = scene.link(SHOP, 1).await;
    assert_eq!(link.doubt(), wire::LinkDoubt::SkuTwiceInShop);
    assert_eq!(link.candidates, ["1", "2"]);
    assert_eq!(scene.say(vec![to(1, "2")]).await.unwrap(), 1);
    scene.until_shows("2", "Mug").await;
    scene.until_has(SHOP, 1, 4).await;
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    assert_eq!(link.shop_product_id, "2");
    assert_eq!(link.items[0].shop_variant_id, "2-1");
    assert_eq!((link.candidates, link.doubt), (Vec::new(), 0));
    assert_eq!(&*scene.shows("1").unwrap().title, "Old mug");
}

#[tokio::test]
async fn wc_07_what_is_none_of_those_is_made_anew() {
    let scene = in_doubt().await;
    scene.say(vec![change(1, Link::Anew(true))]).await.unwrap();
    scene.until_has(SHOP, 1, 4).await;
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    assert_eq!(link.shop_product_id, "3");
    assert_eq!(link.not_shop_product_ids, ["1", "2"]);
    let shown = ["1", "2"].map(|id| scene.shows(id).unwrap().title);
    assert_eq!(shown.each_ref().map(|it| &**it), ["Old mug", "Older mug"]);
}

#[tokio::test]
async fn wc_07_what_is_apart_is_neither_linked_nor_made_until_somebody_says_so() {
    let scene = in_doubt().await;
    scene.say(vec![change(1, Link::Apart(true))]).await.unwrap();
    // Whatever becomes of the doubt.
    scene.shops.of(SHOP, |shop| {
        shop.products.remove("2");
    });
    let mut mug = scene.running.get(product_id(1)).await;
    mug.brand = "Clay".to_owned();
    scene.save(mug, Vec::new()).await;
    let all = wire::LinkAllRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: SHOP.to_string(),
        overwrite: true,
        act: Some(new_act()),
    };
    let answer = scene.links().link_all(all).await.unwrap().into_inner();
    assert_eq!((answer.sought, answer.overwritten), (0, 0));
    let due = "select count(*) from catalog.work where not_before < now()";
    scene.running.until(due, "0").await;
    assert_eq!(scene.standing(SHOP), "apart");
    assert_eq!(scene.calls(SHOP), 0);
    scene.say(vec![change(1, Link::Again(true))]).await.unwrap();
    scene.until_shows("1", "Mug").await;
}

#[tokio::test]
async fn wc_07_what_somebody_parted_stays_as_the_shop_shows_it() {
    let scene = Scene::sells(1, 5).await;
    scene.say(vec![change(1, Link::Apart(true))]).await.unwrap();
    scene.running.ledger.moves(item_id(1), -2);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 3).await;
    let mut saved = scene.running.get(product_id(1)).await;
    saved.name = "Cup".to_owned();
    scene.save(saved, Vec::new()).await;
    let due = "select count(*) from catalog.work where not_before < now()";
    scene.running.until(due, "0").await;
    let shown = scene.shows("1").unwrap();
    assert_eq!(&*shown.title, "Product 1");
    assert_eq!(shown.variants[0].quantity, Some(5));
}

#[tokio::test]
async fn wc_07_a_listing_that_two_products_share_is_for_a_person() {
    let scene = Scene::start().await;
    scene.shops.of(SHOP, |shop| {
        shop.had_several("Mugs", &["SKU-1", "SKU-2"]);
    });
    scene
        .save(product(1, "Mug 1"), vec![online(SHOP, true)])
        .await;
    scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    // What has its SKU is another product's by then.
    scene
        .save(product(2, "Mug 2"), vec![online(SHOP, true)])
        .await;
    let second = scene
        .until_stands(SHOP, 2, wire::ListingStanding::Review)
        .await;
    assert_eq!(second.doubt(), wire::LinkDoubt::Taken);
    assert_eq!(second.candidates, ["1"]);
    let linked = wire::ProductLinkChange {
        items: vec![wire::ItemLinkChange {
            item_id: item_id(1).to_string(),
            shop_variant_id: "1-1".to_owned(),
        }],
        ..to(1, "1")
    };
    scene
        .say(vec![linked, change(2, Link::Apart(true))])
        .await
        .unwrap();
    let first = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    assert_eq!(first.items[0].shop_variant_id, "1-1");
    assert_eq!(
        scene.link(SHOP, 2).await.standing(),
        wire::ListingStanding::Apart
    );
}

#[tokio::test]
async fn wc_07_an_item_whose_sku_is_there_twice_is_for_a_person() {
    let scene = Scene::start().await;
    scene.shops.of(SHOP, |shop| {
        shop.had_several("Mugs", &["SKU-1", "SKU-9", "SKU-9"]);
    });
    let mut mug = product(1, "Mug");
    mug.options = vec!["Colour".to_owned()];
    mug.variants[0].values = vec!["red".to_owned()];
    let mut blue = variant(2, "SKU-9");
    blue.values = vec!["blue".to_owned()];
    mug.variants.push(blue);
    scene.save(mug, vec![online(SHOP, true)]).await;
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Review)
        .await;
    assert_eq!(link.doubt(), wire::LinkDoubt::Unspecified);
    assert_eq!(link.candidates, ["1"]);
    assert_eq!(link.items[0].doubt(), wire::LinkDoubt::Unspecified);
    assert_eq!(link.items[1].doubt(), wire::LinkDoubt::SkuTwiceInShop);
    assert_eq!(link.items[1].candidates, ["1-2", "1-3"]);
    assert_eq!(scene.calls(SHOP), 0);
    let said = wire::ProductLinkChange {
        items: vec![wire::ItemLinkChange {
            item_id: item_id(2).to_string(),
            shop_variant_id: "1-3".to_owned(),
        }],
        ..to(1, "1")
    };
    scene.say(vec![said]).await.unwrap();
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    let variants = link.items.iter().map(|item| &*item.shop_variant_id);
    assert_eq!(variants.collect::<Vec<_>>(), ["1-1", "1-3"]);
    let shown = scene.shows("1").unwrap();
    assert_eq!(shown.variants.len(), 3, "the shop's own stays (EC-5)");
}

#[tokio::test]
async fn ec_07_what_somebody_made_again_in_the_shop_is_found_by_its_sku() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| {
        shop.products.clear();
    });
    let mut saved = scene.running.get(product_id(1)).await;
    saved.brand = "Clay".to_owned();
    let mut saved = scene.save(saved, Vec::new()).await;
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Missing)
        .await;
    assert_eq!(link.gone_shop_product_id, "1");
    scene.shops.of(SHOP, |shop| {
        shop.had("Made again", "SKU-1", 9);
    });
    saved.brand = "Glass".to_owned();
    scene.save(saved, Vec::new()).await;
    scene.until_shows("2", "Product 1").await;
    scene.until_has(SHOP, 1, 4).await;
    assert_eq!(scene.link(SHOP, 1).await.shop_product_id, "2");
}

#[tokio::test]
async fn r_10_a_listing_that_bears_our_note_is_ours_whatever_its_sku() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| listing.variants[0].sku = None);
    });
    scene.say(vec![change(1, Link::Again(true))]).await.unwrap();
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    assert_eq!(link.shop_product_id, "1");
    scene.until_has(SHOP, 1, 4).await;
    scene
        .shops
        .of(SHOP, |shop| assert_eq!(shop.products.len(), 1));
}

#[tokio::test]
async fn wc_07_a_whole_shop_is_looked_through_on_demand_and_overwritten() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| {
            listing.title = "Cup".into();
            listing.variants[0].quantity = Some(40);
        });
        shop.had("Old vase", "SKU-2", 7);
    });
    // As if it had been there before the shop was linked.
    scene.save(product(2, "Vase"), Vec::new()).await;
    scene
        .running
        .until(
            "select count(*) from catalog.listing where standing <> 'linked'",
            "0",
        )
        .await;
    let forget = format!(
        "delete from catalog.listing_item where connection_id = '{SHOP}' and item_id = '{}';
        delete from catalog.work where connection_id = '{SHOP}';
        delete from catalog.listing where connection_id = '{SHOP}' and product_id = '{}'",
        item_id(2),
        product_id(2)
    );
    scene.running.sql(&forget);
    let all = wire::LinkAllRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: SHOP.to_string(),
        overwrite: true,
        act: Some(new_act()),
    };
    let answer = scene.links().link_all(all).await.unwrap().into_inner();
    assert_eq!((answer.sought, answer.overwritten), (1, 1));
    scene.until_shows("1", "Product 1").await;
    scene.until_has(SHOP, 1, 4).await;
    scene
        .until_stands(SHOP, 2, wire::ListingStanding::Linked)
        .await;
    assert_eq!(&*scene.shows("2").unwrap().title, "Vase");
}

#[tokio::test]
async fn wc_07_two_products_swap_in_one_file_and_a_file_without_edits_changes_nothing() {
    let scene = Scene::sells(1, 4).await;
    scene.add(2, 6).await;
    let rows = scene.rows().await;
    let links = |rows: &[wire::LinkCells]| {
        let cells = rows.iter().skip(1).map(|row| row.cells[3..6].join(" "));
        cells.collect::<Vec<_>>()
    };
    assert_eq!(links(&rows), ["1 1-1 linked", "2 2-1 linked"]);
    let untouched = scene.import(rows.clone()).await;
    assert_eq!((untouched.changed, untouched.errors), (0, Vec::new()));
    let mut swapped = rows;
    let (first, second) = (swapped[1].cells.clone(), swapped[2].cells.clone());
    swapped[1].cells[3..5].clone_from_slice(&second[3..5]);
    swapped[2].cells[3..5].clone_from_slice(&first[3..5]);
    assert_eq!(scene.import(swapped).await.changed, 2);
    scene.until_shows("2", "Product 1").await;
    scene.until_shows("1", "Product 2").await;
    for (number, units) in [(1, 4), (2, 6)] {
        let link = scene
            .until_stands(SHOP, number, wire::ListingStanding::Linked)
            .await;
        assert_eq!(link.shop_product_id, (3 - number).to_string());
        scene.until_has(SHOP, number, units).await;
    }
}

#[tokio::test]
async fn wc_07_a_file_is_taken_whole_or_not_at_all() {
    let scene = Scene::sells(1, 4).await;
    scene.add(2, 6).await;
    let mut rows = scene.rows().await;
    rows[1].cells[5] = "apart".to_owned();
    rows[1].cells[3].clear();
    rows[1].cells[4].clear();
    rows[2].cells[1] = item_id(77).to_string();
    let refused = scene.import(rows.clone()).await;
    assert_eq!(refused.changed, 0);
    let [error] = refused.errors.as_slice() else {
        panic!("{refused:?}");
    };
    assert_eq!((error.row, &*error.column), (3, "item_id"));
    assert_eq!(scene.standing(SHOP), "linked");
    rows[2].cells[1] = item_id(2).to_string();
    assert_eq!(scene.import(rows).await.changed, 1);
    assert_eq!(scene.standing(SHOP), "apart");
}

#[tokio::test]
async fn a_link_that_cannot_be_is_refused() {
    let scene = Scene::sells(1, 4).await;
    scene.add(2, 6).await;
    assert_refused(scene.say(vec![to(2, "1")]).await, "listing_taken");
    let twice = vec![to(1, "9"), to(2, "9")];
    assert_refused(scene.say(twice).await, "listing_taken");
    assert_code(scene.say(vec![to(7, "9")]).await, Code::NotFound);
    let foreign_item = wire::ProductLinkChange {
        items: vec![wire::ItemLinkChange {
            item_id: item_id(1).to_string(),
            shop_variant_id: "2-1".to_owned(),
        }],
        ..to(2, "2")
    };
    assert_code(scene.say(vec![foreign_item]).await, Code::NotFound);
    for nothing in [
        change(1, Link::Apart(false)),
        change(1, Link::ShopProductId(String::new())),
    ] {
        assert_code(scene.say(vec![nothing]).await, Code::InvalidArgument);
    }
    assert_code(scene.say(Vec::new()).await, Code::InvalidArgument);
    let foreign = wire::ListLinksRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: STRANGERS_SHOP.to_string(),
        ..wire::ListLinksRequest::default()
    };
    assert_code(scene.links().list_links(foreign).await, Code::NotFound);
    assert_eq!(scene.link(SHOP, 2).await.shop_product_id, "2");
}

#[tokio::test]
async fn what_a_person_names_and_the_shop_has_not_is_looked_for_as_any_other() {
    let scene = Scene::sells(1, 4).await;
    scene.say(vec![to(1, "77")]).await.unwrap();
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Linked)
        .await;
    assert_eq!(link.shop_product_id, "1", "it bears our note");
    scene.until_has(SHOP, 1, 4).await;
    scene.shops.of(SHOP, |shop| shop.products.clear());
    scene.say(vec![to(1, "78")]).await.unwrap();
    let link = scene
        .until_stands(SHOP, 1, wire::ListingStanding::Missing)
        .await;
    assert_eq!(link.gone_shop_product_id, "78");
}
