use serde::Serialize;

use super::Place;
use crate::api::Page;
use crate::arguments::PageArguments;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::ParkedOrder;

#[derive(Serialize)]
struct List {
    parked_orders: Vec<ParkedOrder>,
    next_page_token: Option<String>,
}

/// Orders that could not be booked, newest first.
pub(crate) async fn parked_list(
    screen: Screen,
    place: &Place,
    page: PageArguments,
) -> anyhow::Result<Exit> {
    let PageArguments { limit, page_token } = page;
    let Page { rows, next } = place.ledger().await?.parked(limit, page_token).await?;
    if screen.is_json() {
        screen.json(&List {
            parked_orders: rows,
            next_page_token: next,
        })?;
    } else {
        tables::parked(screen, &rows);
        tables::next_page(screen, next.as_deref());
    }
    Ok(Exit::Done)
}
