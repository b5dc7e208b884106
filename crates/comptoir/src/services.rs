//! The registry: the services there are, and the only file here that names them and their
//! platforms. A new platform is one line in each table.

use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use retail::PlatformCode;
use service::clock::{Clock, Ids, SystemClock, SystemIds};
use service::settings::Settings;
use shop::push::Push;
use shop_bigcommerce::BigCommerce;
use shop_ecom::Ecom;
use shop_shopify::Shopify;
use shop_woocommerce::WooCommerce;

/// A process of the system, as `comptoir service <name>` runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Service {
    Ledger,
    CatalogPush,
    #[value(name = "ingest-shopify")]
    IngestShopify,
    #[value(name = "ingest-bigcommerce")]
    IngestBigCommerce,
    #[value(name = "ingest-woocommerce")]
    IngestWooCommerce,
    #[value(name = "ingest-ecom")]
    IngestEcom,
}

/// What sort of service one is: what it is told at start depends on that alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ledger,
    Catalogue,
    /// Of the shops of one platform, by its code.
    Ingest(&'static str),
}

/// The platforms whose shops can be connected.
pub(crate) fn platforms() -> anyhow::Result<Vec<PlatformCode>> {
    let codes = Service::ALL
        .into_iter()
        .filter_map(|service| match service.kind() {
            Kind::Ledger | Kind::Catalogue => None,
            Kind::Ingest(code) => Some(code),
        });
    codes
        .map(|code| PlatformCode::new(code).context(code))
        .collect()
}

/// How the shops of each platform are told what they are to show.
fn pushers() -> anyhow::Result<catalog_push::Pushers> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(SystemIds::new(Arc::clone(&clock)));
    let told: [(&str, Arc<dyn Push>); 4] = [
        ("shopify", Arc::new(Shopify::new(Arc::clone(&clock))?)),
        (
            "bigcommerce",
            Arc::new(BigCommerce::new(Arc::clone(&clock))?),
        ),
        (
            "woocommerce",
            Arc::new(WooCommerce::new(Arc::clone(&clock), ids)?),
        ),
        ("ecom", Arc::new(Ecom::new(clock)?)),
    ];
    told.into_iter()
        .map(|(code, push)| Ok((PlatformCode::new(code).context(code)?, push)))
        .collect()
}

/// Of the demo's shops, and of the first one in a new seed file: its deliveries are whole orders, so that
/// it can do without access to the shop.
pub(crate) const FIRST_PLATFORM: &str = "woocommerce";

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
    pub(crate) const ALL: [Self; 6] = [
        Self::Ledger,
        Self::CatalogPush,
        Self::IngestShopify,
        Self::IngestBigCommerce,
        Self::IngestWooCommerce,
        Self::IngestEcom,
    ];

    /// Also the name of its binary, its log and its broker user.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::CatalogPush => "catalog-push",
            Self::IngestShopify => "ingest-shopify",
            Self::IngestBigCommerce => "ingest-bigcommerce",
            Self::IngestWooCommerce => "ingest-woocommerce",
            Self::IngestEcom => "ingest-ecom",
        }
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Ledger => Kind::Ledger,
            Self::CatalogPush => Kind::Catalogue,
            Self::IngestShopify => Kind::Ingest("shopify"),
            Self::IngestBigCommerce => Kind::Ingest("bigcommerce"),
            Self::IngestWooCommerce => Kind::Ingest("woocommerce"),
            Self::IngestEcom => Kind::Ingest("ecom"),
        }
    }

    /// The one that goes by this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
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
            Self::CatalogPush => catalog_push::run(command, settings, pushers()?).await,
            Self::IngestShopify => ingest_shopify::run(command, settings).await,
            Self::IngestBigCommerce => ingest_bigcommerce::run(command, settings).await,
            Self::IngestWooCommerce => ingest_woocommerce::run(command, settings).await,
            Self::IngestEcom => ingest_ecom::run(command, settings).await,
        }
    }
}
