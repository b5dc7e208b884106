//! What cannot come back.

use proto::ledger as wire;
use retail::SaleState;
use tonic::Code;

use crate::held::violation;
use crate::order::an_order;
use crate::selling::Selling;
use crate::support::{OTHER_RETAILER, REGISTER, id};
use crate::till::Till;

#[tokio::test]
async fn what_was_not_sold_does_not_come_back() {
    let mut till = Till::with(&["A"]).await;
    till.ledger
        .apply_one(&an_order(1).line("A", 1).state(SaleState::Voided).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let back = till.selling().back(&sold, "line:1", 1).rest("cash");
    let back = till.record(back).await.unwrap();
    let void = till.sale("#1").await;
    let void_line = void.lines[0].line_key.clone();
    let unknown = wire::Sale {
        sale_id: id(99).to_string(),
        ..Default::default()
    };
    let once = || back.clone();
    let one = |till: &mut Till| till.selling().back(&sold, "line:1", 1);
    for (what, selling, expected) in [
        (
            "more than is left",
            till.selling().back(&sold, "line:1", 2).rest("cash"),
            "return_exceeds_sale",
        ),
        (
            "a return",
            till.selling().back(&once(), "return:1", 1).rest("cash"),
            "return_exceeds_sale",
        ),
        (
            "what was void",
            till.selling().back(&void, &void_line, 1).rest("cash"),
            "sale_voided",
        ),
        (
            "for more than it was sold",
            one(&mut till).paid("cash", -1_001),
            "payments_do_not_fit",
        ),
        (
            "for money taken",
            one(&mut till).paid("cash", 1_000),
            "payments_do_not_fit",
        ),
        ("for nobody's credit", one(&mut till), "customer_needed"),
        (
            "at another price",
            one(&mut till).total(-999).rest("cash"),
            "total_differs",
        ),
    ] {
        let refused = till.record(selling).await.unwrap_err();
        assert_eq!(violation(&refused), expected, "{what}");
    }
    let foreign = one(&mut till).rest("cash");
    let foreign = Selling(wire::RecordSaleRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        register_id: id(23).to_string(),
        payments: Vec::new(),
        ..foreign.to("zoe@example.test").0
    });
    for (what, selling, code) in [
        (
            "an unknown sale",
            till.selling().back(&unknown, "line:1", 1),
            Code::NotFound,
        ),
        (
            "an unknown line",
            till.selling().back(&sold, "line:2", 1),
            Code::NotFound,
        ),
        ("another retailer's", foreign, Code::NotFound),
        (
            "the same line twice",
            one(&mut till).back(&sold, "line:1", 1),
            Code::InvalidArgument,
        ),
        (
            "nothing",
            till.selling().back(&sold, "line:1", 0),
            Code::InvalidArgument,
        ),
        (
            "less",
            till.selling().back(&sold, "line:1", -1),
            Code::InvalidArgument,
        ),
    ] {
        let refused = till.record(selling).await.unwrap_err();
        assert_eq!(refused.code(), code, "{what}: {refused:?}");
    }
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn what_is_wrong_with_tills_is_found() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).rest("cash");
    let sold = till.record(selling).await.unwrap();
    let back = till.selling().back(&sold, "line:1", 2).rest("cash");
    till.record(back).await.unwrap();
    for (damage, name) in [
        (
            "update ledger.till set sale_count = 3",
            "tills_number_without_gaps",
        ),
        (
            "update ledger.sale_line set quantity_milli = -2001 where line_key = 'return:1'",
            "returns_do_not_exceed_sales",
        ),
    ] {
        till.ledger.sql(damage);
        let checks = till.ledger.reader.verify(None).await.unwrap();
        let check = checks.iter().find(|check| check.name == name).unwrap();
        assert_eq!(check.failure_count, 1, "{damage}");
    }
}
