use serde::Serialize;
use serde_json::json;

use super::Place;
use crate::arguments::Connections;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::Linked;

#[derive(Serialize)]
struct List {
    connections: Vec<Linked>,
}

/// The shops that are linked.
pub(crate) async fn connections(
    screen: Screen,
    place: &Place,
    command: Connections,
) -> anyhow::Result<Exit> {
    let ingests = place.ingests()?;
    match command {
        Connections::List => {
            let connections = ingests.connections().await?;
            if screen.is_json() {
                screen.json(&List { connections })?;
            } else {
                tables::connections(screen, &connections);
            }
        }
        Connections::Show { connection } => {
            let linked = ingests.connection(connection).await?;
            if screen.is_json() {
                screen.json(&linked)?;
            } else {
                tables::connections(screen, std::slice::from_ref(&linked));
            }
        }
        Connections::Pause { connection } => {
            ingests.pause_connection(connection).await?;
            done(screen, "paused")?;
        }
        Connections::Resume { connection } => {
            ingests.resume_connection(connection).await?;
            done(screen, "live")?;
        }
        Connections::Disconnect {
            connection,
            confirmed,
        } => {
            let parting = ingests.disconnect(connection, confirmed).await?;
            if screen.is_json() {
                screen.json(&parting)?;
            } else {
                tables::parting(screen, &parting, confirmed);
            }
        }
    }
    Ok(Exit::Done)
}

/// What no webhook told of.
pub(crate) async fn gaps(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let connections = place.ingests()?.connections().await?;
    if screen.is_json() {
        screen.json(&List { connections })?;
    } else {
        tables::gaps(screen, &connections);
    }
    Ok(Exit::Done)
}

fn done(screen: Screen, state: &'static str) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(&json!({"state": state}))
    } else {
        screen.line(format_args!("the connection is {state}"));
        Ok(())
    }
}
