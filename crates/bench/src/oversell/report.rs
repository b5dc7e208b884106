//! What came of it, as text and as figures.

use std::fmt;
use std::time::Duration;

use shop_sim::Platform;

use super::calm::Calm;
use super::truth::Verdict;
use crate::figure::Figure;

const BENCH: &str = "oversell";
/// Pushes shown; all are counted.
const SHOWN: usize = 20;
/// What is told rests on a word of the ledger's that is no older, but for what a kill or a late answer holds up.
const GOAL_AGE_MS: f64 = 2_000.0;
/// From quiet until every shop shows what is, in seconds.
const GOAL_SHOWN_S: f64 = 5.0;

pub struct Report {
    pub seed: u64,
    /// Sales made at tills.
    pub at_tills: usize,
    pub shops: Vec<ShopReport>,
    /// Services killed.
    pub kills: usize,
    pub sold_in: Duration,
    /// After the last sale, when faults had ended and every service was back.
    pub quiet: Calm,
    /// Units sold that nobody had.
    pub short_units: i64,
}

pub struct ShopReport {
    pub platform: Platform,
    /// Orders.
    pub placed: usize,
    pub verdict: Verdict,
}

impl Report {
    /// Whether no push told more than was true, and there were some.
    pub fn is_sound(&self) -> bool {
        let sound = |shop: &ShopReport| shop.verdict.too_high.is_empty() && shop.verdict.pushes > 0;
        self.shops.iter().all(sound)
    }

    pub fn figures(&self) -> anyhow::Result<Vec<Figure>> {
        let Self {
            seed,
            at_tills,
            shops,
            kills,
            sold_in,
            quiet: Calm {
                heard_after,
                shown_after,
            },
            short_units,
        } = self;
        let mut figures = Vec::new();
        for shop in shops {
            let ShopReport {
                platform,
                placed,
                verdict,
            } = shop;
            let case = platform.code();
            let count = |what, count: u64| {
                anyhow::Ok(Figure::new(
                    BENCH,
                    case,
                    what,
                    f64::from(u32::try_from(count)?),
                    "",
                ))
            };
            let Verdict {
                pushes,
                ages,
                too_high,
                overwritten,
            } = verdict;
            figures.extend([
                count("orders", u64::try_from(*placed)?)?,
                count("pushes", *pushes)?,
                count("told more than was true", u64::try_from(too_high.len())?)?.under(1.0),
                count("overwrote an order", *overwritten)?,
            ]);
            let [_, p99, _] = ages.figures(BENCH, &format!("{case}: age of what was told"));
            figures.push(p99.under(GOAL_AGE_MS));
        }
        let case = format!("seed {seed}");
        let placed: usize = shops.iter().map(|shop| shop.placed).sum();
        let number = |what, value: f64, unit| Figure::new(BENCH, &*case, what, value, unit);
        let count = |count: usize| anyhow::Ok(f64::from(u32::try_from(count)?));
        figures.extend([
            number("sales", count(placed + at_tills)?, ""),
            number("of them at tills", count(*at_tills)?, ""),
            number("sold in", sold_in.as_secs_f64(), "s"),
            number("kills", count(*kills)?, ""),
            number(
                "units short in the end",
                f64::from(i32::try_from(*short_units)?),
                "",
            ),
            number(
                "all orders heard of after the last",
                heard_after.as_secs_f64(),
                "s",
            ),
            number("shown by all after that", shown_after.as_secs_f64(), "s").under(GOAL_SHOWN_S),
        ]);
        Ok(figures)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            at_tills,
            shops,
            kills,
            sold_in,
            quiet: Calm {
                heard_after,
                shown_after,
            },
            short_units,
        } = self;
        writeln!(
            f,
            "seed {seed}: sold in {sold_in:.1?}, {at_tills} times at tills; {kills} services killed; all orders heard of \
             {heard_after:.1?} after the last, shown by all {shown_after:.1?} later; {short_units} units short"
        )?;
        for shop in shops {
            let ShopReport {
                platform,
                placed,
                verdict:
                    Verdict {
                        pushes,
                        ages: _,
                        too_high,
                        overwritten,
                    },
            } = shop;
            writeln!(
                f,
                "{}: {placed} orders, {pushes} pushes, {overwritten} overwrote an order: {} told more than was true",
                platform.code(),
                too_high.len()
            )?;
            for push in too_high.iter().take(SHOWN) {
                writeln!(f, "  {push}")?;
            }
        }
        Ok(())
    }
}
