//! A till's sales that are void.

use jiff::SignedDuration;
use proto::ledger as wire;
use proto::order::SaleState;
use tokio::task::JoinSet;
use tonic::Code;

use crate::held::violation;
use crate::order::an_order;
use crate::support::{OTHER_OUTLET, OTHER_REGISTER, OUTLET, REGISTER, RETAILER};
use crate::till::{Till, minor};

#[tokio::test]
async fn a_void_sale_gives_back_its_stock_and_its_money_in_the_open_session() {
    let mut till = Till::with(&["A", "B"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).line("B", 1, 500);
    let selling = selling.paid("card", 2_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let closed = till
        .close(REGISTER, &[("card", 2_000), ("cash", 500)])
        .await
        .unwrap();

    let refused = till.void(&sold).await.unwrap_err();
    assert_eq!(violation(&refused), "register_closed");
    till.clock.advance(SignedDuration::from_hours(12));
    till.open(REGISTER, 500).await.unwrap();
    let voiding = till.voiding(&sold);
    let answers = [
        till.client.tills.void_sale(voiding.clone()).await.unwrap(),
        till.client.tills.void_sale(voiding).await.unwrap(),
    ]
    .map(|answer| answer.into_inner().sale.unwrap());
    assert_eq!(answers[0], answers[1], "once");
    let [void, _] = answers;
    assert_eq!((void.state(), void.revision), (SaleState::Voided, 2));
    assert_eq!(minor(void.received.clone()), 0);
    for sku in ["A", "B"] {
        assert_eq!(till.ledger.on_hand(sku, OUTLET).await, Some(0));
    }
    assert_eq!(
        till.expected().await,
        [("card".to_owned(), -2_000), ("cash".to_owned(), 0)]
    );
    let again = wire::GetSessionRequest {
        retailer_id: RETAILER.to_string(),
        session_id: closed.session_id.clone(),
    };
    let again = till.client.registers.get_session(again).await.unwrap();
    assert_eq!(
        again.into_inner().session,
        Some(closed),
        "a closure never changes"
    );
    let refused = till.void(&sold).await.unwrap_err();
    assert_eq!(violation(&refused), "sale_voided");
    let refused = till
        .pay(sold.sale_id.parse().unwrap(), 1)
        .await
        .unwrap_err();
    assert_eq!(violation(&refused), "sale_voided");
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn what_a_shop_sold_or_what_came_back_is_not_void_at_a_till() {
    let mut till = Till::with(&["A"]).await;
    till.ledger
        .apply_one(&an_order(1).line("A", 1).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let online = till.sale("#1").await;
    let refused = till.void(&online).await.unwrap_err();
    assert_eq!(violation(&refused), "not_at_a_till");
    let unknown = wire::Sale {
        sale_id: crate::support::id(99).to_string(),
        ..Default::default()
    };
    let refused = till.void(&unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);

    let selling = till.selling().line("A", 2, 1_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let back = till.selling().back(&sold, "line:1", 1).rest("cash");
    let back = till.record(back).await.unwrap();
    let refused = till.void(&sold).await.unwrap_err();
    assert_eq!(violation(&refused), "sale_returned");
    // Once the return is void, everything can come back again, or be void.
    till.void(&back).await.unwrap();
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-3));
    assert_eq!(till.expected().await, [("cash".to_owned(), 2_000)]);
    let all = till.selling().back(&sold, "line:1", 2).rest("cash");
    let all = till.record(all).await.unwrap();
    till.void(&all).await.unwrap();
    till.void(&sold).await.unwrap();
    assert_eq!(till.expected().await, [("cash".to_owned(), 0)]);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-1));
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn a_sale_on_account_is_void_without_a_session() {
    let mut till = Till::with(&["A"]).await;
    let selling = till.selling().line("A", 1, 1_000).to("zoe@example.test");
    let sold = till.record(selling).await.unwrap();
    let void = till.void(&sold).await.unwrap();
    assert_eq!(void.state(), SaleState::Voided);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(0));
    till.ledger.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_is_returned_or_void_at_once_and_never_both() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    till.open(OTHER_REGISTER, 0).await.unwrap();
    let mut both = JoinSet::new();
    for place in 0..8 {
        let selling = till.selling().line("A", 1, 1_000).rest("cash");
        let sold = till.record(selling).await.unwrap();
        let register = [REGISTER, OTHER_REGISTER][place % 2];
        let back = till
            .selling()
            .on(register)
            .back(&sold, "line:1", 1)
            .rest("cash");
        let void = till.voiding(&sold);
        let (mut one, mut other) = (till.client.tills.clone(), till.client.tills.clone());
        both.spawn(async move {
            let (back, void) = tokio::join!(one.record_sale(back.0), other.void_sale(void));
            assert_ne!(back.is_ok(), void.is_ok(), "{back:?} {void:?}");
        });
    }
    while let Some(done) = both.join_next().await {
        done.unwrap();
    }
    // What came back may be where it was brought to.
    let here = till.ledger.on_hand("A", OUTLET).await;
    let there = till.ledger.on_hand("A", OTHER_OUTLET).await;
    assert_eq!(here.unwrap_or(0) + there.unwrap_or(0), 0);
    till.ledger.assert_sound().await;
}
