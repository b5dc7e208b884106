use super::Place;
use super::parked::act;
use crate::arguments::Plans;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;

/// What the retailer may begin.
pub(crate) async fn plans(screen: Screen, place: &Place, command: Plans) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let plan = match command {
        Plans::List => {
            let plans = ledger.plans().await?;
            if screen.is_json() {
                screen.json(&plans)?;
            } else {
                tables::plans(screen, &plans);
            }
            return Ok(Exit::Done);
        }
        Plans::Show => ledger.plan().await?,
        Plans::Set {
            plan,
            given,
            taken,
            act: asked,
        } => ledger.set_plan(plan, &given, &taken, act(asked)).await?,
    };
    if screen.is_json() {
        screen.json(&plan)?;
    } else {
        tables::plan(screen, &plan);
    }
    Ok(Exit::Done)
}
