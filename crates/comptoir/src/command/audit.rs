use serde::Serialize;

use super::Place;
use crate::arguments::PageArguments;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::AuditEntry;

#[derive(Serialize)]
struct List {
    entries: Vec<AuditEntry>,
    next_page_token: Option<String>,
}

/// Who had what done, the last first.
pub(crate) async fn audit(
    screen: Screen,
    place: &Place,
    page: PageArguments,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let PageArguments { limit, page_token } = page;
    let found = ledger.audit(limit, page_token).await?;
    if screen.is_json() {
        screen.json(&List {
            entries: found.rows,
            next_page_token: found.next,
        })?;
    } else {
        tables::audit(screen, &found.rows);
        tables::next_page(screen, found.next.as_deref());
    }
    Ok(Exit::Done)
}
