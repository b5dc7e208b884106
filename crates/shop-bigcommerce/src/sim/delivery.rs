//! Deliveries: thin, signed once, sent again until they are taken.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sha2::Sha256;
use shop::sim::ProductEdit;

use super::Options;
use super::catalogue::Product;
use super::domains::Domains;
use super::hooks::{Hook, Hooks};
use super::order::Event;

/// After the first try, the second and so on, in seconds; after the last the delivery is given up.
const RETRIES: [i64; 11] = [
    60, 180, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 50_400, 86_400,
];

/// How long an answer is waited for. The real time is not documented; other platforms wait as long.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// A request to be made to whoever listens: one attempt.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Of this attempt.
    pub attempt: u64,
    /// The address that the hook was made with.
    pub destination: String,
    pub scope: &'static str,
    /// 0 for what is of none.
    pub order: u64,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Deliveries that were not taken yet.
#[derive(Debug, Default)]
pub struct Outbox {
    given: u64,
    attempts: u64,
    waiting: BTreeMap<u64, Waiting>,
    /// Those that wait for their next attempt, by when it is due.
    queue: BTreeSet<(Timestamp, u64)>,
    /// Attempts that wait for their answer, with the delivery's number and since when.
    out: BTreeMap<u64, (u64, Timestamp)>,
    domains: Domains,
}

#[derive(Debug)]
struct Waiting {
    delivery: Delivery,
    hook: u64,
    tries: usize,
}

impl Outbox {
    /// One delivery for each event and each hook that listens.
    pub fn tell(
        &mut self,
        options: &Options,
        hooks: &Hooks,
        now: Timestamp,
        order: u64,
        events: &[Event],
    ) {
        for event in events {
            let (scope, data) = told(order, *event);
            for hook in hooks.listening(scope) {
                self.add(options, hook, now, order, scope, &data);
            }
        }
    }

    /// Of a product that somebody edited, once to each address that hears of anything.
    pub fn tell_of_edit(
        &mut self,
        options: &Options,
        hooks: &Hooks,
        now: Timestamp,
        product: &Product,
        edit: &ProductEdit,
    ) {
        let mut told = BTreeSet::new();
        for hook in hooks.all().filter(|hook| hook.is_active) {
            if told.insert(&hook.destination) {
                for (scope, data) in of_edit(product, edit) {
                    self.add(options, hook, now, 0, scope, &data);
                }
            }
        }
    }

    fn add(
        &mut self,
        options: &Options,
        hook: &Hook,
        now: Timestamp,
        order: u64,
        scope: &'static str,
        data: &Value,
    ) {
        self.given += 1;
        let body = body(options, now, self.given, scope, data);
        let delivery = Delivery {
            attempt: 0,
            destination: hook.destination.clone(),
            scope,
            order,
            headers: headers(options, hook, self.given, now, &body),
            body,
        };
        let waiting = Waiting {
            delivery,
            hook: hook.id,
            tries: 0,
        };
        self.waiting.insert(self.given, waiting);
        self.queue.insert((now, self.given));
    }

    /// The attempts to be made now, each given out once.
    pub fn due(&mut self, hooks: &mut Hooks, now: Timestamp) -> Vec<Delivery> {
        let unanswered = |(_, since): &&(u64, Timestamp)| *since + PATIENCE <= now;
        let late = self.out.iter().take_while(|(_, out)| unanswered(out));
        let late: Vec<u64> = late.map(|(attempt, _)| *attempt).collect();
        for attempt in late {
            self.answered(hooks, attempt, None, now);
        }
        let mut due = Vec::new();
        while let Some((_, number)) = self.queue.first().copied().filter(|(at, _)| *at <= now) {
            self.queue.pop_first();
            let Some(Waiting {
                delivery, tries, ..
            }) = self.waiting.get(&number)
            else {
                continue;
            };
            if let Some(until) = self.domains.blocked_until(&delivery.destination, now) {
                // It waits as if it had been tried, and no less than the domain does.
                let pause = RETRIES.get(*tries).copied().unwrap_or_default();
                let next = until.max(now + SignedDuration::from_secs(pause));
                self.queue.insert((next, number));
                continue;
            }
            self.attempts += 1;
            self.out.insert(self.attempts, (number, now));
            due.push(Delivery {
                attempt: self.attempts,
                ..delivery.clone()
            });
        }
        due
    }

    /// By 2xx the delivery is done; else it is tried again, and after the last try its hook is off.
    pub fn answered(
        &mut self,
        hooks: &mut Hooks,
        attempt: u64,
        status: Option<u16>,
        now: Timestamp,
    ) {
        let Some((number, _)) = self.out.remove(&attempt) else {
            return;
        };
        let Some(waiting) = self.waiting.get_mut(&number) else {
            return;
        };
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        let destination = &waiting.delivery.destination;
        self.domains.answered(destination, is_taken, now);
        let pause = RETRIES.get(waiting.tries);
        waiting.tries += 1;
        if let Some(seconds) = pause.filter(|_| !is_taken) {
            let next = now + SignedDuration::from_secs(*seconds);
            self.queue.insert((next, number));
            return;
        }
        if !is_taken {
            hooks.give_up(waiting.hook);
        }
        self.waiting.remove(&number);
    }

    /// When something is to be done next: an attempt, or to stop waiting for an answer.
    pub fn next_due(&self) -> Option<Timestamp> {
        let queued = self.queue.first().map(|(at, _)| *at);
        let answer = self.out.values().next().map(|(_, since)| *since + PATIENCE);
        queued.into_iter().chain(answer).min()
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}

fn body(options: &Options, now: Timestamp, number: u64, scope: &str, data: &Value) -> Vec<u8> {
    let body = json!({
        "scope": scope,
        "store_id": "1025646",
        "data": data,
        // Forty digits that no other event has; how the real ones are made is not known.
        "hash": format!("{number:040x}"),
        "created_at": now.as_second(),
        "producer": format!("stores/{}", options.hash),
    });
    body.to_string().into_bytes()
}

fn told(order: u64, event: Event) -> (&'static str, Value) {
    match event {
        Event::Created => ("store/order/created", json!({"type": "order", "id": order})),
        Event::Updated => ("store/order/updated", json!({"type": "order", "id": order})),
        Event::Archived => (
            "store/order/archived",
            json!({"type": "order", "id": order}),
        ),
        Event::Status { from, to } => (
            "store/order/statusUpdated",
            json!({"type": "order", "id": order,
                "status": {"previous_status_id": from, "new_status_id": to}}),
        ),
        Event::Refund(refund) => (
            "store/order/refund/created",
            json!({"type": "order", "id": order, "refund": {"refund_id": refund}}),
        ),
        Event::Transaction(transaction) => (
            "store/order/transaction/created",
            json!({"type": "transaction", "order_id": order.to_string(),
                "transaction_id": transaction.to_string()}),
        ),
    }
}

/// Names and prices are not in it: whoever wants to know asks.
fn of_edit(product: &Product, edit: &ProductEdit) -> [(&'static str, Value); 4] {
    let Product { id, variant, .. } = product;
    let inventory = |variant: Option<u64>| json!({"product_id": id, "method": "absolute", "value": edit.stock, "variant_id": variant});
    [
        (
            "store/product/updated",
            json!({"type": "product", "id": id}),
        ),
        (
            "store/sku/updated",
            json!({"type": "sku", "id": variant, "sku": {"product_id": id, "variant_id": variant}}),
        ),
        (
            "store/product/inventory/updated",
            json!({"type": "product", "id": id, "inventory": inventory(None)}),
        ),
        (
            "store/sku/inventory/updated",
            json!({"type": "sku", "id": variant, "inventory": inventory(Some(*variant))}),
        ),
    ]
}

fn headers(options: &Options, hook: &Hook, number: u64, now: Timestamp, body: &[u8]) -> HeaderMap {
    let (id, second) = (format!("msg_sim{number}"), now.as_second().to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(options.client_secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", second.as_bytes(), b".", body] {
        mac.update(part);
    }
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let own = hook.headers.iter();
    [
        ("content-type", "application/json"),
        ("webhook-id", &id),
        ("webhook-timestamp", &second),
        ("webhook-signature", &signature),
    ]
    .into_iter()
    .chain(own.map(|(name, value)| (name.as_str(), value.as_str())))
    .filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value).ok()?))
    })
    .collect()
}
