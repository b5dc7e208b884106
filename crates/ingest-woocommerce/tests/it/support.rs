//! A broker and a running service for each test.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use bus::Bus;
use devstack::testing::Nats;
use hmac::{KeyInit as _, Mac as _};
use proto::order::OrderMessage;
use retail::PlatformCode;
use service::clock::SystemClock;
use service::seal::Keyring;
use service::{Command, Settings};
use service_kit::{Ear, Surroundings, connect, provision_ledger, seal_key};
use tokio::task::JoinSet;
use uuid::Uuid;

pub const RETAILER: Uuid = Uuid::from_u128(1);

/// A connection of the seed file.
#[derive(Clone, Default)]
pub struct Shop {
    pub id: Uuid,
    pub secrets: Vec<String>,
    /// Where its API answers, over plain HTTP.
    pub url: Option<String>,
}

/// A service that runs in this process until it is dropped.
pub struct Running {
    surroundings: Surroundings,
    pub base: String,
    pub grpc: String,
    pub http: reqwest::Client,
    ledger: Ear,
    settings: Settings,
    tasks: JoinSet<anyhow::Result<()>>,
}

impl Running {
    pub async fn start(shops: &[Shop]) -> Self {
        Self::start_with(shops, &[]).await
    }

    /// With further settings.
    pub async fn start_with(shops: &[Shop], further: &[(&str, &str)]) -> Self {
        let surroundings = Surroundings::fresh("woocommerce");
        let settings = surroundings.settings(Some(&seed_of(shops)), further);
        run(Command::Migrate, settings.clone()).await.unwrap();
        provision_ledger(&surroundings.nats).await;
        let mut running = Self {
            base: String::new(),
            grpc: String::new(),
            http: service::http::loopback_client().unwrap(),
            ledger: Ear::of_the_ledger(&surroundings.nats).await,
            settings,
            tasks: JoinSet::new(),
            surroundings,
        };
        running.serve().await;
        running
    }

    /// Starts the service, again after [`Running::crash`].
    pub async fn serve(&mut self) {
        self.surroundings.forget_where_it_listens();
        self.tasks.spawn(run(Command::Serve, self.settings.clone()));
        (self.base, self.grpc) = self.surroundings.listening().await;
    }

    pub fn nats(&self) -> &Nats {
        &self.surroundings.nats
    }

    /// Ends the service where it stands.
    pub async fn crash(&mut self) {
        self.tasks.shutdown().await;
    }

    pub async fn post(
        &self,
        shop: Uuid,
        headers: http::HeaderMap,
        body: impl Into<reqwest::Body>,
    ) -> reqwest::Response {
        let url = format!("{}/hooks/{shop}", self.base);
        self.http
            .post(url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn messages(&self, stream: &str) -> u64 {
        self.surroundings.messages(stream).await
    }

    /// Waits until everything in the inbox is done with.
    pub async fn inbox_is_done(&self) {
        self.surroundings.inbox_is_done().await;
    }

    /// What the ledger is told, until it hears nothing more.
    pub async fn told(&mut self) -> Vec<OrderMessage> {
        self.ledger.all().await
    }

    /// The next thing that the ledger is told.
    pub async fn next_told(&mut self) -> OrderMessage {
        self.ledger.next().await
    }

    /// A connection to the broker with the service's own rights.
    pub async fn as_the_service(&self) -> Bus {
        connect(self.nats(), "ingest-woocommerce").await
    }
}

pub fn platform() -> PlatformCode {
    PlatformCode::new("woocommerce").unwrap()
}

pub fn keyring() -> Keyring {
    Keyring::from_settings(&Settings::from_map([("COMPTOIR_SEAL_KEY", seal_key())])).unwrap()
}

/// A delivery's headers, signed with `secret`.
pub fn signed(secret: &str, topic: &str, body: &[u8]) -> http::HeaderMap {
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", "application/json".parse().unwrap());
    headers.insert("x-wc-webhook-topic", topic.parse().unwrap());
    headers.insert("x-wc-webhook-signature", signature.parse().unwrap());
    headers
}

async fn run(command: Command, settings: Settings) -> anyhow::Result<()> {
    ingest_woocommerce::run_with(Arc::new(SystemClock), command, &settings).await
}

/// TOML's basic strings are JSON's.
fn seed_of(shops: &[Shop]) -> String {
    let mut seed = String::new();
    for Shop { id, secrets, url } in shops {
        let secrets = serde_json::to_string(secrets).unwrap();
        write!(
            seed,
            "[[connection]]\nid = \"{id}\"\nretailer = \"{RETAILER}\"\nplatform = \"woocommerce\"\n\
             register = \"{RETAILER}\"\norder_updates = \"apply\"\nsecrets = {secrets}\n"
        )
        .unwrap();
        if let Some(url) = url {
            writeln!(
                seed,
                "shop_url = \"{url}\"\nconsumer_key = \"ck\"\nconsumer_secret = \"cs\"\nallow_plain_http = true"
            )
            .unwrap();
        }
    }
    seed
}
