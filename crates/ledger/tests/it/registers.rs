//! Registers are opened and closed, and payments recorded at them.

use jiff::{SignedDuration, Timestamp};
use proto::convert::instant_into;
use proto::ledger as wire;
use tonic::Code;
use uuid::Uuid;

use crate::held::violation;
use crate::order::an_order;
use crate::support::{
    ASKING_CONNECTION, CONNECTION, FOREIGN_CONNECTION, OTHER_CONNECTION, OTHER_REGISTER,
    OTHER_RETAILER, REGISTER, RETAILER,
};
use crate::till::{Till, counts, minor, online};

#[tokio::test]
async fn sh_11_and_sh_13_a_bank_deposit_order_is_paid_in_the_pos() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(1001).line("A", 2).build())
        .await;
    let sale = till.sale("1001").await;
    assert_eq!(sale.balance(), wire::Balance::Unpaid);
    let id: Uuid = sale.sale_id.parse().unwrap();
    till.open(REGISTER, 10_000).await.unwrap();

    let part = till.pay(id, 500).await.unwrap();
    assert_eq!(part.balance(), wire::Balance::PartPaid);
    let rest = till.pay(id, 1_500).await.unwrap();
    assert_eq!(rest.balance(), wire::Balance::Paid);
    assert_eq!(minor(rest.received), 2_000);

    let sale = till.sale("#1001").await;
    assert_eq!(sale.balance(), wire::Balance::Paid);
    assert_eq!(minor(sale.received), 2_000);
    let by_hand: Vec<(bool, &str)> = sale
        .payments
        .iter()
        .map(|payment| (payment.is_by_hand, payment.method.as_str()))
        .collect();
    assert_eq!(by_hand, [(true, "bank-transfer"); 2]);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_13_a_payment_told_by_the_shop_later_is_the_same_money() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(1).line("A", 2).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let id = till.sale_id("1").await;
    till.pay(id, 2_000).await.unwrap();
    till.ledger
        .apply_one(&an_order(1).at(60).line("A", 2).paid(2_000).build())
        .await;
    let sale = till.sale("1").await;
    assert_eq!((minor(sale.received), minor(sale.covered)), (2_000, 2_000));

    let closed = till
        .close(REGISTER, &[("bank-transfer", 2_000)])
        .await
        .unwrap();
    assert_eq!(
        counts(&closed),
        [("bank-transfer".to_owned(), 2_000, 2_000, 0)]
    );
    assert_eq!(online(&closed), [("card".to_owned(), 2_000, 0, 1)]);
    let covered = closed.closure.unwrap().covered;
    assert_eq!(minor(covered.first().cloned()), 2_000);

    // The next closure does not take it off once more.
    till.open(REGISTER, 0).await.unwrap();
    till.ledger
        .apply_one(&an_order(1).at(90).line("A", 3).paid(3_000).build())
        .await;
    let next = till.close(REGISTER, &[]).await.unwrap();
    assert_eq!(online(&next), [("card".to_owned(), 1_000, 0, 1)]);
    assert!(next.closure.unwrap().covered.is_empty());
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_14_a_closed_register_takes_no_payment() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(1).line("A", 1).build())
        .await;
    let id = till.sale_id("1").await;
    let refused = till.pay(id, 1_000).await.unwrap_err();
    assert_eq!(violation(&refused), "register_closed");
    assert_eq!(refused.message(), "register closed");

    till.open(REGISTER, 0).await.unwrap();
    till.pay(id, 400).await.unwrap();
    till.close(REGISTER, &[("bank-transfer", 400)])
        .await
        .unwrap();
    let refused = till.pay(id, 600).await.unwrap_err();
    assert_eq!(violation(&refused), "register_closed");
    // Another register that is open takes it.
    till.open(OTHER_REGISTER, 0).await.unwrap();
    let request = wire::ApplyPaymentRequest {
        register_id: OTHER_REGISTER.to_string(),
        ..till.payment(id, 600)
    };
    let paid = till.apply(request).await.unwrap();
    assert_eq!(paid.balance(), wire::Balance::Paid);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_15_a_payment_outside_the_opening_window_settles_and_is_in_no_closure() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(1).line("A", 3).build())
        .await;
    let id = till.sale_id("1").await;
    let opened_at: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    till.clock.set(opened_at);
    till.open(REGISTER, 5_000).await.unwrap();
    till.clock.set(opened_at + SignedDuration::from_hours(3));
    let at = |paid_at: Timestamp, request: wire::ApplyPaymentRequest| wire::ApplyPaymentRequest {
        paid_at: Some(instant_into(paid_at)),
        ..request
    };
    let tick = SignedDuration::from_micros(1);
    let five = SignedDuration::from_mins(5);
    let now = opened_at + SignedDuration::from_hours(3);

    let early = at(opened_at - tick, till.payment(id, 500));
    let refused = till.apply(early.clone()).await.unwrap_err();
    assert_eq!(violation(&refused), "outside_session", "warned first");
    let known = wire::ApplyPaymentRequest {
        accept_outside_session: true,
        ..early
    };
    let outside = till.apply(known).await.unwrap();
    assert!(outside.payment.unwrap().is_outside_session);
    assert_eq!(minor(outside.received), 500);

    let late = at(now + five + tick, till.payment(id, 500));
    assert_eq!(
        till.apply(late).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    for paid_at in [opened_at, now, now + five] {
        let request = at(paid_at, till.payment(id, 500));
        let paid = till.apply(request).await.unwrap();
        assert!(!paid.payment.unwrap().is_outside_session, "{paid_at}");
    }

    let closed = till
        .close(REGISTER, &[("cash", 5_000), ("bank-transfer", 1_500)])
        .await
        .unwrap();
    assert_eq!(
        counts(&closed),
        [
            ("bank-transfer".to_owned(), 1_500, 1_500, 0),
            ("cash".to_owned(), 5_000, 5_000, 0)
        ]
    );
    let listed: Vec<i64> = closed
        .outside
        .iter()
        .map(|payment| minor(payment.amount.clone()))
        .collect();
    assert_eq!(listed, [500], "listed, not summed");
    let closed_at = closed.closure.clone().unwrap().closed_at;
    assert_eq!(closed_at, Some(instant_into(now + five + tick)));

    // A finished closure never changes: a payment of its window is in none.
    till.clock.set(now + five + five);
    let next = till.open(REGISTER, 5_000).await.unwrap();
    let request = wire::ApplyPaymentRequest {
        accept_outside_session: true,
        ..at(opened_at, till.payment(id, 500))
    };
    let outside = till.apply(request).await.unwrap().payment.unwrap();
    assert!(outside.is_outside_session);
    assert_eq!(outside.session_id, next.session_id);
    let again = wire::GetSessionRequest {
        retailer_id: RETAILER.to_string(),
        session_id: closed.session_id.clone(),
    };
    let again = till.client.registers.get_session(again).await.unwrap();
    assert_eq!(again.into_inner().session, Some(closed));
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_17_payments_of_paid_orders_are_in_the_next_closure_of_the_chosen_register() {
    let mut till = Till::new().await;
    // While the register is closed: they wait for its next session.
    till.ledger
        .apply_one(&an_order(1).line("A", 1).paid(1_000).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    till.ledger
        .apply_one(&an_order(2).line("A", 2).paid(2_000).build())
        .await;
    till.ledger
        .apply_one(
            &an_order(3)
                .of(RETAILER, OTHER_CONNECTION)
                .line("A", 4)
                .paid(4_000)
                .build(),
        )
        .await;
    let first = till.close(REGISTER, &[]).await.unwrap();
    assert_eq!(online(&first), [("card".to_owned(), 3_000, 0, 2)]);

    // A refund while it is closed, and nothing twice.
    till.ledger
        .apply_one(
            &an_order(2)
                .at(60)
                .line("A", 2)
                .paid(2_000)
                .refunded("refund:1", 500)
                .build(),
        )
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let second = till.close(REGISTER, &[]).await.unwrap();
    assert_eq!(online(&second), [("card".to_owned(), 0, 500, 1)]);
    assert_eq!((first.number, second.number), (1, 2));

    till.open(OTHER_REGISTER, 0).await.unwrap();
    let other = till.close(OTHER_REGISTER, &[]).await.unwrap();
    assert_eq!(online(&other), [("card".to_owned(), 4_000, 0, 1)]);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_04_payments_are_booked_on_the_register_of_the_connections_settings() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(1).line("A", 1).paid(1_000).build())
        .await;
    for (register, expected) in [(OTHER_REGISTER, 0), (REGISTER, 1)] {
        till.open(register, 0).await.unwrap();
        let closed = till.close(register, &[]).await.unwrap();
        assert_eq!(online(&closed).len(), expected, "{register}");
    }
}

#[tokio::test]
async fn a_shops_means_of_payment_is_one_of_ours_from_the_next_closure_on() {
    let mut till = Till::new().await;
    let types = wire::SetPaymentTypeRequest {
        retailer_id: RETAILER.to_string(),
        payment_type: Some(wire::PaymentType {
            payment_type: "web-card".to_owned(),
            name: "Card in the shop".to_owned(),
        }),
        act: Some(till.act()),
    };
    let map = wire::MapPaymentMethodRequest {
        retailer_id: RETAILER.to_string(),
        payment_method: Some(wire::PaymentMethod {
            connection_id: CONNECTION.to_string(),
            method: "card".to_owned(),
            payment_type: "web-card".to_owned(),
        }),
        act: Some(till.act()),
    };
    let unknown = till.client.payments.map_payment_method(map.clone()).await;
    assert_eq!(unknown.unwrap_err().code(), Code::InvalidArgument);
    till.client.payments.set_payment_type(types).await.unwrap();
    till.ledger
        .apply_one(&an_order(1).line("A", 1).paid(1_000).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let before = till.close(REGISTER, &[]).await.unwrap();
    let map = wire::MapPaymentMethodRequest {
        act: Some(till.act()),
        ..map
    };
    till.client
        .payments
        .map_payment_method(map.clone())
        .await
        .unwrap();
    till.ledger
        .apply_one(&an_order(2).line("A", 1).paid(1_000).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let after = till.close(REGISTER, &[]).await.unwrap();
    assert_eq!(online(&before), [("card".to_owned(), 1_000, 0, 1)]);
    assert_eq!(online(&after), [("web-card".to_owned(), 1_000, 0, 1)]);

    let foreign = wire::MapPaymentMethodRequest {
        payment_method: Some(wire::PaymentMethod {
            connection_id: FOREIGN_CONNECTION.to_string(),
            ..map.payment_method.clone().unwrap()
        }),
        act: Some(till.act()),
        ..map
    };
    let refused = till.client.payments.map_payment_method(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    let listed = wire::ListPaymentTypesRequest {
        retailer_id: RETAILER.to_string(),
    };
    let listed = till
        .client
        .payments
        .list_payment_types(listed)
        .await
        .unwrap();
    let listed = listed.into_inner();
    let names: Vec<String> = listed
        .payment_types
        .into_iter()
        .map(|known| known.payment_type)
        .collect();
    let everybodys = [
        "bank-transfer",
        "card",
        "cash",
        "cheque",
        "gift-card",
        "other",
    ];
    assert_eq!(names, [&everybodys[..], &["web-card"]].concat());
    assert_eq!(listed.payment_methods.len(), 1);
}

#[tokio::test]
async fn sessions_are_listed_and_registers_say_whether_they_are_open() {
    let mut till = Till::new().await;
    for _ in 0..3 {
        till.open(REGISTER, 0).await.unwrap();
        till.clock.advance(SignedDuration::from_hours(1));
        till.close(REGISTER, &[]).await.unwrap();
    }
    till.open(OTHER_REGISTER, 700).await.unwrap();
    let registers = wire::ListRegistersRequest {
        retailer_id: RETAILER.to_string(),
    };
    let listed = till
        .client
        .registers
        .list_registers(registers)
        .await
        .unwrap();
    let open: Vec<(String, i32)> = listed
        .into_inner()
        .registers
        .into_iter()
        .map(|register| (register.outlet_name, register.open_session_number))
        .collect();
    assert_eq!(open, [("Bernard".to_owned(), 1), ("Laurier".to_owned(), 0)]);

    let mut request = wire::ListSessionsRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 2,
        page_token: String::new(),
        register_id: String::new(),
    };
    let mut numbers = Vec::new();
    loop {
        let page = till
            .client
            .registers
            .list_sessions(request.clone())
            .await
            .unwrap();
        let page = page.into_inner();
        numbers.extend(page.sessions.iter().map(|session| session.number));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(numbers.len(), 4);
    assert_eq!(&numbers[2..], [2, 1]);
    let foreign = wire::ListSessionsRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        page_token: String::new(),
        ..request
    };
    let foreign = till.client.registers.list_sessions(foreign).await.unwrap();
    assert!(foreign.into_inner().sessions.is_empty());
}

#[tokio::test]
async fn a_closure_cannot_be_changed_nor_a_number_left_out() {
    let mut till = Till::new().await;
    till.open(REGISTER, 100).await.unwrap();
    till.close(REGISTER, &[("cash", 100)]).await.unwrap();
    till.open(REGISTER, 100).await.unwrap();
    // Even the schema's owner cannot have two sessions open, or skip one.
    for number in [3, 4] {
        let script = format!(
            "insert into ledger.register_session (session_id, retailer_id, register_id, number,
                currency, float_minor, opened_at, opened_by)
            values (gen_random_uuid(), '{RETAILER}', '{REGISTER}', {number}, 'CAD', 0, now(), 'x')"
        );
        let refused = devstack::testing::Postgres::shared().query(&till.ledger.database, &script);
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("register_session_previous_fkey"),
            "{refused}"
        );
    }
}

/// A held update that says what people recorded meanwhile is applied, and counts once.
#[tokio::test]
async fn sh_12_and_sh_13_a_payment_recorded_in_both_is_received_once() {
    let mut till = Till::new().await;
    let order = |second| {
        an_order(7)
            .of(RETAILER, ASKING_CONNECTION)
            .at(second)
            .line("A", 1)
    };
    till.ledger.apply_one(&order(0).build()).await;
    // In the shop first: it waits.
    till.ledger.apply_one(&order(30).paid(1_000).build()).await;
    till.open(REGISTER, 0).await.unwrap();
    let sale = till.sale_id("7").await;
    till.pay(sale, 1_000).await.unwrap();
    let listed = wire::ListHeldRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 0,
        page_token: String::new(),
        connection_id: String::new(),
    };
    let held = till.client.waiting.list_held(listed).await.unwrap();
    let held = held.into_inner().held_orders.remove(0);
    let apply = wire::ApplyHeldRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: ASKING_CONNECTION.to_string(),
        order_id: "7".to_owned(),
        content_hash: held.content_hash,
        act: Some(till.act()),
    };
    till.client.waiting.apply_held(apply).await.unwrap();
    let sale = till.sale("7").await;
    assert_eq!((minor(sale.received), minor(sale.covered)), (1_000, 1_000));
    till.ledger.assert_sound().await;
}
