//! What was sold, added up by item and by kind.

use jiff::Timestamp;
use jiff::civil::Date;
use proto::convert::{date_into, money_from};
use proto::ledger as wire;
use retail::{Currency, LineKind, SaleState};
use tonic::Code;

use crate::client::Client;
use crate::imports::{IMPORT, past};
use crate::order::{Builder, an_order};
use crate::support::{Ledger, OTHER_CONNECTION, OTHER_OUTLET, OUTLET, RETAILER};

const TORONTO: &str = "America/Toronto";
const PARIS: &str = "Europe/Paris";

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn question(from: Date, until: Date) -> wire::ReportProductsRequest {
    wire::ReportProductsRequest {
        retailer_id: RETAILER.to_string(),
        from: Some(date_into(from)),
        until: Some(date_into(until)),
        ..wire::ReportProductsRequest::default()
    }
}

pub async fn with_zones(zones: [&str; 2]) -> Ledger {
    let ledger = Ledger::new().await;
    for (outlet, zone) in [OUTLET, OTHER_OUTLET].into_iter().zip(zones) {
        ledger.sql(&format!(
            "update ledger.outlet set time_zone = '{zone}' where outlet_id = '{outlet}'"
        ));
    }
    ledger
}

fn placed(order: Builder, at: &str) -> Builder {
    let mut order = order;
    order.order.placed_at = at.parse::<Timestamp>().unwrap();
    order
}

/// SKU or name, kind, quantity, went back, net, tax, sales.
fn shown(product: &wire::ProductReport) -> String {
    let name = match product.sku.as_str() {
        "" => &product.name,
        sku => sku,
    };
    let amount = |money: &Option<_>| money_from("amount", money.clone()).unwrap().to_string();
    format!(
        "{name} {} {} {} {} {} {}",
        product.kind().as_str_name(),
        product.quantity.as_ref().unwrap().value,
        product.restocked.as_ref().unwrap().value,
        amount(&product.net),
        amount(&product.tax),
        product.sales
    )
}

fn kind_shown(kind: &wire::KindReport) -> String {
    let net = money_from("net", kind.net.clone()).unwrap();
    let tax = money_from("tax", kind.tax.clone()).unwrap();
    format!("{} {net} {tax} {}", kind.kind().as_str_name(), kind.sales)
}

async fn report(
    client: &mut Client,
    asked: wire::ReportProductsRequest,
) -> (Vec<String>, Vec<String>) {
    let answer = client.reports.report_products(asked).await.unwrap();
    let wire::ReportProductsResponse {
        products,
        kinds,
        next_page_token,
    } = answer.into_inner();
    assert!(next_page_token.is_empty());
    (
        products.iter().map(shown).collect(),
        kinds.iter().map(kind_shown).collect(),
    )
}

/// The tax of a line, and the total with it.
fn taxed(mut order: Builder, line: usize, cents: i64) -> Builder {
    let tax = &mut order.order.lines[line].tax;
    *tax = retail::Money::new(cents, tax.currency());
    let total = order.order.total.minor();
    order.total(total + cents)
}

#[tokio::test]
async fn sh_08_the_total_of_shipping_over_a_period_is_one_figure() {
    let ledger = Ledger::new().await;
    let order = |id, shipping| {
        let order = an_order(id)
            .line("A", 2)
            .service("shipping", LineKind::Shipping, shipping);
        taxed(taxed(order, 0, 260), 1, 65)
    };
    let in_euros = order(4, 900).currency(Currency::EUR);
    ledger
        .apply(&[
            order(1, 500).build(),
            // Goods and money went back: the charge stays what it was.
            order(2, 700)
                .refunded("refund:1", 500)
                .restocked(0, 1)
                .build(),
            order(3, 800).state(SaleState::Voided).build(),
            in_euros.build(),
            order(5, 800).state(SaleState::NotImported).build(),
            an_order(6).line("A", 1).build(),
        ])
        .await;
    let mut client = Client::of(&ledger).await;
    let asked = question(day("2026-11-21"), day("2026-11-22"));
    let (products, kinds) = report(&mut client, asked.clone()).await;
    assert_eq!(
        kinds,
        [
            "ITEM_KIND_PRODUCT 50.00 CAD 5.20 CAD 3",
            "ITEM_KIND_PRODUCT 20.00 EUR 2.60 EUR 1",
            "ITEM_KIND_SHIPPING 12.00 CAD 1.30 CAD 2",
            "ITEM_KIND_SHIPPING 9.00 EUR 0.65 EUR 1",
        ]
    );
    assert_eq!(
        products,
        [
            "Shipping charges ITEM_KIND_SHIPPING 2 0 12.00 CAD 1.30 CAD 2",
            "Shipping charges ITEM_KIND_SHIPPING 1 0 9.00 EUR 0.65 EUR 1",
            "A ITEM_KIND_PRODUCT 5 1 50.00 CAD 5.20 CAD 3",
            "A ITEM_KIND_PRODUCT 2 0 20.00 EUR 2.60 EUR 1",
        ]
    );
    let shipping = wire::ReportProductsRequest {
        kind: wire::ItemKind::Shipping.into(),
        ..asked.clone()
    };
    let (of_shipping, one_kind) = report(&mut client, shipping).await;
    assert_eq!(of_shipping, products[..2]);
    assert_eq!(one_kind, kinds[2..]);

    // Cancelled later, it counts no more; and what is told twice counts once.
    ledger
        .apply(&[
            order(1, 500).build(),
            order(1, 500).state(SaleState::Voided).at(5).build(),
        ])
        .await;
    let (_, kinds) = report(&mut client, asked).await;
    assert_eq!(kinds[2], "ITEM_KIND_SHIPPING 7.00 CAD 0.65 CAD 1");
}

#[tokio::test]
async fn sh_08_a_sale_counts_on_the_day_that_the_clocks_of_its_outlet_showed() {
    let ledger = with_zones([TORONTO, PARIS]).await;
    let sold = |id, sku: &str, at| placed(an_order(id).line(sku, 1), at);
    let in_paris = |order: Builder| order.of(RETAILER, OTHER_CONNECTION).build();
    ledger
        .apply(&[
            // 23:30 of the last day of October in Toronto, and half an hour later.
            sold(1, "LATE", "2026-11-01T03:30:00Z").build(),
            sold(2, "NEXT", "2026-11-01T04:00:00Z").build(),
            // The hour that comes twice on that day, and its last minute.
            sold(3, "TWICE", "2026-11-01T05:30:00Z").build(),
            sold(4, "TWICE", "2026-11-01T06:30:00Z").build(),
            sold(5, "LAST", "2026-11-02T04:59:59Z").build(),
            sold(6, "AFTER", "2026-11-02T05:00:00Z").build(),
            // The same instants are other days in Paris.
            in_paris(sold(7, "P-EARLY", "2026-11-01T03:30:00Z")),
            in_paris(sold(8, "P-LAST", "2026-11-01T22:59:59Z")),
            in_paris(sold(9, "P-AFTER", "2026-11-01T23:00:00Z")),
        ])
        .await;
    let mut client = Client::of(&ledger).await;
    let first = question(day("2026-11-01"), day("2026-11-02"));
    let skus = async |client: &mut Client, asked| {
        let (products, _) = report(client, asked).await;
        let sku = |shown: String| shown.split(' ').next().unwrap().to_owned();
        products.into_iter().map(sku).collect::<Vec<_>>()
    };
    let all = skus(&mut client, first.clone()).await;
    assert_eq!(all, ["LAST", "NEXT", "P-EARLY", "P-LAST", "TWICE"]);
    for (outlet, expected) in [
        (OUTLET, &["LAST", "NEXT", "TWICE"][..]),
        (OTHER_OUTLET, &["P-EARLY", "P-LAST"]),
    ] {
        let asked = wire::ReportProductsRequest {
            outlet_id: outlet.to_string(),
            ..first.clone()
        };
        assert_eq!(skus(&mut client, asked).await, expected);
    }
    let asked = wire::ReportProductsRequest {
        connection_id: OTHER_CONNECTION.to_string(),
        ..question(day("2026-10-01"), day("2026-11-01"))
    };
    assert!(skus(&mut client, asked).await.is_empty());
    let october = question(day("2026-10-01"), day("2026-11-01"));
    assert_eq!(skus(&mut client, october).await, ["LATE"]);
    // Clocks went forward in Toronto on 8 March: the day has 23 hours.
    ledger
        .apply(&[
            sold(20, "SPRING", "2026-03-09T03:59:59Z").build(),
            sold(21, "SUMMER", "2026-03-09T04:00:00Z").build(),
        ])
        .await;
    let spring = question(day("2026-03-08"), day("2026-03-09"));
    assert_eq!(skus(&mut client, spring).await, ["SPRING"]);
}

#[tokio::test]
async fn sh_08_pages_hold_every_row_once() {
    let ledger = Ledger::new().await;
    for id in 1..=5 {
        let order =
            an_order(id)
                .line(&format!("SKU-{id}"), 1)
                .service("shipping", LineKind::Shipping, 100);
        ledger.apply_one(&order.build()).await;
        let order = an_order(10 + id).line(&format!("SKU-{id}"), 1);
        ledger
            .apply_one(&order.currency(Currency::EUR).build())
            .await;
    }
    let mut client = Client::of(&ledger).await;
    let whole = question(day("2026-11-21"), day("2026-11-22"));
    let (all, kinds) = report(&mut client, whole.clone()).await;
    assert_eq!((all.len(), kinds.len()), (11, 3));
    let mut read = Vec::new();
    let mut asked = wire::ReportProductsRequest {
        page_size: 3,
        ..whole
    };
    loop {
        let answer = client.reports.report_products(asked.clone()).await.unwrap();
        let page = answer.into_inner();
        let first: Vec<_> = page.kinds.iter().map(kind_shown).collect();
        assert_eq!(first, if read.is_empty() { &kinds[..] } else { &[] });
        read.extend(page.products.iter().map(shown));
        if page.next_page_token.is_empty() {
            break;
        }
        asked.page_token = page.next_page_token;
    }
    assert_eq!(read, all);

    asked.kind = wire::ItemKind::Shipping.into();
    let refused = client.reports.report_products(asked).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "another question");
}

#[tokio::test]
async fn sh_08_what_is_no_period_is_refused_and_other_retailers_see_nothing() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    let mut client = Client::of(&ledger).await;
    let (first, next) = (day("2026-11-21"), day("2026-11-22"));
    let mut no_day = question(first, next);
    no_day.until = None;
    let mut half_a_day = question(first, next);
    half_a_day.from.as_mut().unwrap().day = 0;
    let mut strange_kind = question(first, next);
    strange_kind.kind = 99;
    for asked in [
        no_day,
        half_a_day,
        strange_kind,
        question(first, first),
        question(next, first),
        question(day("2001-01-01"), next),
    ] {
        let refused = client.reports.report_products(asked).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    }
    let mut elsewhere = question(first, next);
    elsewhere.retailer_id = crate::support::OTHER_RETAILER.to_string();
    assert_eq!(report(&mut client, elsewhere).await, (vec![], vec![]));
    let mut outside = question(first, next);
    outside.outlet_id = crate::support::id(13).to_string();
    assert_eq!(report(&mut client, outside).await, (vec![], vec![]));
}

#[tokio::test]
async fn sh_08_what_an_import_brought_counts_until_it_is_taken_back() {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    ledger.begin(IMPORT).await;
    ledger.apply_one(&past(2).line("A", 3).build()).await;
    ledger.complete(IMPORT).await;
    let mut client = Client::of(&ledger).await;
    let whole = question(day("2026-01-01"), day("2027-01-01"));
    let sold = |units, amount, sales| {
        vec![format!(
            "A ITEM_KIND_PRODUCT {units} 0 {amount} CAD 0.00 CAD {sales}"
        )]
    };
    assert_eq!(
        report(&mut client, whole.clone()).await.0,
        sold(4, "40.00", 2)
    );
    ledger.undo(IMPORT).await;
    assert_eq!(report(&mut client, whole).await.0, sold(1, "10.00", 1));
}
