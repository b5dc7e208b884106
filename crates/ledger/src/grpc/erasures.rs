//! What ingest services ask on behalf of shops, and do in their archives.

use std::sync::Arc;

use proto::convert::instant_into;
use proto::ledger as wire;
use retail::EmailKey;
use service::seal::Keyring;
use tonic::{Request, Response, Status};

use super::ask;
use super::customers::email_from;
use super::once::once;
use crate::store::{
    ArchiveSearch, Asked, ErasedPeople, ErasedShop, Eraser, OrderToShred, PersonAsked,
    PersonToShred, Shredding, Store,
};
use crate::wake::Wake;

/// Longest name of a platform, in bytes.
const PLATFORM_LIMIT_BYTES: usize = 100;

#[derive(Clone, Debug)]
pub struct Erasures {
    store: Store,
    keyring: Arc<Keyring>,
    wake: Wake,
}

impl Erasures {
    pub fn new(store: Store, keyring: Arc<Keyring>, wake: Wake) -> Self {
        Self {
            store,
            keyring,
            wake,
        }
    }

    fn eraser(&self) -> Eraser<'_> {
        Eraser {
            keyring: &self.keyring,
            erasures: self.store.erasures(),
        }
    }
}

#[tonic::async_trait]
impl wire::erasures_server::Erasures for Erasures {
    async fn erase_person(
        &self,
        request: Request<wire::ErasePersonRequest>,
    ) -> Result<Response<wire::ErasePersonResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let person = PersonAsked {
            connection: ask::connection(&request.connection_id)?,
            email: email_from(&request.email)?,
            orders: ask::orders("order_ids", &request.order_ids)?,
        };
        let act = ask::act(request.act.clone())?;
        let question = self.unnamed(retailer, request, person.email.as_ref());
        let asked = Asked::new(retailer, act, "Erasures.ErasePerson", &question);
        let answer = once(&self.store, asked, async |once| {
            let ErasedPeople { customers, orders } =
                once.erase_person(self.eraser(), &person).await?;
            Ok(wire::ErasePersonResponse {
                customer_ids: customers.iter().map(ToString::to_string).collect(),
                order_count: i64::try_from(orders).unwrap_or(i64::MAX),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn erase_shop(
        &self,
        request: Request<wire::EraseShopRequest>,
    ) -> Result<Response<wire::EraseShopResponse>, Status> {
        let wire::EraseShopRequest {
            retailer_id,
            connection_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let connection = ask::connection(&connection_id)?;
        let ErasedShop { erased, is_done } = self
            .store
            .erase_shop(self.eraser(), retailer, connection)
            .await?;
        self.wake.all(false);
        Ok(Response::new(wire::EraseShopResponse {
            erased_count: i64::try_from(erased).unwrap_or(i64::MAX),
            is_done,
        }))
    }

    async fn list_shredding(
        &self,
        request: Request<wire::ListShreddingRequest>,
    ) -> Result<Response<wire::ListShreddingResponse>, Status> {
        let wire::ListShreddingRequest { platform } = request.into_inner();
        let platform = ask::text("platform", platform, PLATFORM_LIMIT_BYTES)?;
        let Shredding { orders, people } = self.store.shredding(&self.keyring, &platform).await?;
        Ok(Response::new(wire::ListShreddingResponse {
            orders: orders.into_iter().map(order_into).collect(),
            people: people.into_iter().map(person_into).collect(),
        }))
    }

    async fn report_shredding(
        &self,
        request: Request<wire::ReportShreddingRequest>,
    ) -> Result<Response<wire::ReportShreddingResponse>, Status> {
        let wire::ReportShreddingRequest {
            platform,
            orders,
            searches,
        } = request.into_inner();
        let platform = ask::text("platform", platform, PLATFORM_LIMIT_BYTES)?;
        let orders: Vec<OrderToShred> = orders
            .into_iter()
            .map(order_from)
            .collect::<Result<_, _>>()?;
        let searches: Vec<ArchiveSearch> = searches
            .into_iter()
            .map(search_from)
            .collect::<Result<_, _>>()?;
        self.store.shredded(&platform, &orders, &searches).await?;
        Ok(Response::new(wire::ReportShreddingResponse {}))
    }
}

impl Erasures {
    /// The question as it is remembered: whoever has its hash cannot try addresses on it.
    fn unnamed(
        &self,
        retailer: retail::RetailerId,
        request: wire::ErasePersonRequest,
        email: Option<&EmailKey>,
    ) -> wire::ErasePersonRequest {
        let mark = email.map(|email| self.store.erasures().mark(retailer, email));
        wire::ErasePersonRequest {
            email: mark.map(|mark| format!("{mark:?}")).unwrap_or_default(),
            ..request
        }
    }
}

fn order_into(order: OrderToShred) -> wire::OrderToShred {
    let OrderToShred {
        retailer,
        connection,
        order,
    } = order;
    wire::OrderToShred {
        retailer_id: retailer.to_string(),
        connection_id: connection.to_string(),
        order_id: order,
    }
}

fn order_from(order: wire::OrderToShred) -> Result<OrderToShred, Status> {
    let wire::OrderToShred {
        retailer_id,
        connection_id,
        order_id,
    } = order;
    Ok(OrderToShred {
        retailer: ask::retailer(&retailer_id)?,
        connection: ask::connection(&connection_id)?,
        order: ask::order("orders.order_id", &order_id)?
            .as_str()
            .to_owned(),
    })
}

fn person_into(person: PersonToShred) -> wire::PersonToShred {
    let PersonToShred {
        erasure,
        retailer,
        emails,
        erased_at,
    } = person;
    wire::PersonToShred {
        erasure_id: erasure.to_string(),
        retailer_id: retailer.to_string(),
        emails: emails
            .iter()
            .map(|email| email.as_str().to_owned())
            .collect(),
        erased_at: Some(instant_into(erased_at)),
    }
}

fn search_from(search: wire::ArchiveSearch) -> Result<ArchiveSearch, Status> {
    let wire::ArchiveSearch {
        erasure_id,
        delivery_count,
    } = search;
    Ok(ArchiveSearch {
        erasure: ask::required("searches.erasure_id", &erasure_id)?,
        deliveries: delivery_count,
    })
}
