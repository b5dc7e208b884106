use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bus::{Bus, Map, check, stream};
use retail::Quantity;
use service::access::{Bearer, Gate, Guard, Secrets};
use service::clock::{Clock, SystemClock};
use service::health::{Health, probe};
use service::lifecycle::{Lifecycle, deadline};
use service::listen::{self, Listening};
use service::{Settings, http};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;

use super::tokens::LedgerTokens;
use super::{NAME, Pushers, pushing, settings};
use crate::grpc::{self, Answering};
use crate::registry::Registry;
use crate::relay::Relay;
use crate::sheet::Worker;
use crate::store::{self, Outbox, Store};
use crate::{consume, pictures};

/// For the ledger to say whose a token is.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs until told to stop.
pub async fn serve(settings: &Settings, pushers: Pushers) -> anyhow::Result<()> {
    let deadline = deadline(settings)?;
    let secrets = Secrets::from_settings(settings)?;
    let monitor: String = settings.required(settings::NATS_MONITOR)?;
    let database = settings::database(settings, settings::DATABASE)?;
    let own = store::own_pool(&database);
    let (acting, reading) = (store::act_pool(&database), store::read_pool(&database));
    let telling = store::push_pool(&database);
    schema::check(&own, &store::declared())
        .await
        .context("the database is refused")?;
    let bus = Bus::connect(settings::broker(
        settings,
        "NATS_USER",
        "NATS_PASSWORD",
        NAME,
    )?)
    .await?;
    check::check(&bus, &monitor, &Map::of(&bus::Service::CatalogPush))
        .await
        .context("the broker is refused")?;

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ledger: String = settings.required(settings::LEDGER_URL)?;
    let bearer = Bearer::of_service(NAME, secrets.keys(), Arc::clone(&clock));
    let asked = Endpoint::from_shared(ledger.clone())
        .with_context(|| format!("setting {} is no address", settings::LEDGER_URL))?
        .timeout(TOKEN_TIMEOUT)
        .connect_lazy();
    let tokens = LedgerTokens::new(bearer.clone().on(asked));
    let registry = Registry::at(ledger, bearer.clone())?;

    let health = Health::new();
    let mut lifecycle = Lifecycle::new();
    let stop = lifecycle.stop();
    let (http_listener, http_address) = listen::bind(settings, listen::HTTP).await?;
    let (grpc_listener, grpc_address) = listen::bind(settings, listen::GRPC).await?;
    if !grpc_address.ip().is_loopback() {
        tracing::warn!(%grpc_address, "gRPC is not encrypted here: tokens must not go over a network as they are");
    }
    let probed = own.clone();
    let database_probe = async move || ask(&probed).await;
    lifecycle.spawn(
        "database probe",
        probe(health.check("database"), stop.clone(), database_probe),
    );
    let probed = bus.clone();
    let broker_probe = async move || {
        let is_there = probed.is_connected();
        is_there.then_some(()).ok_or("not connected")
    };
    lifecycle.spawn(
        "broker probe",
        probe(health.check("broker"), stop.clone(), broker_probe),
    );

    let store = Store::new(own.clone(), Arc::clone(&clock));
    let connections = consume::connections(&bus, store.clone(), stop.clone());
    lifecycle.spawn("connections", connections);
    lifecycle.spawn("items", consume::items(&bus, store.clone(), stop.clone()));
    lifecycle.spawn("sales", consume::sales(&bus, store.clone(), stop.clone()));
    let public_url: Arc<str> = settings::public_url(settings, http_address)?.into();
    let reconciler = pushing::reconciler(
        settings,
        pushers,
        store.on(telling.clone()),
        &bearer,
        Arc::clone(&clock),
        Arc::clone(&public_url),
    )?;
    let last_units = Quantity::units(reconciler.settings.last_units)?;
    let stock = consume::stock(&bus, store.clone(), last_units, stop.clone());
    lifecycle.spawn("stock", stock);
    lifecycle.spawn("shops", reconciler.run(stop.clone()));
    let relay = Relay {
        outbox: Outbox(store.clone()),
        publisher: bus.publisher(&stream::catalog()),
    };
    lifecycle.spawn("relay", relay.run(stop.clone()));
    let worker = Worker {
        store: store.clone(),
        registry: registry.clone(),
    };
    lifecycle.spawn("sheets", worker.run(stop.clone()));
    lifecycle.spawn(
        "connection to the broker",
        until_closed(bus.clone(), stop.clone()),
    );

    let answering = Answering {
        acts: store.on(acting.clone()),
        questions: store.on(reading.clone()),
        registry,
        public_url,
    };
    let routes = grpc::routes(&answering, &health)?;
    let gate = Gate::new(secrets, Arc::new(tokens), clock);
    let guard = Guard::new(gate, grpc::METHODS);
    let serving = service::grpc::serve(grpc_listener, routes, guard, stop.clone());
    lifecycle.spawn("gRPC", async move { Ok(serving.await?) });
    let pages = pictures::router(store).merge(health.router());
    let serving = http::serve(http_listener, pages, stop.clone());
    lifecycle.spawn("HTTP", async move { Ok(serving.await?) });
    listen::announce(
        settings,
        Listening {
            http: Some(http_address),
            grpc: Some(grpc_address),
        },
    )?;

    let ended = lifecycle.run_until_stopped(&health, deadline).await;
    bus.drain().await;
    own.close().await;
    telling.close().await;
    acting.close().await;
    reading.close().await;
    Ok(ended?)
}

/// A pool that can give a connection that answers.
async fn ask(pool: &PgPool) -> Result<(), &'static str> {
    let mut connection = pool
        .acquire()
        .await
        .map_err(|_| "the database cannot be reached")?;
    sqlx::Connection::ping(&mut *connection)
        .await
        .map_err(|_| "the database does not answer")
}

/// A connection that is gone for good ends the process, which then starts anew.
async fn until_closed(bus: Bus, stop: CancellationToken) -> anyhow::Result<()> {
    match stop.run_until_cancelled(bus.closed()).await {
        None => Ok(()),
        Some(()) => anyhow::bail!("the broker's connection is closed for good"),
    }
}
