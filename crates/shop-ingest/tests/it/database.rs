//! A schema of the platform `stall` for each test.

use std::sync::Arc;

use base64::Engine as _;
use devstack::testing::{Database, Postgres};
use retail::{ConnectionId, PlatformCode, RegisterId, RetailerId};
use secrecy::SecretString;
use service::Settings;
use service::seal::Keyring;
use shop::{ApiAccess, Connection, LiveSecrets, PlainHttp, ShopUrl};
use shop_ingest::store::{self, Planted, Schema, Store};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;
use uuid::Uuid;

pub const APP_PASSWORD: &str = "of-tests";
pub const RETAILER: RetailerId = RetailerId::new(Uuid::from_u128(1));

pub const REGISTER: RegisterId = RegisterId::new(Uuid::from_u128(1));

pub fn platform() -> PlatformCode {
    PlatformCode::new("stall").unwrap()
}

pub fn schema() -> Schema {
    Schema::of(&platform())
}

/// A migrated database.
pub async fn database() -> Database {
    static TEMPLATE: OnceCell<Database> = OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let database = Postgres::shared().fresh_database().unwrap();
            migrate(&database, &schema()).await;
            database
        })
        .await;
    Postgres::shared().copy_of(&template.name).unwrap()
}

pub async fn migrate(database: &Database, schema: &Schema) {
    let password = SecretString::from(APP_PASSWORD);
    store::migrate(&admin(database), schema, Some(&password))
        .await
        .unwrap();
}

pub fn sql(database: &Database, script: &str) -> String {
    Postgres::shared()
        .query(database, script)
        .unwrap()
        .trim()
        .to_owned()
}

pub fn admin(database: &Database) -> PgConnectOptions {
    database.url.parse().unwrap()
}

/// As the service's own role.
pub fn app(database: &Database) -> PgConnectOptions {
    admin(database)
        .username(&schema().name().app())
        .password(APP_PASSWORD)
}

pub fn store(database: &Database, key: u8) -> Store {
    let pool = store::pool(&app(database), &schema());
    Store::new(pool, keyring(key), schema())
}

pub fn seal_key(key: u8) -> String {
    base64::engine::general_purpose::STANDARD.encode([key; 32])
}

pub fn keyring(key: u8) -> Arc<Keyring> {
    let settings = Settings::from_map([("COMPTOIR_SEAL_KEY", seal_key(key))]);
    Arc::new(Keyring::from_settings(&settings).unwrap())
}

pub const fn connection_id(number: u128) -> ConnectionId {
    ConnectionId::new(Uuid::from_u128(number))
}

/// A shop that signs with `hush-1` and is asked with `hush-2` and `hush-3`.
pub fn connection(number: u128) -> Connection {
    let text = |text: &str| SecretString::from(text);
    let url = ShopUrl::new("https://shop.example").unwrap();
    Connection {
        id: connection_id(number),
        retailer: RETAILER,
        platform: platform(),
        secrets: LiveSecrets::new(vec![text("hush-1")]).unwrap(),
        api: Some(ApiAccess::new(url, text("hush-2"), text("hush-3"), PlainHttp::Refused).unwrap()),
    }
}

/// The same, as a seed file has it.
pub fn planted(number: u128) -> Planted {
    Planted {
        connection: connection(number),
        register: REGISTER,
        order_updates: None,
    }
}
