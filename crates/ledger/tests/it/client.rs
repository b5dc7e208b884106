//! The ledger's gRPC, served in this process.

use std::time::Duration;

use ledger::{Wake, grpc};
use proto::ledger::customers_client::CustomersClient;
use proto::ledger::erasures_client::ErasuresClient;
use proto::ledger::fulfilment_client::FulfilmentClient;
use proto::ledger::imports_client::ImportsClient;
use proto::ledger::integrity_client::IntegrityClient;
use proto::ledger::invoices_client::InvoicesClient;
use proto::ledger::kits_client::KitsClient;
use proto::ledger::orders_client::OrdersClient;
use proto::ledger::payments_client::PaymentsClient;
use proto::ledger::registers_client::RegistersClient;
use proto::ledger::reports_client::ReportsClient;
use proto::ledger::sales_client::SalesClient;
use proto::ledger::stock_client::StockClient;
use proto::ledger::stock_takes_client::StockTakesClient;
use proto::ledger::stock_work_client::StockWorkClient;
use proto::ledger::tills_client::TillsClient;
use proto::ledger::transfers_client::TransfersClient;
use proto::ledger::waiting_orders_client::WaitingOrdersClient;
use service::health::Health;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};

use crate::support::Ledger;

pub struct Client {
    pub sales: SalesClient<Channel>,
    pub stock: StockClient<Channel>,
    pub stock_takes: StockTakesClient<Channel>,
    pub stock_work: StockWorkClient<Channel>,
    pub tills: TillsClient<Channel>,
    pub transfers: TransfersClient<Channel>,
    pub kits: KitsClient<Channel>,
    pub customers: CustomersClient<Channel>,
    pub erasures: ErasuresClient<Channel>,
    pub orders: OrdersClient<Channel>,
    pub fulfilment: FulfilmentClient<Channel>,
    pub integrity: IntegrityClient<Channel>,
    pub imports: ImportsClient<Channel>,
    pub invoices: InvoicesClient<Channel>,
    pub payments: PaymentsClient<Channel>,
    pub registers: RegistersClient<Channel>,
    pub reports: ReportsClient<Channel>,
    pub waiting: WaitingOrdersClient<Channel>,
    pub channel: Channel,
    pub wake: Wake,
    pub stop: CancellationToken,
    _serving: tokio::task::JoinSet<()>,
}

impl Client {
    pub async fn of(ledger: &Ledger) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (wake, stop) = (Wake::new(), CancellationToken::new());
        let routes = grpc::routes(
            &ledger.store,
            &ledger.reader,
            &ledger.desk(),
            &wake,
            &Health::new(),
            &stop,
        )
        .unwrap();
        let mut serving = tokio::task::JoinSet::new();
        let until = stop.clone();
        serving.spawn(async move { service::grpc::serve(listener, routes, until).await.unwrap() });
        let channel = Endpoint::from_shared(format!("http://{address}"))
            .unwrap()
            .timeout(Duration::from_secs(30))
            .connect()
            .await
            .unwrap();
        Self {
            sales: SalesClient::new(channel.clone()),
            stock: StockClient::new(channel.clone()),
            stock_takes: StockTakesClient::new(channel.clone()),
            stock_work: StockWorkClient::new(channel.clone()),
            tills: TillsClient::new(channel.clone()),
            transfers: TransfersClient::new(channel.clone()),
            kits: KitsClient::new(channel.clone()),
            customers: CustomersClient::new(channel.clone()),
            erasures: ErasuresClient::new(channel.clone()),
            orders: OrdersClient::new(channel.clone()),
            fulfilment: FulfilmentClient::new(channel.clone()),
            integrity: IntegrityClient::new(channel.clone()),
            imports: ImportsClient::new(channel.clone()),
            invoices: InvoicesClient::new(channel.clone()),
            payments: PaymentsClient::new(channel.clone()),
            registers: RegistersClient::new(channel.clone()),
            reports: ReportsClient::new(channel.clone()),
            waiting: WaitingOrdersClient::new(channel.clone()),
            channel,
            wake,
            stop,
            _serving: serving,
        }
    }
}
