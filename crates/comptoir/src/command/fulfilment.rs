use anyhow::bail;
use proto::convert::{instant_into, quantity_into};
use proto::ledger::{
    FulfilmentPart, FulfilmentState, FulfilmentStep, ListFulfilmentRequest, TakeStepRequest,
    Tracking, UndoStepRequest,
};
use retail::Quantity;
use serde::Serialize;

use super::Place;
use super::parked::act;
use super::sales::find_sale;
use super::stock_work::outlet_id;
use crate::api::{Ledger, Page};
use crate::arguments::{AcceptArguments, Fulfilment, FulfilmentList, PageArguments, StepArguments};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{FulfilmentAct, FulfilmentEntry};

#[derive(Serialize)]
struct List {
    entries: Vec<FulfilmentEntry>,
    next_page_token: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    entry: FulfilmentEntry,
    acts: Vec<FulfilmentAct>,
}

/// What is still to be handed over of online sales (POS-2), and what people do about it.
pub(crate) async fn fulfilment(
    screen: Screen,
    place: &Place,
    command: Fulfilment,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let neither = AcceptArguments {
        accept_unpaid: false,
        accept_held_update: false,
    };
    match command {
        Fulfilment::List(asked) => return list(screen, place, &ledger, asked).await,
        Fulfilment::Show { sale } => {
            let sale = find_sale(place, &ledger, sale).await?;
            return show(screen, place, &ledger, sale.sale_id).await;
        }
        Fulfilment::Pick(of) => {
            take(
                screen,
                place,
                &ledger,
                FulfilmentStep::Picked,
                of,
                None,
                neither,
            )
            .await
        }
        Fulfilment::Pack(of) => {
            take(
                screen,
                place,
                &ledger,
                FulfilmentStep::Packed,
                of,
                None,
                neither,
            )
            .await
        }
        Fulfilment::Ship {
            of,
            carrier,
            tracking,
            url,
            accept,
        } => {
            let tracking = Tracking {
                carrier,
                number: tracking,
                url,
            };
            let step = FulfilmentStep::Shipped;
            take(screen, place, &ledger, step, of, Some(tracking), accept).await
        }
        Fulfilment::Collect { of, accept } => {
            let step = FulfilmentStep::Collected;
            take(screen, place, &ledger, step, of, None, accept).await
        }
        Fulfilment::Undo { of, step } => {
            undo(screen, place, &ledger, FulfilmentStep::from(step), of).await
        }
    }
}

async fn list(
    screen: Screen,
    place: &Place,
    ledger: &Ledger,
    asked: FulfilmentList,
) -> anyhow::Result<Exit> {
    let FulfilmentList {
        outlet,
        connection,
        step,
        before,
        all,
        page: PageArguments { limit, page_token },
    } = asked;
    // What was shipped may have nothing left.
    let state = if all || step.is_some() {
        FulfilmentState::Unspecified
    } else {
        FulfilmentState::Open
    };
    let step = step.map_or(FulfilmentStep::Unspecified, FulfilmentStep::from);
    let asked = ListFulfilmentRequest {
        retailer_id: String::new(),
        page_size: limit,
        page_token,
        outlet_id: outlet_id(place, outlet.as_deref())?,
        state: state.into(),
        connection_id: connection.unwrap_or_default(),
        step: step.into(),
        placed_before: before.map(instant_into),
    };
    let Page { rows, next } = ledger.fulfilment(asked).await?;
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

async fn show(
    screen: Screen,
    place: &Place,
    ledger: &Ledger,
    sale_id: String,
) -> anyhow::Result<Exit> {
    let (entry, acts) = ledger.fulfilment_of(sale_id).await?;
    if screen.is_json() {
        screen.json(&Shown { entry, acts })?;
    } else {
        tables::fulfilment_of(screen, &place.outlets(), &entry, &acts);
    }
    Ok(Exit::Done)
}

async fn take(
    screen: Screen,
    place: &Place,
    ledger: &Ledger,
    step: FulfilmentStep,
    of: StepArguments,
    tracking: Option<Tracking>,
    accept: AcceptArguments,
) -> anyhow::Result<Exit> {
    let StepArguments {
        sale,
        parts,
        act: asked,
    } = of;
    let AcceptArguments {
        accept_unpaid,
        accept_held_update,
    } = accept;
    let sale_id = find_sale(place, ledger, sale).await?.sale_id;
    let request = TakeStepRequest {
        retailer_id: String::new(),
        step: step.into(),
        parts: parts_of(ledger, &sale_id, parts).await?,
        sale_id,
        tracking,
        accept_unpaid,
        accept_held_update,
        act: Some(act(asked)),
    };
    say(screen, &ledger.take_step(request).await?)
}

async fn undo(
    screen: Screen,
    place: &Place,
    ledger: &Ledger,
    step: FulfilmentStep,
    of: StepArguments,
) -> anyhow::Result<Exit> {
    let StepArguments {
        sale,
        parts,
        act: asked,
    } = of;
    let sale_id = find_sale(place, ledger, sale).await?.sale_id;
    let request = UndoStepRequest {
        retailer_id: String::new(),
        step: step.into(),
        parts: parts_of(ledger, &sale_id, parts).await?,
        sale_id,
        act: Some(act(asked)),
    };
    say(screen, &ledger.undo_step(request).await?)
}

/// The lines that people mean by their SKUs or keys.
async fn parts_of(
    ledger: &Ledger,
    sale_id: &str,
    named: Vec<(String, Quantity)>,
) -> anyhow::Result<Vec<FulfilmentPart>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let (entry, _) = ledger.fulfilment_of(sale_id.to_owned()).await?;
    named
        .into_iter()
        .map(|(name, quantity)| {
            let lines = entry.lines.iter();
            let meant = lines
                .filter(|line| line.line_key == name || line.sku.as_deref() == Some(name.as_str()));
            let meant: Vec<&str> = meant.map(|line| line.line_key.as_str()).collect();
            match meant[..] {
                [line] => Ok(FulfilmentPart {
                    line_key: line.to_owned(),
                    quantity: Some(quantity_into(quantity)),
                }),
                [] => bail!("the sale has no line of {name}"),
                _ => bail!("{name} is several lines: {}", meant.join(", ")),
            }
        })
        .collect()
}

fn say(screen: Screen, entry: &FulfilmentEntry) -> anyhow::Result<Exit> {
    if screen.is_json() {
        screen.json(entry)?;
    } else {
        tables::fulfilment_lines(screen, entry);
    }
    Ok(Exit::Done)
}
