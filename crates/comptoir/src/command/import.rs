use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use proto::connect::ImportKind;
use retail::{ConnectionId, ImportId, ShopOrderId};
use serde::Serialize;
use service::clock::{Ids as _, SystemClock, SystemIds};

use super::Place;
use crate::api::{ApiError, Ingest, Ingests};
use crate::arguments::{Allow, Import as Command, OneOrder, PlanArguments, Which};
use crate::exit::Exit;
use crate::output::{Screen, count};
use crate::tables;
use crate::view::{Import, KeptOrder, PlannedLevel};

/// Between two looks at an import that is at work.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Calls of one undo: 200 orders each.
const UNDO_CALLS_LIMIT: usize = 1_000_000;

/// What `--json` says of an import and its plan.
#[derive(Serialize)]
struct Plan {
    import: Import,
    levels: Vec<PlannedLevel>,
}

#[derive(Serialize)]
struct List {
    imports: Vec<Import>,
}

#[derive(Serialize)]
struct Asked {
    connection_id: String,
    order_id: String,
}

#[derive(Serialize)]
struct Allowed {
    connection_id: String,
    may_import: bool,
}

#[derive(Serialize)]
struct TakenBack {
    undone: i64,
    kept: i64,
    kept_orders: Vec<KeptOrder>,
}

/// Imports of past orders.
pub(crate) async fn import(
    screen: Screen,
    place: &Place,
    command: Command,
) -> anyhow::Result<Exit> {
    match command {
        Command::Plan(arguments) => plan(screen, place, arguments).await,
        Command::Commit(Which { import }) => commit(screen, place, import).await,
        Command::Show(Which { import }) => {
            let ingests = place.ingests()?;
            let (ingest, _) = ingests.find(import).await?;
            show(screen, place, &ingests, &ingest, import).await
        }
        Command::List => list(screen, place).await,
        Command::Pause(Which { import }) => {
            let ingests = place.ingests()?;
            let (ingest, _) = ingests.find(import).await?;
            let job = ingest.pause(ingests.retailer(), import).await?;
            told(screen, &Import::try_from(job).map_err(ApiError::from)?)
        }
        Command::Resume(Which { import }) => {
            let ingests = place.ingests()?;
            let (ingest, _) = ingests.find(import).await?;
            let job = ingest.resume(ingests.retailer(), import).await?;
            told(screen, &Import::try_from(job).map_err(ApiError::from)?)
        }
        Command::Cancel(Which { import }) => {
            let ingests = place.ingests()?;
            let (ingest, _) = ingests.find(import).await?;
            let job = ingest.cancel(ingests.retailer(), import).await?;
            told(screen, &Import::try_from(job).map_err(ApiError::from)?)
        }
        Command::Undo(Which { import }) => undo(screen, place, import).await,
        Command::Order(OneOrder { order, connection }) => {
            self::order(screen, place, connection, &order).await
        }
        Command::Allow(Allow { connection, revoke }) => {
            place.ingests()?.allow(connection, !revoke).await?;
            let may = if revoke {
                "may not import"
            } else {
                "may import"
            };
            if screen.is_json() {
                screen.json(&Allowed {
                    connection_id: connection.to_string(),
                    may_import: !revoke,
                })?;
            }
            screen.line(format_args!("connection {connection} {may}"));
            Ok(Exit::Done)
        }
    }
}

async fn plan(screen: Screen, place: &Place, arguments: PlanArguments) -> anyhow::Result<Exit> {
    let PlanArguments {
        connection,
        new,
        since,
    } = arguments;
    let ingests = place.ingests()?;
    let import = ImportId::new(SystemIds::new(Arc::new(SystemClock)).next());
    let kind = if new {
        ImportKind::New
    } else {
        ImportKind::All
    };
    ingests.start(import, connection, kind, since).await?;
    let (ingest, _) = ingests.find(import).await?;
    let spinner = screen.spinner();
    let import_at = follow(&ingests, &ingest, import, "planned", |import| {
        spinner.set_message(format!("{} found", count_of(import.found)));
    })
    .await;
    spinner.finish_and_clear();
    import_at?;
    show(screen, place, &ingests, &ingest, import).await?;
    screen.line(format_args!(
        "\nnothing is booked yet; to let it happen: comptoir import commit {import}"
    ));
    Ok(Exit::Done)
}

async fn commit(screen: Screen, place: &Place, import: ImportId) -> anyhow::Result<Exit> {
    let ingests = place.ingests()?;
    let (ingest, _) = ingests.find(import).await?;
    let job = ingest.commit(ingests.retailer(), import).await?;
    let length = u64::try_from(job.to_tell).unwrap_or_default();
    let bar = screen.bar(length, "orders told to the ledger");
    let ended = follow(&ingests, &ingest, import, "complete", |import| {
        bar.set_position(u64::try_from(import.told).unwrap_or_default());
    })
    .await;
    bar.finish_and_clear();
    told(screen, &ended?)
}

/// Looks again and again until the import has come to `state`, telling each look. Ends as well where it is
/// halted or cancelled by somebody else.
async fn follow(
    ingests: &Ingests,
    ingest: &Ingest,
    import: ImportId,
    state: &str,
    look: impl Fn(&Import),
) -> anyhow::Result<Import> {
    loop {
        let job = ingest.job(ingests.retailer(), import).await?;
        let now = Import::try_from(job).map_err(ApiError::from)?;
        look(&now);
        if now.state == state || now.state == "complete" {
            return Ok(now);
        }
        if now.paused || matches!(now.state, "cancelling" | "cancelled") {
            bail!("import {import} was halted; `comptoir import show {import}` tells more");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn show(
    screen: Screen,
    place: &Place,
    ingests: &Ingests,
    ingest: &Ingest,
    import: ImportId,
) -> anyhow::Result<Exit> {
    let retailer = ingests.retailer();
    let job = ingest.job(retailer, import).await?;
    let job = Import::try_from(job).map_err(ApiError::from)?;
    let levels = ingest.levels(retailer, import).await?;
    let levels = levels
        .into_iter()
        .map(PlannedLevel::try_from)
        .collect::<Result<Vec<_>, _>>()
        .map_err(ApiError::from)?;
    if screen.is_json() {
        let import = job;
        screen.json(&Plan { import, levels })?;
    } else {
        tables::import(screen, &job);
        screen.title("What it does to stock");
        tables::planned_levels(screen, &place.outlets(), &levels);
    }
    Ok(Exit::Done)
}

async fn list(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let imports = place.ingests()?.list().await?;
    let imports = imports
        .into_iter()
        .map(Import::try_from)
        .collect::<Result<Vec<_>, _>>()
        .map_err(ApiError::from)?;
    if screen.is_json() {
        screen.json(&List { imports })?;
    } else {
        tables::imports(screen, &imports);
    }
    Ok(Exit::Done)
}

async fn undo(screen: Screen, place: &Place, import: ImportId) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let bar = screen.bar(0, "orders taken back");
    for _ in 0..UNDO_CALLS_LIMIT {
        let (remaining, counts) = ledger.undo_import(import).await?;
        let left = u64::try_from(remaining).unwrap_or_default();
        bar.set_length(u64::try_from(counts.made).unwrap_or_default());
        bar.set_position(bar.length().unwrap_or_default().saturating_sub(left));
        if remaining > 0 {
            continue;
        }
        bar.finish_and_clear();
        let kept = ledger.kept_orders(import).await?;
        let kept_orders: Vec<KeptOrder> = kept.into_iter().map(KeptOrder::from).collect();
        if screen.is_json() {
            screen.json(&TakenBack {
                undone: counts.undone,
                kept: counts.kept,
                kept_orders,
            })?;
        } else {
            screen.line(format_args!("{} taken back", count_of(counts.undone)));
            tables::kept_orders(screen, &kept_orders);
        }
        return Ok(Exit::Done);
    }
    bail!("import {import} is not taken back after {UNDO_CALLS_LIMIT} calls");
}

fn told(screen: Screen, import: &Import) -> anyhow::Result<Exit> {
    if screen.is_json() {
        screen.json(import)?;
    } else {
        tables::import(screen, import);
    }
    Ok(Exit::Done)
}

fn count_of(orders: i64) -> String {
    count(usize::try_from(orders).unwrap_or_default(), "order")
}

/// Has the shop asked for one order, whatever its age.
pub(super) async fn order(
    screen: Screen,
    place: &Place,
    connection: ConnectionId,
    order: &ShopOrderId,
) -> anyhow::Result<Exit> {
    place.ingests()?.import_order(connection, order).await?;
    if screen.is_json() {
        screen.json(&Asked {
            connection_id: connection.to_string(),
            order_id: order.to_string(),
        })?;
    }
    screen.line(format_args!(
        "the shop is asked for order {order}; what comes of it is in comptoir sales list, or in comptoir parked list"
    ));
    Ok(Exit::Done)
}
