//! A simulated shop in business: served, trading, delivering, under control.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use service::clock::Clock as _;
use service::http;
use shop::sim::{Access, Books, ProductEdit, SimShop, StockLog};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::certificates::{CertificateError, Certificates};
use crate::clock::SimClock;
use crate::counts::Counts;
use crate::courier::{Courier, Dropped, POST_TIMEOUT};
use crate::faults::Faults;
use crate::journal::Journal;
use crate::network::Network;
use crate::recording::Recording;
use crate::script::{Play, Script};
use crate::status::{Status, TradeStatus};
use crate::trade::{Pace, Trade, TradeState};
use crate::{api, control};

/// How often it is looked whether the trade is over.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How a shop is run.
#[derive(Clone, Debug)]
pub struct RunnerOptions {
    /// Decides what befalls deliveries and requests.
    pub seed: u64,
    pub pace: Pace,
    pub faults: Faults,
    pub script: Script,
    /// Whether it waits to be told before it trades.
    pub paused: bool,
    /// Port of the shop's API on loopback; 0: any.
    pub port: u16,
    /// Port of the control API on loopback; 0: any.
    pub control_port: u16,
    /// Scheme, host and port that all deliveries are posted to, whatever address was registered: for
    /// platforms that accept only public addresses with TLS. `None`: to the registered address, if it is
    /// on this machine.
    pub deliver_to: Option<String>,
    /// Whether it is asked over TLS, with a certificate that a root of its own has signed.
    pub tls: bool,
}

impl RunnerOptions {
    /// Trades at once, on any ports, and nothing goes wrong.
    #[must_use]
    pub const fn new(seed: u64, pace: Pace) -> Self {
        Self {
            seed,
            pace,
            faults: Faults::NONE,
            script: Script(Vec::new()),
            paused: false,
            port: 0,
            control_port: 0,
            deliver_to: None,
            tls: false,
        }
    }
}

/// Why a shop cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot make deliveries")]
    Client(#[from] reqwest::Error),
    #[error("cannot make certificates")]
    Certificates(#[from] CertificateError),
    #[error("a script has at most {limit} scenes", limit = Script::LIMIT)]
    ScriptTooLong,
}

/// A running shop; it ends when the runner does.
#[derive(Debug)]
pub struct Runner {
    run: ShopRun,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Runner {
    /// Returns when both ports answer.
    pub async fn start(
        sim: Arc<dyn SimShop>,
        clock: Arc<SimClock>,
        options: RunnerOptions,
    ) -> Result<Self, StartError> {
        let RunnerOptions {
            seed,
            pace,
            faults,
            script,
            paused,
            port,
            control_port,
            deliver_to,
            tls,
        } = options;
        if script.0.len() > Script::LIMIT {
            return Err(StartError::ScriptTooLong);
        }
        let client = http::client_builder().no_proxy().tls_certs_only([]);
        let client = client.timeout(POST_TIMEOUT).build()?;
        let (api_listener, api) = listen(port).await?;
        let (control_listener, control) = listen(control_port).await?;
        let certificates = tls.then(Certificates::new).transpose()?;
        let network = Network::new(seed, faults, certificates, Arc::clone(&clock));
        let state = Arc::new(TradeState {
            paused: AtomicBool::new(paused),
            over: AtomicBool::new(false),
        });
        let run = ShopRun {
            shop: Arc::clone(&sim),
            clock: Arc::clone(&clock),
            network: Arc::clone(&network),
            state: Arc::clone(&state),
            api,
            control,
        };
        let stop = CancellationToken::new();
        let trade = Trade {
            shop: Arc::clone(&sim),
            clock,
            network: Arc::clone(&network),
            pace,
            state,
            stop: stop.clone(),
        };
        let courier = Courier {
            shop: Arc::clone(&sim),
            network: Arc::clone(&network),
            client,
            deliver_to: deliver_to.map(|origin| origin.trim_end_matches('/').to_owned()),
            dropped: Dropped::default(),
            stop: stop.clone(),
        };
        // It learns its own address, which some platforms sign.
        let _access = run.access();
        let api = api::serve(api_listener, sim.router(), network, stop.clone());
        let control = http::serve(control_listener, control::router(run.clone()), stop.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(ending("shop's API", api));
        tasks.spawn(ending("control API", control));
        tasks.spawn(trade.run(Play::of(script)));
        tasks.spawn(courier.run());
        Ok(Self { run, stop, tasks })
    }

    /// A handle that can be cloned and kept.
    #[must_use]
    pub const fn shop(&self) -> &ShopRun {
        &self.run
    }

    /// Stops listening, trading and delivering; what is under way is given up.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

async fn ending(what: &'static str, serving: impl Future<Output = std::io::Result<()>>) {
    if let Err(error) = serving.await {
        tracing::error!(%error, "the {what} has ended");
    }
}

async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound
        .await
        .map_err(|source| StartError::Listen { address, source })
}

/// A shop in business, to be watched and told.
#[derive(Clone)]
pub struct ShopRun {
    shop: Arc<dyn SimShop>,
    clock: Arc<SimClock>,
    network: Arc<Network>,
    state: Arc<TradeState>,
    api: SocketAddr,
    control: SocketAddr,
}

impl fmt::Debug for ShopRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopRun")
            .field("api", &self.api)
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}

impl ShopRun {
    /// Where the shop answers; some platforms' API lies in a folder below, see [`ShopRun::access`].
    #[must_use]
    pub fn base_url(&self) -> String {
        let scheme = match self.network.certificates {
            None => "http",
            Some(_) => "https",
        };
        format!("{scheme}://{}", self.api)
    }

    /// The root that signed the shop's good certificate, as PEM, where it is asked over TLS.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        self.network.certificates.as_ref().map(Certificates::root)
    }

    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// What a connection to this shop is made of.
    #[must_use]
    pub fn access(&self) -> Access {
        self.shop.access(&self.base_url())
    }

    #[must_use]
    pub fn clock(&self) -> &SimClock {
        &self.clock
    }

    #[must_use]
    pub fn books(&self) -> Books {
        self.shop.books()
    }

    #[must_use]
    pub fn counts(&self) -> Counts {
        self.network.counters.read()
    }

    /// What the shop was asked so far.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.network.journals.read()
    }

    /// From now on it keeps what it is told.
    pub fn begin_recording(&self) {
        self.network.journals.begin_recording();
    }

    /// What it was told since.
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.network.journals.recording()
    }

    #[must_use]
    pub fn status(&self) -> Status {
        let trade = if self.state.over.load(Ordering::Relaxed) {
            TradeStatus::Over
        } else if self.state.paused.load(Ordering::Relaxed) {
            TradeStatus::Paused
        } else {
            TradeStatus::Trading
        };
        Status {
            now: self.clock.now(),
            clock_speed: self.clock.speed(),
            trade,
            placed: self.shop.placed(),
            faulty: self.network.weather().on,
            away_until: self.network.outage.until(),
            next_delivery: self.shop.next_due(),
            counts: self.counts(),
        }
    }

    pub fn pause(&self) {
        self.state.paused.store(true, Ordering::Relaxed);
    }

    pub fn resume(&self) {
        self.state.paused.store(false, Ordering::Relaxed);
    }

    #[must_use]
    pub fn faults(&self) -> Faults {
        self.network.weather().faults
    }

    pub fn set_faults(&self, faults: Faults) {
        self.network.change(|weather| weather.faults = faults);
    }

    /// Whether faults happen.
    pub fn set_faulty(&self, on: bool) {
        self.network.change(|weather| weather.on = on);
    }

    /// The shop is away for so long by its clock; with nothing it is back.
    pub fn outage(&self, lasting: Duration) {
        self.network.outage.begin(lasting);
    }

    /// Tells the shop where to deliver, on a platform whose staff enters that by hand; elsewhere it does
    /// nothing.
    pub fn set_hook(&self, address: &str) {
        self.shop.set_hook(address);
    }

    /// All its webhooks are gone or switched off.
    pub fn lose_hooks(&self) {
        self.shop.lose_hooks();
        self.network.counters.add(|counts| counts.hooks_lost += 1);
    }

    /// Somebody edits a product in the shop.
    pub fn edit_product(&self, edit: ProductEdit) {
        self.shop.edit_product(edit);
    }

    /// From now on it sells no more than it has.
    pub fn sell_what_there_is(&self) {
        self.shop.sell_what_there_is();
    }

    /// From now on its products cost euros.
    pub fn sell_in_euros(&self) {
        self.shop.sell_in_euros();
    }

    /// From now on it may be asked as often as anybody likes.
    pub fn lift_limits(&self) {
        self.shop.lift_limits();
    }

    /// What there is of every SKU that it counts.
    #[must_use]
    pub fn stock(&self) -> BTreeMap<String, i64> {
        self.shop.stock()
    }

    /// From now on it keeps what moves its stock.
    pub fn begin_stock_log(&self) {
        self.shop.begin_stock_log();
    }

    /// What has moved its stock since.
    #[must_use]
    pub fn stock_log(&self) -> StockLog {
        self.shop.stock_log()
    }

    /// Whether nothing is left to happen.
    #[must_use]
    pub fn is_traded_out(&self) -> bool {
        self.state.over.load(Ordering::Relaxed)
    }

    /// Waits until nothing is left to happen. False when that takes longer than `patience` in real time.
    pub async fn traded_out(&self, patience: Duration) -> bool {
        let began = Instant::now();
        while !self.is_traded_out() {
            if began.elapsed() > patience {
                return false;
            }
            sleep(LOOK_EVERY).await;
        }
        true
    }
}
