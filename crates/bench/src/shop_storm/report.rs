use std::fmt;
use std::time::Duration;

use shop_sim::{AnswerCounts, Counts, DeliveryCounts, Platform};

use super::agreement::Agreement;
use super::timeline::Events;
use crate::figure::Figure;

const BENCH: &str = "shop storm";
/// Differences shown; all are counted.
const SHOWN: usize = 20;

/// What came of a storm.
pub struct Report {
    pub seed: u64,
    /// Of each shop.
    pub orders: usize,
    pub shops: Vec<ShopReport>,
    /// From the last change until ledger and shops had agreed for a while.
    pub agreed_after: Duration,
    pub agreement: Agreement,
}

/// What one shop did and suffered.
pub struct ShopReport {
    pub platform: Platform,
    pub counts: Counts,
    pub events: Events,
    pub traded_in: Duration,
    /// Orders that its books say are to be parked.
    pub parked: usize,
}

impl Report {
    pub fn figures(&self) -> anyhow::Result<Vec<Figure>> {
        let Self {
            seed,
            orders,
            shops,
            agreed_after,
            agreement,
        } = self;
        let count = |case: &str, what, count: u64| -> anyhow::Result<Figure> {
            let count = f64::from(u32::try_from(count)?);
            Ok(Figure::new(BENCH, case, what, count, ""))
        };
        let mut figures = Vec::new();
        for shop in shops {
            let case = format!("{orders} orders of {}, seed {seed}", shop.platform.code());
            let deliveries = shop.counts.deliveries;
            let traded_in = shop.traded_in.as_secs_f64();
            figures.extend([
                count(&case, "changes", shop.counts.trade.changes)?,
                Figure::new(BENCH, &*case, "traded in", traded_in, "s"),
                count(&case, "deliveries", deliveries.sent + deliveries.dropped)?,
                count(&case, "deliveries dropped", deliveries.dropped)?,
                count(&case, "deliveries doubled", deliveries.duplicated)?,
                count(&case, "kills", u64::try_from(shop.events.crashes)?)?,
            ]);
        }
        let case = format!("{} shops, seed {seed}", shops.len());
        let agreed_after = agreed_after.as_secs_f64();
        let differences = u64::try_from(agreement.differences.len())?;
        figures.extend([
            Figure::new(BENCH, &*case, "agreed after", agreed_after, "s"),
            count(&case, "sales", u64::try_from(agreement.sales)?)?,
            count(&case, "differences", differences)?.under(1.0),
        ]);
        Ok(figures)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            orders,
            shops,
            agreed_after,
            agreement:
                Agreement {
                    sales,
                    levels,
                    differences,
                },
        } = self;
        writeln!(f, "storm of seed {seed}, {orders} orders of each shop")?;
        for shop in shops {
            write!(f, "{shop}")?;
        }
        writeln!(
            f,
            "{sales} sales, {levels} levels, agreed after {agreed_after:.1?}: {} differences",
            differences.len()
        )?;
        for difference in differences.iter().take(SHOWN) {
            writeln!(f, "  {difference}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ShopReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            platform,
            counts:
                Counts {
                    trade,
                    deliveries,
                    answers,
                    outages: _,
                    // Without TLS there are none.
                    handshakes: _,
                    hooks_lost: _,
                },
            events,
            traded_in,
            parked,
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
            hasty: _,
            hung,
            busy,
            failed: errors,
            denied,
            broken,
            truncated,
        } = answers;
        writeln!(
            f,
            "{}: {} changes in {traded_in:.1?}, {parked} orders to be parked; {events}",
            platform.code(),
            trade.changes
        )?;
        writeln!(
            f,
            "  deliveries: {sent} sent, {dropped} dropped, {unanswered} unanswered, {duplicated} doubled, \
             {delayed} delayed; {posted} posts: {taken} taken, {refused} refused, {failed} failed"
        )?;
        writeln!(
            f,
            "  API: {answered} answered, {hung} hung, {busy} busy, {errors} failed, {denied} denied, {broken} broken \
             off, {truncated} truncated"
        )
    }
}
