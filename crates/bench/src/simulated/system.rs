//! The whole system with the simulated shops connected to it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use comptoir::stack::{Seed, SeedConnection, Stack, StackOptions};
use service::access::Authorized;
use shop_sim::Platform;
use tempfile::TempDir;
use test_kit::{Ledger, folder, world};

use super::{SimulatedShop, child};

/// After a restart everything must be ready within this.
const READY_DEADLINE: Duration = Duration::from_mins(1);
/// Settings that make minutes out of what takes a shop hours.
const SETTINGS: [(&str, &str); 3] = [
    ("POLL_EVERY_MS", "1000"),
    ("HOOKS_EVERY_MS", "2000"),
    ("GAP_GRACE_MS", "5000"),
];

/// It ends when it is dropped.
pub struct ShopSystem {
    stack: Arc<Stack>,
    /// After the stack in this list, so that it is dropped after it.
    dir: TempDir,
}

/// The service that listens to the platform's shops.
pub fn ingest(platform: Platform) -> String {
    format!("ingest-{}", platform.code())
}

impl ShopSystem {
    pub const LEDGER: &str = "ledger";
    pub const CATALOGUE: &str = "catalog-push";

    pub async fn start(shops: &[SimulatedShop]) -> anyhow::Result<Self> {
        Self::start_with(shops, &SETTINGS).await
    }

    /// With settings for every service besides its own.
    pub async fn start_with(
        shops: &[SimulatedShop],
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let dir = folder()?;
        let program = std::env::current_exe().context("this program has no path")?;
        let settings = settings.iter();
        let settings = settings.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let options = StackOptions {
            settings: settings.collect(),
            ..StackOptions::new(dir.path(), program, seed(shops))
        };
        let start = tokio::task::spawn_blocking(|| Stack::start(options));
        Ok(Self {
            stack: Arc::new(start.await??),
            dir,
        })
    }

    /// Where the shop posts its deliveries.
    pub fn hook_url(&self, shop: &SimulatedShop) -> anyhow::Result<&str> {
        let url = self.stack.hook_url(&shop.connection.to_string());
        url.context("the seed has this connection")
    }

    /// The way to the ledger, as the operator.
    pub fn ledger_channel(&self) -> anyhow::Result<Authorized> {
        self.stack.ledger()
    }

    /// The way to an address of the system, as the operator.
    pub fn as_operator(&self, url: &str) -> anyhow::Result<Authorized> {
        self.stack.as_operator(url)
    }

    /// Where the platform's ingest service answers gRPC.
    pub fn ingest_grpc_url(&self, platform: Platform) -> anyhow::Result<&str> {
        self.grpc_url(&ingest(platform))
    }

    /// The way to the catalogue, as the operator.
    pub fn catalogue_channel(&self) -> anyhow::Result<Authorized> {
        self.stack.as_operator(self.grpc_url(Self::CATALOGUE)?)
    }

    fn grpc_url(&self, service: &str) -> anyhow::Result<&str> {
        let mut services = self.stack.state().services.iter();
        let running = services.find(|running| running.name == service);
        let running = running.with_context(|| format!("{service} is not a part of it"))?;
        Ok(&running.grpc_url)
    }

    /// The process of a service.
    #[expect(
        clippy::unused_self,
        reason = "services are those of a system that runs"
    )]
    pub fn pid(&self, service: &str) -> anyhow::Result<u32> {
        let pid = child::pid(service)?.with_context(|| format!("{service} does not run"))?;
        Ok(u32::try_from(pid)?)
    }

    /// The administrator's, password included.
    pub fn database_url(&self) -> &str {
        self.stack.admin_database_url()
    }

    pub fn ledger(&self) -> anyhow::Result<Ledger> {
        Ok(Ledger::new(self.stack.ledger()?))
    }

    /// Leaves the folder with its logs behind, for whoever asks what went wrong.
    pub fn keep(&mut self) {
        self.dir.disable_cleanup(true);
        eprintln!("the services' logs are in {}", self.dir.path().display());
    }

    /// Kills a service; returns when the whole system is ready again.
    pub async fn crash(&self, service: &str) -> anyhow::Result<()> {
        child::kill_and_wait(service).await?;
        let stack = Arc::clone(&self.stack);
        tokio::task::spawn_blocking(move || stack.wait_until_ready(READY_DEADLINE))
            .await?
            .with_context(|| format!("after {service} was killed"))
    }
}

fn seed(shops: &[SimulatedShop]) -> Seed {
    world::seed(shops.iter().map(connection).collect())
}

fn connection(shop: &SimulatedShop) -> SeedConnection {
    SeedConnection {
        order_updates: Some("apply".to_owned()),
        ..SeedConnection::simulated(
            shop.connection,
            world::RETAILER,
            shop.platform.code(),
            world::REGISTER,
            shop.runner.shop().access(),
        )
    }
}
