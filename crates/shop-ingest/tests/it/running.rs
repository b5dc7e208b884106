//! A broker, a database, a ledger of the tests' own and the service, for each test.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bus::permission::{self, User};
use bus::{Bus, Options};
use devstack::testing::{Database, Nats};
use devstack::{NatsConfig, NatsUser};
use jiff::{SignedDuration, Timestamp};
use retail::ConnectionId;
use service::clock::{Clock as _, SystemClock};
use service::{Command, Settings};
use shop_ingest::store::Store;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::books::Books;
use crate::database::{self, APP_PASSWORD, RETAILER, connection_id, platform, seal_key};
use crate::stall::{SIGNATURE, Shop, Stall, TOPIC};

/// Longer than anything that passes: what a crashed reader held comes again after 30 s.
const PATIENCE: Duration = Duration::from_mins(1);
const KEY: u8 = 7;
/// Sixty times as many are taken at once.
pub const HOOKS_PER_SECOND: usize = 5;
pub const POLL_EVERY: Duration = Duration::from_millis(300);
pub const PUBLIC_URL: &str = "https://till.example";
pub const SECRET: &str = "hush-1";

/// A service that runs in this process until it is dropped.
pub struct Running {
    pub nats: Nats,
    pub stall: Arc<Stall>,
    pub books: Books,
    pub store: Store,
    database: Database,
    base: String,
    /// Where the service answers gRPC.
    pub grpc: String,
    settings: Settings,
    folder: TempDir,
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
        let nats = Nats::start(NatsConfig::new(users())).unwrap();
        let database = database::database().await;
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.toml");
        let connections = shops.len() as u128;
        std::fs::write(&seed, seed_of(connections)).unwrap();
        let stall = Stall::default();
        for (number, shop) in (1..).zip(shops) {
            stall.with(connection_id(number), |place| *place = shop);
        }
        let books = Books::default();
        let (_, host) = database.url.rsplit_once('@').unwrap();
        let settings = [
            (
                "DATABASE_URL",
                format!("postgres://ingest_stall_app:{APP_PASSWORD}@{host}"),
            ),
            ("DATABASE_ADMIN_URL", database.url.clone()),
            ("INGEST_DB_PASSWORD", APP_PASSWORD.to_owned()),
            ("LEDGER_URL", books.serve().await),
            ("PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("HOOKS_PER_SECOND", HOOKS_PER_SECOND.to_string()),
            ("POLL_EVERY_MS", POLL_EVERY.as_millis().to_string()),
            ("HOOKS_EVERY_MS", "400".to_owned()),
            ("GAP_GRACE_MS", "1000".to_owned()),
            ("NATS_URL", nats.url()),
            ("NATS_PASSWORD", nats.password("ingest-stall").to_owned()),
            ("NATS_ADMIN_USER", permission::ADMIN.to_owned()),
            (
                "NATS_ADMIN_PASSWORD",
                nats.password(permission::ADMIN).to_owned(),
            ),
            ("NATS_MONITOR_URL", nats.monitor_url()),
            ("COMPTOIR_SEED", seed.to_str().unwrap().to_owned()),
            ("COMPTOIR_SEAL_KEY", seal_key(KEY)),
            ("LISTEN_HTTP", "127.0.0.1:0".to_owned()),
            ("LISTEN_GRPC", "127.0.0.1:0".to_owned()),
            (
                "LISTEN_FILE",
                listen_file(&folder).to_str().unwrap().to_owned(),
            ),
        ];
        let more = more.iter().map(|(key, value)| (*key, (*value).to_owned()));
        let settings = Settings::from_map(settings.into_iter().chain(more));
        let mut running = Self {
            stall: Arc::new(stall),
            store: database::store(&database, KEY),
            database,
            base: String::new(),
            grpc: String::new(),
            settings,
            folder,
            service: JoinSet::new(),
            ledger: JoinSet::new(),
            nats,
            books,
        };
        running.run(Command::Migrate).await.unwrap();
        running.link_an_hour_ago(connections).await;
        // The ledger's own migrate does this; here there is none.
        let admin = running.connect(permission::ADMIN).await;
        let map = bus::Map::of(&bus::Service::Ledger);
        bus::provision::provision(&admin, &map, bus::provision::Options::default())
            .await
            .unwrap();
        admin.drain().await;
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
            &self.database,
            "update ingest_stall.poll set polled_to = now()",
        );
    }

    /// Starts the service, again after [`Running::crash`].
    pub async fn serve(&mut self) {
        let path = listen_file(&self.folder);
        let _ = std::fs::remove_file(&path);
        let serving = self.run(Command::Serve);
        self.service.spawn(serving);
        let listening = within(async || service::listen::announced(&path).unwrap()).await;
        self.base = format!("http://{}", listening.http.unwrap());
        self.grpc = format!("http://{}", listening.grpc.unwrap());
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

    pub fn sql(&self, script: &str) -> String {
        database::sql(&self.database, script)
    }

    pub async fn messages(&self, stream: &str) -> u64 {
        let admin = self.connect(permission::ADMIN).await;
        let state = admin.stream_info(stream).await.unwrap();
        admin.drain().await;
        state.messages
    }

    /// Until the shop has been asked for so many more listings.
    pub async fn polls(&self, number: u128, more: usize) {
        let asked = || self.shop(number, |shop| shop.listed.len());
        let enough = asked() + more;
        within(async || (asked() >= enough).then_some(())).await;
    }

    pub async fn connect(&self, user: &str) -> Bus {
        let options = Options {
            url: self.nats.url(),
            user: user.to_owned(),
            password: self.nats.password(user).into(),
            name: "test".to_owned(),
        };
        Bus::connect(options).await.unwrap()
    }
}

/// Asks until there is an answer.
pub async fn within<T>(mut question: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = question().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap()
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

fn listen_file(folder: &TempDir) -> PathBuf {
    folder.path().join("listening.json")
}

fn users() -> Vec<NatsUser> {
    permission::users(&[platform()])
        .into_iter()
        .map(|user| {
            let User {
                name,
                publish,
                subscribe,
            } = user;
            NatsUser {
                name,
                publish,
                subscribe,
                allow_responses: false,
            }
        })
        .collect()
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
