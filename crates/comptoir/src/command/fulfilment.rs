use proto::ledger::FulfilmentState;
use serde::Serialize;

use super::Place;
use crate::api::Page;
use crate::arguments::{FulfilmentList, PageArguments};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::FulfilmentEntry;

#[derive(Serialize)]
struct List {
    entries: Vec<FulfilmentEntry>,
    next_page_token: Option<String>,
}

/// What is still to be handed over of online sales (POS-2).
pub(crate) async fn fulfilment(
    screen: Screen,
    place: &Place,
    list: FulfilmentList,
) -> anyhow::Result<Exit> {
    let FulfilmentList {
        outlet,
        all,
        page: PageArguments { limit, page_token },
    } = list;
    let outlet = outlet
        .map(|outlet| place.outlets().id_of(&outlet))
        .transpose()?;
    let state = if all {
        FulfilmentState::Unspecified
    } else {
        FulfilmentState::Open
    };
    let ledger = place.ledger().await?;
    let Page { rows, next } = ledger
        .fulfilment(outlet.unwrap_or_default(), state, limit, page_token)
        .await?;
    if screen.is_json() {
        screen.json(&List {
            entries: rows,
            next_page_token: next,
        })?;
    } else {
        tables::fulfilment(screen, &place.outlets(), &rows);
        tables::next_page(screen, next.as_deref());
    }
    Ok(Exit::Done)
}
