//! A broker and a running service for each test.

use std::fmt::Write as _;
use std::sync::Arc;

use proto::order::OrderMessage;
use service::clock::SystemClock;
use service::{Command, Settings};
use service_kit::{Ear, Surroundings, provision_ledger};
use tokio::task::JoinSet;
use uuid::Uuid;

pub const RETAILER: Uuid = Uuid::from_u128(1);

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
    surroundings: Surroundings,
    pub base: String,
    pub grpc: String,
    ledger: Ear,
    _service: JoinSet<anyhow::Result<()>>,
}

impl Running {
    pub async fn start(shops: &[Shop]) -> Self {
        Self::start_with(shops, &[]).await
    }

    /// With further settings.
    pub async fn start_with(shops: &[Shop], further: &[(&str, &str)]) -> Self {
        let surroundings = Surroundings::fresh("ecom");
        let settings = surroundings.settings(Some(&seed_of(shops)), further);
        run(Command::Migrate, settings.clone()).await.unwrap();
        provision_ledger(&surroundings.nats).await;
        let ledger = Ear::of_the_ledger(&surroundings.nats).await;
        let mut service = JoinSet::new();
        service.spawn(run(Command::Serve, settings));
        let (base, grpc) = surroundings.listening().await;
        Self {
            surroundings,
            base,
            grpc,
            ledger,
            _service: service,
        }
    }

    /// Where a shop's deliveries go.
    pub fn hooks(&self, shop: &Shop) -> String {
        format!("{}/hooks/{}", self.base, shop.id)
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
}

async fn run(command: Command, settings: Settings) -> anyhow::Result<()> {
    ingest_ecom::run_with(Arc::new(SystemClock), command, &settings).await
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
