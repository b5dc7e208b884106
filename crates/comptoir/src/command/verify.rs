use serde::Serialize;

use super::Place;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::Check;

#[derive(Serialize)]
struct Verdict {
    holds: bool,
    checks: Vec<Check>,
}

/// The ledger's own check of its promises; failing checks end with [`Exit::CheckFailed`].
pub(crate) async fn verify(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let checks = place.ledger().await?.verify().await?;
    let holds = checks.iter().all(|check| check.holds);
    if screen.is_json() {
        screen.json(&Verdict { holds, checks })?;
    } else {
        tables::verdict(screen, &checks);
    }
    Ok(if holds { Exit::Done } else { Exit::CheckFailed })
}
