use anyhow::{anyhow, bail};
use serde::Serialize;

use super::{Place, told};
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;
use crate::view::{Explanation, Level, ToldShop};

#[derive(Serialize)]
struct List {
    levels: Vec<Level>,
}

#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    explanation: Explanation,
    /// What shops were told of the item, newest first; `None`: no catalogue is known here.
    told: Option<Vec<ToldShop>>,
}

/// What is on hand, by SKU and outlet.
pub(super) async fn stock_levels(
    screen: Screen,
    place: &Place,
    outlet: Option<&str>,
    sku: Option<&str>,
) -> anyhow::Result<Exit> {
    let outlet = outlet
        .map(|outlet| place.outlets().id_of(outlet))
        .transpose()?;
    let levels = place.ledger().await?.levels(outlet.as_deref(), sku).await?;
    if screen.is_json() {
        screen.json(&List { levels })?;
    } else {
        tables::levels(screen, &place.outlets(), &levels);
    }
    Ok(Exit::Done)
}

/// Why a number is what it is, and what shops were told of it.
pub(super) async fn stock_explain(
    screen: Screen,
    place: &Place,
    sku: &str,
    outlet: Option<&str>,
) -> anyhow::Result<Exit> {
    let ledger = place.ledger().await?;
    let levels = ledger.levels(None, Some(sku)).await?;
    let level = choose(sku, outlet, &levels)?;
    let explanation = ledger.explain(sku, &level.outlet_id).await?;
    let told = told::latest(place, &level.item_id).await?;
    if screen.is_json() {
        screen.json(&Explained { explanation, told })?;
    } else {
        tables::explanation(screen, &place.outlets(), &explanation);
        told::show(screen, told.as_deref());
    }
    Ok(Exit::Done)
}

/// The level in the outlet that was named, or the only one.
fn choose<'a>(sku: &str, outlet: Option<&str>, levels: &'a [Level]) -> anyhow::Result<&'a Level> {
    let Some(outlet) = outlet else {
        return match levels {
            [] => Err(anyhow!("no outlet has or had an item with SKU {sku}")),
            [level] => Ok(level),
            [_, ..] => {
                let names: Vec<&str> = levels
                    .iter()
                    .map(|level| level.outlet_name.as_str())
                    .collect();
                bail!(
                    "{sku} is in several outlets; say which: --outlet {}",
                    names.join(" | ")
                )
            }
        };
    };
    levels
        .iter()
        .find(|level| level.outlet_id == outlet || level.outlet_name.eq_ignore_ascii_case(outlet))
        .ok_or_else(|| anyhow!("outlet {outlet} has no item with SKU {sku}"))
}

#[cfg(test)]
mod tests {
    use retail::Quantity;

    use super::*;
    use crate::view::Number;

    fn level(outlet_id: &str, outlet_name: &str) -> Level {
        Level {
            item_id: "i".to_owned(),
            sku: Some("TEA".to_owned()),
            name: "Tea".to_owned(),
            outlet_id: outlet_id.to_owned(),
            outlet_name: outlet_name.to_owned(),
            on_hand: Number(Quantity::ZERO),
            version: 1,
            changed_at: "2026-11-21T00:00:00Z".parse().unwrap(),
            safety_stock: Number(Quantity::ZERO),
            available: Number(Quantity::ZERO),
            is_kit: false,
        }
    }

    #[test]
    fn the_outlet_may_be_left_out_where_only_one_has_the_item() {
        let (one, two) = (level("1", "Montréal"), level("2", "Paris"));
        assert!(choose("TEA", None, &[]).is_err());
        assert_eq!(
            choose("TEA", None, std::slice::from_ref(&one))
                .unwrap()
                .outlet_id,
            "1"
        );
        let both = [one, two];
        let error = choose("TEA", None, &both).unwrap_err().to_string();
        assert!(error.contains("Montréal | Paris"), "{error}");
        assert_eq!(choose("TEA", Some("paris"), &both).unwrap().outlet_id, "2");
        assert_eq!(choose("TEA", Some("1"), &both).unwrap().outlet_id, "1");
        assert!(choose("TEA", Some("Lyon"), &both).is_err());
    }
}
