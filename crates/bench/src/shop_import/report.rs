//! What came of an import, as text and as figures.

use std::fmt;
use std::time::Duration;

use proto::connect::PlannedLevel;
use proto::ledger::ImportCounts;

use super::ShopImport;
use super::phase::{Committed, Scanned, Undone, taken};
use crate::figure::Figure;
use crate::latency::rate;

const BENCH: &str = "shop import";
/// Problems shown; all are counted.
const SHOWN: usize = 20;

pub struct Report {
    pub import: ShopImport,
    /// SKU of the item that was deleted.
    pub deleted: String,
    pub first: Scanned,
    pub planned_levels: Vec<PlannedLevel>,
    pub committed: Committed,
    pub undone: Undone,
    pub last: Scanned,
    /// Requests that the shop answered.
    pub asked: u64,
    /// What is not as it must be.
    pub wrong: Vec<String>,
}

impl Report {
    pub fn figures(&self) -> anyhow::Result<Vec<Figure>> {
        let Self {
            import:
                ShopImport {
                    platform,
                    seed,
                    orders,
                },
            deleted: _,
            first,
            planned_levels: _,
            committed,
            undone,
            last,
            asked,
            wrong,
        } = self;
        let case = format!("{orders} orders of {}, seed {seed}", platform.code());
        let figure = |what, value, unit| Figure::new(BENCH, &*case, what, value, unit);
        let seconds = |what, took: Duration| figure(what, took.as_secs_f64(), "s");
        let per_second = |what, orders: i64, took| -> anyhow::Result<Figure> {
            Ok(figure(what, rate(u64::try_from(orders)?, took), "per s"))
        };
        Ok(vec![
            seconds("scanned in", first.took),
            per_second("scanned", first.job.found, first.took)?,
            seconds("committed in", committed.took),
            per_second("committed", taken(&committed.counts), committed.took)?,
            seconds("taken back in", undone.took),
            per_second("taken back", undone.counts.undone, undone.took)?,
            seconds("scanned anew in, beside trade", last.took),
            figure("requests", f64::from(u32::try_from(*asked)?), ""),
            figure("problems", f64::from(u32::try_from(wrong.len())?), "").under(1.0),
        ])
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            import:
                ShopImport {
                    platform,
                    seed,
                    orders,
                },
            deleted,
            first,
            planned_levels,
            committed,
            undone,
            last,
            asked,
            wrong,
        } = self;
        let code = platform.code();
        writeln!(
            f,
            "import of {orders} orders of {code}, seed {seed}; {deleted} was deleted before"
        )?;
        let negative = planned_levels.iter().filter(|level| level.goes_negative);
        let negative = negative.count();
        writeln!(
            f,
            "  planned in {:.1?}: {} found; {} levels, {negative} of them below nothing",
            first.took,
            first.job.found,
            planned_levels.len()
        )?;
        for count in &first.job.counts {
            let verdict = count.verdict().as_str_name();
            writeln!(f, "    {:>6} {verdict}", count.orders)?;
        }
        let ImportCounts {
            made,
            changed,
            already_recorded,
            not_imported,
            held,
            parked,
            undone: taken_back,
            kept,
        } = undone.counts;
        writeln!(
            f,
            "  committed in {:.1?}: {made} made, {changed} changed, {already_recorded} known, \
             {not_imported} not imported, {held} held, {parked} parked",
            committed.took
        )?;
        writeln!(
            f,
            "  taken back in {:.1?}: {taken_back} taken back, {kept} kept",
            undone.took
        )?;
        writeln!(
            f,
            "  killed: ingest at {} found, ingest at {} told, ledger at {} taken, ledger at {} left",
            At(first.killed_at),
            At(committed.ingest_killed_at),
            At(committed.ledger_killed_at),
            At(undone.killed_at)
        )?;
        writeln!(
            f,
            "  planned anew beside trade in {:.1?}; {asked} requests in all: {} problems",
            last.took,
            wrong.len()
        )?;
        for problem in wrong.iter().take(SHOWN) {
            writeln!(f, "    {problem}")?;
        }
        Ok(())
    }
}

/// Where something happened, or that it did not.
struct At(Option<i64>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(at) => write!(f, "{at}"),
            None => f.write_str("no"),
        }
    }
}
