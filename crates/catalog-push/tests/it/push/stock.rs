//! What shops are told of stock.

use bus::subject;
use proto::catalog as wire;
use proto::catalog::push_client::PushClient;
use proto::convert::quantity_into;
use proto::ledger as told;
use retail::{ConnectionId, Quantity};
use service_kit::within;
use std::sync::Arc;
use std::time::Duration;

use super::lender::Lender;
use super::shop::{Fault, Shops};
use crate::make::{OTHER_SHOP, RETAILER, SHOP, item_id, online, product};
use crate::running::Running;

/// Longer than the longest of the first waits of a row.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running service, its shops, and what lends them.
pub struct Scene {
    pub running: Running,
    pub shops: Shops,
    pub lender: Lender,
}

impl Scene {
    /// The shops' orders are not listed: any that nobody has heard of may be on its way.
    pub async fn start() -> Self {
        let (shops, lender) = (Shops::default(), Lender::default());
        let running = Running::telling(Arc::new(shops.clone()), &lender).await;
        Self {
            running,
            shops,
            lender,
        }
    }

    /// Product `number`, on sale in both shops, with so many units to sell.
    pub async fn sells(number: u128, units: i64) -> Self {
        let scene = Self::start().await;
        scene.add(number, units).await;
        scene
    }

    /// The same, and all orders of the shops have been listed.
    pub async fn sells_in_calm(number: u128, units: i64) -> Self {
        let scene = Self::sells(number, units).await;
        scene.lender.lists(true);
        scene
    }

    pub async fn add(&self, number: u128, units: i64) {
        self.running.ledger.moves(item_id(number), units);
        let mut request = crate::make::save(product(number, &format!("Product {number}")));
        request.sell_online = [SHOP, OTHER_SHOP].map(|shop| online(shop, true)).into();
        self.running
            .catalog
            .clone()
            .save_product(request)
            .await
            .unwrap();
        for shop in [SHOP, OTHER_SHOP] {
            self.until_has(shop, number, units).await;
        }
    }

    /// Waits until the shop shows so many, and the service knows.
    pub async fn until_has(&self, shop: ConnectionId, number: u128, units: i64) {
        let item = item_id(number);
        let has = || self.shops.see(shop, |shop| shop.quantity(item));
        let waiting = within(async || (has() == Some(units)).then_some(()));
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(
            waited.is_ok(),
            "{shop} has {:?} of {number}, not {units}; {}",
            has(),
            self.known()
        );
        self.until_settled().await;
    }

    /// What the service knows, for whoever reads why a test failed.
    fn known(&self) -> String {
        let tables = ["pusher", "work", "listing", "listing_item", "told"];
        let rows = tables.map(|table| {
            let rows = self.running.sql(&format!("select * from catalog.{table}"));
            format!("{table}:\n{rows}\n")
        });
        let calls = [SHOP, OTHER_SHOP].map(|shop| self.shops.see(shop, |it| it.calls.clone()));
        format!("it knows\n{}calls: {calls:?}", rows.concat())
    }

    /// Waits until nothing is being told and nothing is due.
    pub async fn until_settled(&self) {
        let open =
            "select (select count(*) from catalog.work where not_before < now() and kind = 'stock')
            + (select count(*) from catalog.listing_item where intent_key is not null)";
        self.running.until(open, "0").await;
    }

    /// The ledger says that what may be sold of it changed.
    pub async fn changed(&self, number: u128) {
        let item = item_id(number);
        let units = |units| Some(quantity_into(Quantity::units(units).unwrap()));
        let left = self.running.ledger.sellable(item);
        let event = told::StockChanged {
            retailer_id: RETAILER.to_string(),
            item_id: item.to_string(),
            available: units(left),
            on_hand: units(left),
            ..told::StockChanged::default()
        };
        let subject = subject::stock_changed(RETAILER);
        self.running.tell_of_ledger(subject, &event).await;
    }

    pub fn set(&self, shop: ConnectionId) -> Vec<i64> {
        self.shops.see(shop, |shop| shop.set.clone())
    }
}

#[tokio::test]
async fn pos_06_what_a_till_sells_reaches_every_shop() {
    let scene = Scene::sells(1, 10).await;
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    for shop in [SHOP, OTHER_SHOP] {
        scene.until_has(shop, 1, 7).await;
    }
    assert_eq!(scene.set(SHOP), [10, 7]);
    let orders = scene.shops.see(SHOP, |shop| shop.calls.clone());
    let expected = ["create", "change", "set_stock", "set_stock"];
    assert_eq!(orders, expected, "an order is none of what a shop is told");
}

#[tokio::test]
async fn r_04_what_a_setting_gave_back_is_taken_away_when_the_order_is_heard_of() {
    let scene = Scene::sells(1, 10).await;
    scene.shops.of(SHOP, |shop| shop.overwrites = Some(2));
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 7).await;
    assert_eq!(scene.shops.see(SHOP, |shop| shop.overwritten), 2);
    scene.running.ledger.order(SHOP, item_id(1), 2);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 5).await;
    // What is as it should be is told nothing.
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 1));
    scene.running.ledger.order(SHOP, item_id(1), 1);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 4).await;
    scene.until_has(SHOP, 1, 4).await;
    assert_eq!(scene.set(SHOP), [10, 7, 5]);
}

#[tokio::test]
async fn r_04_what_was_given_back_by_telling_again_is_taken_away_when_the_orders_are_heard_of() {
    let scene = Scene::sells(1, 10).await;
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 2));
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 1));
    let again = wire::RepushRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: SHOP.to_string(),
        act: Some(crate::make::act(77)),
        ..wire::RepushRequest::default()
    };
    let mut push = PushClient::new(service_kit::as_operator(&scene.running.grpc));
    push.repush(again).await.unwrap();
    scene.until_has(SHOP, 1, 10).await;
    // The till's sale is told while the orders are still on their way.
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 7).await;
    for (units, left) in [(2, 5), (1, 4)] {
        scene.running.ledger.order(SHOP, item_id(1), units);
        scene.changed(1).await;
        scene.until_has(SHOP, 1, left).await;
    }
    assert_eq!(scene.set(SHOP), [10, 10, 7, 5, 4]);
}

#[tokio::test]
async fn pos_06_a_sale_of_the_shop_is_no_push_to_that_shop() {
    let scene = Scene::sells(1, 10).await;
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 4));
    scene.running.ledger.order(SHOP, item_id(1), 4);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 6).await;
    scene.until_has(SHOP, 1, 6).await;
    assert_eq!(scene.set(SHOP), [10]);
    assert_eq!(scene.set(OTHER_SHOP), [10, 6]);
    // What was taken before is not taken twice.
    scene.running.ledger.moves(item_id(1), 1);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 7).await;
}

#[tokio::test]
async fn r_04_what_an_order_on_its_way_took_is_not_given_back() {
    let scene = Scene::sells(1, 10).await;
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 4));
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 5).await;
    scene.until_has(OTHER_SHOP, 1, 9).await;
    // Then it is heard of, and there is nothing to say.
    scene.running.ledger.order(SHOP, item_id(1), 4);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 5).await;
    scene.until_has(SHOP, 1, 5).await;
    assert_eq!(scene.set(SHOP), [10, 5]);
}

/// An order that nobody ever hears of: one that the shop forgot, or an edit. What was told less for it is told after all.
#[tokio::test]
async fn r_04_what_no_order_explains_is_told_after_all_by_nobodys_word() {
    let scene = Scene::sells_in_calm(1, 10).await;
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), 4));
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 9).await;
    assert_eq!(scene.set(SHOP), [10, 5, 9]);
    // And from then on it is sure.
    let unsure = "select count(*) from catalog.listing_item where unsure_since is not null";
    scene.running.until(unsure, "0").await;
    let compared = "select count(*) from catalog.work where kind = 'drift' and not_before < now() + interval '1 hour'";
    scene.running.until(compared, "0").await;
}

/// Goods that came back before their order was heard of, and were told over meanwhile.
#[tokio::test]
async fn r_04_what_was_told_over_too_early_is_told_again_when_its_order_is_heard_of() {
    let scene = Scene::sells_in_calm(1, 10).await;
    scene.shops.of(SHOP, |shop| shop.sell(item_id(1), -2));
    scene.running.ledger.moves(item_id(1), -1);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 9).await;
    scene.running.ledger.order(SHOP, item_id(1), -2);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 11).await;
    scene.until_has(SHOP, 1, 11).await;
}

#[tokio::test]
async fn r_04_nothing_is_told_while_orders_wait() {
    let scene = Scene::sells(1, 10).await;
    scene.running.ledger.waits(true);
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    let waiting =
        "select count(*) > 0 from catalog.work where not_before > since + interval '1 second'";
    scene.running.until(waiting, "t").await;
    assert_eq!(scene.set(SHOP), [10]);
    scene.running.ledger.waits(false);
    scene.until_has(SHOP, 1, 7).await;
    scene.lender.unread(true);
    // What was lent before told of none, and is gone by for a second.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    scene.running.until(waiting, "t").await;
    assert_eq!(scene.set(SHOP), [10, 7]);
    scene.lender.unread(false);
    scene.until_has(SHOP, 1, 4).await;
}

#[tokio::test]
async fn r_04_buffers_and_open_orders_are_kept_back() {
    let scene = Scene::sells(1, 10).await;
    let mut set = proto::catalog::SetChannelsRequest {
        retailer_id: RETAILER.to_string(),
        product_id: crate::make::product_id(1).to_string(),
        in_store: None,
        online: vec![online(SHOP, true)],
        act: Some(crate::make::new_act()),
    };
    set.online[0].buffer = Some(quantity_into(Quantity::units(2).unwrap()));
    scene
        .running
        .channels
        .clone()
        .set_channels(set)
        .await
        .unwrap();
    scene.until_has(SHOP, 1, 8).await;
    // No event tells of an order that cannot be applied: what is swept finds it.
    scene.running.ledger.open(item_id(1), 3);
    scene.until_has(SHOP, 1, 5).await;
    scene.until_has(OTHER_SHOP, 1, 7).await;
    let rule = scene
        .running
        .sql("select rule from catalog.told where quantity = 5 and outcome = 'done'");
    assert_eq!(rule, "available 10, in open orders 3, kept back 2");
}

#[tokio::test]
async fn ef_08_stock_that_the_shop_manages_is_never_told() {
    let scene = Scene::sells(1, 10).await;
    let known = proto::connect::KnownConnection {
        connection_id: SHOP.to_string(),
        retailer_id: RETAILER.to_string(),
        platform: crate::running::shop1().to_string(),
        state: proto::connect::ConnectionState::Live.into(),
        stock_side: proto::connect::StockSide::Shop.into(),
        version: 2,
        ..proto::connect::KnownConnection::default()
    };
    scene.running.tell_connection(&known).await;
    let theirs = "select count(*) from catalog.connection where not is_stock_ours";
    scene.running.until(theirs, "1").await;
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    scene.until_has(OTHER_SHOP, 1, 7).await;
    scene.until_settled().await;
    assert_eq!(scene.set(SHOP), [10]);
}

#[tokio::test]
async fn what_the_shop_does_not_take_is_kept_with_its_reason() {
    let scene = Scene::sells(1, 10).await;
    scene
        .shops
        .of(SHOP, |shop| shop.faults.push_back(Fault::Refuses));
    scene.running.ledger.moves(item_id(1), -3);
    scene.changed(1).await;
    scene.until_has(SHOP, 1, 7).await;
    let told = scene.running.sql(
        "select outcome, quantity, expected, rule from catalog.told
        where outcome = 'refused'",
    );
    assert_eq!(
        told,
        "refused|7|10|available 7; sku_taken: another product has it"
    );
}
