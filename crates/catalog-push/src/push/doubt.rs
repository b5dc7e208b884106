//! What was being told when nobody heard what became of it: a process was killed, or the shop did not answer.

use std::time::Duration;

use jiff::SignedDuration;
use shop::push::{Recalled, StockOutcome, StockRow};

use super::Trouble;
use super::desk::Turn;
use super::look::found;
use super::plan::{self, Intent, Settled};
use super::pushable::{Answer, NoAnswer};
use super::stock::{Kept, entry, keep_heard, stock_row, target};
use crate::store::{KeptIntent, ListedItem, Settle, SettledItem, Work};

/// Shops remember a key for an hour at least; what is older has to be read.
const KEY_LIFE: SignedDuration = SignedDuration::from_mins(30);
/// What is settled is looked at again at once.
const AT_ONCE: Duration = Duration::ZERO;
const RULE: &str = "what became of what was told before";

/// A row of which nobody knows.
struct Doubt {
    row: ListedItem,
    work: Work,
    telling: KeptIntent,
    intent: Intent,
    wanted: i64,
}

/// Finds out. Every row is looked at again after: what it is to have is told by what is then known.
pub(super) async fn settle(
    turn: &Turn<'_>,
    rows: Vec<(ListedItem, Work)>,
    answer: &Answer,
    kept: &mut Kept,
) -> Result<(), Trouble> {
    let doubts = doubts(turn, rows, answer, kept).await?;
    let (desk, now) = (turn.desk, turn.desk.clock.now());
    let is_remembered = |doubt: &Doubt| now.duration_since(doubt.telling.at) < KEY_LIFE;
    let (recalled, others): (Vec<Doubt>, Vec<Doubt>) = doubts.into_iter().partition(|doubt| {
        desk.push.adds() && doubt.telling.expected.is_some() && is_remembered(doubt)
    });
    let (mut repeated, mut read) = (Vec::new(), Vec::new());
    for doubt in others {
        if plan::is_repeated(doubt.intent, doubt.wanted, is_remembered(&doubt)) {
            repeated.push(doubt);
        } else {
            read.push(doubt);
        }
    }
    for some in recalled.chunks(desk.bounds().stock_rows) {
        recall(turn, some, kept).await?;
    }
    while !repeated.is_empty() {
        let some = repeated.split_off(repeated.len().saturating_sub(desk.bounds().stock_rows));
        read.extend(repeat(turn, some, kept).await?);
    }
    for some in read.chunks(desk.bounds().read_rows) {
        look(turn, some, kept).await?;
    }
    Ok(())
}

async fn doubts(
    turn: &Turn<'_>,
    rows: Vec<(ListedItem, Work)>,
    answer: &Answer,
    kept: &mut Kept,
) -> Result<Vec<Doubt>, Trouble> {
    let desk = turn.desk;
    let marks = rows.iter().filter_map(|(row, _)| {
        let mark = row.intent.as_ref()?.confirms.mark.clone();
        Some((row.item, mark))
    });
    // What would have been taken since, had it been done.
    let if_done = match desk.ledger.ask(desk.whose(), &marks.collect()).await {
        Ok(if_done) => if_done,
        Err(NoAnswer::Trouble(trouble)) => return Err(trouble),
        Err(NoAnswer::StockInShop) => {
            kept.done.extend(rows.iter().map(|(_, work)| *work));
            return Ok(Vec::new());
        }
    };
    let mut doubts = Vec::new();
    for (row, work) in rows {
        let (Some(telling), Some(said), Some(since)) = (
            row.intent.clone(),
            answer.items.get(&row.item),
            if_done.items.get(&row.item),
        ) else {
            kept.done.push(work);
            continue;
        };
        let taken = since.pushable.taken.milli().div_euclid(1_000);
        let target = target(turn, &row, said);
        let intent = Intent {
            if_done: telling.confirms.quantity.saturating_sub(taken),
            if_not: target.expected,
            is_behind: telling.expected.is_none() && taken != 0,
        };
        doubts.push(Doubt {
            row,
            work,
            telling,
            intent,
            wanted: target.wanted,
        });
    }
    Ok(doubts)
}

/// Asks the shop, which knows each by its key.
async fn recall(turn: &Turn<'_>, doubts: &[Doubt], kept: &mut Kept) -> Result<(), Trouble> {
    let desk = turn.desk;
    let recalled = desk.push.recall(turn.to(), &stock_rows(doubts)).await?;
    let (mut settled, mut told) = (Vec::new(), Vec::new());
    for (doubt, recalled) in doubts.iter().zip(recalled) {
        let settle = match recalled {
            Recalled::Done => {
                let outcome = StockOutcome::Set;
                told.push(entry(turn, &doubt.row, &doubt.telling, RULE, &outcome));
                // It was added to what was there: where that was unsure, so is this.
                (Settle::Done, doubt.row.unsure_since.is_some())
            }
            Recalled::NotDone => (Settle::Dropped, false),
            Recalled::Unknown => {
                kept.postponed.push(desk.doubted(doubt.work));
                continue;
            }
        };
        settled.push(settled_item(doubt, settle));
        kept.postponed.push(desk.later(doubt.work, AT_ONCE));
    }
    keep_heard(turn, &settled, &told).await
}

fn stock_rows(doubts: &[Doubt]) -> Vec<StockRow> {
    doubts
        .iter()
        .map(|doubt| stock_row(&doubt.row, &doubt.telling))
        .collect()
}

/// Tells it again as it was, under its key. Gives what has to be read: of those the shop cannot say it.
async fn repeat(
    turn: &Turn<'_>,
    doubts: Vec<Doubt>,
    kept: &mut Kept,
) -> Result<Vec<Doubt>, Trouble> {
    let desk = turn.desk;
    let outcomes = desk.push.set_stock(turn.to(), &stock_rows(&doubts)).await?;
    let (mut settled, mut told, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for (doubt, outcome) in doubts.into_iter().zip(outcomes) {
        told.push(entry(turn, &doubt.row, &doubt.telling, RULE, &outcome));
        let settle = match outcome {
            StockOutcome::Set => (Settle::Done, false),
            // It knows the keys of what it has done.
            StockOutcome::Stale { .. } if desk.push.keeps_keys() => (Settle::Dropped, false),
            StockOutcome::Stale { found } => by(doubt.intent, found),
            StockOutcome::Refused(_) => (Settle::Dropped, false),
            StockOutcome::Missing => (Settle::Forgotten, false),
            StockOutcome::Unsure => {
                read.push(doubt);
                continue;
            }
        };
        settled.push(settled_item(&doubt, settle));
        kept.postponed.push(desk.later(doubt.work, AT_ONCE));
    }
    keep_heard(turn, &settled, &told).await?;
    Ok(read)
}

/// Reads what the shop has.
async fn look(turn: &Turn<'_>, doubts: &[Doubt], kept: &mut Kept) -> Result<(), Trouble> {
    let desk = turn.desk;
    let found = found(turn, doubts.iter().map(|doubt| &doubt.row)).await?;
    let (mut settled, mut told) = (Vec::new(), Vec::new());
    for doubt in doubts {
        let settle = match found.get(&doubt.row.variant) {
            Some(Some(found)) => by(doubt.intent, *found),
            // It is not counted there, or gone: the telling of it says which.
            Some(None) => (Settle::Dropped, false),
            None => {
                desk.store
                    .doubt_listing(desk.connection(), doubt.row.product)
                    .await?;
                (Settle::Forgotten, false)
            }
        };
        if settle.0 == Settle::Done {
            let outcome = StockOutcome::Set;
            told.push(entry(turn, &doubt.row, &doubt.telling, RULE, &outcome));
        }
        settled.push(settled_item(doubt, settle));
        kept.postponed.push(desk.later(doubt.work, AT_ONCE));
    }
    keep_heard(turn, &settled, &told).await
}

fn settled_item(doubt: &Doubt, (settle, is_guess): (Settle, bool)) -> SettledItem {
    SettledItem {
        item: doubt.row.item,
        key: doubt.telling.key,
        settle,
        is_guess,
    }
}

/// What became of it by what the shop has, and whether that is a guess.
fn by(intent: Intent, found: i64) -> (Settle, bool) {
    let Intent {
        if_done, if_not, ..
    } = intent;
    match plan::settle(intent, found) {
        Settled::Done => (Settle::Done, found != if_done),
        Settled::NotDone => (
            Settle::Dropped,
            if_not.is_some_and(|if_not| found != if_not),
        ),
    }
}
