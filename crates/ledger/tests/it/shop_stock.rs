//! What a shop may sell, and what it took from its own figure.

use ledger::decide::Outcome;
use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use retail::{Quantity, SaleState, StockRule};
use tonic::Code;

use crate::catalogue_desk::{Desk, item, pushable};
use crate::held::violation;
use crate::imports::{IMPORT, past};
use crate::kits::definition;
use crate::office::Office;
use crate::order::{an_order, cad};
use crate::selling::Selling;
use crate::stockroom::units;
use crate::support::{ASKING_CONNECTION, CONNECTION, OTHER_CONNECTION, REGISTER, RETAILER};

#[tokio::test]
async fn r_04_a_shops_own_orders_are_taken_and_no_others() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    assert_eq!((fresh.available, fresh.open, fresh.taken), (0, 0, None));
    let sold = |id, units| an_order(id).line("A", units);
    let elsewhere = sold(2, 4).of(RETAILER, ASKING_CONNECTION);
    desk.ledger
        .apply(&[sold(1, 3).build(), elsewhere.build()])
        .await;
    let told = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-7, 0, Some(3)));
    // A new mark begins anew, and an old one still tells.
    let since = desk.pushable(CONNECTION, item(1), &told.mark).await;
    assert_eq!(since.taken, Some(0));
    let back = sold(1, 3).restocked(0, 2).at(1).build();
    desk.ledger.apply_one(&back).await;
    let since = desk.pushable(CONNECTION, item(1), &told.mark).await;
    assert_eq!((since.available, since.taken), (-5, Some(-2)));
    let first = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!(first.taken, Some(1));
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_what_waits_is_open_and_taken_once() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    let draft = an_order(1).line("A", 2).state(SaleState::NotImported);
    assert_eq!(
        desk.ledger.apply_one(&draft.build()).await,
        Outcome::NotImported
    );
    let waits = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((waits.available, waits.open, waits.taken), (0, 2, Some(2)));
    // Another shop of the outlet is told the same, and took none of it.
    let other = desk.pushable(ASKING_CONNECTION, item(1), "").await;
    let other = desk.pushable(ASKING_CONNECTION, item(1), &other.mark).await;
    assert_eq!((other.open, other.taken), (2, Some(0)));
    // One of another outlet is told of its own.
    let far = desk.pushable(OTHER_CONNECTION, item(1), "").await;
    assert_eq!((far.available, far.open), (0, 0));

    let booked = an_order(1).line("A", 2).at(1).build();
    assert_eq!(desk.ledger.apply_one(&booked).await, Outcome::Recorded);
    for mark in [&fresh.mark, &waits.mark] {
        let told = desk.pushable(CONNECTION, item(1), mark).await;
        let taken = if *mark == fresh.mark { 2 } else { 0 };
        assert_eq!(
            (told.available, told.open, told.taken),
            (-2, 0, Some(taken))
        );
    }
}

#[tokio::test]
async fn r_02_an_imported_past_order_took_nothing_since_the_mark() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "GONE")]).await.unwrap();
    desk.delete(&[2]).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    desk.ledger.begin(IMPORT).await;
    let future = 4_000_000_000;
    let placed_since = past(2).line("A", 1).placed(future);
    let parked = past(3).line("A", 4).line("GONE", 1);
    let imported = [
        past(1).line("A", 3).build(),
        placed_since.build(),
        parked.build(),
    ];
    desk.ledger.apply(&imported).await;
    let told = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-4, 4, Some(1)));
    // What the shop does with them from now on is its doing.
    let edited = an_order(1).line("A", 5).at(1).build();
    desk.ledger.apply_one(&edited).await;
    for (mark, taken) in [(&fresh.mark, 3), (&told.mark, 2)] {
        let told = desk.pushable(CONNECTION, item(1), mark).await;
        assert_eq!((told.available, told.taken), (-6, Some(taken)));
    }
    // That a deletion is taken back takes nothing from the shop.
    desk.restore(&[2]).await.unwrap();
    for (mark, taken) in [(&fresh.mark, 3), (&told.mark, 2)] {
        let told = desk.pushable(CONNECTION, item(1), mark).await;
        assert_eq!(
            (told.available, told.open, told.taken),
            (-10, 0, Some(taken))
        );
    }
    // Neither does taking the import back: what moved since stays.
    desk.ledger.complete(IMPORT).await;
    desk.ledger.undo(IMPORT).await;
    let undone = desk.pushable(CONNECTION, item(1), &told.mark).await;
    assert_eq!(undone.taken, Some(2));
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_questions_that_cannot_be_answered_are_refused() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "B")]).await.unwrap();
    let unknown = desk.ask(CONNECTION, &[(item(99), "")]).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let foreign = crate::support::FOREIGN_CONNECTION;
    let unknown = desk.ask(foreign, &[(item(1), "")]).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let mark = desk.pushable(CONNECTION, item(1), "").await.mark;
    for (of, item) in [(CONNECTION, item(2)), (OTHER_CONNECTION, item(1))] {
        let wrong = desk.ask(of, &[(item, &mark)]).await.unwrap_err();
        assert_eq!(wrong.code(), Code::InvalidArgument);
    }
    for wrong in [vec![], vec![(item(1), ""), (item(1), "")]] {
        let wrong = desk.ask(CONNECTION, &wrong).await.unwrap_err();
        assert_eq!(wrong.code(), Code::InvalidArgument);
    }
    desk.ledger
        .sql("update ledger.connection set stock_rule = 'never'");
    let refused = desk.ask(CONNECTION, &[(item(1), "")]).await.unwrap_err();
    assert_eq!(violation(&refused), "stock_in_shop");
}

#[tokio::test]
async fn pos_06_what_a_till_sells_or_takes_back_a_shop_did_not_take() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    desk.ledger
        .apply_one(&an_order(1).line("A", 3).build())
        .await;
    let fresh = desk.pushable(CONNECTION, item(1), "").await;
    assert_eq!(fresh.available, -3);
    let open = wire::OpenSessionRequest {
        retailer_id: RETAILER.to_string(),
        register_id: REGISTER.to_string(),
        float: Some(money_into(cad(0))),
        act: Some(desk.act()),
    };
    desk.client.registers.open_session(open).await.unwrap();
    let selling = |act| {
        Selling(wire::RecordSaleRequest {
            retailer_id: RETAILER.to_string(),
            register_id: REGISTER.to_string(),
            act: Some(act),
            ..wire::RecordSaleRequest::default()
        })
    };
    let sold = selling(desk.act()).line("A", 2, 1_000).rest("cash");
    desk.client.tills.record_sale(sold.0).await.unwrap();
    let told = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((told.available, told.taken), (-5, Some(0)));
    // What the shop sold comes back at the till, and not to the shop.
    let id = desk.ledger.sql("select sale_id from ledger.sale where shop_order_id = '1' and connection_id in (select connection_id from ledger.connection where platform = 'woocommerce')");
    let online = wire::Sale {
        sale_id: id,
        ..wire::Sale::default()
    };
    let back = selling(desk.act()).back(&online, "line:1", 1).rest("cash");
    desk.client.tills.record_sale(back.0).await.unwrap();
    let told = desk.pushable(CONNECTION, item(1), &fresh.mark).await;
    assert_eq!((told.available, told.taken), (-4, Some(0)));
}

#[tokio::test]
async fn ef_11_a_shop_takes_at_the_order_whatever_is_invoiced() {
    let mut office = Office::with(StockRule::AtInvoice).await;
    let mut pusher = office.client.of_pusher();
    let sold = |units| an_order(1).line("A", units);
    office.ledger.apply_one(&sold(3).build()).await;
    let found = "select item_id from ledger.item where sku = 'A'";
    let item = office.ledger.sql(found).parse().unwrap();
    let first = pushable(&mut pusher, CONNECTION, item, "").await;
    assert_eq!((first.available, first.open), (0, 3));
    office.invoice(1, &[("line:1", 2)]).await;
    let told = pushable(&mut pusher, CONNECTION, item, &first.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-2, 1, Some(0)));
    office.ledger.apply_one(&sold(4).at(1).build()).await;
    let told = pushable(&mut pusher, CONNECTION, item, &first.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-2, 2, Some(1)));
    office.credit(2, &[("line:1", 1)]).await;
    let told = pushable(&mut pusher, CONNECTION, item, &first.mark).await;
    assert_eq!((told.available, told.open, told.taken), (-1, 3, Some(1)));
}

#[tokio::test]
async fn r_04_of_kits_as_many_are_told_as_can_be_made_of_what_is_not_open() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A"), (2, "B"), (3, "KIT")])
        .await
        .unwrap();
    let part = |item, units| wire::ReceiveGoodsRequest {
        retailer_id: RETAILER.to_string(),
        outlet_id: crate::support::OUTLET.to_string(),
        lines: crate::stockroom::lines(&[(item, units)]),
        reference: String::new(),
        act: None,
    };
    for (sku, units) in [("A", 11), ("B", 20)] {
        let received = wire::ReceiveGoodsRequest {
            act: Some(desk.act()),
            ..part(sku, units)
        };
        desk.client
            .stock_work
            .receive_goods(received)
            .await
            .unwrap();
    }
    let kit = definition(desk.act(), "KIT", &[("A", 2), ("B", 1)]);
    desk.client.kits.define_kit(kit).await.unwrap();
    let fresh = desk.pushable(CONNECTION, item(3), "").await;
    assert_eq!((fresh.available, fresh.open), (5, 0));
    let part = desk.pushable(CONNECTION, item(1), "").await;
    let version = desk.ask(CONNECTION, &[(item(3), "")]).await.unwrap().items[0].level_version;

    // Three of A wait, so that four kits can be made; one kit is sold.
    let waits = an_order(1).line("A", 3).state(SaleState::NotImported);
    desk.ledger
        .apply(&[waits.build(), an_order(2).line("KIT", 1).build()])
        .await;
    let told = desk.pushable(CONNECTION, item(3), &fresh.mark).await;
    assert_eq!((told.available, told.open, told.taken), (4, 1, Some(1)));
    // Of the part, the kit is not the shop's doing: it has a figure of its own.
    let told = desk.pushable(CONNECTION, item(1), &part.mark).await;
    assert_eq!((told.available, told.open, told.taken), (9, 3, Some(3)));
    let later = desk.ask(CONNECTION, &[(item(3), "")]).await.unwrap();
    assert!(later.items[0].level_version > version);
    // A kit that waits keeps its parts from being sold.
    let waits = an_order(3).line("KIT", 2).state(SaleState::NotImported);
    desk.ledger.apply_one(&waits.build()).await;
    let told = desk.pushable(CONNECTION, item(3), &fresh.mark).await;
    assert_eq!((told.available, told.open, told.taken), (4, 3, Some(3)));
    desk.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_04_what_is_kept_back_from_a_shop_is_told_with_its_stock() {
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let buffer = Quantity::units(2).unwrap();
    let told = ledger::store::ToldConnection {
        channel_buffer: buffer,
        ..crate::office::told(
            CONNECTION,
            retail::posting::OrderUpdates::Apply,
            StockRule::AtOrder,
            1,
        )
    };
    desk.ledger.store.know(&told).await.unwrap();
    let answer = desk.ask(CONNECTION, &[(item(1), "")]).await.unwrap();
    assert_eq!(answer.items[0].buffer, Some(quantity_into(buffer)));
    assert_eq!(units(answer.items[0].available.clone()), 0);
}

/// Whatever is being written when a mark is made is told with the next one, and once.
#[tokio::test]
async fn r_04_marks_made_while_orders_are_recorded_lose_nothing_and_tell_nothing_twice() {
    const ORDERS: u64 = 60;
    let mut desk = Desk::new().await;
    desk.register(&[(1, "A")]).await.unwrap();
    let mut mark = desk.pushable(CONNECTION, item(1), "").await.mark;
    let first = mark.clone();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..3 {
        let store = desk.ledger.store.clone();
        writers.spawn(async move {
            for order in (writer + 1..=ORDERS).step_by(3) {
                store
                    .apply(&[an_order(order).line("A", 1).build()])
                    .await
                    .unwrap();
                let waits = an_order(ORDERS + order).line("A", 1);
                let waits = waits.state(SaleState::NotImported).build();
                store.apply(&[waits]).await.unwrap();
            }
        });
    }
    let mut taken = 0;
    let mut is_done = false;
    while !is_done {
        is_done = writers.is_empty();
        let told = desk.pushable(CONNECTION, item(1), &mark).await;
        taken += told.taken.unwrap();
        mark = told.mark;
        while writers.try_join_next().is_some_and(|done| done.is_ok()) {}
    }
    let all = i64::try_from(ORDERS * 2).unwrap();
    assert_eq!(taken, all);
    let told = desk.pushable(CONNECTION, item(1), &first).await;
    assert_eq!(told.taken, Some(all));
}
