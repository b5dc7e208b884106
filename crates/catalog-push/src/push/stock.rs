//! Tells a shop its stock: what is not equal, written down before it is told, and what became of it after.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use retail::ItemId;
use retail::listing::StockTarget;
use shop::push::{StockOutcome, StockRow};

use super::desk::Turn;
use super::look::{self, Seen};
use super::plan::{self, AfterStale, Step, Sureness, Telling};
use super::pushable::{Answer, NoAnswer, Said};
use super::{Trouble, doubt, words};
use crate::store::{
    Anchored, Confirmed, KeptIntent, ListedItem, NewTold, Postponed, Settle, SettledItem,
    ToldOutcome, ToldWhat, Work, WorkKind,
};

/// Times that a row is told again at once where the shop has something else.
const ROUNDS: usize = 3;
/// While orders wait that may have taken from the shop's figure, it is looked at again after this.
const QUIET_AFTER: Duration = Duration::from_millis(300);
/// Times that goods which came back unheard of are waited for: a few seconds by `patience::of_doubt`.
pub(super) const WAITS: u32 = 5;
/// An order that was placed before a shop was told a figure outright is heard of within this: what is not by then was
/// missed by the shop's webhooks and by polling too, and is found as drift.
const HEARD_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Added to the rule of what is told because an order was heard of, and it was looked whether it is as it should be.
const LOOKED_AT: &str = "; looked at for its order";
/// A lease tells what waits unread at the moment it was given: no older one is gone by.
const LEASE_AGE: Duration = Duration::from_secs(1);

/// A row, what it is to have, and how that came about.
pub(super) struct Line {
    pub(super) row: ListedItem,
    pub(super) work: Work,
    pub(super) target: StockTarget,
    mark: String,
    rule: String,
    telling: KeptIntent,
}

/// What is kept at the end of a turn.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) done: Vec<Work>,
    pub(super) postponed: Vec<Postponed>,
}

/// Looks at these items, and tells what has to be told.
pub(super) async fn tell(turn: &Turn<'_>, work: Vec<Work>) -> Result<(), Trouble> {
    let desk = turn.desk;
    let mut kept = Kept::default();
    if !turn.tells_stock() {
        kept.done = work;
        return keep(turn, kept).await;
    }
    let ids: Vec<_> = work.iter().map(|work| work.subject).collect();
    let rows = desk.store.listed_items(desk.connection(), &ids).await?;
    let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.item.uuid(), row)).collect();
    let (mut plain, mut doubtful) = (Vec::new(), Vec::new());
    for work in work {
        match rows.remove(&work.subject) {
            None => kept.done.push(work),
            Some(row) if row.intent.is_some() => doubtful.push((row, work)),
            Some(row) => plain.push((row, work)),
        }
    }
    let all = plain.iter().chain(&doubtful);
    let asked = all.map(|(row, _)| (row.item, since(row.confirmed.as_ref())));
    let answer = match desk.ledger.ask(desk.whose(), &asked.collect()).await {
        Ok(answer) => answer,
        Err(NoAnswer::StockInShop) => {
            kept.done
                .extend(plain.iter().chain(&doubtful).map(|(_, work)| *work));
            return keep(turn, kept).await;
        }
        Err(NoAnswer::Trouble(trouble)) => return Err(trouble),
    };
    // Asked after the ledger: what was read into it meanwhile is counted twice rather than not at all.
    let lease = desk.purse.lease(LEASE_AGE).await?;
    if desk.is_too_long_ago(answer.waiting_since) || desk.is_too_long_ago(lease.unread_since) {
        let waits = plain.iter().chain(&doubtful);
        let waits = waits.map(|(_, work)| desk.later(*work, QUIET_AFTER));
        kept.postponed.extend(waits);
        return keep(turn, kept).await;
    }
    if !doubtful.is_empty() {
        doubt::settle(turn, doubtful, &answer, &mut kept).await?;
    }
    let lines = lines(turn, plain, answer, &mut kept).await?;
    rounds(turn, lines, &mut kept).await?;
    keep(turn, kept).await
}

async fn keep(turn: &Turn<'_>, kept: Kept) -> Result<(), Trouble> {
    let (desk, kind) = (turn.desk, WorkKind::Stock);
    let connection = desk.connection();
    let Kept { done, postponed } = kept;
    desk.store.work_done(connection, kind, &done).await?;
    desk.store
        .postpone_work(connection, kind, &postponed)
        .await?;
    Ok(())
}

pub(super) fn since(confirmed: Option<&Confirmed>) -> String {
    confirmed
        .map(|known| known.mark.clone())
        .unwrap_or_default()
}

/// What the item is to have in the shop.
pub(super) fn target(turn: &Turn<'_>, row: &ListedItem, said: &Said) -> StockTarget {
    // A mark that the ledger knows nothing of tells nothing of what was taken: it is told as for the first time.
    let confirmed = row.confirmed.as_ref().filter(|_| said.is_since);
    let confirmed = confirmed.map(|known| known.quantity);
    let mut target = said.pushable.target(row.buffer, confirmed);
    if is_hidden(turn, row) {
        target.wanted = 0;
    }
    target
}

fn is_hidden(turn: &Turn<'_>, row: &ListedItem) -> bool {
    !row.is_active && turn.desk.push.hides_variants_by_stock()
}

/// What was asked of one row, and answered.
pub(super) struct Asked {
    pub(super) row: ListedItem,
    pub(super) work: Work,
    pub(super) target: StockTarget,
    said: Said,
}

/// Those that have to be told.
async fn lines(
    turn: &Turn<'_>,
    rows: Vec<(ListedItem, Work)>,
    mut answer: Answer,
    kept: &mut Kept,
) -> Result<Vec<Line>, Trouble> {
    let desk = turn.desk;
    let (mut lines, mut anchors, mut looks) = (Vec::new(), Vec::new(), Vec::new());
    for (row, work) in rows {
        let Some(said) = answer.items.remove(&row.item) else {
            kept.done.push(work);
            continue;
        };
        let target = target(turn, &row, &said);
        let has_moved = said.pushable.taken.milli() != 0;
        let step = plan::step(target, has_moved, sureness(turn, &row));
        let asked = Asked {
            row,
            work,
            target,
            said,
        };
        match step {
            Step::Nothing => kept.done.push(work),
            Step::Anchor => {
                let confirms = asked.target.wanted;
                anchors.push(anchor(asked, confirms, kept));
            }
            Step::Tell(telling) => lines.push(line(turn, asked, telling)),
            Step::Look { expected } => looks.push((asked, expected)),
        }
    }
    for (asked, what) in look::at(turn, looks, kept).await? {
        match what {
            Seen::Met { confirms } => anchors.push(anchor(asked, confirms, kept)),
            Seen::Tell(telling) => lines.push(line(turn, asked, telling)),
        }
    }
    desk.store.anchor_items(desk.fence(), &anchors).await?;
    Ok(lines)
}

fn sureness(turn: &Turn<'_>, row: &ListedItem) -> Sureness {
    let desk = turn.desk;
    let is_new = |at| desk.clock.now().duration_since(at) < HEARD_WITHIN;
    if !desk.push.compares() {
        Sureness::Set
    } else if row.outright_at.is_some_and(is_new) {
        Sureness::Outright
    } else {
        Sureness::Compared
    }
}

/// The shop has what it is to have, but for orders that are not known: from now on it is reckoned from here.
fn anchor(asked: Asked, confirms: i64, kept: &mut Kept) -> Anchored {
    let Asked {
        row,
        work,
        target,
        said,
    } = asked;
    kept.done.push(work);
    Anchored {
        item: row.item,
        confirmed: Confirmed {
            quantity: confirms,
            mark: said.mark,
        },
        is_sure: confirms == target.wanted,
    }
}

fn line(turn: &Turn<'_>, asked: Asked, telling: Telling) -> Line {
    let Asked {
        row,
        work,
        target,
        said,
    } = asked;
    let mut rule = words::of_stock(said.pushable, row.buffer, is_hidden(turn, &row));
    if telling.expected == Some(telling.wanted) {
        rule.push_str(LOOKED_AT);
    }
    let telling = intent(turn, telling, &said.mark);
    Line {
        row,
        work,
        target,
        mark: said.mark,
        rule,
        telling,
    }
}

fn intent(turn: &Turn<'_>, telling: Telling, mark: &str) -> KeptIntent {
    let Telling {
        expected,
        wanted,
        confirms,
    } = telling;
    KeptIntent {
        key: turn.desk.new_key(),
        expected,
        wanted,
        confirms: Confirmed {
            quantity: confirms,
            mark: mark.to_owned(),
        },
        at: turn.desk.clock.now(),
    }
}

pub(super) fn stock_row(row: &ListedItem, telling: &KeptIntent) -> StockRow {
    StockRow {
        product: row.shop_product.clone(),
        variant: row.variant.clone(),
        stock_id: row.stock_id.clone(),
        expected: telling.expected,
        wanted: telling.wanted,
        key: telling.key,
    }
}

/// Tells them, and again where the shop has something else, a few times.
async fn rounds(turn: &Turn<'_>, mut lines: Vec<Line>, kept: &mut Kept) -> Result<(), Trouble> {
    let desk = turn.desk;
    for line in &lines {
        let waited = desk.clock.now().duration_since(line.work.since);
        let waited = Duration::try_from(waited).unwrap_or_default();
        desk.meters.waited(WorkKind::Stock, waited);
    }
    for _ in 0..ROUNDS {
        if lines.is_empty() {
            break;
        }
        let intents = lines.iter();
        let intents: Vec<(ItemId, KeptIntent)> = intents
            .map(|line| (line.row.item, line.telling.clone()))
            .collect();
        if !desk.store.begin_telling(desk.fence(), &intents).await? {
            return Err(Trouble::Lost);
        }
        let rows: Vec<StockRow> = lines
            .iter()
            .map(|line| stock_row(&line.row, &line.telling))
            .collect();
        let outcomes = desk.push.set_stock(turn.to(), &rows).await?;
        lines = hear(turn, lines, outcomes, kept).await?;
    }
    // The shop sells faster than it is told: later.
    let late = lines.into_iter().map(|line| desk.failed(line.work));
    kept.postponed.extend(late);
    Ok(())
}

/// Keeps what became of it. Gives what is told again.
async fn hear(
    turn: &Turn<'_>,
    lines: Vec<Line>,
    outcomes: Vec<StockOutcome>,
    kept: &mut Kept,
) -> Result<Vec<Line>, Trouble> {
    let desk = turn.desk;
    let (mut again, mut settled, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for (mut line, outcome) in lines.into_iter().zip(outcomes) {
        // It was looked at and had what it should have: it was told nothing.
        let is_told = line.telling.expected != Some(line.telling.wanted)
            || !matches!(outcome, StockOutcome::Set);
        if is_told {
            let entry = entry(turn, &line.row, &line.telling, &line.rule, &outcome);
            desk.meters.told(WorkKind::Stock, entry.outcome);
            told.push(entry);
        }
        let (item, key) = (line.row.item, line.telling.key);
        // Goods that came back, and were not waited for long enough, may be heard of yet.
        let came_back =
            line.target.expected.is_some() && line.telling.expected > line.target.expected;
        // What was added to a figure that is unsure is no surer.
        let was_unsure = desk.push.adds() && line.row.unsure_since.is_some();
        let is_guess = came_back || (was_unsure && line.telling.expected.is_some());
        let mut settle = |settle| {
            settled.push(SettledItem {
                item,
                key,
                settle,
                is_guess,
            });
        };
        match outcome {
            StockOutcome::Set => {
                settle(Settle::Done);
                kept.done.push(line.work);
            }
            StockOutcome::Stale { found } => {
                settle(Settle::Dropped);
                let is_patient = line.work.tries < WAITS;
                match plan::after_stale(line.target, found, is_patient) {
                    AfterStale::Wait => kept.postponed.push(desk.doubted(line.work)),
                    AfterStale::Tell(telling) => {
                        line.telling = intent(turn, telling, &line.mark);
                        again.push(line);
                    }
                }
            }
            StockOutcome::Missing => {
                settle(Settle::Forgotten);
                desk.store
                    .doubt_listing(desk.connection(), line.row.product)
                    .await?;
                kept.done.push(line.work);
            }
            StockOutcome::Unsure => kept.postponed.push(desk.doubted(line.work)),
            StockOutcome::Refused(_) => {
                settle(Settle::Dropped);
                kept.postponed.push(desk.failed(line.work));
            }
        }
    }
    keep_heard(turn, &settled, &told).await?;
    Ok(again)
}

pub(super) async fn keep_heard(
    turn: &Turn<'_>,
    settled: &[SettledItem],
    told: &[NewTold],
) -> Result<(), Trouble> {
    let desk = turn.desk;
    let is_ours = desk.store.settle_items(desk.fence(), settled, told).await?;
    if is_ours { Ok(()) } else { Err(Trouble::Lost) }
}

/// As it is kept.
pub(super) fn entry(
    turn: &Turn<'_>,
    row: &ListedItem,
    telling: &KeptIntent,
    rule: &str,
    outcome: &StockOutcome,
) -> NewTold {
    let (kept, found, says) = match outcome {
        StockOutcome::Set => (ToldOutcome::Done, None, None),
        StockOutcome::Stale { found } => (ToldOutcome::Stale, Some(*found), None),
        StockOutcome::Missing => (ToldOutcome::Missing, None, None),
        StockOutcome::Unsure => (ToldOutcome::Unsure, None, None),
        StockOutcome::Refused(refusal) => (ToldOutcome::Refused, None, Some(refusal)),
    };
    let rule = match says {
        None => rule.to_owned(),
        Some(refusal) => format!("{rule}; {}: {}", refusal.why.as_str(), refusal.says),
    };
    NewTold {
        id: turn.desk.ids.next(),
        product: row.product,
        item: Some(row.item),
        what: ToldWhat::Stock,
        outcome: kept,
        quantity: Some(telling.wanted),
        expected: telling.expected,
        found,
        rule,
    }
}
