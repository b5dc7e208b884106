//! What to measure, as typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use shop_sim::Platform;
use test_kit::storm::StormOptions;

use crate::figure::{Figure, report};
use crate::machine::{Moment, wait_for_rest};
use crate::oversell::{self, Oversell};
use crate::push_all::{self, PushAll};
use crate::push_latency::{self, PushLatency};
use crate::shop_import::{self, ShopImport};
use crate::shop_storm::{self, ShopStorm};
use crate::{drain, end_to_end, footprint, history, intake, isolation, posting, storm};

/// Orders of a storm, where none are asked for.
const STORM_ORDERS: usize = 20_000;
const SHOP_STORM_ORDERS: usize = 5_000;
/// Shops that are told, and of them those that are broken.
const SHOPS: u16 = 50;
const BROKEN_SHOPS: u16 = 10;
/// Of a whole catalogue.
const PRODUCTS: u32 = 50_000;
/// Orders of the last units, in all shops.
const OVERSELL_SALES: usize = 1_000;
/// Past orders of an import.
const IMPORT_ORDERS: usize = 20_000;

/// Measures Comptoir on this machine, with servers and services of its own.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
    /// Also write the figures here, as JSON.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// Decides everything that is random.
    #[arg(long, global = true, default_value_t = 20_261_121)]
    seed: u64,
    /// Before each measurement, wait up to so many seconds until others leave the machine alone.
    #[arg(long, global = true, default_value_t = 0)]
    wait: u64,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// Signed webhooks accepted a second, durable acks included.
    Intake,
    /// Orders a second from a full stream, beside a floor of bare inserts.
    Drain {
        #[arg(long, default_value_t = 40_000)]
        orders: usize,
        /// Once more on top of so many sales.
        #[arg(long)]
        past: Option<u32>,
    },
    /// Webhook to committed sale at fixed rates.
    E2e,
    /// What a connection feels of others that hang, flood and send poison.
    Isolation,
    /// Sale history over a million sales.
    History {
        #[arg(long, default_value_t = 1_000_000)]
        sales: u32,
    },
    /// Memory of every process at rest.
    Footprint,
    /// Shuffled, repeated versions of many orders while processes are killed.
    Storm {
        /// Let a simulated shop of this platform trade through it, its API and its deliveries failing; more
        /// than once: of each of them, all at the same time.
        #[arg(long = "platform", value_enum)]
        platforms: Vec<Platform>,
        /// [default: 20,000; of each simulated shop 5,000]
        #[arg(long)]
        orders: Option<usize>,
        /// Processes killed, of any kind; a simulated shop's storm has its own plan.
        #[arg(long, default_value_t = 20, conflicts_with = "platforms")]
        kills: usize,
    },
    /// A simulated shop's past is imported and taken back while services are killed, and imported again.
    Import {
        #[arg(long, value_enum)]
        platform: Platform,
        #[arg(long, default_value_t = IMPORT_ORDERS)]
        orders: usize,
    },
    /// The last units sold at tills and in four shops while services are killed: what shops are told, against the truth.
    Oversell {
        /// In the shops; tills sell besides.
        #[arg(long, default_value_t = OVERSELL_SALES)]
        sales: usize,
    },
    /// From a till's sale of a last unit to the beginning of the push, while some shops are broken.
    PushLatency {
        #[arg(long, default_value_t = SHOPS)]
        shops: u16,
        /// Of them: they refuse connections, answer 500 or 401, or hang.
        #[arg(long, default_value_t = BROKEN_SHOPS)]
        broken: u16,
    },
    /// A whole catalogue told to a shop of each platform, and looked at again.
    PushAll {
        #[arg(long, default_value_t = PRODUCTS)]
        products: u32,
        /// Shops let themselves be asked as often as anybody likes.
        #[arg(long)]
        unlimited: bool,
    },
    /// Random histories through the pure function, against an oracle.
    Posting {
        #[arg(long, default_value_t = 1_000_000)]
        histories: u64,
    },
    /// Everything, one after the other.
    All,
}

impl What {
    fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Posting {
                histories: 1_000_000,
            },
            Self::Footprint,
            Self::Intake,
            Self::Drain {
                orders: 40_000,
                past: Some(1_000_000),
            },
            Self::E2e,
            Self::Isolation,
            Self::History { sales: 1_000_000 },
        ];
        let singly = Platform::ALL.map(|platform| vec![platform]);
        for platforms in [vec![]].into_iter().chain(singly) {
            all.push(Self::Storm {
                platforms,
                orders: None,
                kills: 20,
            });
        }
        all.extend(Platform::ALL.map(|platform| Self::Import {
            platform,
            orders: IMPORT_ORDERS,
        }));
        all.push(Self::Oversell {
            sales: OVERSELL_SALES,
        });
        all
    }

    async fn measure(self, seed: u64) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::Intake => intake::run(seed).await,
            Self::Drain { orders, past } => drain::run(seed, orders, past).await,
            Self::E2e => end_to_end::run(seed).await,
            Self::Isolation => isolation::run(seed).await,
            Self::History { sales } => history::run(seed, sales).await,
            Self::Footprint => footprint::run().await,
            Self::Storm {
                platforms,
                orders,
                kills: _,
            } if !platforms.is_empty() => {
                shop_storm::run(ShopStorm {
                    platforms,
                    seed,
                    orders: orders.unwrap_or(SHOP_STORM_ORDERS),
                })
                .await
            }
            Self::Storm {
                platforms: _,
                orders,
                kills,
            } => {
                storm::run(&StormOptions {
                    orders: orders.unwrap_or(STORM_ORDERS),
                    kills,
                    in_flight: 64,
                    products: 2_000,
                    ..StormOptions::small(seed)
                })
                .await
            }
            Self::Import { platform, orders } => {
                shop_import::run(ShopImport {
                    platform,
                    seed,
                    orders,
                })
                .await
            }
            Self::Oversell { sales } => oversell::run(Oversell { seed, sales }).await,
            Self::PushLatency { shops, broken } => {
                push_latency::run(PushLatency {
                    seed,
                    shops,
                    broken,
                })
                .await
            }
            Self::PushAll {
                products,
                unlimited,
            } => {
                push_all::run(PushAll {
                    seed,
                    products,
                    unlimited,
                })
                .await
            }
            Self::Posting { histories } => posting::run(seed, histories),
            Self::All => anyhow::bail!("everything is not one measurement"),
        }
    }
}

impl Bench {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self {
            what,
            json,
            seed,
            wait,
        } = self;
        let todo = match what {
            What::All => What::all(),
            What::Intake
            | What::Drain { .. }
            | What::E2e
            | What::Isolation
            | What::History { .. }
            | What::Footprint
            | What::Storm { .. }
            | What::Import { .. }
            | What::Oversell { .. }
            | What::PushLatency { .. }
            | What::PushAll { .. }
            | What::Posting { .. } => vec![what],
        };
        let mut figures = Vec::new();
        for what in todo {
            eprintln!("measuring {what:?}, seed {seed}");
            if !wait_for_rest(Duration::from_secs(wait))? {
                eprintln!("the machine is busy with other things: figures will be low");
            }
            let began = Moment::now()?;
            let measured = format!("{what:?}");
            figures.extend(Box::pin(what.measure(seed)).await?);
            figures.push(began.figure(measured)?);
            report(&figures, json.as_deref())?;
        }
        Ok(())
    }
}
