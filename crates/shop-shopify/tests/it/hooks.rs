//! Keeping a shop's webhooks, against a shop that holds some already.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::{Value, json};
use shop::{Connection, FetchError, HookAddress, HookReport, Platform as _, ShopUrl};

use crate::fetch::listen;
use crate::samples::platform;

const TOPICS: usize = 8;
/// How many the shop shows at once.
const PAGE: usize = 3;
/// The connection of all samples.
const CONNECTION: &str = "00000000-0000-0000-0000-000000000007";
const OTHER: &str = "00000000-0000-0000-0000-000000000008";

#[derive(Clone, Default)]
struct Shop(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    hooks: Vec<Value>,
    given: usize,
    /// A topic for which the shop takes no webhook.
    refuses: Option<&'static str>,
    /// What somebody else registers just before the shop refuses.
    meanwhile: Option<Value>,
    asked: Vec<String>,
}

impl Shop {
    async fn holding(hooks: Vec<Value>) -> (Self, Connection) {
        let shop = Self::default();
        shop.0.lock().unwrap().hooks = hooks;
        let serve = {
            let shop = shop.clone();
            async move |body: Bytes| {
                let body: Value = serde_json::from_slice(&body).unwrap();
                let data = shop.0.lock().unwrap().answer(&body);
                json!({ "data": data }).to_string()
            }
        };
        let router = Router::new().route("/admin/api/2026-10/graphql.json", post(serve));
        (shop, listen(router).await)
    }

    fn hooks(&self) -> Vec<Value> {
        self.0.lock().unwrap().hooks.clone()
    }

    fn uris(&self) -> Vec<String> {
        let hooks = self.hooks();
        let uris = hooks
            .iter()
            .map(|hook| hook["uri"].as_str().unwrap().to_owned());
        uris.collect()
    }

    fn set(&self, change: impl FnOnce(&mut Held)) {
        change(&mut self.0.lock().unwrap());
    }

    fn asked(&self, operation: &str) -> usize {
        let held = self.0.lock().unwrap();
        held.asked
            .iter()
            .filter(|asked| *asked == operation)
            .count()
    }
}

impl Held {
    fn answer(&mut self, body: &Value) -> Value {
        let operation = body["query"]
            .as_str()
            .unwrap()
            .split([' ', '('])
            .nth(1)
            .unwrap();
        let variables = &body["variables"];
        self.asked.push(operation.to_owned());
        match operation {
            "WebhookSubscriptions" => {
                let after = variables["after"]
                    .as_str()
                    .map_or(0, |text| text.parse().unwrap());
                let end = (after + PAGE).min(self.hooks.len());
                json!({ "webhookSubscriptions": {
                    "nodes": self.hooks[after..end],
                    "pageInfo": {
                        "hasNextPage": end < self.hooks.len(), "endCursor": end.to_string(),
                    },
                }})
            }
            "WebhookSubscriptionCreate" => {
                let topic = variables["topic"].as_str().unwrap();
                if self.refuses == Some(topic) {
                    self.hooks.extend(self.meanwhile.take());
                    return json!({ "webhookSubscriptionCreate": {
                        "webhookSubscription": null,
                        "userErrors": [{ "field": ["x"], "message": "zoe@example.test" }],
                    }});
                }
                self.given += 1;
                let id = format!("gid://shopify/WebhookSubscription/{}", 1_000 + self.given);
                let input = &variables["webhookSubscription"];
                assert_eq!(input.as_object().unwrap().len(), 2, "uri and format alone");
                let mut new = hook(&id, topic, input["uri"].as_str().unwrap());
                new["format"] = input["format"].clone();
                self.hooks.push(new);
                json!({ "webhookSubscriptionCreate": {
                    "webhookSubscription": { "id": id }, "userErrors": [],
                }})
            }
            "WebhookSubscriptionDelete" => {
                let id = &variables["id"];
                let place = self
                    .hooks
                    .iter()
                    .position(|hook| hook["id"] == *id)
                    .unwrap();
                self.hooks.remove(place);
                json!({ "webhookSubscriptionDelete": {
                    "deletedWebhookSubscriptionId": id, "userErrors": [],
                }})
            }
            other => panic!("{other}"),
        }
    }
}

fn hook(id: &str, topic: &str, uri: &str) -> Value {
    json!({
        "id": id, "topic": topic, "uri": uri, "format": "JSON", "filter": null,
        "includeFields": [],
    })
}

fn uri(host: &str, connection: &str) -> String {
    format!("https://{host}/hooks/{connection}")
}

fn address() -> HookAddress {
    HookAddress(ShopUrl::new(&uri("pos.example", CONNECTION)).unwrap())
}

async fn ensure(connection: &Connection) -> Result<HookReport, FetchError> {
    platform().ensure_hooks(connection, &address()).await
}

fn report(sound: usize, mended: usize, created: usize, removed: usize) -> HookReport {
    HookReport {
        sound,
        mended,
        created,
        removed,
    }
}

#[tokio::test]
async fn what_is_missing_is_made_and_what_is_there_left_alone() {
    let (shop, connection) = Shop::holding(Vec::new()).await;
    assert_eq!(ensure(&connection).await, Ok(report(0, 0, TOPICS, 0)));
    let made = shop.hooks();
    assert_eq!(ensure(&connection).await, Ok(report(TOPICS, 0, 0, 0)));
    assert_eq!(shop.hooks(), made);
    shop.set(|held| drop(held.hooks.drain(2..4)));
    assert_eq!(ensure(&connection).await, Ok(report(TOPICS - 2, 0, 2, 0)));
    assert_eq!(shop.asked("WebhookSubscriptionDelete"), 0);
}

#[tokio::test]
async fn hooks_that_lead_elsewhere_or_tell_too_little_are_mended() {
    let (shop, connection) = Shop::holding(Vec::new()).await;
    ensure(&connection).await.unwrap();
    shop.set(|held| {
        held.hooks[0]["uri"] = json!(uri("old.example", CONNECTION));
        held.hooks[1]["filter"] = json!("no_such_field:1");
        held.hooks[2]["includeFields"] = json!(["updated_at"]);
        held.hooks[3]["format"] = json!("XML");
        // As good as the shop's own way of writing it.
        held.hooks[4]["uri"] = json!(uri("POS.example", CONNECTION));
        held.hooks[5]["filter"] = json!("");
    });
    assert_eq!(ensure(&connection).await, Ok(report(TOPICS - 4, 4, 0, 0)));
    assert_eq!(ensure(&connection).await, Ok(report(TOPICS, 0, 0, 0)));
    assert_eq!(shop.hooks().len(), TOPICS);
}

#[tokio::test]
async fn duplicates_and_topics_of_yesterday_go_and_what_is_not_ours_stays() {
    let ours = uri("pos.example", CONNECTION);
    let foreign = [
        uri("pos.example", OTHER),
        uri("old.example", OTHER),
        "https://pos.example/hooks".to_owned(),
        format!("https://pos.example/other/hooks/{CONNECTION}"),
        "pubsub://project:topic".to_owned(),
        "arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/1/x".to_owned(),
    ];
    let mut hooks: Vec<Value> = foreign
        .iter()
        .enumerate()
        .map(|(n, uri)| {
            hook(
                &format!("gid://shopify/WebhookSubscription/{n}"),
                "ORDERS_CREATE",
                uri,
            )
        })
        .collect();
    hooks.extend([
        hook(
            "gid://shopify/WebhookSubscription/10",
            "ORDERS_CREATE",
            &ours,
        ),
        hook(
            "gid://shopify/WebhookSubscription/11",
            "ORDERS_CREATE",
            &ours,
        ),
        hook(
            "gid://shopify/WebhookSubscription/12",
            "PRODUCTS_UPDATE",
            &ours,
        ),
        hook(
            "gid://shopify/WebhookSubscription/13",
            "A_TOPIC_OF_TOMORROW",
            &ours,
        ),
    ]);
    hooks[7]["format"] = json!("XML");
    let (shop, connection) = Shop::holding(hooks).await;
    let first = ensure(&connection).await;
    assert_eq!(first, Ok(report(1, 0, TOPICS - 1, 3)));
    assert_eq!(shop.uris()[..6], foreign);
    assert_eq!(
        shop.hooks()[6]["id"],
        "gid://shopify/WebhookSubscription/10"
    );
    assert_eq!(shop.hooks().len(), 6 + TOPICS);

    let removed = platform().remove_hooks(&connection, &address()).await;
    assert_eq!(removed, Ok(TOPICS));
    assert_eq!(shop.uris(), foreign);
    assert_eq!(
        platform().remove_hooks(&connection, &address()).await,
        Ok(0)
    );
}

#[tokio::test]
async fn a_hook_that_is_refused_is_an_error_after_all_others_are_made() {
    let (shop, connection) = Shop::holding(Vec::new()).await;
    shop.set(|held| held.refuses = Some("ORDERS_EDITED"));
    match ensure(&connection).await {
        Err(FetchError::Unreadable { why }) => assert!(!why.contains("zoe"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.hooks().len(), TOPICS - 1);
    // Refused because somebody else has just made it.
    let taken = hook(
        "gid://shopify/WebhookSubscription/99",
        "ORDERS_EDITED",
        &uri("pos.example", CONNECTION),
    );
    shop.set(|held| held.meanwhile = Some(taken));
    assert!(ensure(&connection).await.is_ok());
    assert_eq!(ensure(&connection).await, Ok(report(TOPICS, 0, 0, 0)));
}

#[tokio::test]
async fn a_list_of_hooks_without_end_is_not_followed_for_ever() {
    let serve = async || {
        json!({ "data": { "webhookSubscriptions": {
            "nodes": [], "pageInfo": { "hasNextPage": true, "endCursor": "c" },
        }}})
        .to_string()
    };
    let router = Router::new().route("/admin/api/2026-10/graphql.json", post(serve));
    let mut connection = listen(router).await;
    assert!(matches!(
        ensure(&connection).await,
        Err(FetchError::Unreadable { .. })
    ));
    connection.api = None;
    assert_eq!(ensure(&connection).await, Err(FetchError::NoAccess));
    let removed = platform().remove_hooks(&connection, &address()).await;
    assert_eq!(removed, Err(FetchError::NoAccess));
}
