//! What ingest services tell of their connections, and orders that come before it.

use bus::{Message, stream, subject};
use ledger::decide::Outcome;
use ledger::store::{self, NotOurs, Told, ToldConnection};
use prost::Message as _;
use proto::connect as wire;
use proto::ledger::{ItemKind, ItemRegistered, SaleRecorded};
use retail::posting::OrderUpdates;
use retail::{ConnectionId, LineKind, PlatformCode, Quantity, RegisterId, RetailerId, StockRule};
use uuid::Uuid;

use crate::events::{heard, listen};
use crate::order::an_order;
use crate::service::{Ingest, System};
use crate::support::{
    CONNECTION, FOREIGN_CONNECTION, Ledger, OTHER_OUTLET, OTHER_REGISTER, OUTLET, REGISTER,
    RETAILER, id, seed, sql,
};

/// A connection that the seed does not have.
const LINKED: ConnectionId = ConnectionId::new(id(90));

fn platform() -> PlatformCode {
    PlatformCode::new("woocommerce").unwrap()
}

fn told(connection: ConnectionId, register: Uuid, version: i64) -> ToldConnection {
    ToldConnection {
        id: connection,
        retailer: RETAILER,
        platform: platform(),
        register: RegisterId::new(register),
        order_updates: OrderUpdates::Apply,
        stock_rule: StockRule::AtOrder,
        channel_buffer: Quantity::ZERO,
        shipping_item_at_link: false,
        version,
    }
}

/// As the ingest service tells it.
async fn tell(ingest: &Ingest, register: Uuid, version: i64) {
    tell_with(ingest, register, version, false).await;
}

async fn tell_with(ingest: &Ingest, register: Uuid, version: i64, shipping_item_at_link: bool) {
    let known = known(register, version, shipping_item_at_link);
    say(ingest, &known).await;
}

fn known(register: Uuid, version: i64, shipping_item_at_link: bool) -> wire::KnownConnection {
    wire::KnownConnection {
        connection_id: LINKED.to_string(),
        retailer_id: RETAILER.to_string(),
        platform: platform().to_string(),
        register_id: register.to_string(),
        order_updates: wire::OrderUpdates::Apply.into(),
        stock_at: wire::StockAt::Order.into(),
        version,
        shipping_item_at_link,
        ..wire::KnownConnection::default()
    }
}

async fn say(ingest: &Ingest, known: &wire::KnownConnection) {
    let subject = subject::connection(&platform(), LINKED);
    let publisher = ingest.bus.publisher(&stream::connections());
    let message = Message::new(subject, known.encode_to_vec());
    publisher.publish(message).await.unwrap();
}

#[tokio::test]
async fn an_older_word_about_a_connection_never_replaces_a_newer_one() {
    let ledger = Ledger::new().await;
    let store = &ledger.store;
    let know = async |told: ToldConnection| store.know(&told).await.unwrap();
    assert_eq!(know(told(LINKED, REGISTER, 5)).await, Told::Recorded);
    assert_eq!(know(told(LINKED, REGISTER, 5)).await, Told::AlreadyRecorded);
    assert_eq!(
        know(told(LINKED, OTHER_REGISTER, 4)).await,
        Told::AlreadyRecorded
    );
    ledger
        .apply_one(&an_order(1).of(RETAILER, LINKED).line("A", 1).build())
        .await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-1));
    assert_eq!(know(told(LINKED, OTHER_REGISTER, 6)).await, Told::Recorded);
    ledger
        .apply_one(&an_order(2).of(RETAILER, LINKED).line("A", 1).build())
        .await;
    assert_eq!(ledger.on_hand("A", OTHER_OUTLET).await, Some(-1));
}

#[tokio::test]
async fn a_connection_that_cannot_be_booked_on_is_refused_with_the_reason() {
    let ledger = Ledger::new().await;
    let refused = |reason| Told::Refused(reason);
    let elsewhere = RetailerId::new(id(2));
    for (told, answer) in [
        (told(LINKED, id(99), 1), refused(NotOurs::UnknownRegister)),
        (
            told(LINKED, id(23), 1),
            refused(NotOurs::AnotherRetailersRegister),
        ),
        (
            ToldConnection {
                retailer: elsewhere,
                ..told(LINKED, REGISTER, 1)
            },
            refused(NotOurs::AnotherRetailersRegister),
        ),
        (
            told(FOREIGN_CONNECTION, REGISTER, 1),
            refused(NotOurs::AnotherConnection),
        ),
        (
            ToldConnection {
                platform: PlatformCode::new("stall").unwrap(),
                ..told(CONNECTION, REGISTER, 1)
            },
            refused(NotOurs::AnotherConnection),
        ),
    ] {
        assert_eq!(ledger.store.know(&told).await.unwrap(), answer, "{told:?}");
    }
}

#[tokio::test]
async fn the_seed_says_nothing_of_a_connection_that_was_told() {
    let ledger = Ledger::new().await;
    let told = told(CONNECTION, OTHER_REGISTER, 1);
    assert_eq!(ledger.store.know(&told).await.unwrap(), Told::Recorded);
    let pool = store::write_pool(&crate::support::app(&ledger.database));
    store::plant(&pool, &seed()).await.unwrap();
    pool.close().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    assert_eq!(ledger.on_hand("A", OTHER_OUTLET).await, Some(-1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_wait_for_their_connection_and_none_is_lost() {
    let system = System::new().await;
    let admin = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let running = system.serve();
    for number in 1..=20 {
        let order = an_order(number).of(RETAILER, LINKED).line("A", 1);
        ingest.send(&order.build()).await;
    }
    system
        .until("select count(*) from ledger.early_order", "20")
        .await;
    // Others are not held up.
    ingest.send(&an_order(1).line("B", 1).build()).await;
    system.until("select count(*) from ledger.sale", "1").await;
    // Its register is not known, so the connection is not either.
    tell(&ingest, id(99), 1).await;
    running.kill().await;
    let running = system.serve();
    tell(&ingest, REGISTER, 2).await;
    system.until("select count(*) from ledger.sale", "21").await;
    system
        .until("select count(*) from ledger.early_order", "0")
        .await;
    let known = "select register_id, version from ledger.connection where version > 0";
    assert_eq!(sql(&system.database, known), format!("{REGISTER}|2"));
    // Told again after a restart of the ingest service, nothing changes; told anew, it moves.
    tell(&ingest, REGISTER, 2).await;
    tell(&ingest, OTHER_REGISTER, 3).await;
    system.until(known, &format!("{OTHER_REGISTER}|3")).await;
    let next = an_order(30).of(RETAILER, LINKED).line("C", 1);
    ingest.send(&next.build()).await;
    system.until("select count(*) from ledger.sale", "22").await;
    let dead = admin.stream_info("DEAD").await.unwrap();
    assert_eq!(dead.messages, 0);
    running.kill().await;
}

/// The items that shipping charges are sold as.
const SHIPPING_ITEMS: &str = "select name, origin, connection_id, created_at is not null
    from ledger.item where kind = 'shipping'";

fn with_shipping(connection: ConnectionId, version: i64) -> ToldConnection {
    ToldConnection {
        shipping_item_at_link: true,
        ..told(connection, REGISTER, version)
    }
}

#[tokio::test]
async fn sh_06_shipping_charges_are_an_item_from_the_link_on_and_sales_find_it() {
    let ledger = Ledger::new().await;
    let know = async |told: ToldConnection| ledger.store.know(&told).await.unwrap();
    // Not every platform wants it, and nothing is made for a connection that is refused.
    know(told(LINKED, REGISTER, 1)).await;
    let refused = ToldConnection {
        register: RegisterId::new(id(99)),
        ..with_shipping(LINKED, 2)
    };
    assert_eq!(know(refused).await, Told::Refused(NotOurs::UnknownRegister));
    assert_eq!(ledger.sql(SHIPPING_ITEMS), "");

    assert_eq!(know(with_shipping(LINKED, 2)).await, Told::Recorded);
    let made = format!("Shipping charges|service|{LINKED}|t");
    assert_eq!(ledger.sql(SHIPPING_ITEMS), made);
    assert_eq!(ledger.sql("select kind from ledger.outbox"), "item");

    // Told again, told anew, and by another shop.
    assert_eq!(know(with_shipping(LINKED, 2)).await, Told::AlreadyRecorded);
    know(with_shipping(LINKED, 3)).await;
    know(with_shipping(ConnectionId::new(id(91)), 1)).await;
    assert_eq!(ledger.sql(SHIPPING_ITEMS), made);
    assert_eq!(
        ledger.sql("select mark from ledger.outbox"),
        "1",
        "said once"
    );

    let order = an_order(1).service("shipping", LineKind::Shipping, 500);
    ledger.apply_one(&order.build()).await;
    assert_eq!(ledger.sql(SHIPPING_ITEMS), made);
    let sold = "select count(*) from ledger.sale_line join ledger.item using (item_id)";
    assert_eq!(ledger.sql(sold), "1");
    ledger.assert_sound().await;
}

#[tokio::test]
async fn sh_06_a_connection_that_was_known_before_gets_the_item_when_it_is_told_again() {
    let ledger = Ledger::new().await;
    let know = async |told: ToldConnection| ledger.store.know(&told).await.unwrap();
    assert_eq!(know(told(LINKED, REGISTER, 2)).await, Told::Recorded);
    assert_eq!(know(with_shipping(LINKED, 2)).await, Told::AlreadyRecorded);
    assert_eq!(ledger.sql("select kind from ledger.item"), "shipping");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sh_06_shops_linked_at_once_and_their_first_orders_make_one_item() {
    for _ in 0..5 {
        let ledger = Ledger::new().await;
        let told: Vec<_> = (0..3)
            .map(|number| with_shipping(ConnectionId::new(id(90 + number)), 1))
            .collect();
        let order = an_order(1).service("shipping", LineKind::Shipping, 500);
        let order = [order.build()];
        let (a, b, c, sold) = tokio::join!(
            ledger.store.know(&told[0]),
            ledger.store.know(&told[1]),
            ledger.store.know(&told[2]),
            ledger.store.apply(&order),
        );
        assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], [Told::Recorded; 3]);
        assert_eq!(sold.unwrap(), [Outcome::Recorded]);
        assert_eq!(ledger.sql("select kind from ledger.item"), "shipping");
        ledger.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sh_06_a_linked_shop_is_told_of_with_its_item_through_kills_and_repeats() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let mut items = listen(&root, "ledger.item.registered").await;
    tell_with(&ingest, REGISTER, 1, true).await;
    let running = system.serve();
    system
        .until("select kind from ledger.item", "shipping")
        .await;
    running.kill().await;
    let running = system.serve();
    let told: Vec<ItemRegistered> = heard(&mut items, 1).await;
    assert_eq!(told[0].kind(), ItemKind::Shipping);
    assert_eq!(told[0].name, "Shipping charges");
    assert_eq!(told[0].connection_id, LINKED.to_string());

    // Every ingest service tells all it has whenever it starts.
    tell_with(&ingest, REGISTER, 1, true).await;
    let order = an_order(1)
        .of(RETAILER, LINKED)
        .service("shipping", LineKind::Shipping, 500);
    ingest.send(&order.build()).await;
    system.until("select count(*) from ledger.sale", "1").await;
    assert_eq!(
        sql(&system.database, "select count(*) from ledger.item"),
        "1"
    );
    running.kill().await;
}

/// What each sale's event says takes its goods, by its order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ef_08_and_ef_11_the_ledger_takes_stock_as_the_connection_is_told_and_says_so() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let mut sales = listen(&root, "ledger.sale.recorded").await;
    let running = system.serve();
    let settings = [
        (
            wire::StockSide::Unspecified,
            wire::StockAt::Order,
            StockRule::AtOrder,
        ),
        (
            wire::StockSide::Pos,
            wire::StockAt::Invoice,
            StockRule::AtInvoice,
        ),
        (
            wire::StockSide::Shop,
            wire::StockAt::Invoice,
            StockRule::Never,
        ),
        (
            wire::StockSide::Pos,
            wire::StockAt::Order,
            StockRule::AtOrder,
        ),
    ];
    for (number, (side, at, rule)) in (1..).zip(settings) {
        let told = wire::KnownConnection {
            stock_side: side.into(),
            stock_at: at.into(),
            ..known(REGISTER, number, false)
        };
        say(&ingest, &told).await;
        let asked =
            format!("select stock_rule from ledger.connection where connection_id = '{LINKED}'");
        system.until(&asked, rule.as_str()).await;
        let order = an_order(number.unsigned_abs())
            .of(RETAILER, LINKED)
            .line("A", 1);
        ingest.send(&order.build()).await;
        let event: SaleRecorded = heard(&mut sales, 1).await.remove(0);
        assert_eq!(event.order_id, number.to_string());
        assert_eq!(event.stock_rule(), stock_rule(rule));
    }
    let on_hand = "select on_hand_milli from ledger.stock_level";
    assert_eq!(sql(&system.database, on_hand), "-2000");
    running.kill().await;
}

fn stock_rule(rule: StockRule) -> proto::ledger::StockRule {
    match rule {
        StockRule::AtOrder => proto::ledger::StockRule::AtOrder,
        StockRule::AtInvoice => proto::ledger::StockRule::AtInvoice,
        StockRule::Never => proto::ledger::StockRule::Never,
    }
}

#[tokio::test]
async fn ef_11_a_word_that_an_older_ledger_took_without_its_rule_is_taken_again() {
    let ledger = Ledger::new().await;
    let know = async |told: ToldConnection| ledger.store.know(&told).await.unwrap();
    assert_eq!(know(told(LINKED, REGISTER, 2)).await, Told::Recorded);
    let with_rule = ToldConnection {
        stock_rule: StockRule::AtInvoice,
        ..told(LINKED, REGISTER, 2)
    };
    assert_eq!(know(with_rule.clone()).await, Told::Recorded);
    assert_eq!(know(with_rule).await, Told::AlreadyRecorded);
}
