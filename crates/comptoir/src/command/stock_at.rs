use anyhow::ensure;
use jiff::Timestamp;
use serde::Serialize;

use super::{Place, told};
use crate::arguments::When;
use crate::exit::Exit;
use crate::outlets::Outlets;
use crate::output::Screen;
use crate::tables;
use crate::view::{LevelAsOf, ToldShop};

#[derive(Serialize)]
struct List {
    levels: Vec<LevelAsOf>,
    /// The figure that each shop took last by then; `None`: no SKU is named, or no catalogue is known here.
    told: Option<Vec<ToldShop>>,
}

/// What was on hand at an instant; of one SKU, what each shop was told last by then besides.
pub(crate) async fn stock_at(
    screen: Screen,
    place: &Place,
    when: When,
    outlet: Option<&str>,
    sku: Option<&str>,
) -> anyhow::Result<Exit> {
    let outlets = place.outlets();
    let outlet = outlet.map(|outlet| outlets.id_of(outlet)).transpose()?;
    let questions = questions(when, outlet, &outlets)?;
    let ledger = place.ledger().await?;
    let mut levels = Vec::new();
    for (as_of, outlet) in &questions {
        levels.extend(ledger.levels_as_of(*as_of, outlet.as_deref(), sku).await?);
    }
    // Outlets that were asked for one by one stand together where they have the same item.
    levels.sort_by(|one, other| (&one.sku, &one.item_id).cmp(&(&other.sku, &other.item_id)));
    let told = match sku {
        Some(_) => told::by_then(place, &asked(&levels)).await?,
        None => None,
    };
    if screen.is_json() {
        screen.json(&List { levels, told })?;
    } else {
        tables::levels_as_of(screen, &outlets, &levels);
        told::show(screen, told.as_deref());
    }
    Ok(Exit::Done)
}

/// Of which items, by when: a shop is told of all outlets at once.
fn asked(levels: &[LevelAsOf]) -> Vec<(String, Timestamp)> {
    let asked = levels.iter();
    let mut asked: Vec<_> = asked
        .map(|level| (level.item_id.clone(), level.as_of))
        .collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Of which outlet, all where none is named, what instant is asked. A day begins in each by its own clock.
fn questions(
    when: When,
    outlet: Option<String>,
    outlets: &Outlets,
) -> anyhow::Result<Vec<(Timestamp, Option<String>)>> {
    let day = match when {
        When::Instant(instant) => return Ok(vec![(instant, outlet)]),
        When::Day(day) => day,
    };
    let ids = outlet.map_or_else(|| outlets.ids(), |outlet| vec![outlet]);
    ensure!(
        !ids.is_empty(),
        "no outlet's clock is known here: give an instant such as {day}T00:00:00Z"
    );
    let question = |id: String| Ok((outlets.begin(day, &id)?, Some(id)));
    ids.into_iter().map(question).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::Outlet;

    #[test]
    fn r_07_a_day_begins_in_each_outlet_by_its_own_clock() {
        let outlet = |id: &str, zone: &str| Outlet {
            id: id.to_owned(),
            name: id.to_owned(),
            time_zone: zone.to_owned(),
        };
        let outlets = Outlets::new(vec![
            outlet("1", "America/Toronto"),
            outlet("2", "Europe/Paris"),
        ]);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let day = When::Day(jiff::civil::date(2026, 11, 21));
        let one = (at("2026-11-21T05:00:00Z"), Some("1".to_owned()));
        let two = (at("2026-11-20T23:00:00Z"), Some("2".to_owned()));
        assert_eq!(
            questions(day, None, &outlets).unwrap(),
            [one.clone(), two.clone()]
        );
        assert_eq!(questions(day, two.1.clone(), &outlets).unwrap(), [two]);
        let instant = When::Instant(one.0);
        assert_eq!(questions(instant, None, &outlets).unwrap(), [(one.0, None)]);
        assert_eq!(
            questions(instant, one.1.clone(), &Outlets::default()).unwrap(),
            [one]
        );

        // Whose clock is not known is not guessed.
        assert!(questions(day, Some("3".to_owned()), &outlets).is_err());
        assert!(questions(day, None, &Outlets::default()).is_err());
    }
}
