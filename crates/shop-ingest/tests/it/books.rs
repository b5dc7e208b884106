//! A ledger that only remembers what it was told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::{Bus, ack_all, durable};
use jiff::Timestamp;
use prost::Message as _;
use proto::convert::{instant_from, instant_into};
use proto::ledger as wire;
use proto::ledger::access_server::AccessServer;
use proto::ledger::entitlements_server::EntitlementsServer;
use proto::ledger::imports_server::ImportsServer;
use proto::ledger::items_server::{Items, ItemsServer};
use proto::ledger::orders_server::{Orders, OrdersServer};
use proto::order::OrderMessage;
use proto::order::order_message::Body;
use service::access::{Gate, Guard, Method, NoRegister, Roles, method};
use service::clock::SystemClock;
use tonic::{Request, Response, Status};

use crate::access::Tokens;

/// How long it waits for the broker at once.
const TURN: Duration = Duration::from_millis(200);

/// What it answers, to services alone.
const METHODS: [Method; 10] = [
    method("comptoir.ledger.v1.Access/FindToken", Roles::INTERNAL),
    method(
        "comptoir.ledger.v1.Entitlements/GetEntitlements",
        Roles::INTERNAL,
    ),
    method("comptoir.ledger.v1.Imports/BeginImport", Roles::INTERNAL),
    method("comptoir.ledger.v1.Imports/CancelImport", Roles::INTERNAL),
    method("comptoir.ledger.v1.Imports/CompleteImport", Roles::INTERNAL),
    method("comptoir.ledger.v1.Imports/GetImport", Roles::INTERNAL),
    method("comptoir.ledger.v1.Imports/PreviewOrders", Roles::INTERNAL),
    method("comptoir.ledger.v1.Items/CheckCatalogue", Roles::INTERNAL),
    method("comptoir.ledger.v1.Orders/GetKnownOrders", Roles::INTERNAL),
    method("comptoir.ledger.v1.Orders/GetReceipt", Roles::INTERNAL),
];

/// An order as the ledger was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub connection: String,
    pub order: String,
    pub modified_at: Timestamp,
    pub word: String,
    pub topic: String,
    /// The import that brought it; empty: none.
    pub import: String,
}

#[derive(Clone, Default)]
pub struct Books {
    told: Arc<Mutex<Vec<Told>>>,
    /// Whether it answers questions.
    pub is_away: Arc<AtomicBool>,
    pub asked: Arc<AtomicUsize>,
    pub tokens: Tokens,
    /// `None`: one that has everything.
    pub plan: Arc<Mutex<Option<wire::RetailerPlan>>>,
    /// Of each import, the calls that began, completed or cancelled it.
    pub imports: Arc<Mutex<HashMap<String, Vec<&'static str>>>>,
}

impl Books {
    /// Serves its questions for as long as the runtime lives. Where.
    pub async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = tonic::service::Routes::new(OrdersServer::new(self.clone()))
            .add_service(ImportsServer::new(self.clone()))
            .add_service(ItemsServer::new(self.clone()))
            .add_service(EntitlementsServer::new(self.clone()))
            .add_service(AccessServer::new(self.clone()));
        let mut tasks = tokio::task::JoinSet::new();
        let stop = tokio_util::sync::CancellationToken::new();
        let gate = Gate::new(
            service_kit::secrets(),
            Arc::new(NoRegister),
            Arc::new(SystemClock),
        );
        let guard = Guard::new(gate, &METHODS);
        tasks.spawn(service::grpc::serve(listener, routes, guard, stop));
        tasks.detach_all();
        url
    }

    /// Reads what it is told, for as long as it is polled.
    pub async fn listen(self, bus: Bus) {
        let mut consumer = bus.consumer(&durable::ledger_orders());
        loop {
            let batch = consumer.next_batch(500, TURN).await;
            let told = batch.iter().map(|delivery| {
                let message = OrderMessage::decode(delivery.payload.clone()).unwrap();
                let (order, modified_at, word) = match message.body.unwrap() {
                    Body::Order(order) => (order.order_id, order.modified_at, order.shop_status),
                    Body::Refused(refused) => (refused.order_id, None, refused.reason),
                };
                Told {
                    connection: message.connection_id,
                    order,
                    modified_at: instant_from("modified_at", modified_at).unwrap_or_default(),
                    word,
                    topic: message.delivery.unwrap().topic,
                    import: message.import_id,
                }
            });
            let told: Vec<Told> = told.collect();
            self.told.lock().unwrap().extend(told);
            let _ = ack_all(&batch).await;
        }
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// What it was told of one connection's orders.
    pub fn told_of(&self, connection: retail::ConnectionId) -> Vec<Told> {
        let mut told = self.told();
        told.retain(|told| told.connection == connection.to_string());
        told
    }

    pub fn answers(&self) -> Result<(), Status> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.is_away.load(Ordering::Relaxed) {
            return Err(Status::unavailable("for the test"));
        }
        Ok(())
    }
}

#[tonic::async_trait]
impl Orders for Books {
    async fn list_parked_orders(
        &self,
        _: Request<wire::ListParkedOrdersRequest>,
    ) -> Result<Response<wire::ListParkedOrdersResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn get_receipt(
        &self,
        request: Request<wire::GetReceiptRequest>,
    ) -> Result<Response<wire::GetReceiptResponse>, Status> {
        self.answers()?;
        let request = request.into_inner();
        let deliveries: Vec<_> = self
            .told()
            .into_iter()
            .filter(|told| {
                told.connection == request.connection_id && told.order == request.order_id
            })
            .map(|told| wire::ReceivedDelivery {
                delivery: Some(proto::order::Delivery {
                    topic: told.topic,
                    ..proto::order::Delivery::default()
                }),
                modified_at: Some(instant_into(told.modified_at)),
                ..wire::ReceivedDelivery::default()
            })
            .collect();
        if deliveries.is_empty() {
            return Err(Status::not_found("no such order"));
        }
        Ok(Response::new(wire::GetReceiptResponse {
            deliveries,
            ..wire::GetReceiptResponse::default()
        }))
    }

    async fn get_known_orders(
        &self,
        request: Request<wire::GetKnownOrdersRequest>,
    ) -> Result<Response<wire::GetKnownOrdersResponse>, Status> {
        self.answers()?;
        let request = request.into_inner();
        let mut newest: HashMap<String, Timestamp> = HashMap::new();
        for told in self.told() {
            if told.connection == request.connection_id && request.order_ids.contains(&told.order) {
                let known = newest.entry(told.order).or_insert(told.modified_at);
                *known = told.modified_at.max(*known);
            }
        }
        let orders = newest
            .into_iter()
            .map(|(order_id, modified_at)| wire::KnownOrder {
                order_id,
                modified_at: Some(instant_into(modified_at)),
                standing: wire::Standing::Sale.into(),
                ..wire::KnownOrder::default()
            });
        Ok(Response::new(wire::GetKnownOrdersResponse {
            orders: orders.collect(),
        }))
    }
}

/// Three things that should be looked at.
#[tonic::async_trait]
impl Items for Books {
    async fn check_catalogue(
        &self,
        _: Request<wire::CheckCatalogueRequest>,
    ) -> Result<Response<wire::CheckCatalogueResponse>, Status> {
        self.answers()?;
        let count = |kind: wire::FindingKind, count| wire::FindingCount {
            kind: kind.into(),
            count,
        };
        Ok(Response::new(wire::CheckCatalogueResponse {
            products: 9,
            counts: vec![
                count(wire::FindingKind::DuplicateSku, 2),
                count(wire::FindingKind::EmptySku, 0),
                count(wire::FindingKind::NegativeStock, 1),
            ],
            ..wire::CheckCatalogueResponse::default()
        }))
    }
}
