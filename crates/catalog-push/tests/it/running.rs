//! The service in this process, with a database, a broker and a ledger of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use bus::permission::{self, User};
use bus::{Bus, Message, stream, subject};
use catalog_push::{Command, Pushers, store};
use devstack::testing::{Database, Nats, Postgres};
use prost::Message as _;
use proto::catalog as wire;
use proto::catalog::catalog_client::CatalogClient;
use proto::catalog::channels_client::ChannelsClient;
use proto::catalog::sheets_client::SheetsClient;
use proto::connect;
use proto::ledger as told;
use retail::{ConnectionId, PlatformCode, RetailerId};
use secrecy::SecretString;
use service::Settings;
use service::access::{Authorized, Role};
use service_kit::{bearer, within};
use shop::push::Push;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::ledger::Ledger;
use crate::make::{OTHER_SHOP, RETAILER, SHOP, STRANGER, STRANGERS_SHOP};
use crate::push::lender::Lender;

pub const APP_PASSWORD: &str = "of-tests";

const ROLES: [(Role, told::Role); 5] = [
    (Role::Viewer, told::Role::Viewer),
    (Role::Cashier, told::Role::Cashier),
    (Role::StockKeeper, told::Role::StockKeeper),
    (Role::Manager, told::Role::Manager),
    (Role::Owner, told::Role::Owner),
];

pub struct Running {
    pub database: Database,
    pub nats: Nats,
    pub ledger: Ledger,
    pub grpc: String,
    pub http: String,
    pub catalog: CatalogClient<Authorized>,
    pub channels: ChannelsClient<Authorized>,
    pub sheets: SheetsClient<Authorized>,
    settings: Settings,
    pushers: Pushers,
    service: JoinSet<anyhow::Result<()>>,
    folder: tempfile::TempDir,
    _ledger: JoinSet<()>,
}

pub fn shop1() -> PlatformCode {
    PlatformCode::new("shop1").unwrap()
}

pub fn admin(database: &Database) -> PgConnectOptions {
    database.url.parse().unwrap()
}

/// As the service's own role.
pub fn app(database: &Database) -> PgConnectOptions {
    admin(database)
        .username("catalog_app")
        .password(APP_PASSWORD)
}

pub fn sql(database: &Database, script: &str) -> String {
    let answer = Postgres::shared().query(database, script);
    answer.unwrap().trim().to_owned()
}

pub async fn migrate(database: &Database) {
    let password = SecretString::from(APP_PASSWORD);
    let migrated = store::migrate(&admin(database), Some(&password)).await;
    migrated.unwrap();
}

/// A migrated database.
pub async fn database() -> Database {
    static TEMPLATE: OnceCell<Database> = OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let database = Postgres::shared().fresh_database().unwrap();
            migrate(&database).await;
            database
        })
        .await;
    Postgres::shared().copy_of(&template.name).unwrap()
}

impl Running {
    /// It knows the three shops.
    pub async fn start() -> Self {
        let running = Self::start_without_shops().await;
        running.know(RETAILER, SHOP, 1).await;
        running.know(RETAILER, OTHER_SHOP, 1).await;
        running.know(STRANGER, STRANGERS_SHOP, 1).await;
        running
            .until("select count(*) from catalog.connection", "3")
            .await;
        running
    }

    /// The same, and tells the shops of `shop1` by this.
    pub async fn telling(push: Arc<dyn Push>, lender: &Lender) -> Self {
        let pushers = Pushers::from([(shop1(), push)]);
        let running = Self::start_with(pushers, Some(lender)).await;
        running.know(RETAILER, SHOP, 1).await;
        running.know(RETAILER, OTHER_SHOP, 1).await;
        running
            .until("select count(*) from catalog.connection", "2")
            .await;
        running
    }

    pub async fn start_without_shops() -> Self {
        Self::start_with(Pushers::new(), None).await
    }

    async fn start_with(pushers: Pushers, lender: Option<&Lender>) -> Self {
        let database = database().await;
        let root = User {
            name: "root".to_owned(),
            publish: vec![">".to_owned()],
            subscribe: vec![">".to_owned()],
        };
        let nats = service_kit::start_broker(&[shop1()], [root]);
        let (ledger, mut tasks) = (Ledger::default(), JoinSet::new());
        let ledger_url = ledger.serve(&mut tasks).await;
        let folder = tempfile::tempdir().unwrap();
        let ingest = match lender {
            Some(lender) => format!("{}={}", shop1(), lender.serve(&mut tasks).await),
            None => String::new(),
        };
        let settings = settings(&database, &nats, &folder, (&ledger_url, &ingest));
        catalog_push::run_untold(Command::Migrate, &settings, Pushers::new())
            .await
            .unwrap();
        let channel = service_kit::as_operator("http://127.0.0.1:1");
        let mut running = Self {
            database,
            nats,
            ledger,
            grpc: String::new(),
            http: String::new(),
            catalog: CatalogClient::new(channel.clone()),
            channels: ChannelsClient::new(channel.clone()),
            sheets: SheetsClient::new(channel),
            settings,
            pushers,
            service: JoinSet::new(),
            folder,
            _ledger: tasks,
        };
        running.serve().await;
        running
    }

    async fn serve(&mut self) {
        let settings = self.settings.clone();
        let pushers = self.pushers.clone();
        let serving =
            async move { catalog_push::run_untold(Command::Serve, &settings, pushers).await };
        self.service.spawn(serving);
        let file = self.folder.path().join("listening.json");
        let listening = within(async || {
            let ended = self.service.try_join_next();
            assert!(ended.is_none(), "the service ended: {ended:?}");
            service::listen::announced(&file).unwrap()
        })
        .await;
        self.grpc = format!("http://{}", listening.grpc.unwrap());
        self.http = format!("http://{}", listening.http.unwrap());
        let channel = service_kit::as_operator(&self.grpc);
        self.catalog = CatalogClient::new(channel.clone());
        self.channels = ChannelsClient::new(channel.clone());
        self.sheets = SheetsClient::new(channel).max_decoding_message_size(32 << 20);
    }

    /// Killed in the middle of whatever it does, and started again.
    pub async fn restart(&mut self) {
        self.service.shutdown().await;
        std::fs::remove_file(self.folder.path().join("listening.json")).unwrap();
        self.serve().await;
    }

    pub fn sql(&self, script: &str) -> String {
        sql(&self.database, script)
    }

    /// Waits until the database says so.
    pub async fn until(&self, script: &str, expected: &str) {
        within(async || (self.sql(script) == expected).then_some(())).await;
    }

    /// Tells of a shop, as its ingest service does.
    pub async fn know(&self, retailer: RetailerId, shop: ConnectionId, version: i64) {
        let known = connect::KnownConnection {
            connection_id: shop.to_string(),
            retailer_id: retailer.to_string(),
            platform: shop1().to_string(),
            state: connect::ConnectionState::Live.into(),
            version,
            ..connect::KnownConnection::default()
        };
        self.tell_connection(&known).await;
    }

    pub async fn tell_connection(&self, known: &connect::KnownConnection) {
        let bus = self.bus("ingest-shop1").await;
        let subject = subject::connection(&shop1(), known.connection_id.parse().unwrap());
        let message = Message::new(subject, known.encode_to_vec());
        let publisher = bus.publisher(&stream::connections());
        publisher.publish(message).await.unwrap();
    }

    /// Says something on the ledger's behalf.
    pub async fn tell_of_ledger(&self, subject: bus::Subject, event: &impl prost::Message) {
        let bus = self.bus("ledger").await;
        let publisher = bus.publisher(&stream::ledger());
        let message = Message::new(subject, event.encode_to_vec());
        publisher.publish(message).await.unwrap();
    }

    pub async fn bus(&self, user: &str) -> Bus {
        service_kit::connect(&self.nats, user).await
    }

    /// The messages in a stream.
    pub async fn messages(&self, stream: &str) -> u64 {
        let admin = self.bus(permission::ADMIN).await;
        admin.stream_info(stream).await.unwrap().messages
    }

    pub async fn save(&self, product: wire::Product) -> wire::Product {
        let request = crate::make::save(product);
        let answer = self.catalog.clone().save_product(request).await;
        answer.unwrap().into_inner().product.unwrap()
    }

    pub async fn get(&self, product: Uuid) -> wire::Product {
        let request = wire::GetProductRequest {
            retailer_id: RETAILER.to_string(),
            key: Some(wire::get_product_request::Key::ProductId(
                product.to_string(),
            )),
        };
        let answer = self.catalog.clone().get_product(request).await;
        answer.unwrap().into_inner().product.unwrap()
    }

    /// Calls with a token of a retailer.
    pub fn with_token(&self, text: &str) -> Authorized {
        let endpoint = Endpoint::from_shared(self.grpc.clone()).unwrap();
        bearer(text).on(endpoint.connect_lazy())
    }

    /// A token of each role, which the ledger knows.
    pub fn tokens(&self) -> BTreeMap<Role, SecretString> {
        let token = |(role, wire): (Role, told::Role)| {
            let text = format!("comptoir_{role}");
            let name = format!("of a {role}");
            self.ledger.know_token(&text, &name, RETAILER.uuid(), wire);
            (role, SecretString::from(text))
        };
        ROLES.into_iter().map(token).collect()
    }
}

fn settings(
    database: &Database,
    nats: &Nats,
    folder: &tempfile::TempDir,
    (ledger, ingest): (&str, &str),
) -> Settings {
    let (_, place) = database.url.rsplit_once('@').unwrap();
    let listening = folder.path().join("listening.json");
    let user = bus::Service::CatalogPush.to_string();
    let own = [
        (
            "DATABASE_URL",
            format!("postgres://catalog_app:{APP_PASSWORD}@{place}"),
        ),
        ("DATABASE_ADMIN_URL", database.url.clone()),
        ("CATALOG_DB_PASSWORD", APP_PASSWORD.to_owned()),
        ("LEDGER_URL", ledger.to_owned()),
        ("INGEST_URLS", ingest.to_owned()),
        ("PUSH_HELD_FOR_S", "5".to_owned()),
        ("PUSH_SWEEP_EVERY_S", "2".to_owned()),
        ("NATS_URL", nats.url()),
        ("NATS_PASSWORD", nats.password(&user).to_owned()),
        ("NATS_USER", user),
        ("NATS_ADMIN_USER", permission::ADMIN.to_owned()),
        (
            "NATS_ADMIN_PASSWORD",
            nats.password(permission::ADMIN).to_owned(),
        ),
        ("NATS_MONITOR_URL", nats.monitor_url()),
        ("LISTEN_HTTP", "127.0.0.1:0".to_owned()),
        ("LISTEN_GRPC", "127.0.0.1:0".to_owned()),
        ("LISTEN_FILE", listening.to_str().unwrap().to_owned()),
    ];
    Settings::from_map(own.into_iter().chain(service_kit::access_settings()))
}
