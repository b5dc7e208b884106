//! Who may do what on the broker, as it is declared.

use std::collections::BTreeSet;

use async_nats::ConnectOptions;
use bus::permission::{self, User};
use bus::{Message, stream, subject};
use retail::{ConnectionId, PlatformCode, RetailerId};
use uuid::Uuid;

use crate::support::{Broker, ROOT, shop};

/// What `docs/privileges.txt` says of the broker's users: the whole system's, of all platforms.
pub const FILE: &str = include_str!("../../../../docs/privileges.txt");

fn line_of(user: &User) -> impl Iterator<Item = String> {
    let User {
        name,
        publish,
        subscribe,
    } = user;
    let publish = publish
        .iter()
        .map(move |subject| format!("broker {name} publish {subject}"));
    let subscribe = subscribe.iter();
    publish.chain(subscribe.map(move |subject| format!("broker {name} subscribe {subject}")))
}

/// The platforms that the file knows.
pub fn platforms() -> Vec<PlatformCode> {
    let users = FILE
        .lines()
        .filter_map(|line| line.strip_prefix("broker ingest-"));
    let codes: BTreeSet<&str> = users.filter_map(|line| line.split(' ').next()).collect();
    codes
        .into_iter()
        .map(|code| PlatformCode::new(code).unwrap())
        .collect()
}

#[test]
fn item_10_the_brokers_users_stand_in_the_file_and_no_other_right() {
    let users = permission::users(&platforms());
    let found: BTreeSet<String> = users.iter().flat_map(line_of).collect();
    let declared = FILE.lines().filter(|line| line.starts_with("broker "));
    let declared: BTreeSet<String> = declared.map(str::to_owned).collect();
    let more: Vec<_> = found.difference(&declared).collect();
    let less: Vec<_> = declared.difference(&found).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "more: {more:#?}\nless: {less:#?}"
    );
}

#[tokio::test]
async fn only_the_ledger_can_publish_ledger_events() {
    let broker = Broker::provisioned().await;
    let retailer = RetailerId::new(Uuid::nil());
    for (user, subject, may) in [
        ("ledger", subject::sale_recorded(retailer), true),
        ("ingest-shop1", subject::sale_recorded(retailer), false),
        ("admin", subject::stock_changed(retailer), false),
        (
            "ledger",
            subject::order(retailer, ConnectionId::new(Uuid::nil())),
            false,
        ),
        (
            "ledger",
            subject::inbox(&shop(), retailer, ConnectionId::new(Uuid::nil())),
            false,
        ),
    ] {
        let bus = broker.connect(user).await;
        let outcome = bus
            .publisher(&stream::ledger())
            .publish(Message::new(subject.clone(), "x"))
            .await;
        match outcome {
            Ok(_) => assert!(may, "{user} published to {subject}"),
            Err(bus::PublishError::Denied { .. }) => assert!(!may, "{user} denied {subject}"),
            Err(error) => panic!("{user} {subject}: {error}"),
        }
    }
}

#[tokio::test]
async fn nobody_can_delete_or_purge_not_even_a_user_without_limits() {
    let broker = Broker::provisioned().await;
    broker
        .connect(ROOT)
        .await
        .publisher(&stream::dead())
        .publish(Message::new(subject::dead(&bus::Service::Ledger), "x"))
        .await
        .unwrap();
    let client =
        ConnectOptions::with_user_and_password(ROOT.to_owned(), broker.password(ROOT).to_owned())
            .connect(broker.url())
            .await
            .unwrap();
    for (subject, payload) in [
        ("$JS.API.STREAM.PURGE.DEAD", ""),
        ("$JS.API.STREAM.MSG.DELETE.DEAD", r#"{"seq":1}"#),
    ] {
        let answer = client.request(subject, payload.into()).await.unwrap();
        let answer = std::str::from_utf8(&answer.payload).unwrap();
        assert!(answer.contains("\"error\""), "{subject}: {answer}");
    }
    let state = broker
        .connect(ROOT)
        .await
        .stream_info("DEAD")
        .await
        .unwrap();
    assert_eq!((state.messages, state.deleted), (1, 0));
}
