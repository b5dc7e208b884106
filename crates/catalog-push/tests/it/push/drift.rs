//! Where shops show something else than the catalogue wants.

use proto::catalog as wire;
use proto::catalog::drift_client::DriftClient;
use proto::catalog::repair_drift_request::Entries;
use retail::listing::{ShopListing, ShopVariant};
use retail::{ConnectionId, Currency, Money, ShopVariantId};
use service::access::Authorized;
use service_kit::within;
use tonic::Code;

use super::stock::Scene;
use crate::make::{OTHER_SHOP, RETAILER, SHOP, assert_code, item_id, new_act, product_id};

impl Scene {
    pub(super) fn drift(&self) -> DriftClient<Authorized> {
        DriftClient::new(service_kit::as_operator(&self.running.grpc))
    }

    pub(super) async fn scan(&self) -> i64 {
        let request = wire::ScanDriftRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: SHOP.to_string(),
            product_ids: Vec::new(),
            act: Some(new_act()),
        };
        let answer = self.drift().scan_drift(request).await.unwrap();
        let due = "select count(*) from catalog.work where kind = 'drift' and not_before < now()";
        self.running.until(due, "0").await;
        answer.into_inner().products
    }

    /// All pages, asked for again where something changed between two of them.
    async fn listed(&self, filter: wire::DriftFilter) -> Vec<wire::DriftEntry> {
        within(async || {
            let (all, total) = self.pages(filter.clone()).await;
            (usize::try_from(total) == Ok(all.len())).then_some(all)
        })
        .await
    }

    /// With how many there are by the last page.
    async fn pages(&self, filter: wire::DriftFilter) -> (Vec<wire::DriftEntry>, i64) {
        let (mut all, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = wire::ListDriftRequest {
                retailer_id: RETAILER.to_string(),
                filter: Some(filter.clone()),
                page_size: 1,
                page_token,
            };
            let page = self.drift().list_drift(request).await.unwrap().into_inner();
            all.extend(page.entries);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return (all, page.total);
            }
        }
    }

    pub(super) async fn drifts(&self) -> Vec<wire::DriftEntry> {
        self.listed(wire::DriftFilter::default()).await
    }

    pub(super) async fn until_drifts(&self, expected: &[wire::DriftKind]) -> Vec<wire::DriftEntry> {
        within(async || {
            let drifts = self.drifts().await;
            let kinds: Vec<_> = drifts.iter().map(wire::DriftEntry::kind).collect();
            (kinds == expected).then_some(drifts)
        })
        .await
    }

    pub(super) async fn repair(
        &self,
        entries: Entries,
        repair: wire::DriftRepair,
    ) -> wire::RepairDriftResponse {
        let request = wire::RepairDriftRequest {
            retailer_id: RETAILER.to_string(),
            entries: Some(entries),
            repair: repair.into(),
            act: Some(new_act()),
        };
        let answer = self.drift().repair_drift(request).await;
        answer.unwrap().into_inner()
    }

    pub(super) async fn edit(&self, edit: impl FnOnce(&mut ShopListing)) {
        self.shops.of(SHOP, |shop| shop.edit(item_id(1), edit));
        self.scan().await;
    }

    pub(super) fn shown(&self, shop: ConnectionId) -> ShopListing {
        let shown = |shop: &super::shop::Shop| shop.products.get("1").cloned();
        self.shops.see(shop, shown).unwrap()
    }
}

pub(super) fn one(entry: &wire::DriftEntry) -> Entries {
    Entries::Ids(wire::DriftIds {
        drift_ids: vec![entry.drift_id.clone()],
    })
}

pub(super) fn all() -> Entries {
    Entries::Filter(wire::DriftFilter::default())
}

#[tokio::test]
async fn ec_04_an_edit_in_the_shop_drifts_survives_and_is_told_over_by_a_persons_word() {
    let scene = Scene::sells(1, 4).await;
    assert_eq!(scene.scan().await, 1);
    assert_eq!(scene.drifts().await, []);
    let calls = scene.calls(SHOP);
    scene.edit(|listing| listing.title = "Cup".into()).await;
    let drifts = scene.until_drifts(&[wire::DriftKind::EditedInShop]).await;
    let entry = &drifts[0];
    assert_eq!((&*entry.pos, &*entry.shop), ("Product 1", "Cup"));
    assert_eq!(entry.field(), wire::ListingField::Title);
    assert_eq!((&*entry.sku, &*entry.shop_product_id), ("SKU-1", "1"));
    assert_eq!(entry.product_name, "Product 1");
    let repairs: Vec<_> = entry.repairs().collect();
    let expected = [
        wire::DriftRepair::TellShop,
        wire::DriftRepair::TakeOver,
        wire::DriftRepair::Accept,
    ];
    assert_eq!(repairs, expected);
    // Looking tells nothing, however often.
    scene.scan().await;
    let again = scene.drifts().await;
    assert_eq!(again[0].drift_id, entry.drift_id);
    assert_eq!(again[0].since, entry.since, "r_05: since it was first seen");
    assert_ne!(again[0].seen_at, entry.seen_at);
    assert_eq!(&*scene.shown(SHOP).title, "Cup");
    assert_eq!(scene.calls(SHOP), calls);
    let done = scene.repair(one(entry), wire::DriftRepair::TellShop).await;
    assert_eq!((done.repaired, done.remaining), (1, 0));
    scene.until_drifts(&[]).await;
    assert_eq!(&*scene.shown(SHOP).title, "Product 1");
}

#[tokio::test]
async fn r_05_what_a_shop_shows_is_taken_over_into_the_pos_and_told_to_the_others() {
    let scene = Scene::sells(1, 4).await;
    scene
        .edit(|listing| {
            listing.title = "Cup".into();
            listing.variants[0].price = Some(Money::new(1_234, Currency::EUR));
        })
        .await;
    let edited = wire::DriftKind::EditedInShop;
    let drifts = scene.until_drifts(&[edited, edited]).await;
    let price = drifts.iter().find(|it| !it.item_id.is_empty()).unwrap();
    assert_eq!((&*price.pos, &*price.shop), ("10.00 EUR", "12.34 EUR"));
    let done = scene.repair(all(), wire::DriftRepair::TakeOver).await;
    assert_eq!((done.repaired, done.refused), (2, Vec::new()));
    let saved = scene.running.get(product_id(1)).await;
    assert_eq!(saved.name, "Cup");
    let costs = saved.variants[0].retail_price.clone().unwrap();
    assert_eq!((costs.units, costs.nanos), (12, 340_000_000));
    let named = scene.running.ledger.item(item_id(1)).name;
    assert_eq!(named, "Cup", "the ledger is told of it as of any save");
    scene.until_drifts(&[]).await;
    within(async || (&*scene.shown(OTHER_SHOP).title == "Cup").then_some(())).await;
    assert_eq!(
        scene.shown(OTHER_SHOP).variants[0].price,
        Some(Money::new(1_234, Currency::EUR))
    );
}

#[tokio::test]
async fn r_11_what_is_left_to_the_shop_drifts_no_more_and_is_told_no_more() {
    let scene = Scene::sells(1, 4).await;
    scene.edit(|listing| listing.title = "Cup".into()).await;
    let drifts = scene.until_drifts(&[wire::DriftKind::EditedInShop]).await;
    scene
        .repair(one(&drifts[0]), wire::DriftRepair::Accept)
        .await;
    scene.until_drifts(&[]).await;
    let link = scene.link(SHOP, 1).await;
    assert_eq!(link.left_to_shop, [i32::from(wire::ListingField::Title)]);
    let mut saved = scene.running.get(product_id(1)).await;
    saved.name = "Beaker".to_owned();
    saved.brand = "Clay".to_owned();
    scene.save(saved, Vec::new()).await;
    scene.until(SHOP, |shown| &*shown.brand == "Clay").await;
    assert_eq!(&*scene.shown(SHOP).title, "Cup");
    scene
        .until(OTHER_SHOP, |shown| &*shown.title == "Beaker")
        .await;
}

#[tokio::test]
async fn ec_05_a_variant_made_in_the_shop_is_told_of_and_can_stay() {
    let scene = Scene::sells(1, 4).await;
    scene
        .edit(|listing| {
            let made = ShopVariant {
                id: ShopVariantId::new("own").unwrap(),
                item: None,
                sku: None,
                ..listing.variants[0].clone()
            };
            listing.variants.push(made);
        })
        .await;
    let drifts = scene.until_drifts(&[wire::DriftKind::ExtraInShop]).await;
    assert_eq!(drifts[0].shop_variant_id, "own");
    let accept = wire::DriftRepair::Accept;
    assert_eq!(drifts[0].repairs().collect::<Vec<_>>(), [accept]);
    let told = scene
        .repair(one(&drifts[0]), wire::DriftRepair::TellShop)
        .await;
    assert_eq!((told.repaired, told.refused.len()), (0, 1));
    scene.repair(one(&drifts[0]), accept).await;
    scene.until_drifts(&[]).await;
    assert_eq!(scene.shown(SHOP).variants.len(), 2);
}

#[tokio::test]
async fn ec_07_what_is_missing_is_told_of_and_made_again_or_parted_by_a_persons_word() {
    let scene = Scene::sells(1, 4).await;
    scene.add(2, 6).await;
    scene.shops.of(SHOP, |shop| shop.products.clear());
    scene.scan().await;
    let missing = wire::DriftKind::MissingInShop;
    let drifts = scene.until_drifts(&[missing, missing]).await;
    assert_eq!(scene.standing(SHOP), "linked", "looking changes nothing");
    let of = |number| {
        let product = product_id(number).to_string();
        drifts.iter().find(|it| it.product_id == product).unwrap()
    };
    scene
        .repair(one(of(1)), wire::DriftRepair::CreateAgain)
        .await;
    scene.repair(one(of(2)), wire::DriftRepair::Unlink).await;
    scene.until_drifts(&[]).await;
    scene.until_has(SHOP, 1, 4).await;
    scene
        .shops
        .of(SHOP, |shop| assert_eq!(shop.products.len(), 1));
    let link = scene.link(SHOP, 2).await;
    assert_eq!(link.standing(), wire::ListingStanding::Apart);
}

#[tokio::test]
async fn ec_07_what_the_reconciler_finds_missing_is_told_of_without_a_scan() {
    let scene = Scene::sells(1, 4).await;
    scene.shops.of(SHOP, |shop| shop.products.clear());
    let mut saved = scene.running.get(product_id(1)).await;
    saved.brand = "Clay".to_owned();
    scene.save(saved, Vec::new()).await;
    scene.until_drifts(&[wire::DriftKind::MissingInShop]).await;
    assert_eq!(scene.standing(SHOP), "missing");
    scene.repair(all(), wire::DriftRepair::CreateAgain).await;
    scene.until_has(SHOP, 1, 4).await;
    scene.until_drifts(&[]).await;
}

#[tokio::test]
async fn r_05_stock_differs_once_no_order_explains_it_and_is_told_from_what_was_found() {
    let scene = Scene::sells_in_calm(1, 10).await;
    scene.running.ledger.waits(true);
    scene
        .edit(|listing| listing.variants[0].quantity = Some(14))
        .await;
    let on_its_way = wire::DriftKind::OrderOnItsWay;
    let drifts = scene.until_drifts(&[on_its_way]).await;
    assert_eq!((&*drifts[0].pos, &*drifts[0].shop), ("10", "14"));
    assert_eq!(drifts[0].repairs, Vec::<i32>::new());
    // However long it lasts, while an order waits.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    scene.until_drifts(&[on_its_way]).await;
    scene.running.ledger.waits(false);
    let drifts = scene.until_drifts(&[wire::DriftKind::OversellRisk]).await;
    assert_eq!(drifts[0].since, scene.drifts().await[0].since);
    scene.repair(all(), wire::DriftRepair::TellShop).await;
    scene.until_has(SHOP, 1, 10).await;
    scene.until_drifts(&[]).await;
    assert_eq!(scene.set(SHOP), [10, 10]);
}

#[tokio::test]
async fn r_05_what_differs_is_listed_by_what_hurts_most_and_by_conditions() {
    let scene = Scene::sells(1, 4).await;
    scene.add(2, 6).await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| listing.title = "Cup".into());
        shop.products.remove("2");
    });
    scene.scan().await;
    let (missing, edited) = (
        wire::DriftKind::MissingInShop,
        wire::DriftKind::EditedInShop,
    );
    let drifts = scene.until_drifts(&[missing, edited]).await;
    let of_kind = wire::DriftFilter {
        kind: edited.into(),
        ..wire::DriftFilter::default()
    };
    assert_eq!(scene.listed(of_kind).await, drifts[1..]);
    let of_product = wire::DriftFilter {
        connection_id: SHOP.to_string(),
        product_id: product_id(2).to_string(),
        ..wire::DriftFilter::default()
    };
    assert_eq!(scene.listed(of_product).await, drifts[..1]);
    let of_field = wire::DriftFilter {
        field: wire::ListingField::Title.into(),
        sku: "SKU-1".to_owned(),
        ..wire::DriftFilter::default()
    };
    assert_eq!(scene.listed(of_field).await, drifts[1..]);
    let before = wire::DriftFilter {
        since_before: drifts
            .iter()
            .filter_map(|it| it.since)
            .min_by_key(|it| (it.seconds, it.nanos)),
        ..wire::DriftFilter::default()
    };
    assert_eq!(scene.listed(before).await, []);
    let elsewhere = wire::DriftFilter {
        connection_id: OTHER_SHOP.to_string(),
        ..wire::DriftFilter::default()
    };
    assert_eq!(scene.listed(elsewhere).await, []);
    // Of a condition, what cannot be told stays: a missing product is made again or parted.
    let done = scene.repair(all(), wire::DriftRepair::TellShop).await;
    assert_eq!((done.repaired, done.remaining), (1, 0));
    scene.until_drifts(&[missing]).await;
}

#[tokio::test]
async fn r_05_all_that_a_shop_shows_is_compared_by_and_by() {
    let scene = Scene::sells(1, 4).await;
    let scanned = format!(
        "select count(*) from catalog.pusher where scanned_at is not null and connection_id = '{SHOP}'"
    );
    scene.running.until(&scanned, "1").await;
    scene.shops.of(SHOP, |shop| {
        shop.edit(item_id(1), |listing| listing.title = "Cup".into());
    });
    scene
        .running
        .sql("update catalog.pusher set scanned_at = now() - interval '25 hours'");
    scene.until_drifts(&[wire::DriftKind::EditedInShop]).await;
}

#[tokio::test]
async fn what_cannot_be_asked_of_drift_is_refused() {
    let scene = Scene::sells(1, 4).await;
    let scan = wire::ScanDriftRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: crate::make::STRANGERS_SHOP.to_string(),
        act: Some(new_act()),
        ..wire::ScanDriftRequest::default()
    };
    assert_code(scene.drift().scan_drift(scan).await, Code::NotFound);
    let gone = Entries::Ids(wire::DriftIds {
        drift_ids: vec![crate::make::id(5).to_string()],
    });
    let answer = scene.repair(gone, wire::DriftRepair::TellShop).await;
    assert_eq!(answer.refused[0].reason, "it differs no more");
    for (entries, repair) in [
        (None, wire::DriftRepair::TellShop),
        (Some(all()), wire::DriftRepair::Unspecified),
        (
            Some(Entries::Ids(wire::DriftIds::default())),
            wire::DriftRepair::TellShop,
        ),
    ] {
        let request = wire::RepairDriftRequest {
            retailer_id: RETAILER.to_string(),
            entries,
            repair: repair.into(),
            act: Some(new_act()),
        };
        let answer = scene.drift().repair_drift(request).await;
        assert_code(answer, Code::InvalidArgument);
    }
}
