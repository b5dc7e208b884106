//! The whole system as real processes, with the one retailer of [`world`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use comptoir::stack::{Part, Seed, SeedConnection, Stack, StackOptions};

use crate::ledger::Ledger;
use crate::world;

/// After a restart everything must be ready within this.
const READY_DEADLINE: Duration = Duration::from_mins(1);

/// One shop stands for all there could be, and sends as much as they would.
const UNBOUNDED: (&str, &str) = ("HOOKS_PER_SECOND", "1000000");

/// A running system. It ends when it is dropped.
#[derive(Debug)]
pub struct System {
    stack: Stack,
    hook_url: String,
}

impl System {
    /// Starts it in a folder, with `program` as the `comptoir` that runs the services.
    pub async fn start(dir: &Path, program: impl Into<PathBuf>) -> anyhow::Result<Arc<Self>> {
        Self::start_with(dir, program, BTreeMap::new()).await
    }

    /// With settings for every service besides its own.
    pub async fn start_with(
        dir: &Path,
        program: impl Into<PathBuf>,
        mut settings: BTreeMap<String, String>,
    ) -> anyhow::Result<Arc<Self>> {
        let (key, value) = UNBOUNDED;
        settings
            .entry(key.to_owned())
            .or_insert_with(|| value.to_owned());
        let options = StackOptions {
            settings,
            ..StackOptions::new(dir, program, seed())
        };
        let start = tokio::task::spawn_blocking(|| Stack::start(options));
        let stack = start.await??;
        let hook_url = stack.hook_url(&world::CONNECTION.to_string());
        let hook_url = hook_url.context("the seed has this connection")?.to_owned();
        Ok(Arc::new(Self { stack, hook_url }))
    }

    #[must_use]
    pub const fn stack(&self) -> &Stack {
        &self.stack
    }

    /// Where the shop posts its deliveries.
    #[must_use]
    pub fn hook_url(&self) -> String {
        self.hook_url.clone()
    }

    /// The broker's monitoring address.
    #[must_use]
    pub fn monitor_url(&self) -> &str {
        &self.stack.state().monitor_url
    }

    pub fn ledger(&self) -> anyhow::Result<Ledger> {
        Ok(Ledger::new(self.stack.ledger()?))
    }

    pub fn pid(&self, part: Part) -> anyhow::Result<u32> {
        let pid = self.stack.pid(part);
        pid.with_context(|| format!("{part:?} does not run"))
    }

    /// SIGKILL. The part stays down.
    pub async fn kill(self: &Arc<Self>, part: Part) -> anyhow::Result<()> {
        self.blocking(move |stack| stack.kill(part)).await
    }

    /// Starts a killed part; returns when the whole system is ready.
    pub async fn restart(self: &Arc<Self>, part: Part) -> anyhow::Result<()> {
        self.blocking(move |stack| {
            stack.restart(part)?;
            stack.wait_until_ready(READY_DEADLINE)
        })
        .await
    }

    async fn blocking(
        self: &Arc<Self>,
        change: impl FnOnce(&Stack) -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let system = Arc::clone(self);
        tokio::task::spawn_blocking(move || change(&system.stack)).await?
    }
}

fn seed() -> Seed {
    world::whole(vec![SeedConnection::new(
        world::CONNECTION,
        world::RETAILER,
        world::PLATFORM,
        world::REGISTER,
        world::SECRET.to_owned(),
    )])
}
