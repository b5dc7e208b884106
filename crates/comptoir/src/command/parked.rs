use std::sync::Arc;

use anyhow::Context as _;
use proto::ledger::Act;
use retail::ConnectionId;
use serde::Serialize;
use serde_json::json;
use service::clock::{Ids as _, SystemClock, SystemIds};
use uuid::Uuid;

use super::{Place, import};
use crate::api::{OrderOfShop, Page, ParkedQuery, ShopProduct};
use crate::arguments::{ActArguments, Parked, ParkedList, ShopProductArguments};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Kept, ParkedEntry};

#[derive(Serialize)]
struct Shown {
    parked_order: ParkedEntry,
    deliveries: Vec<Kept>,
}

#[derive(Serialize)]
struct List {
    parked_orders: Vec<ParkedEntry>,
    next_page_token: Option<String>,
}

/// Orders that could not be booked, and what a person can do about them.
pub(crate) async fn parked(screen: Screen, place: &Place, command: Parked) -> anyhow::Result<Exit> {
    match command {
        Parked::List(list) => parked_list(screen, place, list).await,
        Parked::Show {
            order,
            connection,
            raw,
        } => {
            let parked = OrderOfShop {
                connection_id: connection.to_string(),
                order_id: order.to_string(),
            };
            let entry = place.ledger().await?.parked_order(parked).await?;
            if raw {
                show_raw(screen, place, connection, &entry).await
            } else {
                let deliveries = place.ingests()?.deliveries(connection, &order).await?;
                show(screen, entry, deliveries)
            }
        }
        Parked::Retry {
            order,
            connection,
            act: asked,
        } => {
            let parked = OrderOfShop {
                connection_id: connection.to_string(),
                order_id: order.to_string(),
            };
            let ledger = place.ledger().await?;
            let entry = ledger.parked_order(parked.clone()).await?;
            if !entry.can_retry && entry.dismissed_at.is_none() {
                return import::order(screen, place, connection, &order).await;
            }
            let retried = ledger.retry(parked, act(asked)).await?;
            if screen.is_json() {
                screen.json(&retried)?;
            } else {
                screen.line(retried.outcome);
                if let (Some(reason), Some(detail)) = (&retried.reason, &retried.detail) {
                    screen.line(format_args!("  {reason}: {detail}"));
                }
            }
            Ok(Exit::Done)
        }
        Parked::RetryAll {
            connection,
            reason,
            act: asked,
        } => {
            let ledger = place.ledger().await?;
            let retried = ledger.retry_all(connection, reason, act(asked)).await?;
            if screen.is_json() {
                screen.json(&retried)?;
            } else {
                screen.line(format_args!(
                    "{} recorded, {} wait to be applied, {} parked still",
                    retried.recorded, retried.held, retried.still_parked
                ));
            }
            Ok(Exit::Done)
        }
        Parked::Dismiss {
            order,
            connection,
            act: asked,
        } => {
            let order = OrderOfShop {
                connection_id: connection,
                order_id: order,
            };
            place.ledger().await?.dismiss(order, act(asked)).await?;
            done(screen, "dismissed")
        }
        Parked::Remap {
            connection,
            product,
            to,
            act: asked,
        } => {
            let ledger = place.ledger().await?;
            let product = shop_product(product);
            let item = ledger.remap(connection, product, to, act(asked)).await?;
            if screen.is_json() {
                screen.json(&json!({"item_id": item}))?;
            } else {
                screen.line("remapped; orders that wait for it: comptoir parked retry-all");
            }
            Ok(Exit::Done)
        }
    }
}

fn show(screen: Screen, entry: ParkedEntry, deliveries: Vec<Kept>) -> anyhow::Result<Exit> {
    if screen.is_json() {
        screen.json(&Shown {
            parked_order: entry,
            deliveries,
        })?;
    } else {
        tables::parked_entries(screen, std::slice::from_ref(&entry));
        tables::deliveries(screen, &deliveries);
    }
    Ok(Exit::Done)
}

/// The delivery that could not be booked, byte for byte as the shop sent it.
async fn show_raw(
    screen: Screen,
    place: &Place,
    connection: ConnectionId,
    entry: &ParkedEntry,
) -> anyhow::Result<Exit> {
    let delivery = entry.order.delivery.as_ref();
    let delivery = delivery.context("the ledger names no delivery")?;
    let ingests = place.ingests()?;
    let raw = ingests.delivery(connection, &delivery.delivery_id).await?;
    if screen.is_json() {
        screen.json(&raw)?;
    } else if raw.body.is_empty() {
        screen.line(
            "the shop sent nothing: polling found that the order changed, and it was fetched",
        );
    } else {
        screen.line(&raw.body);
    }
    Ok(Exit::Done)
}

async fn parked_list(screen: Screen, place: &Place, list: ParkedList) -> anyhow::Result<Exit> {
    let ParkedList {
        connection,
        reason,
        dismissed,
        page,
    } = list;
    let query = ParkedQuery {
        connection_id: connection,
        reason,
        with_dismissed: dismissed,
        order_id: String::new(),
        page_size: page.limit,
        page_token: page.page_token,
    };
    let Page { rows, next } = place.ledger().await?.waiting_parked(query).await?;
    if screen.is_json() {
        screen.json(&List {
            parked_orders: rows,
            next_page_token: next,
        })?;
    } else {
        tables::parked_entries(screen, &rows);
        tables::next_page(screen, next.as_deref());
    }
    Ok(Exit::Done)
}

fn done(screen: Screen, what: &'static str) -> anyhow::Result<Exit> {
    if screen.is_json() {
        screen.json(&json!({"outcome": what}))?;
    } else {
        screen.line(what);
    }
    Ok(Exit::Done)
}

/// An act of its own, unless it is said again.
pub(super) fn act(asked: ActArguments) -> Act {
    let ActArguments {
        note,
        actor,
        request_id,
    } = asked;
    Act {
        request_id: request_id.unwrap_or_else(new_id).to_string(),
        actor,
        note,
    }
}

pub(super) fn new_id() -> Uuid {
    SystemIds::new(Arc::new(SystemClock)).next()
}

fn shop_product(product: ShopProductArguments) -> ShopProduct {
    let ShopProductArguments {
        variant,
        shop_sku,
        line_name,
    } = product;
    match (variant, shop_sku, line_name) {
        (Some(variant), _, _) => ShopProduct::VariantId(variant),
        (None, Some(sku), _) => ShopProduct::ShopSku(sku),
        (None, None, name) => ShopProduct::LineName(name.unwrap_or_default()),
    }
}
