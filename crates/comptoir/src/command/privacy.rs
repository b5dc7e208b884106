use std::collections::BTreeSet;

use anyhow::bail;
use retail::ConnectionId;

use super::Place;
use super::customers::{add_deliveries, held_of};
use crate::api::Ledger;
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
            let people = held_of_all(place, &ledger, connection, &subject).await?;
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
/// order alone: its connection's guest is everybody.
async fn held_of_all(
    place: &Place,
    ledger: &Ledger,
    connection: ConnectionId,
    subject: &PrivacySubject,
) -> anyhow::Result<Vec<HeldOfPerson>> {
    let mut customers = BTreeSet::new();
    let mut nobodys = HeldOfPerson::default();
    if !subject.email.is_empty() {
        let found = ledger.customers(subject.email.clone(), String::new(), 1, String::new());
        let rows = found.await?.rows.into_iter();
        customers.extend(rows.map(|customer| customer.customer_id));
    }
    for order in &subject.order_ids {
        let Some(sale) = ledger.sale_of_order(connection, order).await? else {
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
        held.push(held_of(place, ledger, customer).await?);
    }
    if !nobodys.sales.is_empty() {
        add_deliveries(place, &mut nobodys).await?;
        held.push(nobodys);
    }
    Ok(held)
}
