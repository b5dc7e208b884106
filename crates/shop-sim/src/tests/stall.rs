//! The smallest shop there is: order after order of one thing, each told to one address, and told again
//! after a minute if it was not taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use service::clock::Clock;
use shop::sim::{Access, Books, Outgoing, ProductEdit, Sale, SimShop, StockLog, Stocked};

const RETRY_AFTER: SignedDuration = SignedDuration::from_mins(1);
const ATTEMPTS_LIMIT: u32 = 6;

#[derive(Clone)]
pub struct Stall {
    orders: u64,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    placed: u64,
    hook: Option<String>,
    next_id: u64,
    /// By the attempt's id, with when it is due.
    waiting: BTreeMap<u64, (Attempt, Timestamp)>,
    /// By the attempt's id.
    out: BTreeMap<u64, Attempt>,
}

#[derive(Clone, Copy)]
struct Attempt {
    order: u64,
    /// From 1.
    number: u32,
}

impl Stall {
    pub fn new(orders: u64, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            orders,
            clock,
            state: Arc::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, Inside> {
        self.state.lock().unwrap()
    }
}

impl Inside {
    fn wait(&mut self, attempt: Attempt, at: Timestamp) {
        self.next_id += 1;
        self.waiting.insert(self.next_id, (attempt, at));
    }
}

impl SimShop for Stall {
    fn router(&self) -> Router {
        Router::new()
            .route("/orders", get(orders))
            .route("/hooks", post(hooks))
            .with_state(self.clone())
    }

    fn access(&self, base_url: &str) -> Access {
        Access {
            secret: "stall-secret".to_owned(),
            shop_url: base_url.to_owned(),
            key: "key".to_owned(),
            key_secret: "secret".to_owned(),
        }
    }

    fn step(&self) -> bool {
        let now = self.clock.now();
        let mut state = self.state();
        if state.placed == self.orders {
            return false;
        }
        state.placed += 1;
        if state.hook.is_some() {
            let order = state.placed;
            state.wait(Attempt { order, number: 1 }, now);
        }
        true
    }

    fn due(&self) -> Vec<Outgoing> {
        let now = self.clock.now();
        let mut state = self.state();
        let Some(url) = state.hook.clone() else {
            return Vec::new();
        };
        let due = state.waiting.extract_if(.., |_, (_, at)| *at <= now);
        let due: Vec<(u64, Attempt)> = due.map(|(id, (attempt, _))| (id, attempt)).collect();
        state.out.extend(due.iter().copied());
        due.into_iter()
            .map(|(id, Attempt { order, number: _ })| Outgoing {
                id,
                url: url.clone(),
                headers: HeaderMap::new(),
                body: order.to_string().into_bytes(),
            })
            .collect()
    }

    fn answered(&self, id: u64, status: Option<u16>) {
        let now = self.clock.now();
        let mut state = self.state();
        let Attempt { order, number } = state.out.remove(&id).unwrap();
        if status != Some(200) && number < ATTEMPTS_LIMIT {
            let number = number + 1;
            state.wait(Attempt { order, number }, now + RETRY_AFTER);
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.state().waiting.values().map(|(_, at)| *at).min()
    }

    fn set_hook(&self, address: &str) {
        self.state().hook = Some(address.to_owned());
    }

    fn lose_hooks(&self) {
        self.state().hook = None;
    }

    /// It has one thing, which nobody edits.
    fn edit_product(&self, _: ProductEdit) {}

    fn books(&self) -> Books {
        let placed = self.state().placed;
        let thing = Stocked::Sku("STALL-1".to_owned());
        let sale = |order: u64| Sale {
            order_id: order.to_string(),
            receipt_number: order.to_string(),
            voided: false,
            currency: "CAD".to_owned(),
            total: 100,
            tax: 0,
            received: 100,
            refunded: 0,
            held: [(thing.clone(), 1)].into(),
            to_hand_over: 1,
            email: String::new(),
        };
        Books {
            sales: (1..=placed)
                .map(|order| (order.to_string(), sale(order)))
                .collect(),
            sold: [(thing.clone(), i64::try_from(placed).unwrap())].into(),
            ..Books::default()
        }
    }

    fn placed(&self) -> usize {
        usize::try_from(self.state().placed).unwrap()
    }

    fn sell_in_euros(&self) {}

    fn lift_limits(&self) {}

    /// It counts nothing.
    fn sell_what_there_is(&self) {}

    fn stock(&self) -> BTreeMap<String, i64> {
        BTreeMap::new()
    }

    fn begin_stock_log(&self) {}

    fn stock_log(&self) -> StockLog {
        StockLog::default()
    }
}

async fn orders(State(stall): State<Stall>) -> Json<Vec<u64>> {
    Json((1..=stall.state().placed).collect())
}

async fn hooks(State(stall): State<Stall>, url: String) {
    stall.state().hook = Some(url);
}
