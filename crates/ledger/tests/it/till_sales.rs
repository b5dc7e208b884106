//! What is sold at tills is a sale like every other.

use jiff::SignedDuration;
use ledger::store::{self, Outbox, Place};
use proto::convert::instant_into;
use proto::ledger as wire;
use retail::Quantity;

use crate::held::violation;
use crate::order::an_order;
use crate::selling::id_of;
use crate::support::{
    CONNECTION, OTHER_OUTLET, OTHER_REGISTER, OUTLET, REGISTER, RETAILER, app, of_sale,
};
use crate::till::{Till, counts, minor};

#[tokio::test]
async fn pos_04_and_pos_05_a_till_sale_is_booked_on_its_register_and_its_outlets_stock_falls() {
    let mut till = Till::with(&["A", "B"]).await;
    till.open(OTHER_REGISTER, 0).await.unwrap();
    let selling = till.selling().on(OTHER_REGISTER);
    let selling = selling.line("A", 2, 1_000).tax(300).line("B", 1, 500);
    let selling = selling.line("A", 1, 900).discount(100).total(3_600);
    let sale = till.record(selling.rest("cash")).await.unwrap();
    assert_eq!(sale.register_id, OTHER_REGISTER.to_string());
    assert_eq!(sale.outlet_id, OTHER_OUTLET.to_string());
    assert_eq!(sale.receipt_number, "T1");
    assert_eq!(
        (minor(sale.total.clone()), minor(sale.tax.clone())),
        (3_600, 300)
    );
    assert_eq!(minor(sale.received.clone()), 3_600);
    assert_eq!(sale.balance(), wire::Balance::Paid);
    let paid: Vec<(&str, bool)> = sale
        .payments
        .iter()
        .map(|paid| (paid.method.as_str(), paid.is_by_hand))
        .collect();
    assert_eq!(paid, [("cash", true)]);
    assert_eq!(till.ledger.on_hand("A", OTHER_OUTLET).await, Some(-3));
    assert_eq!(till.ledger.on_hand("B", OTHER_OUTLET).await, Some(-1));
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(0));
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_06_a_till_sale_is_told_with_its_stock_and_is_no_shops_order() {
    let mut till = Till::with(&["A"]).await;
    till.ledger.sql("delete from ledger.outbox");
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).rest("card");
    let sale = till.record(selling).await.unwrap();
    let outbox = Outbox::new(store::write_pool(&app(&till.ledger.database)));
    let levels = outbox.levels(Place::default(), 10).await.unwrap();
    let told: Vec<i64> = levels.iter().map(|told| told.now.on_hand.milli()).collect();
    assert_eq!(told, [-2 * Quantity::SCALE], "the new level, once");
    let sales = outbox.sales(Place::default(), 10).await.unwrap();
    assert_eq!(sales.len(), 1);
    assert_eq!(sales[0].now.connection.to_string(), sale.connection_id);
    let shops =
        "select count(*) from ledger.shop_order h join ledger.connection c using (connection_id)
        where c.platform <> 'till'";
    assert_eq!(till.ledger.sql(shops), "1", "the order that was there");
    let whose = format!(
        "select platform from ledger.connection where connection_id = '{}'",
        sale.connection_id
    );
    assert_eq!(till.ledger.sql(&whose), "till");
}

#[tokio::test]
async fn pos_02_a_till_sale_is_in_the_history_and_not_to_be_handed_over() {
    let mut till = Till::with(&["A"]).await;
    till.ledger
        .apply_one(&an_order(1).line("A", 1).build())
        .await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).rest("card");
    let sale = till.record(selling).await.unwrap();
    let of_tills = wire::ListSalesRequest {
        retailer_id: RETAILER.to_string(),
        filter: Some(wire::SaleFilter {
            platform: "till".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let listed = till.client.sales.list_sales(of_tills).await.unwrap();
    let listed = listed.into_inner().sales;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].sale_id, sale.sale_id);
    assert_eq!(listed[0].customer_name, "Guest");
    assert_eq!(till.sale("T1").await.lines.len(), 1);
    let handed_over = wire::ListFulfilmentRequest {
        retailer_id: RETAILER.to_string(),
        ..Default::default()
    };
    for state in [
        wire::FulfilmentState::Unspecified,
        wire::FulfilmentState::Open,
        wire::FulfilmentState::Done,
    ] {
        let asked = wire::ListFulfilmentRequest {
            state: state.into(),
            ..handed_over.clone()
        };
        let listed = till.client.fulfilment.list_fulfilment(asked).await.unwrap();
        let entries = listed.into_inner().entries;
        let mut numbers = entries.into_iter().map(|entry| entry.receipt_number);
        assert!(numbers.all(|number| number != "T1"), "{state:?}");
    }
}

#[tokio::test]
async fn pos_11_a_sale_on_account_moves_stock_when_it_is_made_and_is_paid_later() {
    let mut till = Till::with(&["A"]).await;
    // Nothing is paid, so that the register may be closed.
    let selling = till.selling().line("A", 3, 1_000).to("zoe@example.test");
    let sale = till.record(selling).await.unwrap();
    assert_eq!(sale.balance(), wire::Balance::Unpaid);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-3));
    till.open(REGISTER, 0).await.unwrap();
    let part = till.pay(id_of(&sale), 1_000).await.unwrap();
    assert_eq!(part.balance(), wire::Balance::PartPaid);
    let rest = till.pay(id_of(&sale), 2_000).await.unwrap();
    assert_eq!(rest.balance(), wire::Balance::Paid);
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-3));
    let closed = till.close(REGISTER, &[("bank-transfer", 3_000)]).await;
    let expected = [("bank-transfer".to_owned(), 3_000, 3_000, 0)];
    assert_eq!(counts(&closed.unwrap()), expected);
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_12_a_tills_customer_is_who_has_that_email_else_its_guest() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    till.ledger
        .apply_one(
            &an_order(1)
                .line("A", 1)
                .customer("Zoe@Example.test", "Zoé")
                .build(),
        )
        .await;
    let online = till.sale("1").await.customer_id;
    let mut customers = Vec::new();
    for (email, register) in [
        ("ZOE@example.test", REGISTER),
        ("", REGISTER),
        ("", REGISTER),
        ("", OTHER_REGISTER),
        ("ada@example.test", REGISTER),
        ("ada@example.test", OTHER_REGISTER),
    ] {
        let selling = till.selling().on(register).line("A", 1, 0);
        let selling = if email.is_empty() {
            selling
        } else {
            selling.to(email)
        };
        let sale = till.record(selling).await.unwrap();
        assert_eq!(sale.customer_name, "", "answers are kept");
        customers.push(sale.customer_id);
    }
    assert_eq!(customers[0], online);
    assert_eq!(customers[1], customers[2], "one guest a till");
    assert_ne!(customers[2], customers[3]);
    assert_eq!(customers[4], customers[5]);
    let on_file = till.selling().line("A", 1, 100);
    let mut on_file = on_file;
    on_file.0.customer = Some(wire::record_sale_request::Customer::CustomerId(
        online.clone(),
    ));
    let sale = till.record(on_file).await.unwrap();
    assert_eq!(sale.customer_id, online);
    till.ledger.assert_sound().await;
    let erase = wire::EraseCustomerRequest {
        retailer_id: RETAILER.to_string(),
        customer_id: online,
        act: Some(till.act()),
    };
    let erased = till.client.customers.erase_customer(erase).await.unwrap();
    let orders = erased.into_inner().order_count;
    assert_eq!(orders, 1, "what a till sold is in no shop's archive");
}

#[tokio::test]
async fn sh_14_a_till_sells_against_money_only_while_it_is_open() {
    let mut till = Till::with(&["A"]).await;
    let selling = till.selling().line("A", 1, 1_000).rest("cash");
    let refused = till.record(selling.clone()).await.unwrap_err();
    assert_eq!(violation(&refused), "register_closed");
    till.open(REGISTER, 5_000).await.unwrap();
    // The same question: nothing was done before.
    till.record(selling).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).paid("card", 1_500);
    till.record(selling.rest("cash")).await.unwrap();
    let closed = till
        .close(REGISTER, &[("cash", 6_500), ("card", 1_500)])
        .await
        .unwrap();
    assert_eq!(
        counts(&closed),
        [
            ("card".to_owned(), 1_500, 1_500, 0),
            ("cash".to_owned(), 6_500, 6_500, 0)
        ]
    );
    let selling = till.selling().line("A", 1, 1_000).rest("cash");
    let refused = till.record(selling).await.unwrap_err();
    assert_eq!(violation(&refused), "register_closed");
    assert_eq!(till.ledger.on_hand("A", OUTLET).await, Some(-3));
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_15_what_was_sold_before_the_register_was_opened_is_in_no_closure() {
    let mut till = Till::with(&["A"]).await;
    let before = service::clock::Clock::now(&till.clock);
    till.clock.advance(SignedDuration::from_hours(1));
    till.open(REGISTER, 0).await.unwrap();
    let mut selling = till.selling().line("A", 1, 1_000).rest("cash");
    selling.0.sold_at = Some(instant_into(before));
    let refused = till.record(selling.clone()).await.unwrap_err();
    assert_eq!(violation(&refused), "outside_session");
    selling.0.accept_outside_session = true;
    let sale = till.record(selling).await.unwrap();
    assert_eq!(sale.placed_at, Some(instant_into(before)));
    assert_eq!(sale.balance(), wire::Balance::Paid);
    let closed = till.close(REGISTER, &[]).await.unwrap();
    assert_eq!((counts(&closed).len(), closed.outside.len()), (0, 1));
    till.ledger.assert_sound().await;
}

#[tokio::test]
async fn r_01_and_r_03_a_till_sale_has_a_receipt_and_explains_its_stock() {
    let mut till = Till::with(&["A"]).await;
    till.open(REGISTER, 0).await.unwrap();
    let selling = till.selling().line("A", 2, 1_000).rest("cash");
    let request = selling.0.act.clone().unwrap().request_id;
    let sale = till.record(selling).await.unwrap();
    let asked = wire::GetReceiptRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: sale.connection_id.clone(),
        order_id: sale.order_id.clone(),
    };
    let receipt = till.client.orders.get_receipt(asked).await.unwrap();
    let receipt = receipt.into_inner();
    let deliveries: Vec<String> = receipt
        .deliveries
        .into_iter()
        .filter_map(|received| received.delivery)
        .map(|delivery| delivery.delivery_id)
        .collect();
    assert_eq!(deliveries, [request.as_str()]);
    assert_eq!(receipt.movements.len(), 1);
    let told = till.ledger.reader.explain_level(RETAILER, "A", OUTLET, 10);
    let told = told.await.unwrap().unwrap();
    let last = of_sale(told.movements.first().unwrap());
    assert_eq!(last.sale, id_of(&sale));
    let cause = last.delivery.as_ref().unwrap();
    assert_eq!(
        (cause.id.as_str(), cause.topic.as_str()),
        (&*request, "till")
    );
    let by_whom = format!("select actor from ledger.request where request_id = '{request}'");
    assert_eq!(till.ledger.sql(&by_whom), "Ada");
    assert_ne!(sale.connection_id, CONNECTION.to_string());
}
