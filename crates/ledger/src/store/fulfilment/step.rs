//! Takes a step with what was sold, or takes one back.

use std::collections::{BTreeMap, HashSet};

use retail::fulfilment::{Progress, Step, TooMuch, Work};
use retail::{Balance, LineKey, Quantity, SaleId, SaleState};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{FulfilmentError, work};
use crate::decide::{Dirty, ItemKind, WorkedSale};
use crate::store::{FulfilmentView, LineView, Once, PartView, StepView, StoreError, outbox, row};

/// So much of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub line: LineKey,
    /// More than nothing.
    pub quantity: Quantity,
}

/// Where a parcel can be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracking {
    pub carrier: String,
    pub number: String,
    pub url: String,
}

/// What somebody did with a sale.
#[derive(Clone, Debug)]
pub struct StepAsked {
    pub sale: SaleId,
    pub step: Step,
    /// None: as much as can be.
    pub parts: Vec<Part>,
    pub tracking: Tracking,
    /// What hands over may do so unpaid.
    pub may_be_unpaid: bool,
    /// What hands over may do so while an update waits.
    pub may_have_held_update: bool,
}

/// What somebody takes back.
#[derive(Clone, Debug)]
pub struct UndoAsked {
    pub sale: SaleId,
    pub step: Step,
    /// None: as much as can be.
    pub parts: Vec<Part>,
}

/// A sale on which somebody works, locked with its order's head.
struct Bench {
    of: FulfilmentView,
    work: BTreeMap<LineKey, Work>,
}

impl Once {
    /// Records that somebody did something with goods.
    pub async fn take_step(
        &mut self,
        asked: &StepAsked,
    ) -> Result<(FulfilmentView, StepView), FulfilmentError> {
        let StepAsked {
            sale,
            step,
            parts,
            tracking,
            may_be_unpaid,
            may_have_held_update,
        } = asked;
        let mut bench = self.bench(*sale).await?;
        if step.hands_over() {
            if bench.of.sale.balance != Balance::Paid && !may_be_unpaid {
                return Err(FulfilmentError::Unpaid);
            }
            if bench.of.has_held_update && !may_have_held_update {
                return Err(FulfilmentError::UpdateWaits);
            }
        }
        let parts = bench.parts(parts, |progress| progress.most(*step))?;
        for part in &parts {
            bench.work_on(part, |work, kept, told| {
                work.take(kept, told, *step, part.quantity)
            })?;
        }
        self.record(bench, *step, false, parts, tracking.clone())
            .await
    }

    /// Records that goods went back a step.
    pub async fn undo_step(
        &mut self,
        asked: &UndoAsked,
    ) -> Result<(FulfilmentView, StepView), FulfilmentError> {
        let UndoAsked { sale, step, parts } = asked;
        let mut bench = self.bench(*sale).await?;
        let parts = bench.parts(parts, |progress| progress.most_undone(*step))?;
        for part in &parts {
            bench.work_on(part, |work, kept, told| {
                work.undo(kept, told, *step, part.quantity)
            })?;
        }
        self.record(bench, *step, true, parts, Tracking::default())
            .await
    }

    /// The order's head first, as every writer does.
    async fn bench(&mut self, sale: SaleId) -> Result<Bench, FulfilmentError> {
        let retailer = self.retailer();
        let db = self.db();
        sqlx::query!(
            "select h.shop_order_id from ledger.shop_order h
            join ledger.sale s on s.connection_id = h.connection_id
                and s.shop_order_id = h.shop_order_id
            where s.sale_id = $1 and s.retailer_id = $2
            for update of h",
            sale.uuid(),
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await?
        .ok_or(FulfilmentError::UnknownSale)?;
        let of = load(db, sale).await?;
        match of.sale.state {
            SaleState::Closed => {}
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported => {
                return Err(FulfilmentError::Voided);
            }
        }
        let mut work = work::work(db, &[sale.uuid()]).await?;
        Ok(Bench {
            of,
            work: work.remove(&sale.uuid()).unwrap_or_default(),
        })
    }

    async fn record(
        &mut self,
        bench: Bench,
        step: Step,
        is_undone: bool,
        parts: Vec<Part>,
        tracking: Tracking,
    ) -> Result<(FulfilmentView, StepView), FulfilmentError> {
        let sale = SaleId::new(bench.of.sale.sale);
        let worked = bench.worked(sale)?;
        let (retailer, now, act) = (self.retailer(), self.now(), self.act().clone());
        let id = self.new_id();
        let db = self.db();
        let number = sqlx::query_scalar!(
            r#"insert into ledger.fulfilment_step (step_id, retailer_id, sale_id, number, step, is_undone,
                carrier, tracking_number, tracking_url, actor, note, done_at)
            select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11
            from ledger.fulfilment_step where sale_id = $3
            returning number"#,
            id,
            retailer.uuid(),
            sale.uuid(),
            step.as_str(),
            is_undone,
            tracking.carrier,
            tracking.number,
            tracking.url,
            act.actor,
            act.note,
            row::at(now) as _,
        )
        .fetch_one(&mut *db)
        .await?;
        write_parts(db, id, &bench, &parts).await?;
        work::write(db, &[worked]).await?;
        sqlx::query!(
            "update ledger.sale
            set changed_at = $2, changed_xid = (select pg_current_xact_id()::text::bigint)
            where sale_id = $1",
            sale.uuid(),
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        outbox::mark(db, &[Dirty::Sale(retailer, sale)], now).await?;
        let parts = parts.into_iter().map(|part| PartView {
            line: part.line.to_string(),
            quantity: part.quantity,
        });
        let done = StepView {
            id,
            sale: sale.uuid(),
            number,
            step,
            is_undone,
            parts: parts.collect(),
            tracking,
            actor: act.actor,
            note: act.note,
            done_at: now,
        };
        let after = load(self.db(), sale).await?;
        self.note_change(Some(told(&bench.of, &done)), told(&after, &done));
        Ok((after, done))
    }
}

/// How far the lines of a step have come, as the audit log tells it.
fn told(of: &FulfilmentView, step: &StepView) -> Value {
    let is_of_step = |line: &&LineView| step.parts.iter().any(|part| part.line == line.key);
    let lines = of.sale.lines.iter().filter(is_of_step).map(|line| {
        json!({
            "line": line.key,
            "picked": line.progress.picked.to_string(),
            "packed": line.progress.packed.to_string(),
            "handed_over": line.progress.handed_over.to_string(),
        })
    });
    json!({"sale_id": of.sale.sale, "lines": lines.collect::<Vec<_>>()})
}

impl Bench {
    fn product(&self, key: &LineKey) -> Option<&LineView> {
        let mut lines = self.of.sale.lines.iter();
        lines.find(|line| line.key == key.as_str() && line.kind == ItemKind::Product)
    }

    /// The parts that are meant: those asked for, else all there is.
    fn parts(
        &self,
        asked: &[Part],
        most: impl Fn(Progress) -> Quantity,
    ) -> Result<Vec<Part>, FulfilmentError> {
        let mut seen = HashSet::new();
        if let Some(twice) = asked.iter().find(|part| !seen.insert(&part.line)) {
            return Err(FulfilmentError::Twice(twice.line.to_string()));
        }
        if !asked.is_empty() {
            return Ok(asked.to_vec());
        }
        let products = self.of.sale.lines.iter();
        let products = products.filter(|line| line.kind == ItemKind::Product);
        let mut parts = Vec::new();
        for line in products {
            let quantity = most(line.progress);
            if !quantity.is_zero() {
                let line = work::line_key(&line.key)?;
                parts.push(Part { line, quantity });
            }
        }
        if parts.is_empty() {
            return Err(FulfilmentError::Nothing);
        }
        Ok(parts)
    }

    /// Does something with a part, given what the buyer is to have of its line and what the shop tells of it.
    fn work_on(
        &mut self,
        part: &Part,
        act: impl FnOnce(&mut Work, Quantity, Quantity) -> Result<(), TooMuch>,
    ) -> Result<(), FulfilmentError> {
        let line = self.product(&part.line);
        let line = line.ok_or_else(|| FulfilmentError::UnknownLine(part.line.to_string()))?;
        let (kept, told) = (line.progress.kept, line.fulfilled);
        let work = self.work.entry(part.line.clone()).or_default();
        act(work, kept, told).map_err(|TooMuch { asked, most }| FulfilmentError::TooMuch {
            line: part.line.to_string(),
            asked,
            most,
        })
    }

    fn worked(&self, sale: SaleId) -> Result<WorkedSale, StoreError> {
        let products = self.of.sale.lines.iter();
        let products = products.filter(|line| line.kind == ItemKind::Product);
        let lines = products
            .map(|line| {
                let key = work::line_key(&line.key)?;
                Ok((key, line.progress.kept, line.fulfilled))
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let lines = lines.iter().map(|(key, kept, told)| (key, *kept, *told));
        Ok(WorkedSale::of(sale, self.of.sale.state, lines, &self.work))
    }
}

/// One row for each part, with what had come so far of its line by then.
async fn write_parts(
    db: &mut PgConnection,
    step: Uuid,
    bench: &Bench,
    parts: &[Part],
) -> Result<(), StoreError> {
    let of_line = |part: &Part| bench.work.get(&part.line).cloned().unwrap_or_default();
    let told = |part: &Part| {
        bench
            .product(&part.line)
            .map_or(0, |line| line.fulfilled.milli())
    };
    let keys: Vec<&str> = parts.iter().map(|part| part.line.as_str()).collect();
    let quantities: Vec<i64> = parts.iter().map(|part| part.quantity.milli()).collect();
    let told: Vec<i64> = parts.iter().map(told).collect();
    let from_shelf: Vec<i64> = parts
        .iter()
        .map(|part| of_line(part).picked.milli())
        .collect();
    let in_parcels: Vec<i64> = parts
        .iter()
        .map(|part| of_line(part).packed.milli())
        .collect();
    sqlx::query!(
        "insert into ledger.fulfilment_step_line (step_id, line_key, quantity_milli, told_milli, picked_milli,
            packed_milli)
        select $1, n.* from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) n",
        step,
        &keys as _,
        &quantities,
        &told,
        &from_shelf,
        &in_parcels,
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn load(db: &mut PgConnection, sale: SaleId) -> Result<FulfilmentView, FulfilmentError> {
    let mut found = FulfilmentView::load(db, &[sale.uuid()]).await?;
    found.pop().ok_or(FulfilmentError::UnknownSale)
}
