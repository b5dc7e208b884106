//! What a shop asks on behalf of people, at the one address that is set in the app's settings.

use serde_json::{Value, json};

use super::{Delivery, FIRST_SHOP_ID, Numbers, Sender, Server, Topic};

impl Server {
    /// Somebody who bought in the shop, by whichever of their orders is the first: the address, and the ids of all.
    #[must_use]
    pub fn a_buyer(&self) -> Option<(String, Vec<u64>)> {
        let now = self.0.now();
        let people = || {
            let orders = now.trade.orders();
            orders.filter_map(|order| Some((order.id, order.person.as_ref()?)))
        };
        let email = people().next()?.1.email.clone();
        let theirs = people().filter(|(_, person)| person.email == email);
        let theirs = theirs.map(|(id, _)| id).collect();
        Some((email, theirs))
    }

    /// The person behind an address wants to know what is held of them.
    pub fn ask_for_data(&self, url: &str, email: &str, orders: &[u64]) {
        let customer = json!({ "id": 7, "email": email, "phone": null });
        let body = json!({
            "orders_requested": orders,
            "customer": customer,
            "data_request": { "id": 9999 },
        });
        self.ask(url, Topic::CustomersDataRequest, body);
    }

    /// The person behind an address wants to be forgotten.
    pub fn ask_to_redact(&self, url: &str, email: &str, orders: &[u64]) {
        let customer = json!({ "id": 7, "email": email, "phone": null });
        let body = json!({ "customer": customer, "orders_to_redact": orders });
        self.ask(url, Topic::CustomersRedact, body);
    }

    /// Two days after the app was taken out of it, the shop wants nothing of it to be kept.
    pub fn ask_to_redact_shop(&self, url: &str) {
        self.ask(url, Topic::ShopRedact, json!({}));
    }

    fn ask(&self, url: &str, topic: Topic, mut body: Value) {
        let at = self.0.clock.now();
        let mut now = self.0.now();
        body["shop_id"] = json!(FIRST_SHOP_ID.saturating_add(self.0.seed));
        body["shop_domain"] = json!(now.domain);
        let body = body.to_string().into_bytes();
        now.given += 2;
        let numbers = Numbers {
            delivery: now.given,
            event: now.given - 1,
        };
        let sender = Sender {
            domain: &now.domain,
            secret: &self.0.secret,
        };
        let delivery = Delivery {
            // Of none: the address is the app's.
            subscription: 0,
            url: url.to_owned(),
            headers: sender.headers(topic, numbers, at, &body),
            body,
            triggered_at: at,
        };
        now.deliveries.add(delivery, at);
    }
}
