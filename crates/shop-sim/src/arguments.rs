//! What can be typed.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use serde::de::DeserializeOwned;
use service::clock::SystemClock;
use shop_sim::{Faults, Pace, Platform, Runner, RunnerOptions, Script, ShopSize, SimClock, Speed};

/// Largest file of faults or of a script, in bytes.
const FILE_LIMIT_BYTES: u64 = 1 << 20;

/// Runs a simulated shop on this machine: it answers, trades and delivers as a real one does.
#[derive(Debug, Parser)]
#[command(name = "shop-sim", version)]
pub struct Arguments {
    #[arg(long, value_enum)]
    platform: Platform,
    /// Decides every order's life and everything that goes wrong.
    #[arg(long, default_value_t = 20_261_122)]
    seed: u64,
    /// Orders placed in all.
    #[arg(long, default_value_t = 1_000)]
    orders: usize,
    /// Most versions of one order.
    #[arg(long, default_value_t = 5)]
    max_versions: usize,
    /// Things on sale.
    #[arg(long, default_value_t = 100)]
    products: usize,
    /// Orders placed or changed in a second.
    #[arg(long, default_value = "5")]
    pace: Pace,
    /// What goes wrong on the way.
    #[arg(long, value_enum, default_value_t = Preset::None)]
    faults: Preset,
    /// The same, exactly: a file of what the control API shows under /faults.
    #[arg(long, value_name = "PATH", conflicts_with = "faults")]
    faults_file: Option<PathBuf>,
    /// What happens after how many orders, for example `[{"after_orders": 100, "event": {"outage_s": 120}}]`.
    #[arg(long, value_name = "PATH")]
    script: Option<PathBuf>,
    /// Seconds of the shop's clock in one of ours.
    #[arg(long, default_value = "1")]
    clock_speed: Speed,
    /// Wait for the control API's word before trading.
    #[arg(long)]
    paused: bool,
    /// Port of the shop's API; 0: any.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the control API; 0: any.
    #[arg(long, default_value_t = 0)]
    control_port: u16,
    /// Post every delivery here, whatever address was registered: scheme, host and port.
    #[arg(long, value_name = "URL")]
    deliver_to: Option<String>,
    /// Be asked over TLS; the control API shows the root to trust under /root.
    #[arg(long)]
    tls: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    None,
    Some,
    Storm,
}

impl Preset {
    const fn faults(self) -> Faults {
        match self {
            Self::None => Faults::NONE,
            Self::Some => Faults::SOME,
            Self::Storm => Faults::STORM,
        }
    }
}

impl Arguments {
    pub async fn start(self) -> anyhow::Result<Runner> {
        let Self {
            platform,
            seed,
            orders,
            max_versions,
            products,
            pace,
            faults,
            faults_file,
            script,
            clock_speed,
            paused,
            port,
            control_port,
            deliver_to,
            tls,
        } = self;
        let size = ShopSize {
            seed,
            orders,
            max_versions,
            products,
        };
        let faults = match faults_file {
            Some(path) => read(&path)?,
            None => faults.faults(),
        };
        let script: Script = match script {
            Some(path) => read(&path)?,
            None => Script::default(),
        };
        let clock = SimClock::beside(Arc::new(SystemClock), clock_speed);
        let shop = platform.open(&size, clock.clone());
        let options = RunnerOptions {
            faults,
            script,
            paused,
            port,
            control_port,
            deliver_to,
            tls,
            ..RunnerOptions::new(seed, pace)
        };
        Ok(Runner::start(shop, clock, options).await?)
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let named = || format!("cannot use {}", path.display());
    let file = fs::File::open(path).with_context(named)?;
    let mut text = String::new();
    file.take(FILE_LIMIT_BYTES)
        .read_to_string(&mut text)
        .with_context(named)?;
    serde_json::from_str(&text).with_context(named)
}
