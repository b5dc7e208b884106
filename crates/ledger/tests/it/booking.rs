//! An order becomes a sale, and every later version brings it to where the shop is.

use ledger::decide::{Outcome, receipt_key};
use ledger::store::{SaleFilter, write_pool};
use retail::{Balance, Currency, LineKind, Money, PaymentKind, Quantity, SaleState};

use crate::order::{a_refusal, an_order, cad};
use crate::support::{
    ASKING_CONNECTION, CONNECTION, FOREIGN_CONNECTION, Ledger, OTHER_CONNECTION, OTHER_OUTLET,
    OTHER_REGISTER, OUTLET, REGISTER, RETAILER, admin, of_sale,
};

#[tokio::test]
async fn pos_03_paid_and_unpaid_orders_are_both_sales() {
    let ledger = Ledger::new().await;
    let unpaid = an_order(1).line("A", 2).build();
    let paid = an_order(2).line("A", 1).paid(1000).placed(1).build();
    let part = an_order(3).line("A", 1).paid(400).placed(2).build();
    ledger.apply(&[unpaid, paid, part]).await;
    let sales = ledger.sales().await;
    let balances: Vec<Balance> = sales.iter().rev().map(|sale| sale.balance).collect();
    assert_eq!(
        balances,
        [Balance::Unpaid, Balance::Paid, Balance::PartPaid]
    );
    assert_eq!(sales[1].payments[0].amount, cad(1000));
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-4));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_04_the_sale_is_booked_on_the_connections_register() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    let there = an_order(1)
        .line("A", 1)
        .placed(1)
        .of(RETAILER, OTHER_CONNECTION);
    ledger.apply_one(&there.build()).await;
    let sales = ledger.sales().await;
    assert_eq!((sales[1].outlet, sales[1].register), (OUTLET, REGISTER));
    assert_eq!(
        (sales[0].outlet, sales[0].register),
        (OTHER_OUTLET, OTHER_REGISTER)
    );
}

#[tokio::test]
async fn pos_05_the_outlets_stock_falls_line_by_line_and_no_other_moves() {
    let ledger = Ledger::new().await;
    let order = an_order(1).line("A", 2).line("B", 3).line("A", 5);
    let order = order.service("shipping:1", LineKind::Shipping, 700);
    ledger.apply_one(&order.build()).await;
    let levels = ledger.levels().await;
    let shown: Vec<(&str, i64)> = levels
        .iter()
        .map(|level| (level.sku.as_str(), level.on_hand.milli() / Quantity::SCALE))
        .collect();
    assert_eq!(shown, [("A", -7), ("B", -3)], "and shipping has no stock");
    assert!(levels.iter().all(|level| level.outlet == OUTLET));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_11_stock_moves_when_the_sale_lands_and_not_when_it_is_paid() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 2).build()).await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    let version = ledger.levels().await[0].version;
    ledger
        .apply_one(&an_order(1).line("A", 2).paid(2000).at(9).build())
        .await;
    let level = &ledger.levels().await[0];
    assert_eq!((level.on_hand.milli(), level.version), (-2000, version));
    assert_eq!(ledger.sale().await.balance, Balance::Paid);
}

#[tokio::test]
async fn wc_01_updates_of_existing_orders_are_applied() {
    let ledger = Ledger::new().await;
    ledger
        .apply_one(&an_order(1).line("A", 2).line("B", 1).paid(3000).build())
        .await;

    let edited = an_order(1).line("A", 5).paid(3000).at(1);
    assert_eq!(ledger.apply_one(&edited.build()).await, Outcome::Recorded);
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-5));
    assert_eq!(
        ledger.on_hand("B", OUTLET).await,
        Some(0),
        "a line taken out gives all back"
    );
    let sale = ledger.sale().await;
    assert_eq!(
        (sale.revision, sale.lines.len(), sale.total),
        (2, 1, cad(5000))
    );
    assert_eq!(sale.balance, Balance::PartPaid);

    let refunded = edited
        .clone()
        .restocked(0, 2)
        .refunded("refund:7", 2000)
        .at(2);
    ledger.apply_one(&refunded.build()).await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3));
    let sale = ledger.sale().await;
    assert_eq!((sale.received, sale.refunded), (cad(3000), cad(2000)));
    assert_eq!(sale.payments[1].kind, PaymentKind::Refunded);

    ledger
        .apply_one(&refunded.clone().state(SaleState::Voided).at(3).build())
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(0));
    assert_eq!(ledger.sale().await.state, SaleState::Voided);

    ledger.apply_one(&refunded.at(4).build()).await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-3), "reopened");
    assert_eq!(ledger.sale().await.revision, 5);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn wc_06_stock_leaves_the_outlet_of_the_connections_register() {
    let ledger = Ledger::new().await;
    let there = an_order(1).line("A", 2).of(RETAILER, OTHER_CONNECTION);
    ledger.apply_one(&there.build()).await;
    assert_eq!(ledger.on_hand("A", OTHER_OUTLET).await, Some(-2));
    assert_eq!(ledger.on_hand("A", OUTLET).await, None);
}

#[tokio::test]
async fn wc_06_a_sale_stays_in_its_outlet_when_the_connection_moves() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 2).build()).await;
    let mut seed = crate::support::seed();
    seed.connections[0].register = OTHER_REGISTER;
    let pool = write_pool(&admin(&ledger.database));
    ledger::store::plant(&pool, &seed).await.unwrap();

    ledger
        .apply_one(&an_order(1).line("A", 1).at(1).build())
        .await;
    ledger
        .apply_one(&an_order(2).line("A", 1).placed(1).build())
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
    assert_eq!(ledger.on_hand("A", OTHER_OUTLET).await, Some(-1));
    let sales = ledger.sales().await;
    assert_eq!((sales[1].outlet, sales[1].register), (OUTLET, REGISTER));
    ledger.assert_sound().await;
}

#[tokio::test]
async fn a_sale_takes_the_currency_of_the_newest_version_whichever_comes_first() {
    let cad = an_order(1)
        .line("A", 2)
        .paid(2000)
        .refunded("refund:1", 500);
    let eur = an_order(1)
        .line("A", 2)
        .paid(2000)
        .currency(Currency::EUR)
        .at(1);
    let back = cad.clone().at(2);
    let (cad, eur, back) = (cad.build(), eur.build(), back.build());
    for (arrival, currency) in [
        (vec![&cad, &eur], Currency::EUR),
        (vec![&eur, &cad], Currency::EUR),
        (vec![&cad, &eur, &back], Currency::CAD),
        (vec![&cad, &eur, &back, &eur], Currency::CAD),
        (vec![&back, &eur, &cad], Currency::CAD),
    ] {
        for together in [true, false] {
            let ledger = Ledger::new().await;
            let messages: Vec<_> = arrival.iter().copied().cloned().collect();
            for batch in messages.chunks(if together { messages.len() } else { 1 }) {
                ledger.apply(batch).await;
            }
            let sale = ledger.sale().await;
            let money = |minor| Money::new(minor, currency);
            let refunded = if currency == Currency::CAD { 500 } else { 0 };
            assert_eq!(
                (sale.total, sale.received, sale.refunded, sale.balance),
                (money(2000), money(2000), money(refunded), Balance::Paid)
            );
            assert!(sale.lines.iter().all(|line| line.net == money(2000)));
            let payments = sale.payments.iter().map(|payment| payment.amount);
            let expected = [2000, refunded].into_iter().filter(|minor| *minor != 0);
            let expected: Vec<Money> = expected.map(money).collect();
            assert_eq!(payments.collect::<Vec<_>>(), expected);
            assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
            ledger.assert_sound().await;
        }
    }
}

#[tokio::test]
async fn money_of_another_currency_is_booked_back_in_its_own() {
    let ledger = Ledger::new().await;
    let first = an_order(1).line("A", 1).paid(1000);
    ledger.apply_one(&first.build()).await;
    let then = first.currency(Currency::EUR).at(1);
    ledger.apply_one(&then.build()).await;
    assert_eq!(
        ledger.sql(
            "select currency, revision, amount_minor, method from ledger.payment
            order by revision, currency"
        ),
        "CAD|1|1000|card\nCAD|2|-1000|\nEUR|2|1000|card"
    );
    ledger.assert_sound().await;
}

#[tokio::test]
async fn bc_04_first_seen_voided_is_a_voided_sale_that_moved_nothing() {
    let ledger = Ledger::new().await;
    ledger
        .apply_one(&an_order(1).line("A", 2).state(SaleState::Voided).build())
        .await;
    assert_eq!(ledger.sale().await.state, SaleState::Voided);
    assert_eq!(ledger.on_hand("A", OUTLET).await, None);
    ledger.assert_sound().await;
}

#[tokio::test]
async fn bc_04_a_sale_stays_closed_with_a_warning_when_the_shop_makes_it_a_draft() {
    let sold = an_order(1).line("A", 2).at(1).build();
    let draft = an_order(1)
        .line("A", 2)
        .state(SaleState::NotImported)
        .at(2)
        .build();
    let before = an_order(1)
        .line("A", 9)
        .state(SaleState::NotImported)
        .at(0)
        .build();
    for order in [
        [&before, &sold, &draft],
        [&draft, &before, &sold],
        [&sold, &draft, &before],
    ] {
        let ledger = Ledger::new().await;
        for message in order {
            ledger.apply_one(message).await;
        }
        let sale = ledger.sale().await;
        assert!(sale.warning_not_imported);
        assert_eq!((sale.state, sale.revision), (SaleState::Closed, 1));
        assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));

        let outcome = ledger
            .apply_one(&an_order(1).line("A", 3).at(3).build())
            .await;
        assert_eq!(outcome, Outcome::Recorded);
        assert!(
            !ledger.sale().await.warning_not_imported,
            "settled by a newer version"
        );
        ledger.assert_sound().await;
    }
}

#[tokio::test]
async fn a_draft_alone_is_no_sale() {
    let ledger = Ledger::new().await;
    let draft = an_order(1).line("A", 2).state(SaleState::NotImported);
    assert_eq!(ledger.apply_one(&draft.build()).await, Outcome::NotImported);
    assert!(ledger.sales().await.is_empty());
    assert_eq!(
        ledger.sql("select count(*) from ledger.item"),
        "0",
        "and registers nothing"
    );
}

#[tokio::test]
async fn sh_12_updates_wait_where_the_connection_asks() {
    let ledger = Ledger::new().await;
    let order = |units| an_order(1).line("A", units).of(RETAILER, ASKING_CONNECTION);
    assert_eq!(ledger.apply_one(&order(2).build()).await, Outcome::Recorded);
    assert_eq!(
        ledger.apply_one(&order(5).at(1).build()).await,
        Outcome::Held
    );
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-2));
    assert_eq!(ledger.sale().await.revision, 1);
}

#[tokio::test]
async fn the_connection_must_exist_and_be_the_retailers() {
    let ledger = Ledger::new().await;
    let unknown = an_order(1).of(RETAILER, retail::ConnectionId::new(crate::support::id(99)));
    let foreign = an_order(1).line("A", 1).of(RETAILER, FOREIGN_CONNECTION);
    let outcomes = ledger
        .apply(&[
            unknown.build(),
            an_order(2).line("A", 1).build(),
            foreign.build(),
        ])
        .await;
    assert_eq!(
        outcomes,
        [
            Outcome::UnknownConnection,
            Outcome::Recorded,
            Outcome::UnknownConnection
        ]
    );
    assert_eq!(ledger.sales().await.len(), 1);
}

#[tokio::test]
async fn r_01_the_receipt_shows_every_delivery_the_sale_and_its_movements() {
    let ledger = Ledger::new().await;
    let first = an_order(1).line("A", 2).delivery("d1");
    let repeat = first.clone().delivery("d2");
    let update = an_order(1).line("A", 1).at(1).delivery("d3");
    let draft = an_order(1)
        .state(SaleState::NotImported)
        .at(2)
        .delivery("d4");
    ledger.apply(&[first.build(), repeat.build()]).await;
    ledger
        .apply(&[update.build(), first.build(), draft.build()])
        .await;
    ledger.apply_one(&a_refusal(Some("1"), 5)).await;

    let order = first.order.key.order.clone();
    let receipt = ledger
        .reader
        .receipt(RETAILER, CONNECTION.uuid(), &order)
        .await
        .unwrap()
        .unwrap();
    let seen: Vec<(&str, Outcome, Option<i32>)> = receipt
        .deliveries
        .iter()
        .map(|row| (row.delivery.id.as_str(), row.outcome, row.revision))
        .collect();
    assert_eq!(
        seen[..4],
        [
            ("d1", Outcome::Recorded, Some(1)),
            ("d2", Outcome::AlreadyRecorded, None),
            ("d3", Outcome::Recorded, Some(2)),
            ("d4", Outcome::NotImported, None),
        ]
    );
    assert_eq!(seen[4].1, Outcome::Parked);
    assert_eq!(receipt.sale.unwrap().revision, 2);
    let moved: Vec<(i64, i64, Option<&str>)> = receipt
        .movements
        .iter()
        .map(|row| {
            let cause = of_sale(row)
                .delivery
                .as_ref()
                .map(|delivery| delivery.id.as_str());
            (row.quantity.milli(), row.on_hand_after.milli(), cause)
        })
        .collect();
    assert_eq!(
        moved,
        [(-2000, -2000, Some("d1")), (1000, -1000, Some("d3"))]
    );
    assert_eq!(receipt.parked.unwrap().reason, "unreadable");
}

#[tokio::test]
async fn r_03_a_level_is_explained_by_its_movements_with_sale_and_delivery() {
    let ledger = Ledger::new().await;
    for id in 1..=5 {
        ledger.apply_one(&an_order(id).line("A", 1).build()).await;
    }
    let explained = ledger
        .reader
        .explain_level(RETAILER, "A", OUTLET, 3)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(explained.level.on_hand, Quantity::units(-5).unwrap());
    assert_eq!(explained.earlier, Quantity::units(-2).unwrap());
    let shown: Vec<(&str, i64)> = explained
        .movements
        .iter()
        .map(|row| {
            (
                of_sale(row).receipt_number.as_str(),
                row.on_hand_after.milli(),
            )
        })
        .collect();
    assert_eq!(shown, [("#5", -5000), ("#4", -4000), ("#3", -3000)]);
    assert!(
        explained
            .movements
            .iter()
            .all(|row| of_sale(row).delivery.is_some())
    );
    let nothing = ledger
        .reader
        .explain_level(RETAILER, "A", OTHER_OUTLET, 3)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((nothing.level.version, nothing.movements.len()), (0, 0));
    assert!(
        ledger
            .reader
            .explain_level(RETAILER, "Z", OUTLET, 3)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn sh_16_a_receipt_number_is_found_with_or_without_its_prefix() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).number("#1001").build()).await;
    ledger
        .apply_one(&an_order(2).number("EN1001").placed(1).build())
        .await;
    ledger
        .apply_one(&an_order(3).number("#1002").placed(2).build())
        .await;
    for (asked, found) in [
        ("1001", vec!["EN1001", "#1001"]),
        ("#1001", vec!["#1001"]),
        ("en1001", vec!["EN1001"]),
        ("1002", vec!["#1002"]),
        ("100", vec![]),
    ] {
        let filter = SaleFilter {
            receipt_number: Some(asked.to_owned()),
            ..SaleFilter::default()
        };
        let sales = ledger
            .reader
            .list_sales(RETAILER, &filter, None, 10)
            .await
            .unwrap();
        let numbers: Vec<&str> = sales
            .iter()
            .map(|sale| sale.receipt_number.as_str())
            .collect();
        assert_eq!(numbers, found, "{asked} ({})", receipt_key(asked));
    }
}

#[tokio::test]
async fn a_payment_is_shown_as_the_newest_version_tells_it_whichever_came_first() {
    let by = |second, means: &str| {
        let mut order = an_order(1).line("A", 1).paid(1000).at(second);
        order.order.payments[0].method = means.to_owned();
        order.build()
    };
    let (transfer, cheque) = (by(0, "bacs"), by(1, "cheque"));
    for arrivals in [[&transfer, &cheque], [&cheque, &transfer]] {
        let ledger = Ledger::new().await;
        for version in arrivals {
            ledger.apply_one(version).await;
            ledger.apply_one(version).await;
        }
        let payments = ledger.sale().await.payments;
        assert_eq!(payments.len(), 1);
        assert_eq!(
            (payments[0].method.as_str(), payments[0].amount),
            ("cheque", cad(1000))
        );
        ledger.assert_sound().await;
    }
}
