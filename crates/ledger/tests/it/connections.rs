//! What ingest services tell of their connections, and orders that come before it.

use bus::{Message, stream, subject};
use ledger::store::{self, NotOurs, Told, ToldConnection};
use prost::Message as _;
use proto::connect as wire;
use retail::posting::OrderUpdates;
use retail::{ConnectionId, PlatformCode, RegisterId, RetailerId};
use uuid::Uuid;

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
        shipping_item_at_link: false,
        version,
    }
}

/// As the ingest service tells it.
async fn tell(ingest: &Ingest, register: Uuid, version: i64) {
    let known = wire::KnownConnection {
        connection_id: LINKED.to_string(),
        retailer_id: RETAILER.to_string(),
        platform: platform().to_string(),
        register_id: register.to_string(),
        order_updates: wire::OrderUpdates::Apply.into(),
        version,
        ..wire::KnownConnection::default()
    };
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
