use serde::Serialize;

use super::Place;
use super::parked::act;
use crate::api::Page;
use crate::arguments::{Kits, PageArguments};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::Kit;

#[derive(Serialize)]
struct List {
    kits: Vec<Kit>,
    next_page_token: Option<String>,
}

/// What is sold as one item, and in stock as its parts.
pub(crate) async fn kits(screen: Screen, place: &Place, command: Kits) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let kit = match command {
        Kits::Define {
            sku,
            parts,
            act: asked,
        } => ledger.define_kit(&sku, parts, act(asked)).await?,
        Kits::Dissolve { sku, act: asked } => {
            ledger.define_kit(&sku, Vec::new(), act(asked)).await?
        }
        Kits::Show { sku } => ledger.kit(&sku).await?,
        Kits::List {
            page: PageArguments { limit, page_token },
        } => {
            let Page { rows, next } = ledger.kits(limit, page_token).await?;
            if screen.is_json() {
                screen.json(&List {
                    kits: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::kits(screen, &rows);
                tables::next_page(screen, next.as_deref());
            }
            return Ok(Exit::Done);
        }
    };
    if screen.is_json() {
        screen.json(&kit)?;
    } else {
        tables::kit(screen, &kit);
    }
    Ok(Exit::Done)
}
