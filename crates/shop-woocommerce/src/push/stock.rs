//! Telling stock.
//!
//! WooCommerce can only be told how many there are, whatever was sold since somebody looked. So it is read just before, and
//! told nothing where it has something else than was expected. What remains is the moment between the two requests.
//!
//! The key of the last telling stands with the product, written by the same request as the number: what was told and not
//! heard to be done is known by it, however much was sold since.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use shop::FetchError;
use shop::push::{PushReason, Refusal, StockOutcome, StockRow};

use super::ROWS_LIMIT;
use super::ask::{Asker, joined, number, product_number};
use super::batch::{self, Row, Verb, batch};
use super::note;
use super::raw::{RawMeta, noted};
use super::refusal::refusal;
use super::request::{Body, put_note};
use super::shown::quantity;
use crate::loose::{List, Scalar};

const FIELDS: &str = "id,type,status,manage_stock,stock_quantity,meta_data";

/// Products of their own together, variations by their products. After the first group that is settled a failure leaves
/// what follows unsure.
pub(super) async fn set_stock(
    asker: &Asker<'_>,
    rows: &[StockRow],
) -> Result<Vec<StockOutcome>, FetchError> {
    let mut outcomes = vec![StockOutcome::Unsure; rows.len()];
    let mut groups: BTreeMap<Option<u64>, Vec<Told<'_>>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        match (product_number(&row.product), number(row.variant.as_str())) {
            (Some(product), Some(id)) => {
                let parent = Some(product).filter(|product| *product != id);
                let told = Told { place, id, row };
                groups.entry(parent).or_default().push(told);
            }
            (None, _) | (_, None) => settle(&mut outcomes, place, StockOutcome::Missing),
        }
    }
    let mut is_first = true;
    for (parent, rows) in groups {
        for rows in rows.chunks(ROWS_LIMIT) {
            match group(asker, parent, rows, &mut outcomes).await {
                Ok(()) => is_first = false,
                Err(error) if is_first => return Err(error),
                Err(_) => return Ok(outcomes),
            }
        }
    }
    Ok(outcomes)
}

/// A row, its place among all, and the id of what it is about.
struct Told<'a> {
    place: usize,
    id: u64,
    row: &'a StockRow,
}

fn settle(outcomes: &mut [StockOutcome], place: usize, outcome: StockOutcome) {
    if let Some(known) = outcomes.get_mut(place) {
        *known = outcome;
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawStock<'a> {
    id: Scalar<'a>,
    #[serde(rename = "type")]
    kind: Scalar<'a>,
    status: Scalar<'a>,
    manage_stock: Scalar<'a>,
    stock_quantity: Scalar<'a>,
    meta_data: List<RawMeta<'a>>,
}

/// Rows of one list of the shop's: its products, or one product's variations.
async fn group(
    asker: &Asker<'_>,
    parent: Option<u64>,
    rows: &[Told<'_>],
    outcomes: &mut [StockOutcome],
) -> Result<(), FetchError> {
    let path = match parent {
        None => "products".to_owned(),
        Some(parent) => format!("products/{parent}/variations"),
    };
    let query = vec![
        ("include", joined(rows.iter().map(|told| told.id))),
        ("status", "any".to_owned()),
        ("per_page", ROWS_LIMIT.to_string()),
        ("_fields", FIELDS.to_owned()),
    ];
    let answer = asker.get(&path, query).await?;
    let found: List<RawStock<'_>> = match answer.judge()? {
        Ok(found) => found,
        Err(fault) if fault.is_of_nothing() => List(Vec::new()),
        Err(fault) => {
            return Err(FetchError::Unreadable {
                why: format!("its stock is refused: {}", fault.code),
            });
        }
    };
    let found: HashMap<u64, &RawStock<'_>> = (found.0.iter())
        .filter_map(|stock| Some((number(stock.id.id()?)?, stock)))
        .collect();
    let mut telling = Vec::new();
    for told in rows {
        match judge(found.get(&told.id).copied(), told.row) {
            Some(outcome) => settle(outcomes, told.place, outcome),
            None => telling.push(told),
        }
    }
    let bodies: Vec<Body> = telling.iter().map(|told| body(told)).collect();
    let path = format!("{path}/batch");
    let answers = batch(asker, &path, Verb::Update, &bodies).await?;
    for (told, row) in telling.into_iter().zip(answers) {
        settle(outcomes, told.place, done(row)?);
    }
    Ok(())
}

/// `None`: it is to be told.
fn judge(found: Option<&RawStock<'_>>, row: &StockRow) -> Option<StockOutcome> {
    // One that is sold in variations is none of them.
    let is_variant = |found: &&RawStock<'_>| {
        found.status.as_str() != "trash" && !found.kind.as_str().starts_with("variable")
    };
    let found = found.filter(is_variant);
    let Some(found) = found else {
        return Some(StockOutcome::Missing);
    };
    if noted(&found.meta_data.0, note::STOCK) == row.key.to_string() {
        return Some(StockOutcome::Set);
    }
    let has = quantity(&found.manage_stock, &found.stock_quantity);
    match (row.expected, has) {
        // Whatever it was, from now on it is counted, each variation for itself.
        (None, _) => None,
        (Some(_), _) if found.manage_stock.as_str() == "parent" => Some(refused(
            PushReason::NotSettable,
            "its product counts for all variations",
        )),
        (Some(expected), Some(has)) if expected == has => {
            (has == row.wanted).then_some(StockOutcome::Set)
        }
        (Some(_), Some(found)) => Some(StockOutcome::Stale { found }),
        (Some(_), None) => Some(refused(
            PushReason::NotCounted,
            "the shop does not count it",
        )),
    }
}

fn body(told: &Told<'_>) -> Body {
    let mut body = Body::new();
    body.insert("id".to_owned(), told.id.into());
    body.insert("manage_stock".to_owned(), true.into());
    body.insert("stock_quantity".to_owned(), told.row.wanted.max(0).into());
    put_note(&mut body, note::STOCK, told.row.key.to_string());
    body
}

/// A shop that counts nothing at all takes a number, and shows none.
fn done(row: Row) -> Result<StockOutcome, FetchError> {
    let bytes = match row {
        Ok(bytes) => bytes,
        Err(fault) if fault.is_of_nothing() => return Ok(StockOutcome::Missing),
        Err(fault) => return Ok(StockOutcome::Refused(refusal(fault))),
    };
    let now: RawStock<'_> = batch::read(&bytes)?;
    Ok(match quantity(&now.manage_stock, &now.stock_quantity) {
        _ if now.status.as_str() == "trash" => StockOutcome::Missing,
        Some(_) => StockOutcome::Set,
        None => refused(PushReason::NotCounted, "the shop counts no stock"),
    })
}

fn refused(why: PushReason, says: &str) -> StockOutcome {
    StockOutcome::Refused(Refusal {
        why,
        says: says.into(),
    })
}

#[cfg(test)]
mod tests {
    use retail::ShopVariantId;
    use retail::listing::ShopProductId;
    use uuid::Uuid;

    use super::*;

    fn row(expected: Option<i64>) -> StockRow {
        StockRow {
            product: ShopProductId::new("7").unwrap(),
            variant: ShopVariantId::new("7").unwrap(),
            stock_id: None,
            expected,
            wanted: 3,
            key: Uuid::from_u128(1),
        }
    }

    #[test]
    fn r_04_a_shop_that_has_something_else_is_told_nothing() {
        let counted = r#"{"id":7,"manage_stock":true,"stock_quantity":5}"#;
        let told = r#"{"id":7,"manage_stock":true,"stock_quantity":2,"meta_data":[{"key":"_comptoir_stock",
            "value":"00000000-0000-0000-0000-000000000001"}]}"#;
        let not_counted = r#"{"id":7,"manage_stock":false,"stock_quantity":null}"#;
        let parents = r#"{"id":7,"manage_stock":"parent","stock_quantity":5}"#;
        let judged = |json: &str, expected| {
            let found: RawStock<'_> = serde_json::from_str(json).unwrap();
            judge(Some(&found), &row(expected))
        };
        assert_eq!(judged(counted, Some(5)), None);
        assert_eq!(judged(counted, None), None);
        let wanted = r#"{"id":7,"manage_stock":true,"stock_quantity":3}"#;
        assert_eq!(judged(wanted, Some(3)), Some(StockOutcome::Set), "it is so");
        let stale = StockOutcome::Stale { found: 5 };
        assert_eq!(judged(counted, Some(3)), Some(stale));
        assert_eq!(
            judged(told, Some(5)),
            Some(StockOutcome::Set),
            "told before"
        );
        assert_eq!(judged(not_counted, None), None);
        for (json, why) in [
            (not_counted, PushReason::NotCounted),
            (parents, PushReason::NotSettable),
        ] {
            let Some(StockOutcome::Refused(refusal)) = judged(json, Some(5)) else {
                panic!("{json} is settled");
            };
            assert_eq!(refusal.why, why);
        }
        assert_eq!(judge(None, &row(None)), Some(StockOutcome::Missing));
        let trashed = r#"{"id":7,"status":"trash","manage_stock":true,"stock_quantity":5}"#;
        let variable = r#"{"id":7,"type":"variable","manage_stock":true,"stock_quantity":5}"#;
        for none in [trashed, variable] {
            assert_eq!(judged(none, None), Some(StockOutcome::Missing));
        }
    }

    #[test]
    fn no_number_below_zero_is_told() {
        let row = StockRow {
            wanted: -4,
            ..row(None)
        };
        let told = Told {
            place: 0,
            id: 7,
            row: &row,
        };
        assert_eq!(body(&told).get("stock_quantity"), Some(&0.into()));
    }
}
