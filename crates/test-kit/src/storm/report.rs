use std::fmt;
use std::time::Duration;

use comptoir::stack::Part;

/// Differences shown; all are counted.
const SHOWN: usize = 20;

/// One killing, and how far the storm was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    pub part: Part,
    /// Deliveries accepted by then.
    pub after: usize,
}

/// What came of a storm.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub seed: u64,
    pub orders: usize,
    pub versions: usize,
    /// Deliveries sent until they were accepted, copies included.
    pub deliveries: usize,
    /// Attempts beyond the first, because of an answer that was no 2xx or none at all.
    pub retries: usize,
    pub kills: Vec<Kill>,
    /// Runs of the ledger's own check: one after each kill, one at the end.
    pub verified: usize,
    /// Until the last delivery was accepted.
    pub sent_in: Duration,
    /// From then until nothing was left to do.
    pub drained_in: Duration,
    pub sales: usize,
    pub levels: usize,
    /// Between ledger and shop, and what the ledger's own check found.
    pub differences: Vec<String>,
}

impl Report {
    /// Whether ledger and shop agree in everything.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            orders,
            versions,
            deliveries,
            retries,
            kills,
            verified,
            sent_in,
            drained_in,
            sales,
            levels,
            differences,
        } = self;
        writeln!(
            f,
            "storm of seed {seed}: {orders} orders, {versions} versions, {deliveries} deliveries \
             in {sent_in:.1?} ({retries} retries), drained in {drained_in:.1?} more"
        )?;
        let killed: Vec<String> = kills
            .iter()
            .map(|kill| format!("{:?} after {}", kill.part, kill.after))
            .collect();
        writeln!(f, "killed: {}", killed.join(", "))?;
        writeln!(
            f,
            "{sales} sales, {levels} levels, verified {verified} times, {} differences",
            differences.len()
        )?;
        for difference in differences.iter().take(SHOWN) {
            writeln!(f, "  {difference}")?;
        }
        Ok(())
    }
}
