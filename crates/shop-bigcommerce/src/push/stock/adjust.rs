use std::ops::Range;

use serde::Serialize;
use shop::FetchError;
use shop::push::{StockOutcome, StockRow};

use super::super::desk::{Desk, Said};
use super::super::refusal;
use super::counted::{self, Counted};
use super::{Identity, Line};

/// Most rows of one request.
const ROWS: usize = 2_000;
/// What the store's own history says of it.
const REASON: &str = "Comptoir";

#[derive(Serialize)]
struct Body {
    reason: &'static str,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    location_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant_id: Option<u64>,
    quantity: i64,
}

/// Tells all rows, one request after another. A batch that is refused because something is counted by its product and
/// not by its variants, or the other way round, is told as the store counts; any other is cut in half.
pub(super) async fn adjust(
    desk: &mut Desk<'_>,
    location: u64,
    rows: &mut [(&StockRow, &mut Line)],
) -> Result<(), FetchError> {
    let mut open: Vec<(Range<usize>, bool)> = Vec::new();
    for start in (0..rows.len()).step_by(ROWS).rev() {
        open.push((start..(start + ROWS).min(rows.len()), false));
    }
    while let Some((range, is_recounted)) = open.pop() {
        let Some(batch) = rows.get_mut(range.clone()) else {
            continue;
        };
        let items: Vec<Item> = batch
            .iter()
            .filter(|(_, line)| line.outcome.is_none())
            .map(|(row, line)| item(location, row, line))
            .collect();
        if items.is_empty() {
            continue;
        }
        let body = Body {
            reason: REASON,
            items,
        };
        let end = match desk
            .put("/v3/inventory/adjustments/absolute", &body)
            .await?
        {
            Said::Done(_) => continue,
            Said::Denied(denial) if !is_recounted && denial.words().contains("tracked by") => {
                recount(desk, batch).await?;
                open.push((range, true));
                continue;
            }
            Said::Denied(denial) if denial.is_of_missing() => StockOutcome::Missing,
            Said::Denied(denial) => StockOutcome::Refused(denial.refusal()),
            Said::Partly(body) => StockOutcome::Refused(refusal::of_part(&body)),
            Said::Missing => return Err(FetchError::later("the inventory is not there")),
        };
        if let [(_, line)] = batch {
            line.outcome = Some(end);
        } else {
            let middle = range.start + range.len() / 2;
            open.push((middle..range.end, is_recounted));
            open.push((range.start..middle, is_recounted));
        }
    }
    Ok(())
}

/// The figure that is set is all that is there; what the store keeps back is not for sale.
fn item(location_id: u64, row: &StockRow, line: &Line) -> Item {
    let kept_back = line
        .level
        .on_hand
        .saturating_sub(line.level.available)
        .max(0);
    let (product_id, variant_id) = match line.by {
        Identity::Product(id) => (Some(id), None),
        Identity::Variant(id) => (None, Some(id)),
    };
    Item {
        location_id,
        product_id,
        variant_id,
        quantity: row.wanted.max(0).saturating_add(kept_back),
    }
}

async fn recount(
    desk: &mut Desk<'_>,
    batch: &mut [(&StockRow, &mut Line)],
) -> Result<(), FetchError> {
    let products: Vec<u64> = batch.iter().map(|(_, line)| line.product).collect();
    let counted = counted::counted(desk, &products).await?;
    for (_, line) in batch {
        match counted.of(line.product, line.variant) {
            Counted::By(by) => line.by = by,
            Counted::Not(outcome) => line.outcome = Some(outcome),
        }
    }
    Ok(())
}
