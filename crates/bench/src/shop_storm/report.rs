use std::fmt;
use std::time::Duration;

use shop_sim::{AnswerCounts, Counts, DeliveryCounts};

use super::ShopStorm;
use super::agreement::Agreement;
use super::timeline::Events;
use crate::figure::Figure;

/// Differences shown; all are counted.
const SHOWN: usize = 20;

/// What came of a storm.
pub struct Report {
    pub storm: ShopStorm,
    pub counts: Counts,
    pub events: Events,
    pub traded_in: Duration,
    /// From the last change until ledger and shop had agreed for a while.
    pub agreed_after: Duration,
    /// Orders that the shop's books say are to be parked.
    pub parked: usize,
    pub agreement: Agreement,
}

impl Report {
    pub fn figures(&self) -> anyhow::Result<Vec<Figure>> {
        let Self {
            storm,
            counts,
            events,
            traded_in,
            agreed_after,
            parked: _,
            agreement,
        } = self;
        let case = format!(
            "{} orders of {}, seed {}",
            storm.orders,
            storm.platform.code(),
            storm.seed
        );
        let figure = |what, value, unit| Figure::new("shop storm", &*case, what, value, unit);
        let count = |what, count: u64| -> anyhow::Result<Figure> {
            Ok(figure(what, f64::from(u32::try_from(count)?), ""))
        };
        let deliveries = counts.deliveries;
        Ok(vec![
            count("changes", counts.trade.changes)?,
            figure("traded in", traded_in.as_secs_f64(), "s"),
            count("deliveries", deliveries.sent + deliveries.dropped)?,
            count("deliveries dropped", deliveries.dropped)?,
            count("deliveries doubled", deliveries.duplicated)?,
            count("services killed", u64::try_from(events.crashes)?)?,
            figure("agreed after", agreed_after.as_secs_f64(), "s"),
            count("sales", u64::try_from(agreement.sales)?)?,
            count("differences", u64::try_from(agreement.differences.len())?)?.under(1.0),
        ])
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            storm:
                ShopStorm {
                    platform,
                    seed,
                    orders,
                },
            counts:
                Counts {
                    trade,
                    deliveries,
                    answers,
                    outages: _,
                    hooks_lost: _,
                },
            events,
            traded_in,
            agreed_after,
            parked,
            agreement:
                Agreement {
                    sales,
                    levels,
                    differences,
                },
        } = self;
        let DeliveryCounts {
            dropped,
            dropped_again: _,
            unanswered,
            sent,
            astray: _,
            duplicated,
            delayed,
            posted,
            taken,
            refused,
            failed,
        } = deliveries;
        let AnswerCounts {
            answered,
            hung,
            busy,
            failed: errors,
            broken,
            truncated,
        } = answers;
        writeln!(
            f,
            "storm of seed {seed} over {}: {orders} orders, {} changes in {traded_in:.1?}; {events}",
            platform.code(),
            trade.changes
        )?;
        writeln!(
            f,
            "deliveries: {sent} sent, {dropped} dropped, {unanswered} unanswered, {duplicated} doubled, \
             {delayed} delayed; {posted} posts: {taken} taken, {refused} refused, {failed} failed"
        )?;
        writeln!(
            f,
            "API: {answered} answered, {hung} hung, {busy} busy, {errors} failed, {broken} broken off, \
             {truncated} truncated"
        )?;
        writeln!(
            f,
            "{sales} sales, {parked} parked, {levels} levels, agreed after {agreed_after:.1?}: \
             {} differences",
            differences.len()
        )?;
        for difference in differences.iter().take(SHOWN) {
            writeln!(f, "  {difference}")?;
        }
        Ok(())
    }
}
