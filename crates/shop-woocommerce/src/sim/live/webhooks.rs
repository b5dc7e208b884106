//! Whom the shop tells, what waits to be told, and what comes of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shop::sim::{Outgoing, ProductEdit};

use crate::sim::hook::{Envelope, Hook};
use crate::sim::{Order, Product, Status, Via, php_json};

/// A webhook with more failures in a row than this is switched off by the next one.
const FAILURES_LIMIT: u32 = 5;
/// What is not answered by then has failed.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);
const PRODUCT_TOPIC: &str = "product.updated";
const NOTE_TOPIC: &str = "action.woocommerce_new_order_note_data";

/// Something that a webhook may be about. Equal ones that wait for one webhook are told once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Happening {
    /// The body is built when it is sent: then it is what the order is by that time.
    Order {
        topic: &'static str,
        place: usize,
    },
    Note {
        order: u64,
        author: &'static str,
        text: String,
    },
    Product {
        topic: &'static str,
        body: Vec<u8>,
    },
    /// The shop tries a webhook that was made or switched on.
    Ping,
}

impl Happening {
    /// What is told when the order in this place becomes `order`.
    pub(super) fn of(place: usize, before: Option<&Order>, order: &Order) -> Vec<Self> {
        let is_draft = |order: &Order| order.status == Status::CheckoutDraft;
        let topics: &[&'static str] = match (before.filter(|before| !is_draft(before)), order.via) {
            // A checkout that was reached, and no more.
            (None, _) if is_draft(order) => &["order.updated"],
            (None, Via::RestApi) => &["order.created", "order.updated"],
            (None, Via::StoreApi | Via::Admin) => &["order.updated", "order.created"],
            (Some(_), _) => &["order.updated"],
        };
        let mut all: Vec<Self> = topics
            .iter()
            .map(|topic| Self::Order { topic, place })
            .collect();
        if let Some(before) = before {
            if before.status != order.status {
                let (from, to) = (before.status.as_str(), order.status.as_str());
                all.push(Self::Note {
                    order: order.id,
                    author: "WooCommerce",
                    text: format!("Order status changed from {from} to {to}."),
                });
            }
            if before.note != order.note {
                all.push(Self::Note {
                    order: order.id,
                    author: "boutique",
                    text: order.note.to_owned(),
                });
            }
        }
        all
    }

    const fn topic(&self) -> &'static str {
        match self {
            Self::Order { topic, .. } | Self::Product { topic, .. } => topic,
            Self::Note { .. } => NOTE_TOPIC,
            Self::Ping => "",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    Active,
    Paused,
    Disabled,
}

impl Switch {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let all = [Self::Active, Self::Paused, Self::Disabled];
        all.into_iter().find(|switch| switch.as_str() == text)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) topic: String,
    pub(super) switch: Switch,
    pub(super) delivery_url: String,
    pub(super) secret: String,
    /// In a row.
    pub(super) failures: u32,
    pub(super) created_at: Timestamp,
    pub(super) modified_at: Option<Timestamp>,
}

/// An order's body, and which version it is.
pub(super) struct Post {
    pub(super) version: usize,
    pub(super) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Webhooks {
    pub(super) all: Vec<Webhook>,
    last_id: u64,
    /// In the order they were told.
    queue: VecDeque<(u64, Happening)>,
    /// The same, to see at once what waits already.
    waiting: BTreeSet<(u64, Happening)>,
    /// Posts that no webhook makes: addresses and bodies.
    posts: VecDeque<(String, Vec<u8>)>,
    flying: BTreeMap<u64, Flight>,
    last_flight: u64,
}

/// A delivery that is not answered yet.
#[derive(Debug)]
struct Flight {
    webhook: u64,
    is_ping: bool,
    /// Place and version.
    order: Option<(usize, usize)>,
    sent_at: Timestamp,
}

impl Webhooks {
    /// Adds one, and tries it.
    pub(super) fn add(&mut self, make: impl FnOnce(u64) -> Webhook) -> &Webhook {
        self.last_id += 1;
        self.wait(self.last_id, Happening::Ping);
        self.all.push(make(self.last_id));
        &self.all[self.all.len() - 1]
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Webhook> {
        self.all.iter_mut().find(|webhook| webhook.id == id)
    }

    pub(super) fn ping(&mut self, id: u64) {
        self.wait(id, Happening::Ping);
    }

    fn wait(&mut self, id: u64, happening: Happening) {
        if self.waiting.insert((id, happening.clone())) {
            self.queue.push_back((id, happening));
        }
    }

    /// Posts JSON to an address once.
    pub(super) fn post(&mut self, url: String, body: Vec<u8>) {
        self.posts.push_back((url, body));
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Webhook> {
        let place = self.all.iter().position(|webhook| webhook.id == id)?;
        Some(self.all.remove(place))
    }

    pub(super) fn tell(&mut self, happenings: &[Happening]) {
        for happening in happenings {
            let listening = self.all.iter().filter(|webhook| {
                webhook.switch == Switch::Active && webhook.topic == happening.topic()
            });
            let listening: Vec<u64> = listening.map(|webhook| webhook.id).collect();
            for id in listening {
                self.wait(id, happening.clone());
            }
        }
    }

    /// Of an edited product, once to each address that hears of anything.
    pub(super) fn tell_of_edit(&mut self, product: &Product, edit: &ProductEdit, now: Timestamp) {
        let body = edited(product, edit, now);
        let mut told = BTreeSet::new();
        let listening = self.all.iter().filter(|webhook| {
            webhook.switch == Switch::Active && told.insert(webhook.delivery_url.clone())
        });
        let listening: Vec<u64> = listening.map(|webhook| webhook.id).collect();
        for id in listening {
            let body = body.clone();
            let topic = PRODUCT_TOPIC;
            self.wait(id, Happening::Product { topic, body });
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        !(self.queue.is_empty() && self.posts.is_empty())
    }

    /// All that waits, with bodies as of now.
    pub(super) fn due(
        &mut self,
        source: &str,
        now: Timestamp,
        post: impl Fn(usize) -> Option<Post>,
    ) -> Vec<Outgoing> {
        self.give_up(now);
        let mut outgoing = Vec::new();
        for (url, body) in std::mem::take(&mut self.posts) {
            self.last_flight += 1;
            let kind = HeaderValue::from_static("application/json;charset=UTF-8");
            outgoing.push(Outgoing {
                id: self.last_flight,
                url,
                headers: HeaderMap::from_iter([(CONTENT_TYPE, kind)]),
                body,
            });
        }
        self.waiting.clear();
        for (id, happening) in std::mem::take(&mut self.queue) {
            let webhook = self.all.iter().find(|webhook| webhook.id == id);
            let Some(webhook) = webhook.filter(|webhook| webhook.switch == Switch::Active) else {
                continue;
            };
            let (hook, order) = match &happening {
                Happening::Ping => (ping(id), None),
                Happening::Order { place, .. } => {
                    let Some(Post { version, body }) = post(*place) else {
                        continue;
                    };
                    (
                        signed(webhook, &happening, source, now, body),
                        Some((*place, version)),
                    )
                }
                Happening::Note {
                    order,
                    author,
                    text,
                } => {
                    let body = note(*order, author, text);
                    (signed(webhook, &happening, source, now, body), None)
                }
                Happening::Product { body, .. } => {
                    (signed(webhook, &happening, source, now, body.clone()), None)
                }
            };
            self.last_flight += 1;
            let flight = Flight {
                webhook: id,
                is_ping: happening == Happening::Ping,
                order,
                sent_at: now,
            };
            self.flying.insert(self.last_flight, flight);
            outgoing.push(Outgoing {
                id: self.last_flight,
                url: webhook.delivery_url.clone(),
                headers: headers(&hook),
                body: hook.body,
            });
        }
        outgoing
    }

    /// Place and version of the order that the listener has taken, if it was one.
    pub(super) fn answered(
        &mut self,
        id: u64,
        status: Option<u16>,
        now: Timestamp,
    ) -> Option<(usize, usize)> {
        let flight = self.flying.remove(&id)?;
        if flight.is_ping {
            return None;
        }
        let webhook = self.get_mut(flight.webhook)?;
        // Redirects are not followed and pass for taken.
        if status.is_some_and(|status| (200..=302).contains(&status)) {
            webhook.failures = 0;
        } else if webhook.failures > FAILURES_LIMIT {
            webhook.switch = Switch::Disabled;
            webhook.modified_at = Some(now);
        } else {
            webhook.failures += 1;
        }
        flight
            .order
            .filter(|_| status.is_some_and(|status| (200..300).contains(&status)))
    }

    /// Switches all off, as after many failures.
    pub(super) fn lose(&mut self, now: Timestamp) {
        for webhook in &mut self.all {
            webhook.switch = Switch::Disabled;
            webhook.failures = FAILURES_LIMIT + 1;
            webhook.modified_at = Some(now);
        }
        self.waiting.clear();
        self.queue.clear();
    }

    fn give_up(&mut self, now: Timestamp) {
        let late: Vec<u64> = self
            .flying
            .iter()
            .filter(|(_, flight)| now.duration_since(flight.sent_at) > PATIENCE)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            self.answered(id, None, now);
        }
    }
}

fn signed(
    webhook: &Webhook,
    happening: &Happening,
    source: &str,
    now: Timestamp,
    body: Vec<u8>,
) -> Hook {
    let envelope = Envelope {
        source,
        topic: happening.topic(),
        webhook: &webhook.id.to_string(),
        at: now,
    };
    envelope.sign(body, &webhook.secret)
}

/// The parts of a product's body that an edit is about.
fn edited(product: &Product, edit: &ProductEdit, now: Timestamp) -> Vec<u8> {
    let Product {
        product_id,
        variation_id,
        ..
    } = product;
    let ProductEdit {
        product: _,
        name,
        sku,
        barcode,
        price_cents,
        stock,
    } = edit;
    let price = format!("{}.{:02}", price_cents / 100, price_cents % 100);
    let (id, parent) = match variation_id {
        0 => (product_id, &0),
        variation => (variation, product_id),
    };
    let body = serde_json::json!({
        "id": id,
        "parent_id": parent,
        "name": name,
        "date_modified_gmt": now.strftime("%FT%T").to_string(),
        "sku": sku,
        "global_unique_id": barcode,
        "price": price,
        "regular_price": price,
        "manage_stock": true,
        "stock_quantity": stock,
    });
    body.to_string().into_bytes()
}

/// A form of one field; nothing signs it.
fn ping(id: u64) -> Hook {
    Hook {
        headers: vec![(
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        )],
        body: format!("webhook_id={id}").into_bytes(),
    }
}

fn headers(hook: &Hook) -> HeaderMap {
    let pairs = hook.headers.iter().filter_map(|(name, value)| {
        let value = HeaderValue::from_str(value).ok()?;
        Some((HeaderName::from_static(name), value))
    });
    pairs.collect()
}

#[derive(Serialize)]
struct Action<'a> {
    action: &'a str,
    arg: NoteData<'a>,
}

#[expect(clippy::struct_field_names, reason = "the fields are the shop's")]
#[derive(Serialize)]
struct NoteData<'a> {
    #[serde(rename = "comment_post_ID")]
    comment_post_id: u64,
    comment_author: &'a str,
    comment_author_email: &'a str,
    comment_author_url: &'a str,
    comment_content: &'a str,
    comment_agent: &'a str,
    comment_type: &'a str,
    comment_parent: u64,
    comment_approved: u64,
}

fn note(order: u64, author: &str, text: &str) -> Vec<u8> {
    php_json::encode(&Action {
        action: "woocommerce_new_order_note_data",
        arg: NoteData {
            comment_post_id: order,
            comment_author: author,
            comment_author_email: "woocommerce@127.0.0.1",
            comment_author_url: "",
            comment_content: text,
            comment_agent: "WooCommerce",
            comment_type: "order_note",
            comment_parent: 0,
            comment_approved: 1,
        },
    })
    .expect("plain structs of texts and numbers encode")
}
