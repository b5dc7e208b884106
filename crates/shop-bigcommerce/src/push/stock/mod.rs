//! Stock: read, set where it is what was expected, and read again, since the store answers before it has done it.
//!
//! The store handles adjustments of one location in no promised order: a call is sent when the one before it was seen
//! to be done.

mod adjust;
mod counted;
mod levels;

use std::time::Duration;

use retail::listing::{ShopListing, ShopVariant};
use shop::FetchError;
use shop::push::{StockOutcome, StockRow};
use tokio::time::sleep;

use self::counted::Counted;
use self::levels::Level;
use super::create::variant_of;
use super::desk::Desk;
use super::read;
use crate::client::unreadable;

/// Before what was set is read, and again where it is not there yet.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(0),
    Duration::from_millis(200),
    Duration::from_millis(600),
    Duration::from_millis(1_200),
];

/// What a row's stock is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Product(u64),
    Variant(u64),
}

/// A row on its way.
#[derive(Clone, Debug)]
struct Line {
    product: u64,
    variant: u64,
    by: Identity,
    /// As it was before it was told.
    level: Level,
    outcome: Option<StockOutcome>,
}

impl Line {
    /// `None`: it names nothing that the store could have.
    fn of(row: &StockRow) -> Option<Self> {
        let product = read::id_of(&row.product)?;
        let variant = variant_of(&row.variant)?;
        let by = identity(product, variant, row.stock_id.is_some());
        Some(Self {
            product,
            variant,
            by,
            level: Level::default(),
            outcome: None,
        })
    }
}

/// The catalogue shows no less than none: what was sold beyond it stands in the inventory alone.
pub(super) async fn look_below_none(
    desk: &mut Desk<'_>,
    listings: &mut [ShopListing],
) -> Result<(), FetchError> {
    let mut none: Vec<(Identity, &mut ShopVariant)> = listings
        .iter_mut()
        .flat_map(|listing| {
            let product = read::id_of(&listing.id);
            let variants = listing.variants.iter_mut();
            variants.filter_map(move |variant| {
                let by = identity(
                    product?,
                    variant_of(&variant.id)?,
                    variant.stock_id.is_some(),
                );
                (variant.quantity == Some(0)).then_some((by, variant))
            })
        })
        .collect();
    if none.is_empty() {
        return Ok(());
    }
    let location = location(desk)?;
    let identities: Vec<Identity> = none.iter().map(|(by, _)| *by).collect();
    let levels = levels::levels(desk, location, &identities).await?;
    for (by, variant) in &mut none {
        variant.quantity = Some(levels.get(by).map_or(0, |level| level.available));
    }
    Ok(())
}

fn location(desk: &Desk<'_>) -> Result<u64, FetchError> {
    let location = desk.terms()?.location.parse();
    location.map_err(|_| unreadable("the store's location is none"))
}

const fn identity(product: u64, variant: u64, is_by_product: bool) -> Identity {
    if is_by_product {
        Identity::Product(product)
    } else {
        Identity::Variant(variant)
    }
}

/// One outcome for each row, in their order.
pub(super) async fn set(
    desk: &mut Desk<'_>,
    rows: &[StockRow],
) -> Result<Vec<StockOutcome>, FetchError> {
    let location = location(desk)?;
    let mut lines: Vec<Option<Line>> = rows.iter().map(Line::of).collect();
    compare(desk, location, rows, &mut lines).await?;
    let mut open: Vec<(&StockRow, &mut Line)> = rows
        .iter()
        .zip(&mut lines)
        .filter_map(|(row, line)| Some((row, line.as_mut()?)))
        .filter(|(_, line)| line.outcome.is_none())
        .collect();
    adjust::adjust(desk, location, &mut open).await?;
    open.retain(|(_, line)| line.outcome.is_none());
    confirm(desk, location, &mut open).await?;
    let outcomes = lines.into_iter().map(|line| match line {
        Some(line) => line.outcome.unwrap_or(StockOutcome::Unsure),
        None => StockOutcome::Missing,
    });
    Ok(outcomes.collect())
}

/// What is not as expected is told nothing, and what is as wanted needs nothing.
async fn compare(
    desk: &mut Desk<'_>,
    location: u64,
    rows: &[StockRow],
    lines: &mut [Option<Line>],
) -> Result<(), FetchError> {
    let mut known: Vec<(&StockRow, &mut Line)> = rows
        .iter()
        .zip(lines)
        .filter_map(|(row, line)| Some((row, line.as_mut()?)))
        .collect();
    let identities: Vec<Identity> = known.iter().map(|(_, line)| line.by).collect();
    let mut levels = levels::levels(desk, location, &identities).await?;
    let is_unseen = |line: &Line| !levels.contains_key(&line.by);
    let unseen: Vec<u64> = known
        .iter()
        .filter(|(_, line)| is_unseen(line))
        .map(|(_, line)| line.product)
        .collect();
    if !unseen.is_empty() {
        let counted = counted::counted(desk, &unseen).await?;
        for (_, line) in known.iter_mut().filter(|(_, line)| is_unseen(line)) {
            match counted.of(line.product, line.variant) {
                Counted::By(by) => line.by = by,
                Counted::Not(outcome) => line.outcome = Some(outcome),
            }
        }
        let again = known
            .iter()
            .filter(|(_, line)| line.outcome.is_none() && is_unseen(line));
        let again: Vec<Identity> = again.map(|(_, line)| line.by).collect();
        levels.extend(levels::levels(desk, location, &again).await?);
    }
    for (row, line) in &mut known {
        if line.outcome.is_some() {
            continue;
        }
        // A place that holds none of it says nothing of it.
        line.level = levels.get(&line.by).copied().unwrap_or_default();
        let found = line.level.available;
        if row.expected.is_some_and(|expected| expected != found) {
            line.outcome = Some(StockOutcome::Stale { found });
        } else if found == row.wanted {
            line.outcome = Some(StockOutcome::Set);
        }
    }
    Ok(())
}

/// What the store has after it was told.
async fn confirm(
    desk: &mut Desk<'_>,
    location: u64,
    open: &mut Vec<(&StockRow, &mut Line)>,
) -> Result<(), FetchError> {
    for pause in PAUSES {
        if open.is_empty() {
            return Ok(());
        }
        sleep(pause).await;
        let identities: Vec<Identity> = open.iter().map(|(_, line)| line.by).collect();
        let levels = levels::levels(desk, location, &identities).await?;
        for (row, line) in open.iter_mut() {
            let now = levels.get(&line.by).map(|level| level.available);
            line.outcome = now.and_then(|now| seen(row.wanted, line.level.available, now));
        }
        open.retain(|(_, line)| line.outcome.is_none());
    }
    Ok(())
}

/// `None`: it is as before, and may still come.
fn seen(wanted: i64, before: i64, now: i64) -> Option<StockOutcome> {
    if now == wanted {
        Some(StockOutcome::Set)
    } else if now == before {
        None
    } else if now < wanted {
        // Less the buyers' orders since.
        Some(StockOutcome::Set)
    } else {
        Some(StockOutcome::Unsure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_after_a_push_says_what_became_of_it() {
        for (wanted, before, now, outcome) in [
            (5, 3, 5, Some(StockOutcome::Set)),
            (5, 3, 3, None),
            (5, 8, 8, None),
            (5, 8, 4, Some(StockOutcome::Set)),
            (5, 3, 9, Some(StockOutcome::Unsure)),
        ] {
            assert_eq!(
                seen(wanted, before, now),
                outcome,
                "{wanted} {before} {now}"
            );
        }
    }
}
