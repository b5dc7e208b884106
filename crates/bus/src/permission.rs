//! Who may publish and subscribe what: the least that each user needs, derived from the map.
//!
//! Rendered into the server's configuration, and tried cell by cell in the tests. A stream accepts whatever
//! a permission lets through, so "only the ledger emits ledger events" stands here and nowhere else.

use retail::PlatformCode;

use crate::stream::Writers;
use crate::{Map, Service};

/// The user that provisions streams and consumers, and nothing else.
pub const ADMIN: &str = "admin";

/// A broker user and everything it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub name: String,
    /// Subject patterns it may publish to.
    pub publish: Vec<String>,
    /// Subject patterns it may subscribe to.
    pub subscribe: Vec<String>,
}

/// All users of a system with these platforms.
#[must_use]
pub fn users(platforms: &[PlatformCode]) -> Vec<User> {
    let mut users = vec![admin()];
    users.extend(
        platforms
            .iter()
            .cloned()
            .map(Service::Ingest)
            .map(|s| of(&s)),
    );
    users.push(of(&Service::Ledger));
    users.push(of(&Service::CatalogPush));
    users
}

/// The prefix of a user's replies: a shared one would let services read each other's.
pub(crate) fn inbox_prefix(user: &str) -> String {
    format!("_INBOX_{user}")
}

/// Creates, changes and looks; nobody, not even this user, deletes or purges.
fn admin() -> User {
    let publish = [
        "$JS.API.STREAM.CREATE.*",
        "$JS.API.STREAM.UPDATE.*",
        "$JS.API.STREAM.INFO.*",
        "$JS.API.CONSUMER.CREATE.>",
        "$JS.API.CONSUMER.INFO.*.*",
        // People read dead letters with it.
        "$JS.API.STREAM.MSG.GET.DEAD",
    ];
    user(ADMIN, publish.map(str::to_owned).into())
}

fn of(service: &Service) -> User {
    let Map { streams, durables } = Map::of(service);
    let mut publish = Vec::new();
    for stream in &streams {
        if stream.is_written_by(service) {
            match stream.writers {
                Writers::Only(_) | Writers::EveryIngest => {
                    publish.extend(stream.subjects.iter().cloned());
                }
                Writers::EveryIngestItsOwn => publish.extend(own_connections(service)),
                Writers::EveryService => {
                    publish.push(crate::subject::dead(service).to_string());
                }
            }
        }
        publish.push(format!("$JS.API.STREAM.INFO.{}", stream.name));
    }
    for durable in &durables {
        let consumer = format!("{}.{}", durable.stream, durable.name);
        publish.push(format!("$JS.API.CONSUMER.MSG.NEXT.{consumer}"));
        publish.push(format!("$JS.API.CONSUMER.INFO.{consumer}"));
        // Both forms of the acknowledgement subject: servers are moving from the first to the second.
        publish.push(format!("$JS.ACK.{consumer}.>"));
        publish.push(format!("$JS.ACK.*.*.{consumer}.>"));
    }
    if let Some(stream) = asked_for_age(service) {
        publish.push(format!("$JS.API.STREAM.MSG.GET.{stream}"));
    }
    user(&service.to_string(), publish)
}

/// The stream of which a service tells since when messages wait: it may look at one by its place.
fn asked_for_age(service: &Service) -> Option<String> {
    match service {
        Service::Ingest(platform) => Some(crate::stream::inbox(platform).name),
        Service::Ledger => Some(crate::stream::orders().name),
        Service::CatalogPush => None,
    }
}

/// The keys of a platform's connections; other services have none.
fn own_connections(service: &Service) -> Option<String> {
    match service {
        Service::Ingest(platform) => Some(format!("$KV.connections.{platform}.*")),
        Service::Ledger | Service::CatalogPush => None,
    }
}

fn user(name: &str, publish: Vec<String>) -> User {
    User {
        name: name.to_owned(),
        publish,
        subscribe: vec![format!("{}.>", inbox_prefix(name))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ledger_may_publish_ledger_events() {
        let users = users(&[
            PlatformCode::new("shop1").unwrap(),
            PlatformCode::new("shop2").unwrap(),
        ]);
        let writers = |root: &str| -> Vec<String> {
            users
                .iter()
                .filter(|user| user.publish.iter().any(|p| p.starts_with(root)))
                .map(|user| user.name.clone())
                .collect()
        };
        assert_eq!(writers("ledger."), ["ledger"]);
        assert_eq!(writers("catalog."), ["catalog-push"]);
        assert_eq!(writers("order."), ["ingest-shop1", "ingest-shop2"]);
        assert_eq!(writers("inbox.shop1."), ["ingest-shop1"]);
        assert_eq!(writers("$KV.connections.shop1."), ["ingest-shop1"]);
        assert_eq!(writers("$KV."), ["ingest-shop1", "ingest-shop2"]);
        assert_eq!(writers("$JS.API.STREAM.CREATE"), ["admin"]);
        assert!(writers(">").is_empty() && writers("*").is_empty());
    }

    #[test]
    fn the_ledgers_row_is_spelt_out() {
        let users = users(&[]);
        let ledger = users.iter().find(|user| user.name == "ledger").unwrap();
        assert_eq!(
            ledger.publish,
            [
                "$JS.API.STREAM.INFO.ORDERS",
                "ledger.sale.recorded.*",
                "ledger.stock.changed.*",
                "ledger.item.registered.*",
                "$JS.API.STREAM.INFO.LEDGER",
                "$JS.API.STREAM.INFO.KV_connections",
                "dead.ledger",
                "$JS.API.STREAM.INFO.DEAD",
                "$JS.API.CONSUMER.MSG.NEXT.ORDERS.ledger-orders",
                "$JS.API.CONSUMER.INFO.ORDERS.ledger-orders",
                "$JS.ACK.ORDERS.ledger-orders.>",
                "$JS.ACK.*.*.ORDERS.ledger-orders.>",
                "$JS.API.CONSUMER.MSG.NEXT.KV_connections.ledger-connections",
                "$JS.API.CONSUMER.INFO.KV_connections.ledger-connections",
                "$JS.ACK.KV_connections.ledger-connections.>",
                "$JS.ACK.*.*.KV_connections.ledger-connections.>",
                "$JS.API.STREAM.MSG.GET.ORDERS",
            ]
        );
        assert_eq!(ledger.subscribe, ["_INBOX_ledger.>"]);
    }
}
