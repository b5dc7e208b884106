use anyhow::Context as _;
use serde::Serialize;

use super::Place;
use crate::broker::{Broker, StreamRow};
use crate::exit::Exit;
use crate::output::{Align, Screen, Table, bytes};
use crate::stack::{Readiness, State, readiness};

/// How many parked orders are counted.
const PARKED_LIMIT: i32 = 500;

#[derive(Serialize)]
struct Status {
    dir: String,
    pid: i32,
    grpc_url: String,
    services: Vec<ServiceRow>,
    streams: Vec<StreamRow>,
    /// At most [`PARKED_LIMIT`] are counted.
    parked_orders: Option<usize>,
    ready: bool,
    /// What could not be looked at, and why.
    unknown: Vec<String>,
}

#[derive(Serialize)]
struct ServiceRow {
    name: String,
    ready: bool,
    reason: Option<String>,
    health_url: String,
}

/// Whether the system runs, how far each part has come and what it holds.
pub(crate) async fn status(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let (dir, state) = place.stack()?.with_context(|| {
        format!(
            "nothing runs in {}: start it with `comptoir up`",
            place.dir().display()
        )
    })?;
    let services = services(state)?;
    let mut unknown = Vec::new();
    let streams = async { Broker::of_stack(dir, state).await?.streams().await }
        .await
        .unwrap_or_else(|error| {
            unknown.push(format!("streams: {error:#}"));
            Vec::new()
        });
    let parked_orders = async {
        Ok(place
            .ledger()
            .await?
            .parked(PARKED_LIMIT, String::new())
            .await?)
    }
    .await
    .map(|page| page.rows.len())
    .map_err(|error: anyhow::Error| unknown.push(format!("parked orders: {error:#}")))
    .ok();
    let status = Status {
        dir: dir.display().to_string(),
        pid: state.pid,
        grpc_url: state.grpc_url.clone(),
        ready: services.iter().all(|service| service.ready),
        services,
        streams,
        parked_orders,
        unknown,
    };
    if screen.is_json() {
        screen.json(&status)?;
    } else {
        show(screen, &status);
    }
    Ok(if status.ready {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn services(state: &State) -> anyhow::Result<Vec<ServiceRow>> {
    state
        .services
        .iter()
        .map(|running| {
            let readiness: Readiness = readiness(running.address()?);
            Ok(ServiceRow {
                name: running.name.clone(),
                ready: readiness.is_ready(),
                reason: readiness.reason(),
                health_url: running.health_url.clone(),
            })
        })
        .collect()
}

fn show(screen: Screen, status: &Status) {
    let Status {
        dir,
        pid,
        grpc_url,
        services,
        streams,
        parked_orders,
        ready: _,
        unknown,
    } = status;
    screen.line(format_args!("process {pid} in {dir}, gRPC at {grpc_url}"));
    screen.title("Services");
    for ServiceRow {
        name,
        ready,
        reason,
        health_url: _,
    } in services
    {
        let word = if *ready {
            screen.good("ready")
        } else {
            screen.bad("not ready")
        };
        let reason = reason.as_deref().unwrap_or_default();
        screen.line(format_args!("{name:<20} {word}  {reason}"));
    }
    if !streams.is_empty() {
        screen.title("Streams");
        screen.line(stream_table(streams));
    }
    if let Some(parked) = parked_orders {
        screen.line(format_args!("\nparked orders: {parked}"));
    }
    for unknown in unknown {
        screen.line(format_args!("\ncannot tell {unknown}"));
    }
}

fn stream_table(streams: &[StreamRow]) -> Table {
    let mut table = Table::new([
        ("Stream", Align::Left),
        ("Messages", Align::Right),
        ("Size", Align::Right),
        ("Read by", Align::Left),
        ("Waiting", Align::Right),
        ("In hand", Align::Right),
        ("Again", Align::Right),
    ]);
    for row in streams {
        let what = [
            row.stream.clone(),
            row.messages.to_string(),
            bytes(row.bytes),
        ];
        let [stream, messages, size] = what;
        match row.readers.first() {
            Some(reader) => table.row([
                stream,
                messages,
                size,
                reader.name.clone(),
                reader.waiting.to_string(),
                reader.in_hand.to_string(),
                reader.redelivered.to_string(),
            ]),
            None => table.row([
                stream,
                messages,
                size,
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]),
        }
    }
    table
}
