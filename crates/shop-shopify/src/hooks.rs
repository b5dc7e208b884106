//! Keeping a shop's webhooks as they should be.
//!
//! Shopify deletes a subscription of its API after eight failures in a row, so that one that is missing is
//! no surprise. All subscriptions that the API shows are the app's; ours among them are those that lead to
//! this connection's address. They are signed with the app's client secret, whatever a connection says:
//! there is nothing to set.

use http::Uri;
use retail::ConnectionId;
use serde::Deserialize;
use serde_json::{Value, json};
use shop::{FetchError, HookAddress, HookReport};

use crate::answer::unreadable;
use crate::client::{Answered, Asker};
use crate::operation;
use crate::payload::Paged;

/// What a shop is to tell of, in the API's words. Every change of an order comes with `ORDERS_UPDATED`, and
/// each delivery costs a fetch: the others are there for what it may come too early for, or not at all.
///
/// The three privacy topics are set in the app's settings and not here.
const TOPICS: [&str; 8] = [
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "REFUNDS_CREATE",
    "ORDER_TRANSACTIONS_CREATE",
    "APP_UNINSTALLED",
    "APP_SCOPES_UPDATE",
];
/// Subscriptions asked for at once: the most there can be.
const PAGE_SUBSCRIPTIONS: usize = 250;
/// Pages of subscriptions looked at: an app has one for each topic and address, tens of them.
const PAGES_LIMIT: usize = 20;
const FORMAT: &str = "JSON";

/// Each topic once at `address`, and nothing else of ours.
pub(crate) async fn ensure(
    shop: Asker<'_>,
    connection: ConnectionId,
    address: &HookAddress,
) -> Result<HookReport, FetchError> {
    let plan = |found| Plan::new(found, connection, address);
    let todo = plan(subscriptions(shop).await?);
    let mut refused = 0;
    // Before what replaces it: two for one topic and address are refused.
    for subscription in &todo.remove {
        refused += usize::from(!delete(shop, subscription).await?);
    }
    for topic in &todo.create {
        refused += usize::from(!create(shop, topic, address).await?);
    }
    // Refused may mean that somebody else was quicker.
    if refused > 0 && !plan(subscriptions(shop).await?).is_done() {
        return Err(unreadable("it refuses our webhooks".to_owned()));
    }
    Ok(todo.report)
}

/// How many were taken away that lead to `address`.
pub(crate) async fn remove(shop: Asker<'_>, address: &HookAddress) -> Result<usize, FetchError> {
    let of_ours = |mut found: Vec<Subscription>| {
        found.retain(|subscription| subscription.leads_to(address));
        found
    };
    let found = of_ours(subscriptions(shop).await?);
    let mut removed = 0;
    for subscription in &found {
        removed += usize::from(delete(shop, subscription).await?);
    }
    if removed < found.len() && !of_ours(subscriptions(shop).await?).is_empty() {
        return Err(unreadable("it does not let go of our webhooks".to_owned()));
    }
    Ok(removed)
}

/// What is to be done.
#[derive(Debug, Default)]
struct Plan {
    remove: Vec<Subscription>,
    create: Vec<&'static str>,
    /// What will have been done then.
    report: HookReport,
}

impl Plan {
    fn new(mut found: Vec<Subscription>, connection: ConnectionId, address: &HookAddress) -> Self {
        found.retain(|subscription| subscription.is_ours(connection, address));
        let mut plan = Self::default();
        for topic in TOPICS {
            let (of_topic, others) = found.into_iter().partition(|s| s.topic == topic);
            found = others;
            plan.topic(topic, of_topic, address);
        }
        plan.report.removed += found.len();
        plan.remove.append(&mut found);
        plan
    }

    fn topic(&mut self, topic: &'static str, mut of_topic: Vec<Subscription>, at: &HookAddress) {
        let sound = of_topic.iter().position(|found| found.is_sound(at));
        if let Some(place) = sound {
            of_topic.remove(place);
            self.report.sound += 1;
            self.report.removed += of_topic.len();
        } else {
            self.create.push(topic);
            if of_topic.is_empty() {
                self.report.created += 1;
            } else {
                self.report.mended += 1;
                self.report.removed += of_topic.len() - 1;
            }
        }
        self.remove.append(&mut of_topic);
    }

    const fn is_done(&self) -> bool {
        self.report.was_sound()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: String,
    /// A topic that is unknown here is somebody's all the same.
    topic: String,
    /// Not always an address: a message broker's name in some.
    uri: String,
    format: String,
    /// Which things it tells of. A filter that fits nothing makes it silent.
    filter: Option<String>,
    /// What it tells of them; empty: everything.
    include_fields: Vec<String>,
}

impl Subscription {
    /// Whether it leads here, or did when we stood elsewhere: the path holds the connection's id, which is
    /// nobody else's.
    fn is_ours(&self, connection: ConnectionId, address: &HookAddress) -> bool {
        let ours = path(address.0.as_str());
        let is_own_path = ours
            .as_ref()
            .is_some_and(|path| path.contains(&connection.to_string()));
        self.leads_to(address) || (is_own_path && path(&self.uri) == ours)
    }

    fn leads_to(&self, HookAddress(address): &HookAddress) -> bool {
        let [here, there] = [&self.uri, address.as_str()].map(str::parse::<Uri>);
        // Schemes and hosts are the same in upper and lower case, and are compared so.
        here.is_ok_and(|here| there.is_ok_and(|there| here == there))
    }

    fn is_sound(&self, address: &HookAddress) -> bool {
        self.leads_to(address)
            && self.format == FORMAT
            && self.filter.as_deref().unwrap_or_default().is_empty()
            && self.include_fields.is_empty()
    }
}

fn path(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    uri.host().map(|_| uri.path().to_owned())
}

async fn subscriptions(shop: Asker<'_>) -> Result<Vec<Subscription>, FetchError> {
    let broken = || unreadable("the list of webhooks is not as documented".to_owned());
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..PAGES_LIMIT {
        let variables = json!({ "first": PAGE_SUBSCRIPTIONS, "after": after });
        let Answered {
            data,
            at: _,
            spent: _,
        } = shop.ask(&operation::SUBSCRIPTIONS, variables).await?;
        let Data {
            webhook_subscriptions: Paged { nodes, page_info },
        } = serde_json::from_value(data).map_err(|_| broken())?;
        found.extend(nodes);
        if !page_info.has_next_page {
            return Ok(found);
        }
        after = Some(page_info.end_cursor.ok_or_else(broken)?);
    }
    Err(unreadable("its list of webhooks has no end".to_owned()))
}

/// False when the shop did not.
async fn create(shop: Asker<'_>, topic: &str, address: &HookAddress) -> Result<bool, FetchError> {
    let variables = json!({
        "topic": topic,
        "webhookSubscription": { "uri": address.0.as_str(), "format": FORMAT },
    });
    let Answered {
        data,
        at: _,
        spent: _,
    } = shop.ask(&operation::SUBSCRIPTION_CREATE, variables).await?;
    let id = data.pointer("/webhookSubscriptionCreate/webhookSubscription/id");
    Ok(id.is_some_and(Value::is_string))
}

/// False when the shop did not.
async fn delete(shop: Asker<'_>, subscription: &Subscription) -> Result<bool, FetchError> {
    let variables = json!({ "id": subscription.id });
    let Answered {
        data,
        at: _,
        spent: _,
    } = shop.ask(&operation::SUBSCRIPTION_DELETE, variables).await?;
    let id = data.pointer("/webhookSubscriptionDelete/deletedWebhookSubscriptionId");
    Ok(id.is_some_and(Value::is_string))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    webhook_subscriptions: Paged<Subscription>,
}
