mod chain;

use serde::Serialize;

use super::Place;
use crate::arguments::Verify;
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
pub(crate) async fn verify(screen: Screen, place: &Place, asked: &Verify) -> anyhow::Result<Exit> {
    if asked.chain {
        return chain::verify(screen, place, &asked.of).await;
    }
    let checks = place.ledger().await?.verify().await?;
    let holds = checks.iter().all(|check| check.holds);
    if screen.is_json() {
        screen.json(&Verdict { holds, checks })?;
    } else {
        tables::verdict(screen, &checks);
    }
    Ok(if holds { Exit::Done } else { Exit::CheckFailed })
}
