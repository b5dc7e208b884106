//! A broker, a database, a ledger of the tests' own and the service, for each test.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use devstack::testing::{Database, Nats};
use jiff::{SignedDuration, Timestamp};
use retail::ConnectionId;
use service::clock::{Clock as _, SystemClock};
use service::{Command, Settings};
use service_kit::{SEAL_KEY, Surroundings, provision_ledger, within};
use shop_ingest::store::Store;
use tokio::task::JoinSet;

use crate::books::Books;
use crate::database::{self, RETAILER, connection_id, platform};
use crate::stall::{SIGNATURE, Shop, Stall, TOPIC};

/// Sixty times as many are taken at once.
pub const HOOKS_PER_SECOND: usize = 5;
pub const POLL_EVERY: Duration = Duration::from_millis(300);
pub const PUBLIC_URL: &str = "https://till.example";
pub const SECRET: &str = "hush-1";

/// A service that runs in this process until it is dropped.
pub struct Running {
    pub stall: Arc<Stall>,
    pub books: Books,
    pub store: Store,
    base: String,
    /// Where the service answers gRPC.
    pub grpc: String,
    settings: Settings,
    surroundings: Surroundings,
    service: JoinSet<anyhow::Result<()>>,
    ledger: JoinSet<()>,
}

impl Running {
    /// With the shops of connections 1, 2 and so on.
    pub async fn start(shops: Vec<Shop>) -> Self {
        Self::start_with(shops, &[]).await
    }

    /// With settings of the test's own.
    pub async fn start_with(shops: Vec<Shop>, more: &[(&'static str, &str)]) -> Self {
        let surroundings = Surroundings::on(platform(), database::database().await);
        let connections = shops.len() as u128;
        let stall = Stall::default();
        for (number, shop) in (1..).zip(shops) {
            stall.with(connection_id(number), |place| *place = shop);
        }
        let books = Books::default();
        let ledger_url = books.serve().await;
        let (hooks_per_second, poll_every_ms) = (
            HOOKS_PER_SECOND.to_string(),
            POLL_EVERY.as_millis().to_string(),
        );
        let mut own = vec![
            ("LEDGER_URL", &*ledger_url),
            ("PUBLIC_URL", PUBLIC_URL),
            ("HOOKS_PER_SECOND", &hooks_per_second),
            ("POLL_EVERY_MS", &poll_every_ms),
            ("HOOKS_EVERY_MS", "400"),
            ("GAP_GRACE_MS", "1000"),
        ];
        own.extend(more);
        let settings = surroundings.settings(Some(&seed_of(connections)), &own);
        let [key, ..] = SEAL_KEY;
        let mut running = Self {
            stall: Arc::new(stall),
            store: database::store(&surroundings.database, key),
            base: String::new(),
            grpc: String::new(),
            settings,
            surroundings,
            service: JoinSet::new(),
            ledger: JoinSet::new(),
            books,
        };
        running.run(Command::Migrate).await.unwrap();
        running.link_an_hour_ago(connections).await;
        provision_ledger(running.nats()).await;
        let ledger = running.connect("ledger").await;
        running.ledger.spawn(running.books.clone().listen(ledger));
        running.serve().await;
        running
    }

    /// What the shops changed since then syncs by itself (WC-2).
    async fn link_an_hour_ago(&self, connections: u128) {
        let planted: Vec<_> = (1..=connections).map(database::planted).collect();
        self.store.plant(&planted, ago(3_600)).await.unwrap();
        database::sql(
            &self.surroundings.database,
            "update ingest_stall.poll set polled_to = now()",
        );
    }

    /// Starts the service, again after [`Running::crash`].
    pub async fn serve(&mut self) {
        self.surroundings.forget_where_it_listens();
        let serving = self.run(Command::Serve);
        self.service.spawn(serving);
        (self.base, self.grpc) = self.surroundings.listening().await;
    }

    pub fn nats(&self) -> &Nats {
        &self.surroundings.nats
    }

    /// Ends the service where it stands.
    pub async fn crash(&mut self) {
        self.service.shutdown().await;
    }

    fn run(&self, command: Command) -> impl Future<Output = anyhow::Result<()>> + use<> {
        let (stall, settings) = (Arc::clone(&self.stall), self.settings.clone());
        async move { shop_ingest::run(stall, Arc::new(SystemClock), command, &settings).await }
    }

    pub fn shop<T>(&self, number: u128, change: impl FnOnce(&mut Shop) -> T) -> T {
        self.stall.with(connection_id(number), change)
    }

    /// A shop's own delivery, which must be taken.
    pub async fn post(&self, number: u128, topic: &str, body: String) {
        assert_eq!(self.post_signed(number, SECRET, topic, body).await, 200);
    }

    /// A delivery with any signature, and how it is answered.
    pub async fn post_signed(&self, number: u128, by: &str, topic: &str, body: String) -> u16 {
        let url = format!("{}/hooks/{}", self.base, connection_id(number));
        let answer = service::http::loopback_client()
            .unwrap()
            .post(url)
            .header(SIGNATURE, by)
            .header(TOPIC, topic)
            .body(body)
            .send()
            .await
            .unwrap();
        answer.status().as_u16()
    }

    pub const fn database(&self) -> &Database {
        &self.surroundings.database
    }

    pub fn sql(&self, script: &str) -> String {
        database::sql(self.database(), script)
    }

    pub async fn messages(&self, stream: &str) -> u64 {
        self.surroundings.messages(stream).await
    }

    /// Until the shop has been asked for so many more listings.
    pub async fn polls(&self, number: u128, more: usize) {
        let asked = || self.shop(number, |shop| shop.listed.len());
        let enough = asked() + more;
        within(async || (asked() >= enough).then_some(())).await;
    }

    pub async fn connect(&self, user: &str) -> Bus {
        service_kit::connect(self.nats(), user).await
    }
}

/// So many whole seconds before now, as shops tell their instants.
pub fn ago(seconds: i64) -> Timestamp {
    let now = SystemClock.now().as_second();
    Timestamp::from_second(now - seconds).unwrap()
}

pub fn plus_millis(instant: Timestamp, millis: i64) -> Timestamp {
    instant
        .checked_add(SignedDuration::from_millis(millis))
        .unwrap()
}

fn seed_of(shops: u128) -> String {
    let mut seed = String::new();
    for number in 1..=shops {
        let id: ConnectionId = connection_id(number);
        write!(
            seed,
            "[[connection]]\nid = \"{id}\"\nretailer = \"{RETAILER}\"\nplatform = \"stall\"\n\
             register = \"{RETAILER}\"\nsecrets = [\"{SECRET}\"]\n\
             shop_url = \"https://stall-{number}.example\"\nconsumer_key = \"ck\"\nconsumer_secret = \"cs\"\n"
        )
        .unwrap();
    }
    seed
}
