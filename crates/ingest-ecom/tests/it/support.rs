//! A broker and a running service for each test.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use bus::permission::{self, User};
use bus::{Bus, Consumer, Delivery, Options, ack_all, durable};
use devstack::testing::{Database, Nats, Postgres};
use devstack::{NatsConfig, NatsUser};
use prost::Message as _;
use proto::order::OrderMessage;
use retail::PlatformCode;
use service::clock::SystemClock;
use service::{Command, Settings};
use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

pub const RETAILER: Uuid = Uuid::from_u128(1);

/// Longer than anything that passes: what a crashed reader held comes again after 30 s.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long nothing must come for it to count as nothing.
const SILENCE: Duration = Duration::from_millis(1_500);
const SEAL_KEY: [u8; 32] = [7; 32];
const DB_PASSWORD: &str = "of-tests";

/// A connection of the seed file.
#[derive(Clone)]
pub struct Shop {
    pub id: Uuid,
    pub client_secret: String,
    pub token: String,
    /// Where its API answers, over plain HTTP.
    pub url: String,
}

/// A service that runs in this process until it is dropped.
pub struct Running {
    nats: Nats,
    pub base: String,
    pub grpc: String,
    ledger: Consumer,
    settings: Settings,
    folder: TempDir,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Running {
    pub async fn start(shops: &[Shop]) -> Self {
        Self::start_with(shops, &[]).await
    }

    /// With further settings.
    pub async fn start_with(shops: &[Shop], further: &[(&str, &str)]) -> Self {
        let nats = Nats::start(NatsConfig::new(users())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed.toml");
        std::fs::write(&seed, seed_of(shops)).unwrap();
        let database = Postgres::shared().fresh_database().unwrap();
        let settings = settings(&nats, &database, &seed, &listen_file(&folder), further);
        let clock = Arc::new(SystemClock);
        ingest_ecom::run_with(clock, Command::Migrate, &settings)
            .await
            .unwrap();
        provision_ledger(&nats).await;
        let ledger = connect(&nats, "ledger")
            .await
            .consumer(&durable::ledger_orders());
        let mut running = Self {
            nats,
            base: String::new(),
            grpc: String::new(),
            ledger,
            settings,
            folder,
            tasks: JoinSet::new(),
        };
        running.serve().await;
        running
    }

    async fn serve(&mut self) {
        let path = listen_file(&self.folder);
        let _ = std::fs::remove_file(&path);
        let settings = self.settings.clone();
        self.tasks.spawn(async move {
            ingest_ecom::run_with(Arc::new(SystemClock), Command::Serve, &settings).await
        });
        let listening = within(async || service::listen::announced(&path).unwrap()).await;
        self.base = format!("http://{}", listening.http.unwrap());
        self.grpc = format!("http://{}", listening.grpc.unwrap());
    }

    /// Where a shop's deliveries go.
    pub fn hooks(&self, shop: &Shop) -> String {
        format!("{}/hooks/{}", self.base, shop.id)
    }

    pub async fn messages(&self, stream: &str) -> u64 {
        let admin = connect(&self.nats, permission::ADMIN).await;
        let state = admin.stream_info(stream).await.unwrap();
        admin.drain().await;
        state.messages
    }

    /// Waits until everything in the inbox is done with.
    pub async fn inbox_is_done(&self) {
        let bus = connect(&self.nats, "ingest-ecom").await;
        let durable = durable::worker(&platform());
        within(async || {
            let lag = bus.lag(&durable).await.unwrap();
            (lag.pending == 0 && lag.ack_pending == 0).then_some(())
        })
        .await;
    }

    /// What the ledger is told, until it hears nothing more.
    pub async fn told(&mut self) -> Vec<OrderMessage> {
        let mut told = Vec::new();
        loop {
            let batch: Vec<Delivery> = self.ledger.next_batch(500, SILENCE).await;
            if batch.is_empty() {
                return told;
            }
            told.extend(
                batch
                    .iter()
                    .map(|one| OrderMessage::decode(one.payload.clone()).unwrap()),
            );
            ack_all(&batch).await.unwrap();
        }
    }
}

fn platform() -> PlatformCode {
    PlatformCode::new("ecom").unwrap()
}

/// Asks until there is an answer.
async fn within<T>(mut question: impl AsyncFnMut() -> Option<T>) -> T {
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

fn seal_key() -> String {
    base64::engine::general_purpose::STANDARD.encode(SEAL_KEY)
}

fn listen_file(folder: &TempDir) -> PathBuf {
    folder.path().join("listening.json")
}

fn settings(
    nats: &Nats,
    database: &Database,
    seed: &Path,
    listen: &Path,
    further: &[(&str, &str)],
) -> Settings {
    let (_, host) = database.url.rsplit_once('@').unwrap();
    let own = [
        (
            "DATABASE_URL",
            format!("postgres://ingest_ecom_app:{DB_PASSWORD}@{host}"),
        ),
        ("DATABASE_ADMIN_URL", database.url.clone()),
        ("INGEST_DB_PASSWORD", DB_PASSWORD.to_owned()),
        ("NATS_URL", nats.url()),
        ("NATS_PASSWORD", nats.password("ingest-ecom").to_owned()),
        ("NATS_ADMIN_USER", permission::ADMIN.to_owned()),
        (
            "NATS_ADMIN_PASSWORD",
            nats.password(permission::ADMIN).to_owned(),
        ),
        ("NATS_MONITOR_URL", nats.monitor_url()),
        ("COMPTOIR_SEED", seed.to_str().unwrap().to_owned()),
        ("COMPTOIR_SEAL_KEY", seal_key()),
        ("LISTEN_HTTP", "127.0.0.1:0".to_owned()),
        ("LISTEN_GRPC", "127.0.0.1:0".to_owned()),
        ("LISTEN_FILE", listen.to_str().unwrap().to_owned()),
    ];
    let further = further
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()));
    Settings::from_map(own.into_iter().chain(further))
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

async fn connect(nats: &Nats, user: &str) -> Bus {
    let options = Options {
        url: nats.url(),
        user: user.to_owned(),
        password: nats.password(user).into(),
        name: "test".to_owned(),
    };
    Bus::connect(options).await.unwrap()
}

/// The ledger's own migrate does this; here there is none.
async fn provision_ledger(nats: &Nats) {
    let admin = connect(nats, permission::ADMIN).await;
    let map = bus::Map::of(&bus::Service::Ledger);
    bus::provision::provision(&admin, &map, bus::provision::Options::default())
        .await
        .unwrap();
    admin.drain().await;
}

fn seed_of(shops: &[Shop]) -> String {
    let mut seed = String::new();
    for Shop {
        id,
        client_secret,
        token,
        url,
    } in shops
    {
        write!(
            seed,
            "[[connection]]\nid = \"{id}\"\nretailer = \"{RETAILER}\"\nplatform = \"ecom\"\n\
             register = \"{RETAILER}\"\norder_updates = \"apply\"\nsecrets = [\"{client_secret}\"]\n\
             shop_url = \"{url}\"\nconsumer_key = \"client-id\"\nconsumer_secret = \"{token}\"\n\
             allow_plain_http = true\n"
        )
        .unwrap();
    }
    seed
}
