//! The webhooks registered with the shop, as its API keeps them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::gid;
use super::hook::Topic;

/// Where subscriptions' ids begin.
const FIRST_ID: u64 = 1_401_000_000_001;

#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) id: u64,
    pub(super) topic: Topic,
    pub(super) uri: String,
    format: String,
    filter: Option<String>,
    include_fields: Vec<String>,
    /// When a delivery was last taken.
    pub(super) taken_at: Option<Timestamp>,
}

impl Subscription {
    /// Whether it tells of anything: a filter of the simulated shop's fits nothing, and it writes no XML.
    pub(super) fn tells(&self) -> bool {
        self.filter.is_none() && self.format == "JSON"
    }

    /// What it tells of a body.
    pub(super) fn told(&self, mut body: Value) -> Value {
        if let Some(fields) = body.as_object_mut()
            && !self.include_fields.is_empty()
        {
            fields.retain(|name, _| self.include_fields.contains(name));
        }
        body
    }
}

#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: Vec<Subscription>,
    given: u64,
}

impl Subscriptions {
    pub(super) fn all(&self) -> &[Subscription] {
        &self.all
    }

    pub(super) fn taken(&mut self, id: u64, now: Timestamp) {
        if let Some(subscription) = self.all.iter_mut().find(|known| known.id == id) {
            subscription.taken_at = Some(now);
        }
    }

    /// Takes one away, unless a delivery was taken since `began`.
    pub(super) fn give_up(&mut self, id: u64, began: Timestamp) {
        self.all
            .retain(|known| known.id != id || known.taken_at > Some(began));
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    /// The answer to `WebhookSubscriptions`; its cursor is the last id.
    pub(super) fn list(&self, variables: &Value) -> Value {
        let after = variables["after"]
            .as_str()
            .and_then(|cursor| cursor.parse().ok());
        let after: u64 = after.unwrap_or(0);
        let first = variables["first"]
            .as_u64()
            .and_then(|first| usize::try_from(first).ok());
        let first = first.unwrap_or(0);
        let rest: Vec<&Subscription> = self.all.iter().filter(|known| known.id > after).collect();
        let page = &rest[..first.min(rest.len())];
        json!({ "webhookSubscriptions": {
            "nodes": page.iter().map(|known| shown(known)).collect::<Vec<_>>(),
            "pageInfo": {
                "hasNextPage": rest.len() > page.len(),
                "endCursor": page.last().map(|known| known.id.to_string()),
            },
        }})
    }

    /// The answer to `WebhookSubscriptionCreate`; an error where the topic is none.
    pub(super) fn create(&mut self, variables: &Value) -> Result<Value, Value> {
        let wanted = variables["topic"].as_str().unwrap_or_default();
        let Some(topic) = Topic::named(wanted) else {
            return Err(json!({
                "message": "Variable $topic of type WebhookSubscriptionTopic! was provided invalid value",
                "extensions": { "code": "INVALID_VARIABLE" },
            }));
        };
        let input = &variables["webhookSubscription"];
        let text = |name: &str| input[name].as_str().map(str::to_owned);
        let fields = input["includeFields"].as_array().into_iter().flatten();
        let new = Subscription {
            id: FIRST_ID + self.given,
            topic,
            uri: text("uri").unwrap_or_default(),
            format: text("format").unwrap_or_else(|| "JSON".to_owned()),
            filter: text("filter"),
            include_fields: fields
                .filter_map(|f| f.as_str().map(str::to_owned))
                .collect(),
            taken_at: None,
        };
        let key = |known: &Subscription| {
            let Subscription {
                topic,
                uri,
                format,
                filter,
                ..
            } = known.clone();
            (topic, uri, format, filter)
        };
        let refused = refused(&new.uri).or_else(|| {
            self.all
                .iter()
                .any(|known| key(known) == key(&new))
                .then_some("Address for this topic has already been taken")
        });
        let payload = if let Some(message) = refused {
            json!({
                "webhookSubscription": null,
                "userErrors": [{
                    "field": ["webhookSubscription", "callbackUrl"], "message": message,
                }],
            })
        } else {
            let id = gid("WebhookSubscription", new.id);
            self.given += 1;
            self.all.push(new);
            json!({ "webhookSubscription": { "id": id }, "userErrors": [] })
        };
        Ok(json!({ "webhookSubscriptionCreate": payload }))
    }

    /// The answer to `WebhookSubscriptionDelete`.
    pub(super) fn delete(&mut self, variables: &Value) -> Value {
        let wanted = variables["id"].as_str().unwrap_or_default();
        let place = self
            .all
            .iter()
            .position(|known| gid("WebhookSubscription", known.id) == wanted);
        let payload = if let Some(place) = place {
            self.all.remove(place);
            json!({ "deletedWebhookSubscriptionId": wanted, "userErrors": [] })
        } else {
            json!({
                "deletedWebhookSubscriptionId": null,
                "userErrors": [{
                    "field": ["id"], "message": "Webhook subscription does not exist",
                }],
            })
        };
        json!({ "webhookSubscriptionDelete": payload })
    }
}

fn shown(subscription: &Subscription) -> Value {
    let Subscription {
        id,
        topic,
        uri,
        format,
        filter,
        include_fields,
        taken_at: _,
    } = subscription;
    json!({
        "id": gid("WebhookSubscription", *id),
        "topic": topic.name(),
        "uri": uri,
        "format": format,
        "filter": filter,
        "includeFields": include_fields,
    })
}

/// Why the shop does not post there. The real one takes no plain HTTP at all; this one does to its own
/// machine, where it is tried out.
fn refused(uri: &str) -> Option<&'static str> {
    let host = uri.strip_prefix("http://");
    if uri.is_empty() {
        Some("Address can't be blank")
    } else if host.is_some_and(|host| !host.starts_with("127.0.0.1")) {
        Some("Address protocol http:// is not supported")
    } else {
        None
    }
}
