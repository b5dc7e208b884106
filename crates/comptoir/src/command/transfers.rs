use proto::ledger::TransferState;
use serde::Serialize;

use super::Place;
use super::parked::act;
use super::stock_work::outlet_id;
use crate::api::{Page, TransferSent, TransfersQuery};
use crate::arguments::{PageArguments, Transfers};
use crate::output::Screen;
use crate::tables;
use crate::view::Transfer;

#[derive(Serialize)]
struct List {
    transfers: Vec<Transfer>,
    next_page_token: Option<String>,
}

/// Goods on their way from one outlet to another.
pub(super) async fn transfers(
    screen: Screen,
    place: &Place,
    command: Transfers,
) -> anyhow::Result<()> {
    let ledger = place.ledger().await?;
    let outlets = place.outlets();
    let shown = match command {
        Transfers::Send {
            lines,
            from,
            to,
            reference,
            act: asked,
        } => {
            let sent = TransferSent {
                from_outlet_id: outlets.id_of(&from)?,
                to_outlet_id: outlets.id_of(&to)?,
                lines,
                reference,
            };
            ledger.send_transfer(sent, act(asked)).await?
        }
        Transfers::Receive {
            transfer,
            lines,
            more_to_come,
            act: asked,
        } => {
            let id = transfer.to_string();
            ledger
                .receive_transfer(id, lines, more_to_come, act(asked))
                .await?
        }
        Transfers::Show { transfer } => ledger.transfer(transfer.to_string()).await?,
        Transfers::List {
            outlet,
            in_transit,
            differences,
            page: PageArguments { limit, page_token },
        } => {
            let query = TransfersQuery {
                outlet_id: outlet_id(place, outlet.as_deref())?,
                state: if in_transit {
                    TransferState::InTransit
                } else {
                    TransferState::Unspecified
                },
                only_differences: differences,
                page_size: limit,
                page_token,
            };
            let Page { rows, next } = ledger.transfers(query).await?;
            if screen.is_json() {
                screen.json(&List {
                    transfers: rows,
                    next_page_token: next,
                })?;
            } else {
                tables::transfers(screen, &outlets, &rows);
                tables::next_page(screen, next.as_deref());
            }
            return Ok(());
        }
    };
    if screen.is_json() {
        screen.json(&shown)?;
    } else {
        tables::transfer(screen, &outlets, &shown);
    }
    Ok(())
}
