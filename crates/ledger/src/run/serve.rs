use std::sync::Arc;

use anyhow::Context as _;
use bus::{Bus, Map, check, durable, stream};
use service::access::{Gate, Guard, Secrets};
use service::clock::{Clock, Ids, SystemClock, SystemIds};
use service::health::{Health, probe};
use service::lifecycle::{Lifecycle, deadline};
use service::listen::{self, Listening};
use service::seal::Keyring;
use service::{Settings, http};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::settings;
use crate::backlog::Backlog;
use crate::chainer::Chainer;
use crate::consume::{ConnectionReader, EarlyOrders, pipeline};
use crate::desk::Desk;
use crate::grpc;
use crate::metrics::Metrics;
use crate::relay::Relay;
use crate::retention::Retention;
use crate::store::{self, Chain, Outbox, Reader, Store, Tokens};
use crate::wake::Wake;

/// Batches written at once. Two keep the database busy while one waits for its commit; more only wait for each other.
const WRITERS: usize = 2;
const WRITER_NAMES: [&str; WRITERS] = ["first writer", "second writer"];

/// Runs until told to stop.
pub async fn serve(settings: &Settings) -> anyhow::Result<()> {
    let deadline = deadline(settings)?;
    let repeats_kept = settings::repeats_kept(settings)?;
    let keyring = Arc::new(Keyring::from_settings(settings)?);
    let secrets = Secrets::from_settings(settings)?;
    let monitor: String = settings.required(settings::NATS_MONITOR)?;
    let database = settings::database(settings, settings::DATABASE)?;
    let (writing, reading) = (store::write_pool(&database), store::read_pool(&database));
    let (acting, looking_up) = (store::act_pool(&database), store::own_read_pool(&database));
    store::check::check(&writing)
        .await
        .context("the database is refused")?;
    if let Some(seed) = settings::seed(settings)? {
        store::plant(&writing, &seed)
            .await
            .context("cannot plant the seed")?;
    }
    let bus = Bus::connect(settings::broker(
        settings,
        "NATS_USER",
        "NATS_PASSWORD",
        "ledger",
    )?)
    .await?;
    check::check(&bus, &monitor, &Map::of(&bus::Service::Ledger))
        .await
        .context("the broker is refused")?;

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn Ids> = Arc::new(SystemIds::new(Arc::clone(&clock)));
    let (metrics, wake) = (Metrics::new(), Wake::new());
    let health = Health::new();
    let mut lifecycle = Lifecycle::new();
    let stop = lifecycle.stop();

    let (http_listener, http_address) = listen::bind(settings, listen::HTTP).await?;
    let (grpc_listener, grpc_address) = listen::bind(settings, listen::GRPC).await?;
    if !grpc_address.ip().is_loopback() {
        tracing::warn!(%grpc_address, "gRPC is not encrypted here: tokens must not go over a network as they are");
    }
    let probes = [
        (health.check("database"), writing.clone()),
        (health.check("questions"), reading.clone()),
    ];
    for (check, pool) in probes {
        lifecycle.spawn(
            "database probe",
            probe(check, stop.clone(), async move || ask(&pool).await),
        );
    }
    let (asked, measured) = (bus.clone(), metrics.clone());
    let lag = async move || follow_lag(&asked, &measured).await;
    lifecycle.spawn(
        "broker probe",
        probe(health.check("broker"), stop.clone(), lag),
    );

    let erasures = store::erasure_key(&writing, &keyring)
        .await
        .context("who was erased cannot be known again")?;
    let store = Store::new(writing.clone(), Arc::clone(&clock), ids, erasures);
    let acts = store.on(acting.clone());
    let (reader, writers) = pipeline(
        WRITERS,
        bus.consumer(&durable::ledger_orders()),
        &bus.dead_letters(&bus::Service::Ledger),
        Arc::clone(&keyring),
        &store,
        &metrics,
        &wake,
    );
    let known = Arc::new(Notify::new());
    let connections = ConnectionReader {
        consumer: bus.consumer(&durable::ledger_connections()),
        dead: bus.dead_letters(&bus::Service::Ledger),
        store: store.clone(),
        known: Arc::clone(&known),
    };
    let early = EarlyOrders {
        store: store.clone(),
        keyring: Arc::clone(&keyring),
        metrics: metrics.clone(),
        wake: wake.clone(),
        known,
    };
    lifecycle.spawn("connections", connections.run(stop.clone()));
    lifecycle.spawn("early orders", early.run(stop.clone()));
    lifecycle.spawn("reader", reader.run(stop.clone()));
    for (name, writer) in WRITER_NAMES.into_iter().zip(writers) {
        lifecycle.spawn(name, writer.run(stop.clone()));
    }
    let chainer = Chainer::new(
        Chain::new(writing.clone(), Arc::clone(&clock)),
        wake.listener(),
    );
    lifecycle.spawn("chain", chainer.run(stop.clone()));
    let retention = Retention {
        store: store.clone(),
        clock: Arc::clone(&clock),
        kept: repeats_kept,
    };
    lifecycle.spawn("retention", retention.run(stop.clone()));
    let relay = Relay::new(
        Outbox::new(writing.clone()),
        bus.publisher(&stream::ledger()),
        wake.listener(),
        Arc::clone(&clock),
        metrics,
    );
    lifecycle.spawn("relay", relay.run(stop.clone()));
    lifecycle.spawn(
        "connection to the broker",
        until_closed(bus.clone(), stop.clone()),
    );

    let questions = Reader::new(reading.clone());
    let desk = Desk::new(acts.clone(), questions.clone(), keyring, wake.clone());
    let backlog = Backlog::of(bus.clone());
    let routes = grpc::routes(&acts, &questions, &desk, backlog, &wake, &health, &stop)?;
    let tokens = Tokens(Reader::new(looking_up.clone()));
    let gate = Gate::new(secrets, Arc::new(tokens), clock);
    let guard = Guard::new(gate, grpc::METHODS);
    let serving = service::grpc::serve(grpc_listener, routes, guard, stop.clone());
    lifecycle.spawn("gRPC", async move { Ok(serving.await?) });
    let serving = http::serve(http_listener, health.router(), stop.clone());
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
    writing.close().await;
    acting.close().await;
    reading.close().await;
    looking_up.close().await;
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

/// Whether the broker can be reached; measures on the way how far the ledger is behind.
async fn follow_lag(bus: &Bus, metrics: &Metrics) -> Result<(), String> {
    let lag = bus
        .lag(&durable::ledger_orders())
        .await
        .map_err(|error| error.to_string())?;
    metrics.pending(lag.pending);
    Ok(())
}

/// A connection that is gone for good ends the process, which then starts anew.
async fn until_closed(bus: Bus, stop: CancellationToken) -> anyhow::Result<()> {
    match stop.run_until_cancelled(bus.closed()).await {
        None => Ok(()),
        Some(()) => anyhow::bail!("the broker's connection is closed for good"),
    }
}
