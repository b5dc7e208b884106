//! What a till cannot sell.

use proto::convert::money_into;
use proto::ledger as wire;
use proto::ledger::record_sale_request::Customer;
use proto::ledger::sold_till_line::Item;
use retail::{Currency, LineKind, Money};
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::held::violation;
use crate::order::an_order;
use crate::selling::Selling;
use crate::support::{OTHER_RETAILER, REGISTER, id};
use crate::till::Till;

#[tokio::test]
async fn what_makes_no_sense_at_a_till_is_refused_and_leaves_nothing() {
    let mut till = Till::with(&["A"]).await;
    till.ledger
        .apply_one(
            &an_order(1)
                .line("A", 1)
                .service("shipping", LineKind::Shipping, 500)
                .total(1_500)
                .build(),
        )
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let before = till.ledger.sql("select count(*) from ledger.sale");
    let shipping = till
        .ledger
        .sql("select item_id from ledger.item where kind = 'shipping'");
    let a = till.selling().line("A", 1, 1_000);
    let line = |change: fn(&mut wire::SoldTillLine)| {
        let mut selling = a.clone().rest("cash");
        change(&mut selling.0.lines[0]);
        selling
    };
    let euro = |minor| Some(money_into(Money::new(minor, Currency::EUR)));
    let mut shipped = a.clone().rest("cash");
    shipped.0.lines[0].item = Some(Item::ItemId(shipping));
    let mut euros = a.clone().rest("cash");
    euros.0.lines[0].unit_price = euro(1_000);
    let mut mixed = a.clone().rest("cash");
    mixed.0.lines[0].tax = euro(100);
    let mut nobody = a.clone();
    nobody.0.customer = Some(Customer::CustomerId(id(99).to_string()));
    let foreign = Selling(wire::RecordSaleRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..a.0.clone()
    });
    let mut lines = till.selling();
    lines.0.lines.clear();
    for (what, selling, code, kind) in [
        (
            "an unknown SKU",
            till.selling().line("X", 1, 1).rest("cash"),
            Code::NotFound,
            "",
        ),
        (
            "an unknown item",
            line(|line| line.item = Some(Item::ItemId(id(99).to_string()))),
            Code::NotFound,
            "",
        ),
        ("a service", shipped, Code::InvalidArgument, ""),
        (
            "an unknown register",
            a.clone().on(id(99)),
            Code::NotFound,
            "",
        ),
        (
            "another retailer's",
            a.clone().on(id(23)),
            Code::NotFound,
            "",
        ),
        ("of another retailer", foreign, Code::NotFound, ""),
        ("an unknown customer", nobody, Code::NotFound, ""),
        (
            "an unknown type",
            a.clone().rest("shells"),
            Code::InvalidArgument,
            "",
        ),
        ("no e-mail", a.clone().to("zoe"), Code::InvalidArgument, ""),
        ("nothing", lines, Code::InvalidArgument, ""),
        (
            "no units",
            line(|line| line.quantity = None),
            Code::InvalidArgument,
            "",
        ),
        (
            "too much off",
            a.clone().discount(1_001).rest("cash"),
            Code::InvalidArgument,
            "",
        ),
        (
            "another total",
            a.clone().total(999).rest("cash"),
            Code::FailedPrecondition,
            "total_differs",
        ),
        (
            "too much",
            a.clone().paid("cash", 1_001),
            Code::FailedPrecondition,
            "payments_do_not_fit",
        ),
        (
            "given back",
            a.clone().paid("cash", -1_000),
            Code::FailedPrecondition,
            "payments_do_not_fit",
        ),
        (
            "two rests",
            a.clone().rest("cash").rest("card"),
            Code::FailedPrecondition,
            "payments_do_not_fit",
        ),
        (
            "nobody's debt",
            a.clone().paid("cash", 999),
            Code::FailedPrecondition,
            "customer_needed",
        ),
        (
            "another currency",
            euros,
            Code::FailedPrecondition,
            "currency_differs",
        ),
        (
            "two currencies",
            mixed,
            Code::FailedPrecondition,
            "currency_differs",
        ),
    ] {
        let refused = till.record(selling).await.unwrap_err();
        assert_eq!(refused.code(), code, "{what}: {refused:?}");
        if !kind.is_empty() {
            assert_eq!(violation(&refused), kind, "{what}");
        }
    }
    let refused = till
        .record(line(|line| line.item = None))
        .await
        .unwrap_err();
    let details = refused.get_details_bad_request().unwrap();
    assert_eq!(details.field_violations[0].field, "lines[0].item");
    assert_eq!(till.ledger.sql("select count(*) from ledger.sale"), before);
    for table in ["till", "till_line", "till_payment"] {
        let count = format!("select count(*) from ledger.{table}");
        assert_eq!(till.ledger.sql(&count), "0", "{table}");
    }
}

#[tokio::test]
async fn wc_09_what_was_deleted_is_not_sold_at_a_till() {
    let mut till = Till::with(&["A"]).await;
    till.ledger
        .sql("update ledger.item set deleted_at = now() where sku = 'A'");
    let selling = till.selling().line("A", 1, 1_000).to("zoe@example.test");
    let refused = till.record(selling).await.unwrap_err();
    assert_eq!(violation(&refused), "item_deleted");
}
