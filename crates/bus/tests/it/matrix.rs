//! Every cell of the matrix user x subject of `docs/privileges.txt`, of all platforms, tried with real credentials:
//! what the file grants is let through, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use bus::{Map, Stream};

use crate::permission::{FILE, platforms};
use crate::prober::Prober;
use crate::support::{Broker, ROOT};

/// What can be asked of the broker about itself, and of the account.
const OF_THE_BROKER: [&str; 14] = [
    "$JS.API.INFO",
    "$JS.API.STREAM.LIST",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.TEMPLATE.NAMES",
    "$JS.API.META.LEADER.STEPDOWN",
    "$JS.API.SERVER.REMOVE",
    "$JS.API.ACCOUNT.PURGE.RETAIL",
    "$JS.API.ACCOUNT.STREAM.MOVE.RETAIL.ORDERS",
    "$JS.API.DIRECT.GET.anything",
    "$JS.EVENT.ADVISORY.API",
    "$JS.FC.ORDERS.ledger-orders.one",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.ACCOUNT.PING.CONNZ",
    "anything",
];
/// What can be done to a stream; `*` stands for its name.
const OF_A_STREAM: [&str; 21] = [
    "$JS.API.STREAM.CREATE.*",
    "$JS.API.STREAM.UPDATE.*",
    "$JS.API.STREAM.DELETE.*",
    "$JS.API.STREAM.PURGE.*",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.STREAM.MSG.DELETE.*",
    "$JS.API.STREAM.SNAPSHOT.*",
    "$JS.API.STREAM.RESTORE.*",
    "$JS.API.STREAM.PEER.REMOVE.*",
    "$JS.API.STREAM.LEADER.STEPDOWN.*",
    "$JS.API.DIRECT.GET.*",
    "$JS.API.DIRECT.GET.*.one.subject",
    "$JS.API.CONSUMER.LIST.*",
    "$JS.API.CONSUMER.NAMES.*",
    // Who could make a consumer could read the stream.
    "$JS.API.CONSUMER.CREATE.*",
    "$JS.API.CONSUMER.CREATE.*.mine",
    "$JS.API.CONSUMER.CREATE.*.mine.a.filter",
    "$JS.API.CONSUMER.DURABLE.CREATE.*.mine",
    "$JS.API.CONSUMER.MSG.NEXT.*.mine",
    "$JS.ACK.*.mine.1.2.3.4.5",
];
/// What can be done to a durable consumer; `*` stands for its stream and its name.
const OF_A_CONSUMER: [&str; 12] = [
    "$JS.API.CONSUMER.CREATE.*",
    "$JS.API.CONSUMER.DURABLE.CREATE.*",
    "$JS.API.CONSUMER.DELETE.*",
    "$JS.API.CONSUMER.INFO.*",
    "$JS.API.CONSUMER.PAUSE.*",
    "$JS.API.CONSUMER.RESET.*",
    "$JS.API.CONSUMER.UNPIN.*",
    "$JS.API.CONSUMER.LEADER.STEPDOWN.*",
    "$JS.API.CONSUMER.MSG.NEXT.*",
    // Both forms of the acknowledgement.
    "$JS.ACK.*.1.2.3.4.5",
    "$JS.ACK.hub.account.*.1.2.3.4.5.token",
    "$JS.FC.*.one",
];
/// What would let somebody hear what is none of theirs.
const HEARD: [&str; 15] = [
    ">",
    "*",
    "*.>",
    "_INBOX.>",
    "_INBOX.one",
    "inbox.>",
    "order.>",
    "ledger.>",
    "catalog.>",
    "dead.>",
    "$KV.>",
    "$JS.>",
    "$JS.API.>",
    "$JS.EVENT.ADVISORY.>",
    "$SYS.>",
];

/// Of a user, what the file grants.
#[derive(Default)]
struct Granted {
    publish: Vec<String>,
    subscribe: Vec<String>,
}

fn granted() -> BTreeMap<String, Granted> {
    let mut users: BTreeMap<String, Granted> = BTreeMap::new();
    for line in FILE.lines().filter_map(|line| line.strip_prefix("broker ")) {
        let words: Vec<&str> = line.split(' ').collect();
        let [user, what, subject] = words[..] else {
            panic!("{line}");
        };
        let granted = users.entry(user.to_owned()).or_default();
        match what {
            "publish" => granted.publish.push(subject.to_owned()),
            "subscribe" => granted.subscribe.push(subject.to_owned()),
            _ => panic!("{line}"),
        }
    }
    users
}

/// A subject that a pattern lets through.
fn example(pattern: &str) -> String {
    let tokens = pattern.split('.').map(|token| match token {
        "*" => "one",
        ">" => "some.more",
        token => token,
    });
    tokens.collect::<Vec<_>>().join(".")
}

fn lets_through(pattern: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for wanted in pattern.split('.') {
        match (wanted, tokens.next()) {
            (">", Some(_)) => return true,
            ("*", Some(token)) if token != ">" => {}
            (wanted, Some(token)) if wanted == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

/// Everything that there is to publish to, of every stream and consumer of the system.
fn published(users: &BTreeMap<String, Granted>) -> BTreeSet<String> {
    let Map { streams, durables } = Map::whole(&platforms());
    let mut subjects: BTreeSet<String> = OF_THE_BROKER.map(str::to_owned).into();
    for Stream {
        name,
        subjects: stored,
        ..
    } in &streams
    {
        subjects.extend(stored.iter().map(|pattern| example(pattern)));
        subjects.extend(OF_A_STREAM.map(|asked| asked.replacen('*', name, 1)));
    }
    for durable in &durables {
        let consumer = format!("{}.{}", durable.stream, durable.name);
        subjects.extend(OF_A_CONSUMER.map(|asked| asked.replacen('*', &consumer, 1)));
    }
    for granted in users.values() {
        subjects.extend(granted.publish.iter().map(|pattern| example(pattern)));
        subjects.extend(granted.subscribe.iter().map(|pattern| example(pattern)));
    }
    subjects
}

fn subscribed(users: &BTreeMap<String, Granted>) -> BTreeSet<String> {
    let mut subjects: BTreeSet<String> = HEARD.map(str::to_owned).into();
    for stream in Map::whole(&platforms()).streams {
        subjects.extend(stream.subjects.iter().map(|pattern| example(pattern)));
        subjects.extend(stream.subjects);
    }
    for granted in users.values() {
        subjects.extend(granted.subscribe.iter().map(|pattern| example(pattern)));
        subjects.extend(granted.subscribe.iter().cloned());
    }
    subjects
}

/// Those of `subjects` that no pattern lets through.
fn others(subjects: &BTreeSet<String>, patterns: &[String]) -> BTreeSet<String> {
    let is_other = |subject: &&String| {
        let mut patterns = patterns.iter();
        !patterns.any(|pattern| lets_through(pattern, subject))
    };
    subjects.iter().filter(is_other).cloned().collect()
}

/// What was refused and is granted, and what was not and is none.
fn assert_refused(what: &str, refused: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let too_much: Vec<_> = refused.difference(expected).collect();
    let too_little: Vec<_> = expected.difference(refused).collect();
    assert!(
        too_much.is_empty() && too_little.is_empty(),
        "{what}: refused though granted: {too_much:#?}, let through though not: {too_little:#?}"
    );
}

#[tokio::test]
async fn item_10_every_granted_right_works_and_every_other_is_refused_to_every_user() {
    let broker = Broker::provisioned_for(&platforms()).await;
    let users = granted();
    let (published, subscribed) = (published(&users), subscribed(&users));
    let mut cells = 0;
    for (user, granted) in &users {
        let mut prober = Prober::connect(&broker, user).await;
        let refused = prober.cannot_subscribe(&subscribed).await;
        let expected = others(&subscribed, &granted.subscribe);
        assert_refused(&format!("{user} subscribing"), &refused, &expected);
        let refused = prober.cannot_publish(&published).await;
        let expected = others(&published, &granted.publish);
        assert_refused(&format!("{user} publishing"), &refused, &expected);
        assert!(expected.len() < published.len(), "{user} may something");
        cells += published.len() + subscribed.len();
    }
    let everybody = platforms().len() + 3;
    assert_eq!(
        users.len(),
        everybody,
        "ledger, catalogue and admin as well"
    );
    assert!(cells > 250 * users.len(), "{cells} cells tried");
    // All of it is still there.
    let root = broker.connect(ROOT).await;
    for stream in Map::whole(&platforms()).streams {
        root.stream_info(&stream.name).await.unwrap();
    }
}
