//! What is refused at a register, and what is asked twice.

use jiff::SignedDuration;
use proto::convert::money_into;
use proto::ledger as wire;
use retail::{Currency, Money, SaleState};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::held::violation;
use crate::order::{an_order, cad};
use crate::support::{OTHER_RETAILER, REGISTER, RETAILER, id};
use crate::till::{Till, minor};

#[tokio::test]
async fn what_makes_no_sense_at_a_register_is_refused_and_leaves_nothing() {
    let mut till = Till::new().await;
    till.ledger
        .apply(&[
            an_order(1).line("A", 1).build(),
            an_order(2).line("A", 1).state(SaleState::Voided).build(),
            an_order(3).line("A", 1).currency(Currency::EUR).build(),
        ])
        .await;
    let (sale, void, euros) = (
        till.sale_id("1").await,
        till.sale_id("2").await,
        till.sale_id("3").await,
    );
    assert_eq!(
        violation(&till.close(REGISTER, &[]).await.unwrap_err()),
        "register_closed"
    );
    for (register, code) in [(id(23), Code::NotFound), (id(99), Code::NotFound)] {
        assert_eq!(till.open(register, 0).await.unwrap_err().code(), code);
    }
    assert_eq!(
        till.open(REGISTER, -1).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    till.open(REGISTER, 1_000).await.unwrap();
    assert_eq!(
        violation(&till.open(REGISTER, 0).await.unwrap_err()),
        "register_open"
    );

    assert_eq!(
        violation(&till.pay(void, 1_000).await.unwrap_err()),
        "sale_voided"
    );
    assert_eq!(
        violation(&till.pay(euros, 1_000).await.unwrap_err()),
        "currency_differs"
    );
    let in_euros = wire::ApplyPaymentRequest {
        amount: Some(money_into(Money::new(1_000, Currency::EUR))),
        ..till.payment(euros, 0)
    };
    assert_eq!(
        violation(&till.apply(in_euros).await.unwrap_err()),
        "currency_differs"
    );
    assert_eq!(
        violation(&till.pay(sale, 1_001).await.unwrap_err()),
        "exceeds_open_amount"
    );
    assert_eq!(
        till.pay(sale, 0).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    assert_eq!(
        till.pay(id(99), 1).await.unwrap_err().code(),
        Code::NotFound
    );
    let unknown = wire::ApplyPaymentRequest {
        payment_type: "shells".to_owned(),
        ..till.payment(sale, 1_000)
    };
    let refused = till.apply(unknown).await.unwrap_err();
    let details = refused.get_details_bad_request().unwrap();
    assert_eq!(details.field_violations[0].field, "payment_type");
    let foreign = wire::ApplyPaymentRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..till.payment(sale, 1_000)
    };
    assert_eq!(
        till.apply(foreign).await.unwrap_err().code(),
        Code::NotFound
    );
    let nameless = wire::ApplyPaymentRequest {
        act: None,
        ..till.payment(sale, 1_000)
    };
    assert_eq!(
        till.apply(nameless).await.unwrap_err().code(),
        Code::InvalidArgument
    );

    assert_eq!(
        till.close(REGISTER, &[("card", 0)])
            .await
            .unwrap_err()
            .code(),
        Code::InvalidArgument,
        "the float was not counted"
    );
    assert_eq!(
        till.close(REGISTER, &[("cash", 0), ("cash", 1)])
            .await
            .unwrap_err()
            .code(),
        Code::InvalidArgument
    );
    assert_eq!(
        till.ledger.sql("select count(*) from ledger.till_payment"),
        "0"
    );
    assert_eq!(till.ledger.sql("select count(*) from ledger.closure"), "0");

    // More than is open, by somebody who knows it.
    let more = wire::ApplyPaymentRequest {
        accept_overpayment: true,
        ..till.payment(sale, 1_200)
    };
    let paid = till.apply(more).await.unwrap();
    assert_eq!(
        (paid.balance(), minor(paid.received)),
        (wire::Balance::Paid, 1_200)
    );
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn what_is_asked_again_under_its_key_is_answered_and_not_done() {
    let mut till = Till::new().await;
    till.ledger
        .apply_one(&an_order(1).line("A", 5).build())
        .await;
    let sale = till.sale_id("1").await;
    till.open(REGISTER, 0).await.unwrap();
    let request = till.payment(sale, 700);
    let first = till.apply(request.clone()).await.unwrap();
    till.clock.advance(SignedDuration::from_mins(10));
    let again = till.apply(request.clone()).await.unwrap();
    assert_eq!(again, first, "the first one's answer");
    let other = wire::ApplyPaymentRequest {
        amount: Some(money_into(cad(800))),
        ..request.clone()
    };
    assert_eq!(
        violation(&till.apply(other).await.unwrap_err()),
        "request_reused"
    );
    let elsewhere = wire::CloseSessionRequest {
        retailer_id: RETAILER.to_string(),
        register_id: REGISTER.to_string(),
        counted: Vec::new(),
        act: request.act.clone(),
    };
    let refused = till.client.registers.close_session(elsewhere).await;
    assert_eq!(violation(&refused.unwrap_err()), "request_reused");

    // Many at once, one payment.
    let request = till.payment(sale, 100);
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut client, request) = (till.client.payments.clone(), request.clone());
        asking.spawn(async move { client.apply_payment(request).await.unwrap().into_inner() });
    }
    let answers = asking.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(minor(till.sale("1").await.received), 800);
}
