//! What the ledger would say about erasures, and about plans.

use std::sync::{Arc, Mutex, MutexGuard};

use proto::convert::instant_into;
use proto::ledger as wire;
use proto::ledger::entitlements_server::{Entitlements, EntitlementsServer};
use proto::ledger::erasures_server::{Erasures, ErasuresServer};
use service::access::{Gate, Guard, Method, NoRegister, Roles, method};
use service::clock::{Clock as _, ManualClock};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// What it answers, to services alone.
const METHODS: [Method; 5] = [
    method(
        "comptoir.ledger.v1.Entitlements/GetEntitlements",
        Roles::INTERNAL,
    ),
    method("comptoir.ledger.v1.Erasures/ErasePerson", Roles::INTERNAL),
    method("comptoir.ledger.v1.Erasures/EraseShop", Roles::INTERNAL),
    method("comptoir.ledger.v1.Erasures/ListShredding", Roles::INTERNAL),
    method(
        "comptoir.ledger.v1.Erasures/ReportShredding",
        Roles::INTERNAL,
    ),
];

/// Orders of one question at most, as the ledger takes them.
const ORDERS_LIMIT: usize = 1_000;

/// Erases whoever it is asked to, and wants them to be shredded.
#[derive(Clone)]
pub struct FakeLedger {
    clock: ManualClock,
    said: Arc<Mutex<Said>>,
}

#[derive(Default)]
pub struct Said {
    pub people: Vec<wire::ErasePersonRequest>,
    pub shops: Vec<wire::EraseShopRequest>,
    pub orders: Vec<wire::OrderToShred>,
    pub searches: Vec<wire::PersonToShred>,
    pub reports: Vec<wire::ReportShreddingRequest>,
    /// Whether the retailer's plan has no integration; otherwise it has every one.
    pub has_no_shops: bool,
    /// Whether it answers nothing about plans.
    pub is_away: bool,
    /// An address that it will not hear of.
    pub refused: Option<String>,
    /// Of a shop somebody always remains.
    pub is_endless: bool,
}

impl FakeLedger {
    /// Serves for as long as `tasks` are. Gives the address too.
    pub async fn serve(clock: ManualClock, tasks: &mut JoinSet<()>) -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self {
            clock,
            said: Arc::default(),
        };
        let routes = tonic::service::Routes::new(ErasuresServer::new(fake.clone()))
            .add_service(EntitlementsServer::new(fake.clone()));
        let clock = Arc::new(fake.clock.clone());
        let gate = Gate::new(service_kit::secrets(), Arc::new(NoRegister), clock);
        let guard = Guard::new(gate, &METHODS);
        tasks.spawn(async move {
            let served = service::grpc::serve(listener, routes, guard, CancellationToken::new());
            served.await.unwrap();
        });
        (fake, url)
    }

    pub fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap()
    }
}

#[tonic::async_trait]
impl Entitlements for FakeLedger {
    async fn get_entitlements(
        &self,
        _: Request<wire::GetEntitlementsRequest>,
    ) -> Result<Response<wire::GetEntitlementsResponse>, Status> {
        let said = self.said();
        if said.is_away {
            return Err(Status::unavailable("for the test"));
        }
        Ok(Response::new(wire::GetEntitlementsResponse {
            retailer_plan: Some(wire::RetailerPlan {
                integrations: Some(wire::Integrations {
                    all_but: !said.has_no_shops,
                    platforms: Vec::new(),
                }),
                ..wire::RetailerPlan::default()
            }),
        }))
    }

    async fn set_plan(
        &self,
        _: Request<wire::SetPlanRequest>,
    ) -> Result<Response<wire::SetPlanResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn list_plans(
        &self,
        _: Request<wire::ListPlansRequest>,
    ) -> Result<Response<wire::ListPlansResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }
}

#[tonic::async_trait]
impl Erasures for FakeLedger {
    async fn erase_person(
        &self,
        request: Request<wire::ErasePersonRequest>,
    ) -> Result<Response<wire::ErasePersonResponse>, Status> {
        let request = request.into_inner();
        let mut said = self.said();
        if request.order_ids.len() > ORDERS_LIMIT {
            return Err(Status::invalid_argument("too many orders"));
        }
        if said.refused.as_ref() == Some(&request.email) {
            return Err(Status::not_found("no such connection"));
        }
        said.orders
            .extend(request.order_ids.iter().map(|order| wire::OrderToShred {
                retailer_id: request.retailer_id.clone(),
                connection_id: request.connection_id.clone(),
                order_id: order.clone(),
            }));
        if !request.email.is_empty() {
            said.searches.push(wire::PersonToShred {
                erasure_id: request.act.clone().unwrap().request_id,
                retailer_id: request.retailer_id.clone(),
                emails: vec![request.email.clone()],
                erased_at: Some(instant_into(self.clock.now())),
            });
        }
        let answer = wire::ErasePersonResponse {
            customer_ids: vec![Uuid::from_u128(8).to_string()],
            order_count: i64::try_from(request.order_ids.len()).unwrap(),
        };
        said.people.push(request);
        Ok(Response::new(answer))
    }

    async fn erase_shop(
        &self,
        request: Request<wire::EraseShopRequest>,
    ) -> Result<Response<wire::EraseShopResponse>, Status> {
        let mut said = self.said();
        said.shops.push(request.into_inner());
        Ok(Response::new(wire::EraseShopResponse {
            erased_count: 1,
            is_done: said.shops.len() > 1 && !said.is_endless,
        }))
    }

    async fn list_shredding(
        &self,
        _: Request<wire::ListShreddingRequest>,
    ) -> Result<Response<wire::ListShreddingResponse>, Status> {
        let said = self.said();
        Ok(Response::new(wire::ListShreddingResponse {
            orders: said.orders.clone(),
            people: said.searches.clone(),
        }))
    }

    async fn report_shredding(
        &self,
        request: Request<wire::ReportShreddingRequest>,
    ) -> Result<Response<wire::ReportShreddingResponse>, Status> {
        let mut said = self.said();
        let report = request.into_inner();
        said.orders.retain(|order| !report.orders.contains(order));
        said.searches.retain(|person| {
            let mut searched = report.searches.iter();
            !searched.any(|search| search.erasure_id == person.erasure_id)
        });
        said.reports.push(report);
        Ok(Response::new(wire::ReportShreddingResponse {}))
    }
}
