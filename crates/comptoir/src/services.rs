//! The registry: the services there are, and the only file here that names them and their
//! platforms. A new platform is one line in each table.

use anyhow::Context as _;
use clap::ValueEnum;
use retail::PlatformCode;
use service::settings::Settings;

/// A process of the system, as `comptoir service <name>` runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Service {
    Ledger,
    #[value(name = "ingest-woocommerce")]
    IngestWooCommerce,
}

/// What sort of service one is: what it is told at start depends on that alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ledger,
    Ingest,
}

/// The platforms whose shops can be connected.
pub(crate) fn platforms() -> anyhow::Result<Vec<PlatformCode>> {
    let platform = |code: &'static str| PlatformCode::new(code).context(code);
    Ok(vec![platform("woocommerce")?])
}

/// What the shops were whose deliveries the demo shows.
pub(crate) const DEMO_SHOPS: &str = "WooCommerce";

/// What a service is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    /// Run until SIGTERM.
    Serve,
    /// Bring its schema, streams and consumers up to date.
    Migrate,
    /// Ask the running one whether it is ready.
    Healthcheck,
}

impl Action {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Migrate => "migrate",
            Self::Healthcheck => "healthcheck",
        }
    }
}

impl Service {
    /// The one that the demo's shops talk to.
    pub(crate) const INGEST: Self = Self::IngestWooCommerce;

    /// In the order in which they are started; they are stopped in the opposite one.
    pub(crate) const ALL: [Self; 2] = [Self::Ledger, Self::IngestWooCommerce];

    /// Also the name of its binary, its log and its broker user.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::IngestWooCommerce => "ingest-woocommerce",
        }
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Ledger => Kind::Ledger,
            Self::IngestWooCommerce => Kind::Ingest,
        }
    }

    /// Runs it in this process, as its own binary does.
    pub(crate) async fn run(self, action: Action, settings: &Settings) -> anyhow::Result<()> {
        let command = match action {
            Action::Serve => service::Command::Serve,
            Action::Migrate => service::Command::Migrate,
            Action::Healthcheck => service::Command::Healthcheck,
        };
        match self {
            Self::Ledger => ledger::run(command, settings).await,
            Self::IngestWooCommerce => ingest_woocommerce::run(command, settings).await,
        }
    }
}
