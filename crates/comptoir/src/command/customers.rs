use std::collections::BTreeSet;

use anyhow::Context as _;
use retail::{ConnectionId, ShopOrderId};
use serde::Serialize;
use tonic::Code;

use super::Place;
use super::parked::act;
use crate::api::{ApiError, Ledger, Page};
use crate::arguments::{Customers, PageArguments};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Customer, HeldOfPerson};

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
            Screen::new(true).json(&held_of(place, &ledger, id).await?)?;
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
    place: &Place,
    ledger: &Ledger,
    customer: String,
) -> anyhow::Result<HeldOfPerson> {
    let mut held = ledger.held_of(customer).await?;
    add_deliveries(place, &mut held).await?;
    Ok(held)
}

/// As shops sent them, of all orders that are spoken of.
pub(super) async fn add_deliveries(place: &Place, held: &mut HeldOfPerson) -> anyhow::Result<()> {
    let sold = held.sales.iter();
    let sold = sold.map(|sale| (sale.connection_id.clone(), sale.order_id.clone()));
    let waiting = held.waiting.iter();
    let waiting = waiting.map(|copy| (copy.connection_id.clone(), copy.order_id.clone()));
    let orders: BTreeSet<(String, String)> = sold.chain(waiting).collect();
    let ingests = place.ingests()?;
    for (connection, order) in orders {
        let (Ok(connection), Ok(order)) =
            (connection.parse::<ConnectionId>(), ShopOrderId::new(&order))
        else {
            continue;
        };
        let kept = match ingests.deliveries(connection, &order).await {
            // A till's sale came from no shop.
            Err(ApiError::Refused {
                code: Code::NotFound,
                ..
            }) => continue,
            kept => kept?,
        };
        for kept in kept {
            let delivery = ingests.delivery(connection, &kept.delivery_id).await?;
            held.deliveries.push(delivery);
        }
    }
    Ok(())
}
