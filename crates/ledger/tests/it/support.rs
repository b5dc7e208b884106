//! A ledger on a database of its own, with two retailers.

use std::sync::Arc;

use devstack::testing::{Database, Postgres};
use ledger::Wake;
use ledger::decide::{Incoming, Outcome};
use ledger::desk::Desk;
use ledger::erasure::ErasureKey;
use ledger::seed::{self, Seed};
use ledger::store::{
    self, CauseView, CheckView, LevelView, MovementView, Reader, SaleCause, SaleFilter, SaleView,
    Store,
};
use retail::{ConnectionId, Quantity, RetailerId};
use secrecy::SecretString;
use service::clock::{Clock, ManualClock, SystemClock, SystemIds};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;
use uuid::Uuid;

pub const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0000 + number)
}

pub const RETAILER: RetailerId = RetailerId::new(id(1));
pub const OTHER_RETAILER: RetailerId = RetailerId::new(id(2));
pub const OUTLET: Uuid = id(11);
pub const OTHER_OUTLET: Uuid = id(12);
pub const REGISTER: Uuid = id(21);
pub const OTHER_REGISTER: Uuid = id(22);
/// Books on [`REGISTER`] in [`OUTLET`].
pub const CONNECTION: ConnectionId = ConnectionId::new(id(31));
/// Of the same retailer, books in [`OTHER_OUTLET`].
pub const OTHER_CONNECTION: ConnectionId = ConnectionId::new(id(32));
/// As [`CONNECTION`], but updates wait for a person.
pub const ASKING_CONNECTION: ConnectionId = ConnectionId::new(id(33));
pub const FOREIGN_CONNECTION: ConnectionId = ConnectionId::new(id(34));

pub const APP_PASSWORD: &str = "password of tests";

pub struct Ledger {
    pub database: Database,
    pub store: Store,
    pub reader: Reader,
}

impl Ledger {
    pub async fn new() -> Self {
        let database = database().await;
        let options = app(&database);
        Self {
            store: a_store(store::write_pool(&options)),
            reader: Reader::new(store::own_read_pool(&options)),
            database,
        }
    }

    /// As [`Self::new`], by a clock of its own.
    pub async fn at(clock: ManualClock) -> Self {
        let ledger = Self::new().await;
        let pool = store::write_pool(&app(&ledger.database));
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let ids = Arc::new(SystemIds::new(Arc::clone(&clock)));
        Self {
            store: Store::new(pool, clock, ids, erasures()),
            ..ledger
        }
    }

    /// Applies messages as one batch.
    pub async fn apply(&self, messages: &[Incoming]) -> Vec<Outcome> {
        self.store.apply(messages).await.unwrap()
    }

    pub async fn apply_one(&self, message: &Incoming) -> Outcome {
        self.apply(std::slice::from_ref(message)).await[0]
    }

    pub async fn sales(&self) -> Vec<SaleView> {
        let sales = self
            .reader
            .list_sales(RETAILER, &SaleFilter::default(), None, 500)
            .await
            .unwrap();
        let mut filled = Vec::new();
        for sale in sales {
            filled.push(
                self.reader
                    .sale(RETAILER.uuid(), sale.sale)
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        filled
    }

    /// The one sale there is.
    pub async fn sale(&self) -> SaleView {
        let mut sales = self.sales().await;
        assert_eq!(sales.len(), 1, "{sales:?}");
        sales.remove(0)
    }

    pub async fn levels(&self) -> Vec<LevelView> {
        self.reader
            .list_levels(RETAILER, None, None, None, 500)
            .await
            .unwrap()
    }

    /// On hand in units; `None` when nothing ever moved.
    pub async fn on_hand(&self, sku: &str, outlet: Uuid) -> Option<i64> {
        let levels = self
            .reader
            .list_levels(RETAILER, Some(outlet), Some(sku), None, 2)
            .await
            .unwrap();
        assert!(levels.len() < 2);
        levels
            .first()
            .map(|level| level.on_hand.milli() / Quantity::SCALE)
    }

    /// Everything that must hold, holds.
    pub async fn assert_sound(&self) {
        for check in self.reader.verify(None).await.unwrap() {
            let CheckView { name, failures, .. } = check;
            assert!(failures.is_empty(), "{name}: {failures:#?}");
        }
    }

    /// What answers callers: for each as far as its retailer's rows go.
    pub fn answering(&self) -> (Store, Reader) {
        let options = app(&self.database);
        let reader = Reader::new(store::read_pool(&options));
        (self.store.on(store::act_pool(&options)), reader)
    }

    /// Where people deal with what waits.
    pub fn desk(&self) -> Desk {
        let keyring = Arc::new(crate::order::keyring());
        Desk::new(
            self.store.clone(),
            self.reader.clone(),
            keyring,
            Wake::new(),
        )
    }

    /// Runs a script as the superuser.
    pub fn sql(&self, script: &str) -> String {
        sql(&self.database, script)
    }
}

/// The sale that moved it.
pub fn of_sale(movement: &MovementView) -> &SaleCause {
    match &movement.cause {
        CauseView::Sale(sale) => sale,
        CauseView::Entry(entry) => panic!("somebody did it: {entry:?}"),
    }
}

pub fn sql(database: &Database, script: &str) -> String {
    Postgres::shared()
        .query(database, script)
        .unwrap()
        .trim()
        .to_owned()
}

pub fn a_store(pool: PgPool) -> Store {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = Arc::new(SystemIds::new(Arc::clone(&clock)));
    Store::new(pool, clock, ids, erasures())
}

/// Who was erased by one store is known again by another.
fn erasures() -> Arc<ErasureKey> {
    Arc::new(ErasureKey::of(&[7; 32]))
}

/// A migrated database with the seed in it.
pub async fn database() -> Database {
    static TEMPLATE: OnceCell<Database> = OnceCell::const_new();
    let template = TEMPLATE
        .get_or_init(|| async {
            let database = Postgres::shared().fresh_database().unwrap();
            migrate(&database).await;
            let pool = store::write_pool(&admin(&database));
            store::plant(&pool, &seed()).await.unwrap();
            pool.close().await;
            database
        })
        .await;
    Postgres::shared().copy_of(&template.name).unwrap()
}

pub async fn migrate(database: &Database) {
    let password = SecretString::from(APP_PASSWORD);
    store::migrate(&admin(database), Some(&password))
        .await
        .unwrap();
}

pub fn admin(database: &Database) -> PgConnectOptions {
    database.url.parse().unwrap()
}

/// As the service's own role.
pub fn app(database: &Database) -> PgConnectOptions {
    admin(database)
        .username("ledger_app")
        .password(APP_PASSWORD)
}

pub fn seed() -> Seed {
    let retailer = |id: RetailerId, name: &str| seed::Retailer {
        id: id.uuid(),
        name: name.to_owned(),
        time_zone: "UTC".to_owned(),
    };
    let outlet = |outlet, retailer: RetailerId, name: &str| seed::Outlet {
        id: outlet,
        retailer: retailer.uuid(),
        name: name.to_owned(),
        time_zone: "UTC".to_owned(),
    };
    let register = |register, outlet| seed::Register {
        id: register,
        outlet,
        name: "Web".to_owned(),
    };
    let connection = |connection: ConnectionId, retailer: RetailerId, register, order_updates| {
        seed::Connection {
            id: connection.uuid(),
            retailer: retailer.uuid(),
            platform: "woocommerce".to_owned(),
            register,
            order_updates,
        }
    };
    let (apply, ask) = (seed::OrderUpdates::Apply, seed::OrderUpdates::Ask);
    Seed {
        retailers: vec![
            retailer(RETAILER, "Boutique"),
            retailer(OTHER_RETAILER, "Elsewhere"),
        ],
        outlets: vec![
            outlet(OUTLET, RETAILER, "Laurier"),
            outlet(OTHER_OUTLET, RETAILER, "Bernard"),
            outlet(id(13), OTHER_RETAILER, "Far"),
        ],
        registers: vec![
            register(REGISTER, OUTLET),
            register(OTHER_REGISTER, OTHER_OUTLET),
            register(id(23), id(13)),
        ],
        connections: vec![
            connection(CONNECTION, RETAILER, REGISTER, apply),
            connection(OTHER_CONNECTION, RETAILER, OTHER_REGISTER, apply),
            connection(ASKING_CONNECTION, RETAILER, REGISTER, ask),
            connection(FOREIGN_CONNECTION, OTHER_RETAILER, id(23), apply),
        ],
    }
}
