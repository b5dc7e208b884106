use serde::Serialize;

use super::Place;
use super::parked::act;
use super::stock_work::outlet_id;
use crate::api::Page;
use crate::arguments::{PageArguments, StockTakes};
use crate::output::Screen;
use crate::tables;
use crate::view::{StockTake, StockTakeLine};

#[derive(Serialize)]
struct List {
    stock_takes: Vec<StockTake>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Counted {
    lines: Vec<StockTakeLine>,
}

#[derive(Serialize)]
struct Shown {
    stock_take: StockTake,
    lines: Vec<StockTakeLine>,
    next_page_token: Option<String>,
}

/// Counting what is there.
pub(super) async fn stock_takes(
    screen: Screen,
    place: &Place,
    command: StockTakes,
) -> anyhow::Result<()> {
    let ledger = place.ledger().await?;
    let outlets = place.outlets();
    let take = match command {
        StockTakes::Start { outlet, act: asked } => {
            let outlet = outlets.id_of(&outlet)?;
            ledger.start_stock_take(outlet, act(asked)).await?
        }
        StockTakes::Post {
            stock_take,
            act: asked,
        } => {
            let id = stock_take.to_string();
            ledger.post_stock_take(id, act(asked)).await?
        }
        StockTakes::Cancel {
            stock_take,
            act: asked,
        } => {
            let id = stock_take.to_string();
            ledger.cancel_stock_take(id, act(asked)).await?
        }
        StockTakes::Count {
            stock_take,
            lines,
            act: asked,
        } => {
            let id = stock_take.to_string();
            let lines = ledger.count_stock(id, lines, act(asked)).await?;
            if screen.is_json() {
                screen.json(&Counted { lines })?;
            } else {
                tables::stock_take_lines(screen, &lines);
            }
            return Ok(());
        }
        StockTakes::List {
            outlet,
            page: PageArguments { limit, page_token },
        } => {
            let outlet = outlet_id(place, outlet.as_deref())?;
            let Page { rows, next } = ledger.stock_takes(outlet, limit, page_token).await?;
            if screen.is_json() {
                screen.json(&List {
                    stock_takes: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::stock_takes(screen, &outlets, &rows);
                tables::next_page(screen, next.as_deref());
            }
            return Ok(());
        }
        StockTakes::Show {
            stock_take,
            differences,
            page: PageArguments { limit, page_token },
        } => {
            let id = stock_take.to_string();
            let take = ledger.stock_take(id.clone()).await?;
            let Page { rows, next } = ledger
                .stock_take_lines(id, differences, limit, page_token)
                .await?;
            if screen.is_json() {
                screen.json(&Shown {
                    stock_take: take,
                    lines: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::stock_take(screen, &outlets, &take);
                tables::stock_take_lines(screen, &rows);
                tables::next_page(screen, next.as_deref());
            }
            return Ok(());
        }
    };
    if screen.is_json() {
        screen.json(&take)?;
    } else {
        tables::stock_take(screen, &outlets, &take);
    }
    Ok(())
}
