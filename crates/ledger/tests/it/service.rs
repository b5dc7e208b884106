//! The whole service in this process, on a real broker: from `order.>` to `ledger.>`.

use std::time::Duration;

use bus::permission::{self, User};
use bus::{Bus, Map, Message, durable, provision, stream, subject};
use devstack::testing::{Database, Nats, Postgres};
use ledger::decide::Incoming;
use ledger::{Command, store};
use prost::Message as _;
use proto::ledger as wire;
use retail::{ConnectionId, PlatformCode, RetailerId};
use service::Settings;
use service::seal::Keyring;
use tokio_util::sync::CancellationToken;

use crate::order::{a_refusal, an_order, wire_message};
use crate::support::{
    self, APP_PASSWORD, CONNECTION, Ledger, OTHER_CONNECTION, OUTLET, RETAILER, id,
};

/// 32 bytes in base64.
const SEAL_KEY: &str = "c2VjcmV0IGtleSBvZiB0ZXN0cywgMzIgYnl0ZXMgLi4=";
/// What a reader took with it when it died comes again after half of this.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct System {
    nats: Nats,
    pub database: Database,
    settings: Settings,
    _folder: tempfile::TempDir,
}

impl System {
    pub async fn new() -> Self {
        Self::on(support::database().await)
    }

    fn on(database: Database) -> Self {
        let shop = PlatformCode::new("woocommerce").unwrap();
        let root = User {
            name: "root".to_owned(),
            publish: vec![">".to_owned()],
            subscribe: vec![">".to_owned()],
        };
        let nats = service_kit::start_broker(&[shop], [root]);
        let folder = tempfile::tempdir().unwrap();
        let listening = folder.path().join("listening.json");
        let own = [
            ("DATABASE_URL", app_url(&database)),
            ("DATABASE_ADMIN_URL", database.url.clone()),
            ("LEDGER_DB_PASSWORD", APP_PASSWORD.to_owned()),
            ("NATS_URL", nats.url()),
            ("NATS_USER", "ledger".to_owned()),
            ("NATS_PASSWORD", nats.password("ledger").to_owned()),
            ("NATS_ADMIN_USER", permission::ADMIN.to_owned()),
            (
                "NATS_ADMIN_PASSWORD",
                nats.password(permission::ADMIN).to_owned(),
            ),
            ("NATS_MONITOR_URL", nats.monitor_url()),
            ("COMPTOIR_SEAL_KEY", SEAL_KEY.to_owned()),
            ("LISTEN_HTTP", "127.0.0.1:0".to_owned()),
            ("LISTEN_GRPC", "127.0.0.1:0".to_owned()),
            ("LISTEN_FILE", listening.to_str().unwrap().to_owned()),
        ];
        let access = service_kit::access_settings();
        let settings = Settings::from_map(own.into_iter().chain(access));
        Self {
            nats,
            database,
            settings,
            _folder: folder,
        }
    }

    /// Runs the service until the token is cancelled.
    pub fn serve(&self) -> Running {
        let stop = CancellationToken::new();
        let settings = self.settings.clone();
        let until = stop.clone();
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move {
            let serving = ledger::run_untold(Command::Serve, &settings);
            // A process that is killed ends in the middle of whatever it does.
            until
                .run_until_cancelled(serving)
                .await
                .transpose()
                .unwrap();
        });
        Running { stop, task }
    }

    async fn connect(&self, user: &str) -> Bus {
        let options = bus::Options {
            url: self.nats.url(),
            user: user.to_owned(),
            password: self.nats.password(user).to_owned().into(),
            name: "test".to_owned(),
        };
        Bus::connect(options).await.unwrap()
    }

    /// With every stream and consumer in place, the ingest service's too.
    pub async fn provision(&self) -> Bus {
        ledger::run_untold(Command::Migrate, &self.settings)
            .await
            .unwrap();
        let root = self.connect("root").await;
        let map = Map::whole(&[PlatformCode::new("woocommerce").unwrap()]);
        provision::provision(&root, &map, provision::Options::default())
            .await
            .unwrap();
        root
    }

    pub async fn until(&self, script: &str, expected: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let found = support::sql(&self.database, script);
            if found == expected {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{script}: {found}, not {expected}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

pub struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinSet<()>,
}

impl Running {
    /// As a kill would end it, whatever it is at.
    pub async fn kill(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.task.join_next().await {
            ended.unwrap();
        }
    }
}

fn app_url(database: &Database) -> String {
    let (_, place) = database.url.rsplit_once('@').unwrap();
    format!(
        "postgres://ledger_app:{}@{place}",
        APP_PASSWORD.replace(' ', "%20")
    )
}

pub struct Ingest {
    pub bus: Bus,
    publisher: bus::Publisher,
    keyring: Keyring,
}

impl Ingest {
    pub async fn of(system: &System) -> Self {
        let bus = system.connect("ingest-woocommerce").await;
        Self {
            publisher: bus.publisher(&stream::orders()),
            bus,
            keyring: Keyring::from_settings(&system.settings).unwrap(),
        }
    }

    pub async fn send(&self, message: &Incoming) {
        let bytes = wire_message(&self.keyring, message).encode_to_vec();
        self.send_bytes(message.retailer, message.connection, bytes)
            .await;
    }

    async fn send_bytes(&self, retailer: RetailerId, connection: ConnectionId, bytes: Vec<u8>) {
        let message = Message::new(subject::order(retailer, connection), bytes);
        self.publisher.publish(message).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_become_sales_and_events_through_kills_and_dead_letters() {
    let system = System::new().await;
    ledger::run_untold(Command::Migrate, &system.settings)
        .await
        .unwrap();
    let admin = system.provision().await;
    let ingest = Ingest::of(&system).await;

    // Before the ledger runs; with a customer, and two copies of everything.
    for id in 1..=60 {
        let order = an_order(id)
            .line("A", 1)
            .customer("zoe@example.test", "Zoé")
            .build();
        ingest.send(&order).await;
        ingest.send(&order).await;
    }
    let unknown = ConnectionId::new(id(99));
    let strange = an_order(1).of(RETAILER, unknown).build();
    ingest.send(&strange).await;
    ingest
        .send_bytes(RETAILER, CONNECTION, b"nonsense".to_vec())
        .await;
    let misdirected = wire_message(
        &ingest.keyring,
        &an_order(2).of(RETAILER, OTHER_CONNECTION).build(),
    );
    ingest
        .send_bytes(RETAILER, CONNECTION, misdirected.encode_to_vec())
        .await;
    ingest.send(&a_refusal(None, 1)).await;

    for _ in 0..3 {
        let running = system.serve();
        tokio::time::sleep(Duration::from_millis(150)).await;
        running.kill().await;
    }
    let running = system.serve();
    system.until("select count(*) from ledger.sale", "60").await;
    ingest.send(&an_order(1).line("A", 5).at(1).build()).await;
    system
        .until("select sum(revision) from ledger.sale", "61")
        .await;
    system
        .until("select count(*) from ledger.parked_order", "1")
        .await;
    system
        .until("select on_hand_milli from ledger.stock_level", "-64000")
        .await;
    system
        .until("select count(*) from ledger.outbox", "0")
        .await;
    system
        .until(
            "select count(*), min(name) from ledger.customer where guest_of is null",
            "1|Zoé",
        )
        .await;

    let dead = admin.stream_info("DEAD").await.unwrap();
    assert_eq!(dead.messages, 2, "nonsense and misdirected");
    system
        .until("select count(*) from ledger.early_order", "1")
        .await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let lag = admin.lag(&durable::ledger_orders()).await.unwrap();
        if (lag.pending, lag.ack_pending) == (0, 0) {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{lag:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let events = admin.stream_info("LEDGER").await.unwrap();
    assert!(
        events.messages >= 62,
        "60 sales, an item, a level: {}",
        events.messages
    );
    assert!(wire::SaleRecorded::decode(&[][..]).is_ok());
    running.kill().await;
    ingest.bus.drain().await;

    let options = support::app(&system.database);
    let ledger = Ledger {
        store: support::a_store(store::write_pool(&options)),
        reader: store::Reader::new(store::own_read_pool(&options)),
        database: system.database.clone(),
    };
    ledger.assert_sound().await;
    assert_eq!(ledger.on_hand("A", OUTLET).await, Some(-64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_delivered_too_often_is_laid_aside_unread_and_the_rest_goes_on() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    ingest.send(&an_order(1).line("A", 1).build()).await;
    {
        // A process that ended eleven times over this message.
        let crashing = system.connect("ledger").await;
        let mut consumer = crashing.consumer(&durable::ledger_orders());
        for _ in 0..=10 {
            for delivery in consumer.next_batch(10, PATIENCE).await {
                delivery.nak(Duration::ZERO).await.unwrap();
            }
        }
        crashing.drain().await;
    }
    ingest.send(&an_order(2).line("A", 1).build()).await;
    let running = system.serve();
    system
        .until(
            "select min(shop_order_id), count(*) from ledger.sale",
            "2|1",
        )
        .await;
    let deadline = tokio::time::Instant::now() + 2 * PATIENCE;
    while root.stream_info("DEAD").await.unwrap().messages == 0 {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.kill().await;
    assert_eq!(
        support::sql(&system.database, "select count(*) from ledger.sale"),
        "1"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_held_while_the_database_is_down_and_none_is_parked_or_laid_aside() {
    let postgres = Postgres::start().unwrap();
    let database = postgres.fresh_database().unwrap();
    support::migrate(&database).await;
    let pool = store::write_pool(&support::admin(&database));
    store::plant(&pool, &support::seed()).await.unwrap();
    pool.close().await;
    let system = System::on(database);
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let running = system.serve();
    ingest.send(&an_order(1).line("A", 1).build()).await;
    let sold = |expected: &'static str| {
        let (postgres, database) = (&postgres, &system.database);
        async move {
            let deadline = tokio::time::Instant::now() + 2 * PATIENCE;
            let asked = "select count(*) from ledger.sale";
            while postgres
                .query(database, asked)
                .map(|count| count.trim() == expected)
                .ok()
                != Some(true)
            {
                assert!(tokio::time::Instant::now() < deadline, "{expected}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    sold("1").await;
    postgres.kill();
    for id in 2..=50 {
        ingest.send(&an_order(id).line("A", 1).build()).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    postgres.restart().unwrap();
    sold("50").await;
    assert_eq!(root.stream_info("DEAD").await.unwrap().messages, 0);
    let parked = postgres.query(&system.database, "select count(*) from ledger.parked_order");
    assert_eq!(parked.unwrap().trim(), "0");
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_08_replaying_every_message_into_an_empty_ledger_gives_the_same_sales_and_stock() {
    let messages: Vec<Incoming> = (1..=40_u64)
        .flat_map(|id| {
            let first = an_order(id).line("A", 2).line(&format!("S{}", id % 3), 1);
            let update = first
                .clone()
                .at(1)
                .restocked(0, i64::try_from(id % 3).unwrap_or(0));
            [first.build(), update.build()]
        })
        .collect();
    let said =
        "select s.shop_order_id, s.state, s.total_minor, s.revision from ledger.sale s order by 1";
    let stock = "select i.sku, l.on_hand_milli from ledger.stock_level l join ledger.item i using (item_id) order by 1";
    let first = Ledger::new().await;
    for batch in messages.chunks(7) {
        first.apply(batch).await;
    }
    let second = Ledger::new().await;
    second.apply(&messages).await;
    assert_eq!(first.sql(said), second.sql(said));
    assert_eq!(first.sql(stock), second.sql(stock));
}

#[tokio::test]
async fn a_service_on_a_broker_that_is_not_provisioned_does_not_start() {
    let system = System::new().await;
    let error = ledger::run_untold(Command::Serve, &system.settings)
        .await
        .unwrap_err();
    assert!(
        format!("{error:#}").starts_with("the broker is refused"),
        "{error:#}"
    );
}
