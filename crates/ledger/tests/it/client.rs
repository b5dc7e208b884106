//! The ledger's gRPC, served in this process.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ledger::desk::Desk;
use ledger::store::Tokens;
use ledger::{Backlog, Wake, grpc};
use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use proto::ledger::customers_client::CustomersClient;
use proto::ledger::entitlements_client::EntitlementsClient;
use proto::ledger::erasures_client::ErasuresClient;
use proto::ledger::fulfilment_client::FulfilmentClient;
use proto::ledger::imports_client::ImportsClient;
use proto::ledger::integrity_client::IntegrityClient;
use proto::ledger::invoices_client::InvoicesClient;
use proto::ledger::item_registry_client::ItemRegistryClient;
use proto::ledger::kits_client::KitsClient;
use proto::ledger::orders_client::OrdersClient;
use proto::ledger::payments_client::PaymentsClient;
use proto::ledger::registers_client::RegistersClient;
use proto::ledger::reports_client::ReportsClient;
use proto::ledger::sales_client::SalesClient;
use proto::ledger::shop_stock_client::ShopStockClient;
use proto::ledger::stock_client::StockClient;
use proto::ledger::stock_takes_client::StockTakesClient;
use proto::ledger::stock_work_client::StockWorkClient;
use proto::ledger::tills_client::TillsClient;
use proto::ledger::transfers_client::TransfersClient;
use proto::ledger::waiting_orders_client::WaitingOrdersClient;
use retail::RetailerId;
use secrecy::ExposeSecret as _;
use service::access::{Authorized, Gate, Guard, PUSHER};
use service::clock::{Clock, SystemClock};
use service::health::Health;
use service_kit::bearer;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;

use crate::held;
use crate::support::Ledger;

/// How often the tokens of streams are looked at, in tests.
const WATCH_EVERY: Duration = Duration::from_millis(50);

pub struct Client {
    pub sales: SalesClient<Authorized>,
    pub shop_stock: ShopStockClient<Authorized>,
    pub stock: StockClient<Authorized>,
    pub stock_takes: StockTakesClient<Authorized>,
    pub stock_work: StockWorkClient<Authorized>,
    pub tills: TillsClient<Authorized>,
    pub transfers: TransfersClient<Authorized>,
    pub kits: KitsClient<Authorized>,
    pub customers: CustomersClient<Authorized>,
    pub entitlements: EntitlementsClient<Authorized>,
    pub erasures: ErasuresClient<Authorized>,
    pub orders: OrdersClient<Authorized>,
    pub fulfilment: FulfilmentClient<Authorized>,
    pub integrity: IntegrityClient<Authorized>,
    pub item_registry: ItemRegistryClient<Authorized>,
    pub imports: ImportsClient<Authorized>,
    pub invoices: InvoicesClient<Authorized>,
    pub payments: PaymentsClient<Authorized>,
    pub registers: RegistersClient<Authorized>,
    pub reports: ReportsClient<Authorized>,
    pub waiting: WaitingOrdersClient<Authorized>,
    pub channel: Authorized,
    /// Where it answers.
    pub url: String,
    pub wake: Wake,
    pub stop: CancellationToken,
    serving: JoinSet<()>,
}

impl Client {
    pub async fn of(ledger: &Ledger) -> Self {
        Self::at(ledger, SystemClock).await
    }

    /// As [`Self::of`], where tokens age by a clock of their own.
    pub async fn at(ledger: &Ledger, clock: impl Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (wake, stop) = (Wake::new(), CancellationToken::new());
        let (store, reader) = ledger.answering();
        let keyring = Arc::new(crate::order::keyring());
        let desk = Desk::new(store.clone(), reader.clone(), keyring, Wake::new());
        let health = Health::new();
        let backlog = Backlog::none();
        let routes = grpc::routes(&store, &reader, &desk, backlog, &wake, &health, &stop).unwrap();
        let tokens = Arc::new(Tokens(ledger.reader.clone()));
        let gate = Gate::new(service_kit::secrets(), tokens, Arc::new(clock));
        let guard = Guard::new(gate, grpc::METHODS).watching_every(WATCH_EVERY);
        let mut serving = JoinSet::new();
        let until = stop.clone();
        serving.spawn(async move {
            service::grpc::serve(listener, routes, guard, until)
                .await
                .unwrap();
        });
        let url = format!("http://{address}");
        let endpoint = Endpoint::from_shared(url.clone()).unwrap();
        let endpoint = endpoint.timeout(Duration::from_secs(30));
        let channel = service_kit::operator().on(endpoint.connect().await.unwrap());
        Self::calling(channel, url, wake, stop, serving)
    }

    /// From now on by another token.
    pub fn call_by(&mut self, channel: Authorized) {
        let serving = mem::take(&mut self.serving);
        let (url, wake, stop) = (self.url.clone(), self.wake.clone(), self.stop.clone());
        *self = Self::calling(channel, url, wake, stop, serving);
    }

    /// Calls the same server as the service that writes to shops.
    pub fn of_pusher(&self) -> Self {
        let token = service_kit::secrets()
            .keys()
            .mint(PUSHER, SystemClock.now());
        let endpoint = Endpoint::from_shared(self.url.clone()).unwrap();
        let channel = bearer(token.expose_secret()).on(endpoint.connect_lazy());
        let (url, wake, stop) = (self.url.clone(), self.wake.clone(), self.stop.clone());
        Self::calling(channel, url, wake, stop, JoinSet::new())
    }

    /// Calls the same server with a token of all of a retailer's roles.
    pub async fn of_retailer(&self, retailer: RetailerId) -> Self {
        let channel = self.with_all_roles(retailer).await;
        let (url, wake, stop) = (self.url.clone(), self.wake.clone(), self.stop.clone());
        Self::calling(channel, url, wake, stop, JoinSet::new())
    }

    fn calling(
        channel: Authorized,
        url: String,
        wake: Wake,
        stop: CancellationToken,
        serving: JoinSet<()>,
    ) -> Self {
        Self {
            sales: SalesClient::new(channel.clone()),
            shop_stock: ShopStockClient::new(channel.clone()),
            stock: StockClient::new(channel.clone()),
            stock_takes: StockTakesClient::new(channel.clone()),
            stock_work: StockWorkClient::new(channel.clone()),
            tills: TillsClient::new(channel.clone()),
            transfers: TransfersClient::new(channel.clone()),
            kits: KitsClient::new(channel.clone()),
            customers: CustomersClient::new(channel.clone()),
            entitlements: EntitlementsClient::new(channel.clone()),
            erasures: ErasuresClient::new(channel.clone()),
            orders: OrdersClient::new(channel.clone()),
            fulfilment: FulfilmentClient::new(channel.clone()),
            integrity: IntegrityClient::new(channel.clone()),
            item_registry: ItemRegistryClient::new(channel.clone()),
            imports: ImportsClient::new(channel.clone()),
            invoices: InvoicesClient::new(channel.clone()),
            payments: PaymentsClient::new(channel.clone()),
            registers: RegistersClient::new(channel.clone()),
            reports: ReportsClient::new(channel.clone()),
            waiting: WaitingOrdersClient::new(channel.clone()),
            channel,
            url,
            wake,
            stop,
            serving,
        }
    }

    /// A channel for such a token.
    pub async fn with_all_roles(&self, retailer: RetailerId) -> Authorized {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let request = 8_000_000 + u128::from(LAST.fetch_add(1, Ordering::Relaxed));
        let roles = [
            wire::Role::Viewer,
            wire::Role::Cashier,
            wire::Role::StockKeeper,
            wire::Role::Manager,
            wire::Role::Owner,
        ];
        let asked = wire::CreateTokenRequest {
            retailer_id: retailer.to_string(),
            name: "all roles".to_owned(),
            roles: roles.map(i32::from).to_vec(),
            expires_at: None,
            act: Some(held::act(request)),
        };
        let mut access = AccessClient::new(self.channel.clone());
        let made = access.create_token(asked).await.unwrap();
        let secret = made.into_inner().secret;
        let endpoint = Endpoint::from_shared(self.url.clone()).unwrap();
        bearer(&secret).on(endpoint.connect_lazy())
    }
}
