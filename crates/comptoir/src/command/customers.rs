use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use retail::{ConnectionId, RetailerId, ShopOrderId};
use serde::Serialize;

use super::Place;
use super::parked::act;
use crate::api::{ApiError, Ingest, Ingests, Ledger, Page};
use crate::arguments::{Customers, PageArguments};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Customer, HeldOfPerson, Raw};

#[derive(Serialize)]
struct List {
    customers: Vec<Customer>,
    next_page_token: Option<String>,
}

/// Who bought, and what people may ask of what is held of them (POS-12).
pub(crate) async fn customers(
    screen: Screen,
    place: &Place,
    command: Customers,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    match command {
        Customers::List {
            email,
            name,
            page: PageArguments { limit, page_token },
        } => {
            let (email, name) = (email.unwrap_or_default(), name.unwrap_or_default());
            let Page { rows, next } = ledger.customers(email, name, limit, page_token).await?;
            if screen.is_json() {
                screen.json(&List {
                    customers: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::customers(screen, &rows);
                tables::next_page(screen, next.as_deref());
            }
        }
        Customers::Show { customer } => {
            let id = id_of(&ledger, &customer).await?;
            let person = ledger.customer(id).await?;
            if screen.is_json() {
                screen.json(&person)?;
            } else {
                tables::person(screen, &person);
            }
        }
        Customers::Merge {
            customer,
            into,
            act: asked,
        } => {
            let (from, into) = (
                id_of(&ledger, &customer).await?,
                id_of(&ledger, &into).await?,
            );
            let merged = ledger.merge_customers(from, into, act(asked)).await?;
            if screen.is_json() {
                screen.json(&merged)?;
            } else {
                let (count, id) = (merged.sale_count, &merged.customer_id);
                screen.line(format_args!("{count} sales follow to {id}"));
            }
        }
        Customers::Export { customer } => {
            let id = id_of(&ledger, &customer).await?;
            // It is a document, whatever was asked for.
            Screen::new(true).json(&held_of(&place.ingests()?, &ledger, id).await?)?;
        }
        Customers::Erase {
            customer,
            confirmed: _,
            act: asked,
        } => {
            let id = id_of(&ledger, &customer).await?;
            let erased = ledger.erase_customer(id, act(asked)).await?;
            if screen.is_json() {
                screen.json(&erased)?;
            } else {
                screen.line(format_args!(
                    "erased at {}: {} orders go out of the archives",
                    erased.erased_at, erased.order_count
                ));
            }
        }
    }
    Ok(Exit::Done)
}

/// By e-mail address, or the id itself.
async fn id_of(ledger: &Ledger, named: &str) -> anyhow::Result<String> {
    if !named.contains('@') {
        return Ok(named.to_owned());
    }
    let found = ledger.customers(named.to_owned(), String::new(), 1, String::new());
    let mut rows = found.await?.rows;
    let customer = rows.pop().context("nobody goes by this e-mail address")?;
    Ok(customer.customer_id)
}

/// What the ledger holds of a person, and what is kept of the deliveries of all these orders.
pub(super) async fn held_of(
    ingests: &Ingests,
    ledger: &Ledger,
    customer: String,
) -> anyhow::Result<HeldOfPerson> {
    let mut held = ledger.held_of(customer).await?;
    add_deliveries(ingests, ledger, &mut held, Vec::new()).await?;
    Ok(held)
}

/// As shops sent them, of all orders that are spoken of, and of `more`: connections and orders' ids.
pub(super) async fn add_deliveries(
    ingests: &Ingests,
    ledger: &Ledger,
    held: &mut HeldOfPerson,
    more: Vec<(String, String)>,
) -> anyhow::Result<()> {
    let sold = held.sales.iter();
    let sold = sold.map(|sale| (sale.connection_id.clone(), sale.order_id.clone()));
    let waiting = held.waiting.iter();
    let waiting = waiting.map(|copy| (copy.connection_id.clone(), copy.order_id.clone()));
    let mut orders: BTreeMap<ConnectionId, BTreeSet<ShopOrderId>> = BTreeMap::new();
    for (connection, order) in sold.chain(waiting).chain(more) {
        if let (Ok(connection), Ok(order)) = (connection.parse(), ShopOrderId::new(&order)) {
            orders.entry(connection).or_default().insert(order);
        }
    }
    for (connection, orders) in orders {
        let Some(ingest) = keeper(ingests, ledger, connection).await? else {
            continue;
        };
        for order in orders {
            let found = deliveries_of(ingest, ingests.retailer(), connection, &order);
            held.deliveries.extend(found.await?);
        }
    }
    Ok(())
}

/// The service that keeps what came through a connection. `None` of a till's: nothing did.
async fn keeper<'a>(
    ingests: &'a Ingests,
    ledger: &Ledger,
    connection: ConnectionId,
) -> Result<Option<&'a Ingest>, ApiError> {
    match ingests.of_connection(connection).await {
        Ok(ingest) => Ok(Some(ingest)),
        Err(error) if error.is_not_found() => {
            if ledger.is_tills(connection).await? {
                return Ok(None);
            }
            Err(error.with_more("its service does not run here: what it keeps would be missing"))
        }
        Err(error) => Err(error),
    }
}

async fn deliveries_of(
    ingest: &Ingest,
    retailer: RetailerId,
    connection: ConnectionId,
    order: &ShopOrderId,
) -> Result<Vec<Raw>, ApiError> {
    let mut found = Vec::new();
    for kept in ingest.deliveries(retailer, connection, order).await? {
        let delivery = ingest.delivery(retailer, connection, &kept.delivery_id);
        match delivery.await {
            // Its time was up since it was listed.
            Err(error) if error.is_not_found() => {}
            delivery => found.push(delivery?),
        }
    }
    Ok(found)
}
