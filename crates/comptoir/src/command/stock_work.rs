use proto::ledger::MovementCause;
use serde::Serialize;

use super::Place;
use super::parked::act;
use super::stock::{stock_explain, stock_levels};
use super::stock_at::stock_at;
use super::stock_takes::stock_takes;
use super::transfers::transfers;
use crate::api::{Lines, Page};
use crate::arguments::{LinesArguments, PageArguments, Stock};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Level, OversoldLevel, StockEntry};

#[derive(Serialize)]
struct Entries {
    entries: Vec<StockEntry>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Oversold {
    levels: Vec<OversoldLevel>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Levels {
    levels: Vec<Level>,
}

/// Stock: what there is, why, and what people do to it.
pub(crate) async fn stock(screen: Screen, place: &Place, command: Stock) -> anyhow::Result<Exit> {
    match command {
        Stock::Levels { outlet, sku } => {
            return stock_levels(screen, place, outlet.as_deref(), sku.as_deref()).await;
        }
        Stock::At { when, outlet, sku } => {
            return stock_at(screen, place, when, outlet.as_deref(), sku.as_deref()).await;
        }
        Stock::Explain { sku, outlet } => {
            return stock_explain(screen, place, &sku, outlet.as_deref()).await;
        }
        Stock::Oversold { outlet, page } => {
            let PageArguments { limit, page_token } = page;
            let outlet = outlet_id(place, outlet.as_deref())?;
            let ledger = place.ledger().await?;
            let Page { rows, next } = ledger.oversold(outlet, limit, page_token).await?;
            if screen.is_json() {
                screen.json(&Oversold {
                    levels: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::oversold(screen, &place.outlets(), &rows);
                tables::next_page(screen, next.as_deref());
            }
        }
        Stock::Adjust {
            of,
            reason,
            act: asked,
        } => {
            let ledger = place.ledger().await?;
            let of = lines(place, of)?;
            let entry = ledger.adjust(of, reason.into(), act(asked)).await?;
            show(screen, place, &entry)?;
        }
        Stock::Receive {
            of,
            reference,
            act: asked,
        } => {
            let ledger = place.ledger().await?;
            let of = lines(place, of)?;
            let entry = ledger.receive_goods(of, reference, act(asked)).await?;
            show(screen, place, &entry)?;
        }
        Stock::Safety { of, act: asked } => {
            let ledger = place.ledger().await?;
            let of = lines(place, of)?;
            let levels = ledger.set_safety_stock(of, act(asked)).await?;
            if screen.is_json() {
                screen.json(&Levels { levels })?;
            } else {
                tables::levels(screen, &place.outlets(), &levels);
            }
        }
        Stock::Entries {
            outlet,
            cause,
            page,
        } => {
            let PageArguments { limit, page_token } = page;
            let outlet = outlet_id(place, outlet.as_deref())?;
            let cause = cause.map_or(MovementCause::Unspecified, MovementCause::from);
            let ledger = place.ledger().await?;
            let Page { rows, next } = ledger
                .stock_entries(outlet, cause, limit, page_token)
                .await?;
            if screen.is_json() {
                screen.json(&Entries {
                    entries: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::stock_entries(screen, &place.outlets(), &rows);
                tables::next_page(screen, next.as_deref());
            }
        }
        Stock::Entry { entry } => {
            let entry = place.ledger().await?.stock_entry(entry.to_string()).await?;
            show(screen, place, &entry)?;
        }
        Stock::Transfers { command } => transfers(screen, place, command).await?,
        Stock::Takes { command } => stock_takes(screen, place, command).await?,
    }
    Ok(Exit::Done)
}

fn show(screen: Screen, place: &Place, entry: &StockEntry) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(entry)?;
    } else {
        tables::stock_entry(screen, &place.outlets(), entry);
    }
    Ok(())
}

/// Empty where none is named.
pub(super) fn outlet_id(place: &Place, named: Option<&str>) -> anyhow::Result<String> {
    named.map_or_else(|| Ok(String::new()), |named| place.outlets().id_of(named))
}

fn lines(place: &Place, asked: LinesArguments) -> anyhow::Result<Lines> {
    let LinesArguments { lines, outlet } = asked;
    Ok(Lines {
        outlet_id: place.outlets().id_of(&outlet)?,
        lines,
    })
}
