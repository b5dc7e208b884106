//! What must come of a plan, reckoned from the shop's own books.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use proto::connect::{ImportJob, PlannedLevel, PlannedOrder, Verdict};
use proto::convert::quantity_from;
use proto::ledger::Level;
use shop::sim::{Books, Stocked};

use super::past::Past;

/// The reason that the ledger parks orders of a deleted product with.
const PRODUCT_DELETED: &str = "product_deleted";

/// What is wrong with a plan: every order of the shop is in it once, but those that the shop shows to nobody
/// for their age.
pub fn of_plan(
    job: &ImportJob,
    orders: &[PlannedOrder],
    all: &BTreeSet<String>,
    past: &Past,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut found = BTreeSet::new();
    for order in orders {
        if !found.insert(order.order_id.clone()) {
            wrong.push(format!("order {} is planned twice", order.order_id));
        }
    }
    let counted: i64 = job.counts.iter().map(|count| count.orders).sum();
    if counted != job.found || usize::try_from(job.found) != Ok(orders.len()) {
        wrong.push(format!(
            "{} found, {counted} counted, {} listed",
            job.found,
            orders.len()
        ));
    }
    let dropped = all.difference(&found).filter(|id| !past.old.contains(*id));
    wrong.extend(dropped.map(|id| format!("order {id} is not in the plan")));
    let strange = found.difference(all);
    wrong.extend(strange.map(|id| format!("order {id} is planned, and none of the shop's")));
    wrong
}

/// The shop's books, as far as the ledger has heard: of the orders in `heard`, and of those that the plan tells
/// of.
pub fn books(books: &Books, heard: &BTreeSet<String>, plan: &[PlannedOrder]) -> Books {
    let mut deleted = BTreeSet::new();
    let mut heard = heard.clone();
    for order in plan {
        let id = order.order_id.clone();
        match order.verdict() {
            Verdict::DeletedProduct => {
                deleted.insert(id.clone());
                heard.insert(id);
            }
            Verdict::TooOld | Verdict::Gone => {}
            Verdict::Unspecified
            | Verdict::New
            | Verdict::Changed
            | Verdict::Known
            | Verdict::NotImported
            | Verdict::Held
            | Verdict::NoShippingMethod
            | Verdict::UnknownStatus
            | Verdict::Refused => {
                heard.insert(id);
            }
        }
    }
    let Books {
        mut sales,
        mut parked,
        mut drafts,
        sold: _,
    } = books.clone();
    sales.retain(|id, _| heard.contains(id) && !deleted.contains(id));
    parked.retain(|id, _| heard.contains(id));
    drafts.retain(|id, _| heard.contains(id));
    parked.extend(deleted.into_iter().map(|id| (id, PRODUCT_DELETED)));
    let mut sold = BTreeMap::new();
    for (thing, units) in sales.values().flat_map(|sale| &sale.held) {
        *sold.entry(thing.clone()).or_default() += units;
    }
    Books {
        sales,
        parked,
        drafts,
        sold,
    }
}

/// Thousandths of each thing.
pub type Stock = BTreeMap<Stocked, i64>;

pub fn stock(levels: &[Level]) -> anyhow::Result<Stock> {
    let mut stock = Stock::new();
    for level in levels {
        let on_hand = quantity_from("on_hand", level.on_hand.clone())?.milli();
        *stock.entry(thing(&level.sku, &level.name)).or_default() += on_hand;
    }
    Ok(stock)
}

/// Where the preview was wrong: what it said of after is not what is after, or something moved that it did not
/// speak of.
pub fn of_preview(
    planned: &[PlannedLevel],
    before: &Stock,
    after: &Stock,
) -> anyhow::Result<Vec<String>> {
    let mut should = before.clone();
    for level in planned {
        let quantity = |quantity| quantity_from("on_hand", quantity).map(retail::Quantity::milli);
        let (from, to) = (
            quantity(level.on_hand.clone())?,
            quantity(level.on_hand_after.clone())?,
        );
        let place = should.entry(thing(&level.sku, &level.name)).or_default();
        *place = place
            .checked_add(to.checked_sub(from).context("a preview beyond measure")?)
            .context("a preview beyond measure")?;
    }
    let things: BTreeSet<&Stocked> = should.keys().chain(after.keys()).collect();
    let of = |stock: &Stock, thing| stock.get(thing).copied().unwrap_or_default();
    Ok(things
        .into_iter()
        .filter(|thing| of(&should, thing) != of(after, thing))
        .map(|thing| {
            let (was_said, is) = (of(&should, thing), of(after, thing));
            format!("{thing:?}: {was_said} thousandths were previewed, {is} are there")
        })
        .collect())
}

fn thing(sku: &str, name: &str) -> Stocked {
    if sku.is_empty() {
        Stocked::Name(name.to_owned())
    } else {
        Stocked::Sku(sku.to_owned())
    }
}
