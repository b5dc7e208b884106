//! A stall is run: over real HTTP, with and without faults.

mod shelf;
mod stall;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use http::StatusCode;
use serde_json::{Value, json};
use service::clock::{Clock as _, SystemClock};
use service::http::loopback_client;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::stall::Stall;
use crate::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// Who listens to the stall: counts what came of each order, and answers as it is told.
#[derive(Clone)]
struct Listener {
    seen: Arc<Mutex<Seen>>,
    url: String,
}

#[derive(Default)]
struct Seen {
    /// How often each order came.
    orders: BTreeMap<u64, u64>,
    /// In the order of arrival.
    arrivals: Vec<u64>,
    /// So many deliveries are still answered 503.
    refuse: u64,
}

impl Listener {
    async fn start(tasks: &mut JoinSet<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/7", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let router = Router::new()
            .route("/hooks/{id}", post(take))
            .with_state(Arc::clone(&seen));
        tasks.spawn(async move {
            service::http::serve(listener, router, CancellationToken::new())
                .await
                .unwrap();
        });
        Self { seen, url }
    }

    async fn total(&self) -> u64 {
        self.seen.lock().await.orders.values().sum()
    }
}

async fn take(
    State(seen): State<Arc<Mutex<Seen>>>,
    Path(_id): Path<u64>,
    body: String,
) -> StatusCode {
    let mut seen = seen.lock().await;
    if seen.refuse > 0 {
        seen.refuse -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let order = body.parse().unwrap();
    *seen.orders.entry(order).or_default() += 1;
    seen.arrivals.push(order);
    StatusCode::OK
}

struct Run {
    runner: Runner,
    listener: Listener,
    client: reqwest::Client,
    _tasks: JoinSet<()>,
}

impl Run {
    async fn start(orders: u64, options: impl FnOnce(&mut RunnerOptions)) -> Self {
        let mut tasks = JoinSet::new();
        let listener = Listener::start(&mut tasks).await;
        let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
        let stall = Stall::new(orders, clock.clone());
        let mut given = RunnerOptions::new(1, Pace::of(2_000));
        given.paused = true;
        options(&mut given);
        let runner = Runner::start(stall, clock, given).await.unwrap();
        let client = loopback_client().unwrap();
        let run = Self {
            runner,
            listener,
            client,
            _tasks: tasks,
        };
        run.register(&run.listener.url).await;
        run
    }

    /// Until the shop has the address, whatever goes wrong on the way.
    async fn register(&self, url: &str) {
        let began = Instant::now();
        loop {
            let address = format!("{}/hooks", self.runner.shop().base_url());
            let sent = self.client.post(address).body(url.to_owned()).send().await;
            if sent.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(began.elapsed() < PATIENCE);
        }
    }

    async fn trade(&self) {
        self.runner.shop().resume();
        assert!(self.runner.shop().traded_out(PATIENCE).await);
    }

    async fn get(&self, path: &str) -> Value {
        let address = format!("{}{path}", self.runner.shop().control_url());
        let answer = self.client.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    async fn tell(&self, method: http::Method, path: &str, body: Option<Value>) -> StatusCode {
        let address = format!("{}{path}", self.runner.shop().control_url());
        let mut request = self.client.request(method, address);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap().status()
    }
}

/// Until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn r_12_a_shop_is_served_trades_and_tells() {
    let run = Run::start(300, |_| {}).await;
    let shop = run.runner.shop();
    assert_eq!(shop.status().trade, TradeStatus::Paused);
    assert_eq!(shop.status().placed, 0);
    run.trade().await;
    until("all delivered", async || run.listener.total().await == 300).await;
    // The listener counts what it took before the shop knows of it.
    until("all told", async || shop.counts().deliveries.taken == 300).await;
    let counts = shop.counts();
    assert_eq!(counts.trade.changes, 300);
    assert_eq!(
        (counts.deliveries.sent, counts.deliveries.taken),
        (300, 300)
    );
    let orders = run.client.get(format!("{}/orders", shop.base_url()));
    let orders: Vec<u64> = orders.send().await.unwrap().json().await.unwrap();
    assert_eq!(orders.len(), 300);
    run.runner.stop().await;
}

#[tokio::test]
async fn r_12_deliveries_are_dropped_repeated_and_shuffled_and_the_shop_knows_what_it_should() {
    let faults = Faults {
        deliveries: DeliveryFaults {
            dropped: Percent::of(10),
            unanswered: Percent::of(10),
            duplicated: Percent::of(30),
            shuffled_within_ms: Millis::new(100),
            ..DeliveryFaults::default()
        },
        ..Faults::NONE
    };
    let run = Run::start(500, |options| options.faults = faults).await;
    run.trade().await;
    // The stall repeats what it knows to be lost after a minute of its clock.
    run.runner
        .shop()
        .clock()
        .set_speed(Speed::try_from(600).unwrap());
    until("all settled", async || {
        let counts = run.runner.shop().counts().deliveries;
        run.runner.shop().status().next_delivery.is_none()
            && counts.posted == counts.sent + counts.duplicated
            && counts.dropped + counts.sent + counts.unanswered >= 500
    })
    .await;
    let counts = run.runner.shop().counts().deliveries;
    let seen = run.listener.seen.lock().await;
    assert!(counts.dropped > 20, "{counts:?}");
    assert!(counts.unanswered > 20, "{counts:?}");
    assert!(counts.duplicated > 80, "{counts:?}");
    // Each order came once or twice, unless it was dropped for good.
    assert_eq!(counts.dropped + counts.sent, 500);
    assert_eq!(seen.orders.len() as u64, 500 - counts.dropped);
    assert!(counts.dropped_again > counts.dropped);
    assert_eq!(counts.taken, counts.posted);
    assert!(!seen.arrivals.is_sorted());
}

#[tokio::test]
async fn what_a_listener_refuses_is_repeated_by_the_shops_clock() {
    let run = Run::start(20, |_| {}).await;
    run.listener.seen.lock().await.refuse = 5;
    run.trade().await;
    until("first attempts", async || {
        run.runner.shop().counts().deliveries.posted == 20
    })
    .await;
    assert_eq!(run.runner.shop().counts().deliveries.refused, 5);
    assert!(run.runner.shop().status().next_delivery.is_some());
    let faster = run.tell(http::Method::PUT, "/clock", Some(json!({"speed": 600})));
    assert_eq!(faster.await, 204);
    until("repeated", async || run.listener.total().await == 20).await;
}

#[tokio::test]
async fn a_delivery_goes_to_no_other_machine() {
    let run = Run::start(3, |_| {}).await;
    run.register("https://198.51.100.7/hooks/7").await;
    run.trade().await;
    until("all astray", async || {
        run.runner.shop().counts().deliveries.astray == 3
    })
    .await;
    assert_eq!(run.listener.total().await, 0);
}

#[tokio::test]
async fn a_public_address_can_lead_to_this_machine() {
    let mut tasks = JoinSet::new();
    let listener = Listener::start(&mut tasks).await;
    let origin = listener.url.strip_suffix("/hooks/7").unwrap().to_owned();
    let run = Run::start(3, |options| options.deliver_to = Some(origin)).await;
    run.register("https://hooks.example/hooks/8").await;
    run.trade().await;
    until("all delivered", async || listener.total().await == 3).await;
}

#[tokio::test]
async fn during_an_outage_the_shop_refuses_connections_and_tells_nothing() {
    let run = Run::start(50, |options| options.pace = Pace::of(50)).await;
    let shop = run.runner.shop();
    let orders = format!("{}/orders", shop.base_url());
    assert_eq!(run.client.get(&orders).send().await.unwrap().status(), 200);
    // Two minutes of the shop's clock, 2 s of ours.
    shop.clock().set_speed(Speed::try_from(60).unwrap());
    let away = run.tell(http::Method::POST, "/outage", Some(json!({"seconds": 120})));
    assert_eq!(away.await, 204);
    shop.resume();
    assert!(shop.traded_out(PATIENCE).await);
    let refused = run.client.get(&orders).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    assert_eq!(shop.counts().deliveries.posted, 0);
    assert!(shop.status().away_until.is_some());
    until("back", async || {
        run.client.get(&orders).send().await.is_ok()
    })
    .await;
    assert_eq!(shop.status().away_until, None);
    assert_eq!(shop.counts().outages, 1);
    until("all delivered", async || run.listener.total().await == 50).await;
}

#[tokio::test]
async fn answers_fail_in_every_way() {
    let run = Run::start(40, |_| {}).await;
    run.trade().await;
    let orders = format!("{}/orders", run.runner.shop().base_url());
    let with = |answers| {
        run.runner.shop().set_faults(Faults {
            answers,
            ..Faults::NONE
        });
        run.client.get(&orders).send()
    };
    let none = AnswerFaults::default();
    let always = Percent::ALWAYS;
    let busy = with(AnswerFaults {
        busy: always,
        ..none
    })
    .await
    .unwrap();
    assert_eq!(busy.status(), 429);
    assert_eq!(busy.headers()["retry-after"], "1");
    let failed = with(AnswerFaults {
        failed: always,
        ..none
    })
    .await;
    assert_eq!(failed.unwrap().status(), 500);
    assert!(
        with(AnswerFaults {
            broken: always,
            ..none
        })
        .await
        .is_err()
    );
    let began = Instant::now();
    let hung = AnswerFaults {
        hung: always,
        hang_ms: Millis::new(300),
        ..none
    };
    assert!(with(hung).await.is_err());
    assert!(began.elapsed() >= Duration::from_millis(300));
    let cut = with(AnswerFaults {
        truncated: always,
        ..none
    })
    .await
    .unwrap();
    assert_eq!(cut.status(), 200);
    let cut = cut.text().await.unwrap();
    assert!(cut.starts_with('['), "{cut}");
    assert!(serde_json::from_str::<Value>(&cut).is_err(), "{cut}");

    assert_eq!(run.tell(http::Method::POST, "/faults/off", None).await, 204);
    assert_eq!(run.client.get(&orders).send().await.unwrap().status(), 200);
    let counts = run.runner.shop().counts().answers;
    assert_eq!(
        [counts.busy, counts.failed, counts.truncated],
        [1; 3],
        "{counts:?}"
    );
    // A client may try again by itself where a kept connection broke.
    assert!(counts.broken >= 1 && counts.hung >= 1, "{counts:?}");
}

#[tokio::test]
async fn a_script_is_played_by_the_number_of_orders() {
    let scenes = json!([
        {"after_orders": 20, "event": {"outage_s": 60}},
        {"after_orders": 10, "event": {"clock_speed": 120}},
        {"after_orders": 30, "event": "lose_hooks"},
        {"after_orders": 1000, "event": {"faults": false}},
    ]);
    let script: Script = serde_json::from_value(scenes).unwrap();
    let run = Run::start(60, |options| options.script = script).await;
    run.trade().await;
    let shop = run.runner.shop();
    assert_eq!(u32::from(shop.clock().speed()), 120);
    until("away and back", async || {
        shop.counts().outages == 1 && shop.status().away_until.is_none()
    })
    .await;
    let counts = shop.counts();
    assert_eq!((counts.outages, counts.hooks_lost), (1, 1));
    assert!(shop.status().faulty);
    // What was placed once the webhooks were gone was told to nobody.
    assert!(run.listener.total().await <= 30);
}

#[tokio::test]
async fn the_control_api_shows_and_tells() {
    let run = Run::start(10, |_| {}).await;
    let post = http::Method::POST;
    assert_eq!(run.get("/status").await["trade"], "paused");
    assert_eq!(run.tell(post.clone(), "/trade/resume", None).await, 204);
    until("over", async || run.get("/status").await["trade"] == "over").await;
    assert_eq!(run.get("/status").await["placed"], 10);
    let books = run.get("/books").await;
    assert_eq!(books["sales"].as_array().unwrap().len(), 10);
    assert_eq!(books["sold"], json!([{"sku": "STALL-1", "units": 10}]));
    assert_eq!(run.get("/access").await["secrets"], json!(["stall-secret"]));
    assert_eq!(run.get("/counts").await["trade"]["changes"], 10);

    let storm = serde_json::to_value(Faults::STORM).unwrap();
    let put = http::Method::PUT;
    assert_eq!(
        run.tell(put.clone(), "/faults", Some(storm.clone())).await,
        204
    );
    assert_eq!(run.get("/faults").await, storm);
    let wrong = json!({"answers": {"busy": 200}});
    assert_eq!(run.tell(put.clone(), "/faults", Some(wrong)).await, 422);
    assert_eq!(run.get("/faults").await, storm);
    assert_eq!(
        run.tell(put.clone(), "/clock", Some(json!({"speed": 9999})))
            .await,
        422
    );
    assert_eq!(
        run.tell(put, "/clock", Some(json!({"speed": 60}))).await,
        204
    );
    assert_eq!(run.get("/clock").await["speed"], 60);
    assert!(run.runner.shop().clock().now() > jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(run.tell(post.clone(), "/hooks/lose", None).await, 204);
    assert_eq!(run.get("/counts").await["hooks_lost"], 1);
    let address = json!({"address": run.listener.url});
    assert_eq!(run.tell(post.clone(), "/hooks", Some(address)).await, 204);
    assert_eq!(run.tell(post, "/nothing", None).await, 404);
}

#[tokio::test]
async fn a_script_beyond_the_limit_is_refused() {
    let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
    let scene = Scene {
        after_orders: 1,
        event: Event::LoseHooks,
    };
    let options = RunnerOptions {
        script: Script(vec![scene; Script::LIMIT + 1]),
        ..RunnerOptions::new(1, Pace::of(1))
    };
    let refused = Runner::start(Stall::new(1, clock.clone()), clock, options).await;
    assert!(matches!(refused, Err(StartError::ScriptTooLong)));
}

#[tokio::test]
async fn r_12_every_platforms_shop_is_run() {
    for platform in Platform::ALL {
        let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
        let size = ShopSize {
            seed: 11,
            orders: 40,
            max_versions: 4,
            products: 20,
        };
        let options = RunnerOptions::new(11, Pace::of(5_000));
        let shop = platform.open(&size, clock.clone());
        let runner = Runner::start(shop, clock, options).await.unwrap();
        let shop = runner.shop().clone();
        assert!(shop.traded_out(PATIENCE).await, "{platform:?}");
        let url = shop.access().shop_url;
        assert!(url.starts_with(&shop.base_url()), "{platform:?}: {url}");
        // Nobody asks without a key, whatever the platform.
        let answer = loopback_client().unwrap().get(url).send().await.unwrap();
        assert!(!answer.status().is_success(), "{platform:?}");
        let books = shop.books();
        let known = books.sales.len() + books.parked.len() + books.drafts.len();
        assert_eq!((known, shop.status().placed), (40, 40), "{platform:?}");
        assert!(!books.sales.is_empty() && !books.sold.is_empty());
        runner.stop().await;
    }
}
