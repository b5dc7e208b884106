//! What comes back at a till.

use ledger::decide::Kept;
use ledger::store::{Told, Undo};
use proto::ledger as wire;
use retail::posting::OrderUpdates;
use retail::{LineKind, StockRule};
use tokio::task::JoinSet;

use crate::held::violation;
use crate::imports::{IMPORT, past};
use crate::office::told;
use crate::order::an_order;
use crate::selling::id_of;
use crate::stockroom::units;
use crate::support::{CONNECTION, OTHER_OUTLET, OTHER_REGISTER, OUTLET, REGISTER};
use crate::till::{Till, minor};

#[tokio::test]
async fn what_comes_back_is_stock_again_and_its_money_leaves_the_open_session() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 3, 1_000).tax(100).rest("cash");
    let sold = till.record(selling).await.unwrap();
    assert_eq!(till.expected().await, [("cash".to_owned(), 3_100)]);

    let back = till.selling().back(&sold, "line:1", 1).total(-1_033);
    let back = till.record(back.rest("cash")).await.unwrap();
    assert_eq!(
        (minor(back.total.clone()), minor(back.tax.clone())),
        (-1_033, -33)
    );
    assert_eq!(
        (back.receipt_number.as_str(), back.balance()),
        ("T2", wire::Balance::Paid)
    );
    assert_eq!(minor(back.received.clone()), -1_033);
    assert_eq!(units(back.lines[0].quantity.clone()), -1);
    let paid = &back.payments[0];
    assert_eq!(paid.kind(), proto::order::PaymentKind::Refunded);
    assert_eq!(minor(paid.amount.clone()), 1_033);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-2));
    assert_eq!(till.expected().await, [("cash".to_owned(), 2_067)]);

    // The rest of it, by another means and at another outlet; to the cent.
    till.open(OTHER_REGISTER, 0).await.unwrap();
    let rest = till.selling().on(OTHER_REGISTER).back(&sold, "line:1", 2);
    let rest = till.record(rest.rest("card")).await.unwrap();
    assert_eq!(minor(rest.total.clone()), -2_067);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-2));
    assert_eq!(till.ledger.on_hand("A", OTHER_OUTLET).await, Some(2));
    let closed = till
        .close(OTHER_REGISTER, &[("card", -2_067)])
        .await
        .unwrap();
    assert_eq!(minor(closed.expected[0].amount.clone()), -2_067);

    let lines = till.lines(&sold).await;
    assert_eq!(units(lines[0].returned.clone()), 3);
    assert_eq!(units(lines[0].returnable.clone()), 0);
    assert_eq!(minor(lines[0].unit_price.clone()), 1_000);
    let lines = till.lines(&rest).await;
    assert_eq!(lines[0].returned_sale_id, sold.sale_id);
    assert_eq!(lines[0].returned_line_key, "line:1");
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn parts_come_to_the_whole_though_the_first_was_made_void() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 3, 1_000).tax(100).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let mut parts = Vec::new();
    for expected in [-1_033, -1_034, -1_033, -1_033] {
        if parts.len() == 2 {
            till.void(&parts[0]).await.unwrap();
        }
        let part = till.selling().back(&sold, "line:1", 1).rest("cash");
        let part = till.record(part).await.unwrap();
        assert_eq!(minor(part.total.clone()), expected);
        parts.push(part);
    }
    assert_eq!(till.expected().await, [("cash".to_owned(), 0)]);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn what_cannot_be_sold_again_comes_back_without_stock() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let back = till
        .selling()
        .back(&sold, "line:1", 1)
        .spoilt()
        .rest("cash");
    till.record(back).await.unwrap();
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-2));
    let lines = till.lines(&sold).await;
    assert_eq!(units(lines[0].returnable.clone()), 1);
    assert_eq!(minor(lines[0].returnable_net.clone()), 1_000);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn an_exchange_is_one_sale_of_what_goes_and_what_comes() {
    let mut till = Till::with(&["A", "B"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 1, 1_000).rest("card");
    let sold = till.record(selling).await.unwrap();
    let exchange = till.selling().line("B", 1, 1_500).back(&sold, "line:1", 1);
    let exchange = till.record(exchange.total(500).rest("cash")).await.unwrap();
    let keys: Vec<&str> = exchange
        .lines
        .iter()
        .map(|line| line.line_key.as_str())
        .collect();
    assert_eq!(keys, ["line:1", "return:1"]);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(0));
    assert_eq!(till.ledger.on_hand("B", OUTLET).await, Some(-1));
    assert_eq!(
        till.expected().await,
        [("card".to_owned(), 1_000), ("cash".to_owned(), 500)]
    );
    // For the same price nothing is paid, so that the register may be closed.
    till.close(REGISTER, &[("card", 1_000), ("cash", 500)])
        .await
        .unwrap();
    let even = till
        .selling()
        .line("A", 1, 1_500)
        .back(&exchange, "line:1", 1);
    let even = till.record(even).await.unwrap();
    assert_eq!(even.balance(), wire::Balance::Paid);
    assert_eq!(till.ledger.on_hand("B", OUTLET).await, Some(0));
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn a_shops_order_comes_back_at_a_till_with_its_shipping() {
    let mut till = Till::new().await;
    let order = |second| {
        an_order(1)
            .at(second)
            .line("A", 3)
            .service("shipping", LineKind::Shipping, 500)
            .total(3_500)
            .paid(3_500)
    };
    till.ledger.apply_one(&order(0).build()).await;
    till.ledger
        .apply_one(&order(30).restocked(0, 1).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let online = till.sale("#1").await;
    let keys: Vec<String> = online
        .lines
        .iter()
        .map(|line| line.line_key.clone())
        .collect();
    let lines = till.lines(&online).await;
    assert_eq!(units(lines[0].returned.clone()), 1, "by the shop's word");
    assert_eq!(units(lines[0].returnable.clone()), 2);
    assert_eq!(lines[0].unit_price, None);
    let back = till
        .selling()
        .back(&online, &keys[0], 2)
        .back(&online, &keys[1], 1);
    let back = till.record(back.rest("card")).await.unwrap();
    assert_eq!(minor(back.total.clone()), -2_500);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(0));
    let again = till.selling().back(&online, &keys[0], 1).rest("card");
    let refused = till.record(again).await.unwrap_err();
    assert_eq!(violation(&refused), "return_exceeds_sale");
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn ef_08_and_ef_11_stock_gets_back_no_more_than_it_gave() {
    for rule in [StockRule::Never, StockRule::AtInvoice] {
        let mut till = Till::new().await;
        let told = told(CONNECTION, OrderUpdates::Apply, rule, 1);
        assert_eq!(till.ledger.store.know(&told).await.unwrap(), Told::Recorded);
        till.ledger
            .apply_one(&an_order(1).line("A", 3).paid(3_000).build())
            .await;
        till.open(REGISTER, 0).await.unwrap();
        let online = till.sale("#1").await;
        let key = online.lines[0].line_key.clone();
        let back = till.selling().back(&online, &key, 2).rest("card");
        let back = till.record(back).await.unwrap();
        assert_eq!(minor(back.total.clone()), -2_000);
        let on_hand = till.ledger.on_hand("A", OUTLET).await;
        assert_eq!(on_hand.unwrap_or(0), 0, "{rule:?}");
        till.ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn what_is_not_given_back_is_a_customers_credit_until_it_is() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 1, 1_000).to("zoe@example.test");
    let sold = till.record(selling).await.unwrap();
    let back = till
        .selling()
        .back(&sold, "line:1", 1)
        .to("zoe@example.test");
    let credit = till.record(back).await.unwrap();
    assert_eq!(credit.balance(), wire::Balance::Unpaid);
    for (amount, kind) in [(-1_001, "exceeds_open_amount"), (1, "exceeds_open_amount")] {
        let refused = till.pay(id_of(&credit), amount).await.unwrap_err();
        assert_eq!(violation(&refused), kind, "{amount}");
    }
    let refused = till.pay(id_of(&sold), -1).await.unwrap_err();
    assert_eq!(violation(&refused), "exceeds_open_amount");
    // One settles the other by the same means: nothing is in the drawer.
    till.pay(id_of(&credit), -1_000).await.unwrap();
    let paid = till.pay(id_of(&sold), 1_000).await.unwrap();
    assert_eq!(paid.balance(), wire::Balance::Paid);
    assert_eq!(till.sale("T2").await.balance(), wire::Balance::Paid);
    assert_eq!(till.expected().await, [("bank-transfer".to_owned(), 0)]);
    till.ledger.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn returns_of_one_sale_at_once_never_exceed_it() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    till.open(OTHER_REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 5, 1_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let mut returning = JoinSet::new();
    for place in 0..12 {
        let register = [REGISTER, OTHER_REGISTER][place % 2];
        let back = till
            .selling()
            .on(register)
            .back(&sold, "line:1", 1)
            .rest("cash");
        let mut client = till.client.tills.clone();
        returning.spawn(async move { client.record_sale(back.0).await });
    }
    let answers = returning.join_all().await;
    let refused: Vec<String> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().err())
        .map(violation)
        .collect();
    assert_eq!(refused, ["return_exceeds_sale"; 7]);
    let money: i64 = answers
        .into_iter()
        .flatten()
        .map(|answer| minor(answer.into_inner().sale.unwrap().total))
        .sum();
    assert_eq!(money, -5_000);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_2_an_import_undone_keeps_what_came_back_at_a_till() {
    let mut till = Till::new().await;
    till.ledger.begin(IMPORT).await;
    till.ledger
        .apply_one(&past(1).line("A", 2).paid(2_000).build())
        .await;
    till.ledger.complete(IMPORT).await;
    till.open(REGISTER, 0).await.unwrap();
    let online = till.sale("#1").await;
    let line = online.lines[0].line_key.clone();
    let back = till.selling().back(&online, &line, 1).rest("card");
    assert_eq!(minor(till.record(back).await.unwrap().total), -1_000);
    let counts = till.ledger.undo(IMPORT).await.counts;
    assert_eq!((counts.undone, counts.kept), (0, 1));
    assert_eq!(
        till.ledger.undo_of(IMPORT, "1").await,
        Some(Undo::Kept(Kept::MovedSince))
    );
    till.ledger.assert_sound().await;
}
