use std::collections::BTreeSet;

use anyhow::bail;
use retail::ConnectionId;

use super::Place;
use super::customers::{add_deliveries, held_of};
use crate::api::{Ingests, Ledger};
use crate::arguments::Privacy;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{HeldOfPerson, PrivacySubject};

/// What shops ask on behalf of people.
pub(crate) async fn privacy(
    screen: Screen,
    place: &Place,
    command: Privacy,
) -> anyhow::Result<Exit> {
    let ingests = place.ingests()?;
    match command {
        Privacy::List => {
            let requests = ingests.privacy_requests().await?;
            if screen.is_json() {
                screen.json(&requests)?;
            } else {
                tables::privacy_requests(screen, &requests);
            }
        }
        Privacy::Export {
            connection,
            request,
            actor,
        } => {
            let subject = ingests.privacy_subject(connection, &request).await?;
            if subject.request.kind != "customer_data" {
                bail!("this request asks for an erasure, which is done without anybody's help");
            }
            if subject.request.answer.is_some() {
                bail!("this request was answered: whom it spoke of is forgotten");
            }
            let ledger = place.ledger().await?;
            let people = held_of_all(&ingests, &ledger, connection, &subject).await?;
            Screen::new(true).json(&people)?;
            let nothing_held = people.is_empty();
            ingests
                .answer_data_request(connection, &request, actor, nothing_held)
                .await?;
        }
    }
    Ok(Exit::Done)
}

/// What is held of who goes by the address, and of who bought the orders. Of an order that names nobody it is the
/// order alone: its connection's guest is everybody. Of one that became no sale it is what the shop sent.
async fn held_of_all(
    ingests: &Ingests,
    ledger: &Ledger,
    connection: ConnectionId,
    subject: &PrivacySubject,
) -> anyhow::Result<Vec<HeldOfPerson>> {
    let mut customers = BTreeSet::new();
    let mut nobodys = HeldOfPerson::default();
    let mut unsold = Vec::new();
    if !subject.email.is_empty() {
        let found = ledger.customers(subject.email.clone(), String::new(), 1, String::new());
        let rows = found.await?.rows.into_iter();
        customers.extend(rows.map(|customer| customer.customer_id));
    }
    for order in &subject.order_ids {
        let Some(sale) = ledger.sale_of_order(connection, order).await? else {
            unsold.push((connection.to_string(), order.clone()));
            continue;
        };
        let buyer = sale.customer_id.clone().unwrap_or_default();
        let person = ledger.customer(buyer.clone()).await?;
        if person.customer.guest_of_connection_id.is_some() {
            nobodys.sales.push(sale);
        } else {
            customers.insert(buyer);
        }
    }
    let mut held = Vec::new();
    for customer in customers {
        held.push(held_of(ingests, ledger, customer).await?);
    }
    let waiting = held.iter().flat_map(|person| &person.waiting);
    let waiting = waiting.map(|copy| (copy.connection_id.clone(), copy.order_id.clone()));
    let waiting: BTreeSet<(String, String)> = waiting.collect();
    unsold.retain(|order| !waiting.contains(order));
    add_deliveries(ingests, ledger, &mut nobodys, unsold).await?;
    if !nobodys.sales.is_empty() || !nobodys.deliveries.is_empty() {
        held.push(nobodys);
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proto::convert::instant_into;
    use proto::google::r#type::Money;
    use proto::{connect, ledger as wire};
    use retail::RetailerId;
    use service_kit::{StandIn, operator};
    use tokio::task::JoinSet;
    use tonic::Status;
    use uuid::Uuid;

    use super::*;
    use crate::view::PrivacyRequest;

    const RETAILER: RetailerId = RetailerId::new(Uuid::from_u128(1));
    const CONNECTION: ConnectionId = ConnectionId::new(Uuid::from_u128(2));
    const TILL: ConnectionId = ConnectionId::new(Uuid::from_u128(3));

    /// A ledger and one ingest service.
    struct Services {
        ledger: Ledger,
        ingests: Ingests,
        _serving: JoinSet<()>,
    }

    impl Services {
        async fn start() -> Self {
            let mut serving = JoinSet::new();
            let ledger = ledger().serve(&mut serving).await;
            let ingest = ingest().serve(&mut serving).await;
            let ingests = Ingests::at(&[("ingest-simulated", &ingest)], &operator(), RETAILER);
            Self {
                ledger: Ledger::connect(&ledger, operator(), RETAILER)
                    .await
                    .unwrap(),
                ingests: ingests.unwrap(),
                _serving: serving,
            }
        }

        async fn held(&self, connection: ConnectionId, orders: &[&str]) -> Vec<HeldOfPerson> {
            let subject = asked(orders);
            let held = held_of_all(&self.ingests, &self.ledger, connection, &subject);
            held.await.unwrap()
        }

        async fn deliveries(&self, connection: ConnectionId) -> anyhow::Result<Vec<String>> {
            let mut held = HeldOfPerson::default();
            let more = vec![(connection.to_string(), "1".to_owned())];
            add_deliveries(&self.ingests, &self.ledger, &mut held, more).await?;
            let held = held.deliveries.into_iter();
            Ok(held.map(|raw| raw.delivery.delivery_id).collect())
        }
    }

    /// Knows nobody; has heard of all orders, and made no sale of any. Somebody bought at the till.
    fn ledger() -> StandIn {
        let sold_at_a_till = |request: wire::ListSalesRequest| {
            let wire::SaleFilter {
                connection_id,
                platform,
                ..
            } = request.filter.unwrap_or_default();
            let is_tills = platform == "till" && connection_id == TILL.to_string();
            Ok(wire::ListSalesResponse {
                sales: is_tills.then(a_sale).into_iter().collect(),
                ..wire::ListSalesResponse::default()
            })
        };
        StandIn::default()
            .answers(
                "comptoir.ledger.v1.Customers/ListCustomers",
                |_: wire::ListCustomersRequest| Ok(wire::ListCustomersResponse::default()),
            )
            .answers(
                "comptoir.ledger.v1.Orders/GetReceipt",
                |_: wire::GetReceiptRequest| Ok(wire::GetReceiptResponse::default()),
            )
            .answers("comptoir.ledger.v1.Sales/ListSales", sold_at_a_till)
    }

    /// Has one connection, and keeps two deliveries of its order 1. Of these one is taken away before it is asked for.
    fn ingest() -> StandIn {
        StandIn::default()
            .answers(
                "comptoir.connect.v1.Connections/GetConnection",
                |request: connect::GetConnectionRequest| {
                    if request.connection_id == CONNECTION.to_string() {
                        Ok(connect::GetConnectionResponse::default())
                    } else {
                        Err(Status::not_found("no such connection"))
                    }
                },
            )
            .answers(
                "comptoir.connect.v1.Deliveries/ListDeliveries",
                |request: connect::ListDeliveriesRequest| {
                    let kept = ["there", "gone"].map(kept);
                    let is_known = request.order_id == "1";
                    Ok(connect::ListDeliveriesResponse {
                        deliveries: kept.into_iter().filter(|_| is_known).collect(),
                    })
                },
            )
            .answers(
                "comptoir.connect.v1.Deliveries/GetDelivery",
                |request: connect::GetDeliveryRequest| match request.delivery_id.as_str() {
                    "there" => Ok(connect::GetDeliveryResponse {
                        delivery: Some(kept("there")),
                        body: b"{}".to_vec(),
                    }),
                    _ => Err(Status::not_found("no such delivery")),
                },
            )
    }

    fn a_sale() -> wire::Sale {
        let money = Some(Money {
            currency_code: "EUR".to_owned(),
            units: 1,
            nanos: 0,
        });
        let at = Some(instant_into(Timestamp::UNIX_EPOCH));
        wire::Sale {
            connection_id: TILL.to_string(),
            total: money.clone(),
            tax: money.clone(),
            received: money.clone(),
            covered: money.clone(),
            refunded: money,
            placed_at: at,
            recorded_at: at,
            changed_at: at,
            ..wire::Sale::default()
        }
    }

    fn kept(id: &str) -> connect::KeptDelivery {
        connect::KeptDelivery {
            delivery_id: id.to_owned(),
            received_at: Some(instant_into(Timestamp::UNIX_EPOCH)),
            ..connect::KeptDelivery::default()
        }
    }

    fn asked(orders: &[&str]) -> PrivacySubject {
        PrivacySubject {
            request: PrivacyRequest {
                connection_id: CONNECTION.to_string(),
                delivery_id: "asked".to_owned(),
                kind: "customer_data",
                received_at: Timestamp::UNIX_EPOCH,
                due_at: Timestamp::UNIX_EPOCH,
                answered_at: None,
                answer: None,
                answered_by: None,
            },
            email: "zoe@example.test".to_owned(),
            order_ids: orders.iter().map(ToString::to_string).collect(),
        }
    }

    #[tokio::test]
    async fn pos_12_an_order_that_became_no_sale_is_held_too() {
        let services = Services::start().await;
        let held = services.held(CONNECTION, &["1", "2"]).await;
        assert_eq!(held.len(), 1);
        assert!(held[0].sales.is_empty());
        let deliveries = held[0].deliveries.iter();
        let deliveries: Vec<_> = deliveries.map(|raw| &*raw.delivery.delivery_id).collect();
        assert_eq!(deliveries, ["there"]);
        assert!(services.held(CONNECTION, &["2"]).await.is_empty());
    }

    #[tokio::test]
    async fn pos_12_an_export_lacks_no_deliveries_but_a_tills_and_those_taken_away_meanwhile() {
        let services = Services::start().await;
        assert_eq!(services.deliveries(CONNECTION).await.unwrap(), ["there"]);
        assert!(services.deliveries(TILL).await.unwrap().is_empty());
        let elsewhere = ConnectionId::new(Uuid::from_u128(4));
        let missing = services.deliveries(elsewhere).await.unwrap_err();
        assert!(
            missing.to_string().contains("does not run here"),
            "{missing}"
        );
    }
}
