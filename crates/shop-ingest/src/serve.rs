//! The life of an ingest service's process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bus::{Bus, Durable, Map, Options, Service, durable, stream};
use proto::connect::audit_server::AuditServer;
use proto::connect::deliveries_server::DeliveriesServer;
use proto::connect::imports_server::ImportsServer;
use proto::connect::installs_server::InstallsServer;
use proto::connect::leases_server::LeasesServer;
use proto::connect::privacy_requests_server::PrivacyRequestsServer;
use service::access::{Bearer, Gate, Guard, Secrets};
use service::clock::{Clock, Ids, SystemIds};
use service::health::{Health, probe};
use service::lifecycle::{self, Lifecycle};
use service::listen::{self, Listening};
use service::seal::Keyring;
use service::{Settings, http};
use shop::{Platform, ShopUrl};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::archive::{Archive, Archiver, Bodies};
use crate::audit::Audit;
use crate::broadcast::Broadcaster;
use crate::census::{self, Census};
use crate::chore;
use crate::connections::Connections;
use crate::event::Events;
use crate::follow::Follower;
use crate::heard::Heard;
use crate::imports::{Importer, Imports, LedgerImports};
use crate::inbox::Inbox;
use crate::install::{self, Installer};
use crate::isolation::{self, Gates, Quotas};
use crate::leases::Leases;
use crate::ledger::{Ledger, LedgerWay, TOKEN_TIMEOUT};
use crate::linking::Linker;
use crate::management::Management;
use crate::meters::Meters;
use crate::methods::METHODS;
use crate::orders::Orders;
use crate::outage::Outage;
use crate::poll::{self, Poller};
use crate::privacy::{self, LedgerErasures, Privacy, Requests};
use crate::release::Releaser;
use crate::renewal::Renewing;
use crate::store::{self, Schema, Store, StoredConnection};
use crate::tokens::LedgerTokens;
use crate::unread::Unread;
use crate::watchdog::{self, Addresses, Watchdog};
use crate::webhook::{self, Hooks};
use crate::worker::Worker;
use crate::{seed, settings};

/// Hints on their way from the worker to the follower, who takes them at once.
const HINTS_ON_THE_WAY: usize = 64;
/// How often the inbox's lag is measured.
const LAG_EVERY: Duration = Duration::from_secs(15);

/// Runs until told to stop; refuses to run on a broker that would lose what it acknowledges.
///
/// Readiness asks the broker alone: deliveries are taken and kept while the database is away.
pub(crate) async fn serve(
    platform: Arc<dyn Platform>,
    clock: Arc<dyn Clock>,
    settings: &Settings,
) -> anyhow::Result<()> {
    let code = platform.code();
    let service = Service::Ingest(code.clone());
    let deadline = lifecycle::deadline(settings)?;
    let keyring = Arc::new(Keyring::from_settings(settings)?);
    let schema = Schema::of(&code);
    let database = settings::database(settings, settings::DATABASE)?;
    let pool = store::pool(&database, &schema);
    let call_pool = store::call_pool(&database, &schema);
    schema::check(&pool, &store::declared(&schema))
        .await
        .context("the database is refused")?;
    let store = Store::new(pool.clone(), Arc::clone(&keyring), schema);
    // What answers callers, and reaches what is theirs.
    let answering = store.on(call_pool.clone());
    let app = Arc::new(install::app(settings).context("the app's settings cannot be used")?);
    let bare = Arc::clone(&platform);
    let renewing = Renewing::new(
        platform,
        Arc::clone(&app),
        store.clone(),
        Arc::clone(&clock),
    );
    let renewing = Arc::new(renewing.at(settings.optional(settings::SHOP_PER_SECOND)?));
    let platform: Arc<dyn Platform> = Arc::<Renewing>::clone(&renewing);
    let stored = stored(&store, clock.as_ref(), settings).await?;
    let connections = Arc::new(Connections::new(code.clone(), stored)?);
    let secrets = Secrets::from_settings(settings)?;
    let way = LedgerWay {
        url: settings.optional(settings::LEDGER_URL)?,
        bearer: Bearer::of_service(&service.to_string(), secrets.keys(), Arc::clone(&clock)),
    };
    let ledger = Ledger::at(&way)
        .with_context(|| format!("setting {} is no address", settings::LEDGER_URL))?;
    let bus = connect(&service, settings).await?;

    let meters = Arc::new(Meters::new());
    let mut lifecycle = Lifecycle::new();
    let (stop, stopping) = (lifecycle.stop(), lifecycle.stop());
    let health = Health::new();
    let handed_to = bus.handed_to(&durable::worker(&code)).await?;
    let unread = Arc::new(Unread::new(handed_to));
    let (gates, heard) = (Arc::new(Gates::default()), Arc::new(Heard::default()));
    let broadcaster = Broadcaster {
        platform: Arc::clone(&platform),
        store: store.clone(),
        connections: Arc::clone(&connections),
        publisher: bus.publisher(&stream::connections()),
        outage: Outage::new("telling of connections"),
    };
    let releaser = Releaser {
        platform: code.clone(),
        store: store.clone(),
        connections: Arc::clone(&connections),
        publisher: bus.publisher(&stream::inbox(&code)),
        outage: Outage::new("releasing kept deliveries"),
    };
    let inbox = Inbox {
        publisher: bus.publisher(&stream::inbox(&code)),
        platform: code.clone(),
        keyring: Arc::clone(&keyring),
    };
    let hooks = webhook::router(Hooks {
        platform: Arc::clone(&platform),
        connections: Arc::clone(&connections),
        inbox: inbox.clone(),
        quotas: Quotas::new(settings.or(settings::HOOKS_PER_SECOND, isolation::PER_SECOND)?),
        clock: Arc::clone(&clock),
        meters: Arc::clone(&meters),
        outage: Outage::new("keeping deliveries"),
    });
    let orders = Orders {
        publisher: bus.publisher(&stream::orders()),
        keyring: Arc::clone(&keyring),
    };
    let import_orders = orders.clone();
    let archiver = Archiver {
        store: store.clone(),
        keyring: Arc::clone(&keyring),
        bodies: Bodies(Arc::clone(&keyring)),
        clock: Arc::clone(&clock),
        retention: settings::retention(settings)?,
        stop: stop.clone(),
    };
    let archive = Archive {
        store: answering.clone(),
        bodies: archiver.bodies.clone(),
    };
    let audit = Audit {
        store: answering.clone(),
    };
    let dead = bus.dead_letters(&service);
    let outage = Arc::new(Outage::new("telling the ledger"));
    let (hints, hinted) = mpsc::channel(HINTS_ON_THE_WAY);
    let follower = Follower {
        platform: Arc::clone(&platform),
        connections: Arc::clone(&connections),
        gates: Arc::clone(&gates),
        orders: orders.clone(),
        dead: dead.clone(),
        clock: Arc::clone(&clock),
        meters: Arc::clone(&meters),
        outage: Arc::clone(&outage),
        stop: stop.clone(),
    };
    let seals = Arc::clone(&keyring);
    let worker = Worker {
        platform: Arc::clone(&platform),
        connections: Arc::clone(&connections),
        store: store.clone(),
        keyring,
        orders,
        dead,
        hints,
        heard: Arc::clone(&heard),
        unread: Arc::clone(&unread),
        events: Events {
            store: store.clone(),
            connections: Arc::clone(&connections),
            clock: Arc::clone(&clock),
            outage: Outage::new("keeping what shops tell of themselves"),
        },
        clock: Arc::clone(&clock),
        meters: Arc::clone(&meters),
        outage,
        stop: stop.clone(),
    };
    let privacy = Privacy {
        platform: Arc::clone(&platform),
        code: code.clone(),
        store: store.clone(),
        ledger: LedgerErasures::at(&way)?,
        keyring: seals,
        bodies: archive.bodies.clone(),
        clock: Arc::clone(&clock),
        every: settings::duration(settings, settings::PRIVACY_EVERY_MS, privacy::EVERY)?,
        outage: Outage::new("answering privacy requests"),
        left: privacy::Left::default(),
    };
    let requests = Requests {
        platform: Arc::clone(&platform),
        store: answering.clone(),
        clock: Arc::clone(&clock),
    };
    let durable = durable::worker(&code);
    let leases = Leases {
        platform: renewing,
        store: answering.clone(),
        connections: Arc::clone(&connections),
        gates: Arc::clone(&gates),
        unread,
        bus: bus.clone(),
        inbox: durable.clone(),
        clock: Arc::clone(&clock),
    };

    let (listener, address) = listen::bind(settings, listen::HTTP).await?;
    let poller = Poller {
        platform: Arc::clone(&platform),
        store: store.clone(),
        inbox: inbox.clone(),
        ledger,
        heard: Arc::clone(&heard),
        told: Mutex::default(),
        clock: Arc::clone(&clock),
        meters: Arc::clone(&meters),
        every: settings::duration(settings, settings::POLL_EVERY_MS, poll::EVERY)?,
        grace: settings::duration(settings, settings::GAP_GRACE_MS, poll::GRACE)?,
    };
    let census = Census {
        platform: Arc::clone(&platform),
        store: store.clone(),
        inbox: inbox.clone(),
        ledger: Ledger::at(&way)?,
        clock: Arc::clone(&clock),
        every: settings::duration(settings, settings::COUNT_EVERY_MS, census::EVERY)?,
        grace: poller.grace,
    };
    let importer = Importer {
        platform: Arc::clone(&platform),
        store: store.clone(),
        orders: import_orders,
        known: Ledger::at(&way)?,
        ledger: LedgerImports::at(&way)?,
        clock: Arc::clone(&clock),
    };
    let asked = Arc::new(Ledger::at(&way)?);
    let imports = Imports {
        store: answering.clone(),
        rules: platform.import_rules(),
        connections: Arc::clone(&connections),
        inbox,
        ledger: Arc::clone(&asked),
        clock: Arc::clone(&clock),
    };
    let addresses = addresses(settings, address)?;
    // A candidate is asked with what it was given just now, and with nothing that is kept of the shop.
    let linker = Linker {
        platform: bare,
        store: store.clone(),
        connections: Arc::clone(&connections),
        ledger: asked,
        clock: Arc::clone(&clock),
    };
    let ids: Arc<dyn Ids> = Arc::new(SystemIds::new(Arc::clone(&clock)));
    let installer = Installer {
        platform: Arc::clone(&platform),
        app,
        store: store.clone(),
        linker: linker.clone(),
        addresses: addresses.clone(),
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
    };
    let called_linker = Linker {
        store: answering.clone(),
        ..linker
    };
    let called_installer = Installer {
        store: answering.clone(),
        linker: called_linker.clone(),
        ..installer.clone()
    };
    let management = Management {
        platform: Arc::clone(&platform),
        store: answering,
        connections: Arc::clone(&connections),
        linker: called_linker,
        heard,
        addresses: addresses.clone(),
        clock: Arc::clone(&clock),
        ids,
    };
    let watchdog = Watchdog {
        platform,
        store,
        connections: Arc::clone(&connections),
        addresses,
        clock: Arc::clone(&clock),
        meters: Arc::clone(&meters),
        every: settings::duration(settings, settings::HOOKS_EVERY_MS, watchdog::EVERY)?,
    };
    // Spreads things in time; nobody has to guess it in vain.
    let seed = clock.now().as_nanosecond().unsigned_abs();
    let seed = u64::try_from(seed % u128::from(u64::MAX)).unwrap_or_default();
    let router = hooks
        .merge(install::router(installer))
        .merge(health.router());
    lifecycle.spawn("http", serve_http(listener, router, stop.clone()));
    lifecycle.spawn("worker", worker.run(bus.consumer(&durable)));
    let reader = durable::archiver(&code);
    lifecycle.spawn("archiver", archiver.run(bus.consumer(&reader)));
    lifecycle.spawn("privacy", privacy.run(stop.clone()));
    lifecycle.spawn("broadcaster", broadcaster.run(stop.clone()));
    lifecycle.spawn("releaser", releaser.run(stop.clone()));
    lifecycle.spawn("follower", follower.run(hinted));
    lifecycle.spawn(
        "poller",
        chore::run(
            poller,
            Arc::clone(&connections),
            Arc::clone(&gates),
            seed,
            stop.clone(),
        ),
    );
    lifecycle.spawn(
        "importer",
        chore::run(
            importer,
            Arc::clone(&connections),
            Arc::clone(&gates),
            seed,
            stop.clone(),
        ),
    );
    lifecycle.spawn(
        "census",
        chore::run(
            census,
            Arc::clone(&connections),
            Arc::clone(&gates),
            seed,
            stop.clone(),
        ),
    );
    lifecycle.spawn(
        "watchdog",
        chore::run(
            watchdog,
            Arc::clone(&connections),
            gates,
            seed,
            stop.clone(),
        ),
    );
    lifecycle.spawn("lag", measure(bus.clone(), durable, meters, stop.clone()));
    lifecycle.spawn("broker", watch(bus.clone(), stop.clone()));
    lifecycle.spawn("probe", {
        let bus = bus.clone();
        probe(health.check("broker"), stop, async move || {
            if bus.is_connected() {
                Ok(())
            } else {
                Err("not connected")
            }
        })
    });
    tracing::info!(connections = connections.len(), "serving");
    let http = Some(address);
    let grpc = if settings.get(listen::GRPC).is_some() {
        let (listener, address) = listen::bind(settings, listen::GRPC).await?;
        let services = management
            .routes(&health)?
            .add_service(AuditServer::new(audit))
            .add_service(ImportsServer::new(imports))
            .add_service(DeliveriesServer::new(archive))
            .add_service(InstallsServer::new(called_installer))
            .add_service(LeasesServer::new(leases))
            .add_service(PrivacyRequestsServer::new(requests));
        let tokens = LedgerTokens::new(way.channel(TOKEN_TIMEOUT)?);
        let gate = Gate::new(secrets, Arc::new(tokens), clock);
        let guard = Guard::new(gate, METHODS);
        let serving = service::grpc::serve(listener, services, guard, stopping);
        lifecycle.spawn("gRPC", async move { Ok(serving.await?) });
        Some(address)
    } else {
        None
    };
    listen::announce(settings, Listening { http, grpc })?;

    let ended = lifecycle.run_until_stopped(&health, deadline).await;
    bus.drain().await;
    pool.close().await;
    call_pool.close().await;
    Ok(ended?)
}

/// All connections, those of the seed file among them.
async fn stored(
    store: &Store,
    clock: &dyn Clock,
    settings: &Settings,
) -> anyhow::Result<Vec<StoredConnection>> {
    if let Some(path) = settings.optional::<PathBuf>(seed::SEED)? {
        let seed = seed::read(&path, store.platform())?;
        store
            .plant(&seed, clock.now())
            .await
            .context("cannot plant the seed")?;
    }
    Ok(store.connections().await?)
}

/// Where shops reach this service.
fn addresses(settings: &Settings, listening: SocketAddr) -> anyhow::Result<Addresses> {
    let public: Option<String> = settings.optional(settings::PUBLIC_URL)?;
    let public = public
        .map(|url| ShopUrl::new(&url))
        .transpose()
        .with_context(|| format!("setting {} is no address", settings::PUBLIC_URL))?;
    let local = listening
        .ip()
        .is_loopback()
        .then(|| ShopUrl::new(&format!("http://{listening}")))
        .transpose()?;
    Ok(Addresses { public, local })
}

/// Connects, and makes sure of what "acknowledged" means here.
async fn connect(service: &Service, settings: &Settings) -> anyhow::Result<Bus> {
    let name = service.to_string();
    let bus = Bus::connect(Options {
        url: settings.required(settings::NATS_URL)?,
        user: settings.or(settings::NATS_USER, name.clone())?,
        password: settings.secret(settings::NATS_PASSWORD)?,
        name,
    })
    .await?;
    let monitor: String = settings.required(settings::NATS_MONITOR_URL)?;
    bus::check::check(&bus, &monitor, &Map::of(service))
        .await
        .context("cannot rely on the broker")?;
    Ok(bus)
}

async fn serve_http(
    listener: tokio::net::TcpListener,
    router: axum::Router,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    Ok(http::serve(listener, router, stop).await?)
}

async fn measure(
    bus: Bus,
    durable: Durable,
    meters: Arc<Meters>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut turns = interval(LAG_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(turns.tick()).await.is_some() {
        match bus.lag(&durable).await {
            Ok(lag) => meters.lag(lag),
            Err(error) => tracing::debug!(%error, "the lag is not known"),
        }
    }
    Ok(())
}

/// A connection that is gone for good ends the process: whoever runs it starts it anew.
async fn watch(bus: Bus, stop: CancellationToken) -> anyhow::Result<()> {
    match stop.run_until_cancelled(bus.closed()).await {
        Some(()) => bail!("the broker refuses the connection for good"),
        None => Ok(()),
    }
}
