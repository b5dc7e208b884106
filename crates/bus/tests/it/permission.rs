//! Every cell of the permission matrix, tried with real credentials.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerError};
use bus::permission::{self, User};
use bus::{Message, stream, subject};
use retail::{ConnectionId, PlatformCode, RetailerId};
use tokio::sync::mpsc;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{Broker, ROOT, shop};

/// Subjects nobody may touch, beside what each user may not of the others'.
const FORBIDDEN: [&str; 18] = [
    "$JS.API.STREAM.DELETE.ORDERS",
    "$JS.API.STREAM.PURGE.ORDERS",
    "$JS.API.STREAM.MSG.DELETE.ORDERS",
    "$JS.API.STREAM.MSG.GET.ORDERS",
    "$JS.API.STREAM.SNAPSHOT.ORDERS",
    "$JS.API.STREAM.RESTORE.ORDERS",
    "$JS.API.STREAM.LIST",
    "$JS.API.CONSUMER.DELETE.ORDERS.ledger-orders",
    "$JS.API.CONSUMER.PAUSE.ORDERS.ledger-orders",
    "$JS.API.CONSUMER.RESET.ORDERS.ledger-orders",
    "$JS.API.CONSUMER.DURABLE.CREATE.ORDERS.mine",
    "$JS.API.DIRECT.GET.ORDERS",
    "$JS.API.ACCOUNT.PURGE.RETAIL",
    "$SYS.REQ.SERVER.PING",
    "inbox.shop2.a.b",
    "$KV.connections.shop2.a",
    "ledger.made.up.a",
    "anything",
];

/// A client that tells which subjects the broker refused it.
struct Prober {
    client: Client,
    refusals: mpsc::UnboundedReceiver<String>,
    probes: u32,
}

impl Prober {
    async fn connect(broker: &Broker, user: &str) -> Self {
        let (tell, refusals) = mpsc::unbounded_channel();
        let client = ConnectOptions::with_user_and_password(
            user.to_owned(),
            broker.password(user).to_owned(),
        )
        .event_callback(move |event| {
            if let Event::ServerError(ServerError::Other(text)) = event {
                let subject = text.split('"').nth(1).unwrap_or_default();
                tell.send(subject.to_owned()).unwrap();
            }
            std::future::ready(())
        })
        .connect(broker.url())
        .await
        .unwrap();
        Self {
            client,
            refusals,
            probes: 0,
        }
    }

    /// Whether the broker refuses what `act` did. Refusals come in order, so the one of a subject that is surely
    /// forbidden ends the wait.
    async fn refused(&mut self, subject: &str) -> bool {
        self.probes += 1;
        let fence = format!("fence.{}", self.probes);
        self.client.publish(fence.clone(), "".into()).await.unwrap();
        let mut refused = false;
        loop {
            let told = timeout(Duration::from_secs(5), self.refusals.recv()).await;
            match told.unwrap().unwrap() {
                told if told == fence => return refused,
                told => refused |= told == subject,
            }
        }
    }

    async fn may_publish(&mut self, subject: &str) -> bool {
        self.client
            .publish(subject.to_owned(), "".into())
            .await
            .unwrap();
        !self.refused(subject).await
    }

    async fn may_subscribe(&mut self, subject: &str) -> bool {
        let _subscriber = self.client.subscribe(subject.to_owned()).await.unwrap();
        !self.refused(subject).await
    }
}

/// A subject that a pattern lets through.
fn example(pattern: &str) -> String {
    pattern
        .split('.')
        .map(|token| match token {
            "*" => "one",
            ">" => "some.more",
            token => token,
        })
        .collect::<Vec<_>>()
        .join(".")
}

fn lets_through(pattern: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for wanted in pattern.split('.') {
        match (wanted, tokens.next()) {
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (wanted, Some(token)) if wanted == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

/// What `docs/privileges.txt` says of the broker's users: the whole system's, of all platforms.
const FILE: &str = include_str!("../../../../docs/privileges.txt");

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
fn platforms() -> Vec<PlatformCode> {
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
async fn item_10_every_declared_right_works_and_every_other_is_refused() {
    let broker = Broker::provisioned().await;
    let users = permission::users(&[shop()]);
    let mut subjects: BTreeSet<String> = FORBIDDEN.iter().map(|&s| s.to_owned()).collect();
    subjects.extend(
        users
            .iter()
            .flat_map(|user| &user.publish)
            .map(|p| example(p)),
    );
    let mut inboxes: BTreeSet<String> = users
        .iter()
        .flat_map(|user| user.subscribe.clone())
        .collect();
    inboxes.extend(
        [
            ">", "_INBOX.>", "inbox.>", "order.>", "ledger.>", "dead.>", "$JS.>", "$SYS.>",
        ]
        .map(str::to_owned),
    );

    let mut cells = 0;
    for User {
        name,
        publish,
        subscribe,
    } in users
    {
        let mut prober = Prober::connect(&broker, &name).await;
        for subject in &subjects {
            let declared = publish.iter().any(|pattern| lets_through(pattern, subject));
            let may = prober.may_publish(subject).await;
            assert_eq!(may, declared, "{name} publishing to {subject}");
            cells += 1;
        }
        for inbox in &inboxes {
            let may = prober.may_subscribe(inbox).await;
            assert_eq!(
                may,
                subscribe.contains(inbox),
                "{name} subscribing to {inbox}"
            );
            cells += 1;
        }
    }
    assert!(cells > 150, "{cells} cells tried");
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
