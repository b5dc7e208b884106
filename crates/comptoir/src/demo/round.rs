use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, TryStreamExt as _, future, stream};
use indicatif::ProgressBar;

use super::captures::CAPTURES;
use super::delivery::Delivery;
use crate::stack::{Seed, Stack};

/// How often the shops repeat themselves in the first round.
const REPEATS: usize = 2;
/// How many copies of everything come in the second round.
const COPIES: usize = 3;
/// Deliveries on their way at once in the second round.
const IN_FLIGHT: usize = 32;
/// Where the second round's shuffle starts: any number but zero, the same in every run.
const SHUFFLE_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// What came of sending many deliveries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    /// How often each status was answered.
    pub(crate) statuses: BTreeMap<u16, usize>,
    /// How long each answer took, sorted.
    pub(crate) answers: Vec<Duration>,
    pub(crate) took: Duration,
}

/// The captured shops, each delivering to a connection of the stack.
#[derive(Debug)]
pub(crate) struct Sender {
    shops: Vec<Vec<Delivery>>,
    forged: Vec<Delivery>,
}

/// Where a URL leads: `http://<address><path>`.
fn parts(url: &str) -> Option<(SocketAddr, String)> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/')?;
    Some((authority.parse().ok()?, format!("/{path}")))
}

impl Sender {
    pub(crate) fn new(stack: &Stack, seed: &Seed) -> anyhow::Result<Self> {
        let mut shops = Vec::new();
        for (captures, connection) in CAPTURES.iter().zip(&seed.connections) {
            let (address, path) = stack
                .hook_url(&connection.id.to_string())
                .and_then(parts)
                .context("the stack's address for deliveries is not understood")?;
            let secret = connection
                .secrets
                .first()
                .context("a connection without secret")?;
            let ready = |capture| Delivery::new(capture, address, &path, secret);
            shops.push(captures.iter().copied().map(ready).collect::<Vec<_>>());
        }
        let forged = shops
            .iter()
            .filter_map(|shop| shop.iter().find_map(Delivery::forged))
            .collect();
        Ok(Self { shops, forged })
    }

    /// Deliveries captured.
    pub(crate) fn captured(&self) -> usize {
        self.shops.iter().map(Vec::len).sum()
    }

    /// How many deliveries the first and the second round send.
    pub(crate) fn planned(&self) -> (usize, usize) {
        (self.captured() * REPEATS, self.captured() * COPIES)
    }

    /// The shops side by side, each in its own order and every delivery twice in a row.
    pub(crate) async fn in_order(&self, bar: &ProgressBar) -> anyhow::Result<Round> {
        let begin = Instant::now();
        let shops = self.shops.iter().map(async |shop| {
            let mut answers = Vec::new();
            for delivery in shop.iter().flat_map(|delivery| [delivery; REPEATS]) {
                answers.push(timed(delivery, bar).await?);
            }
            anyhow::Ok(answers)
        });
        let answers = future::try_join_all(shops).await?.into_iter().flatten();
        Ok(Round::of(answers, begin.elapsed()))
    }

    /// Several copies of everything, shuffled, many at once.
    pub(crate) async fn shuffled(&self, bar: &ProgressBar) -> anyhow::Result<Round> {
        let all = self
            .shops
            .iter()
            .flatten()
            .flat_map(|delivery| [delivery; COPIES]);
        let mut all: Vec<&Delivery> = all.collect();
        shuffle(&mut all);
        let begin = Instant::now();
        let answers: Vec<_> = stream::iter(all)
            .map(|delivery| timed(delivery, bar))
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        Ok(Round::of(answers, begin.elapsed()))
    }

    /// Deliveries that nobody's shop sent; returns how many were refused as such.
    pub(crate) async fn forgeries(&self) -> anyhow::Result<usize> {
        for delivery in &self.forged {
            let status = delivery.send().await?;
            if status != 401 {
                bail!("a forged delivery was answered {status} instead of 401");
            }
        }
        Ok(self.forged.len())
    }
}

impl Round {
    fn of(answers: impl IntoIterator<Item = (u16, Duration)>, took: Duration) -> Self {
        let mut round = Self {
            took,
            ..Self::default()
        };
        for (status, time) in answers {
            *round.statuses.entry(status).or_default() += 1;
            round.answers.push(time);
        }
        round.answers.sort_unstable();
        round
    }

    /// How many were answered 200.
    pub(crate) fn accepted(&self) -> usize {
        self.statuses.get(&200).copied().unwrap_or_default()
    }

    pub(crate) fn sent(&self) -> usize {
        self.answers.len()
    }
}

async fn timed(delivery: &Delivery, bar: &ProgressBar) -> anyhow::Result<(u16, Duration)> {
    let begin = Instant::now();
    let status = delivery
        .send()
        .await
        .context("a delivery was not answered")?;
    bar.inc(1);
    Ok((status, begin.elapsed()))
}

/// Fisher and Yates, with a small generator of our own: the demo is the same in every run.
fn shuffle<T>(items: &mut [T]) {
    let mut state = SHUFFLE_SEED;
    for end in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // A remainder below the length of a slice.
        let other = usize::try_from(state % (end as u64 + 1)).unwrap_or_default();
        items.swap(end, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_keeps_everything_and_moves_most() {
        let mut items: Vec<u32> = (0..1_000).collect();
        shuffle(&mut items);
        let moved = items
            .iter()
            .zip(0..)
            .filter(|(item, place)| **item != *place)
            .count();
        assert!(moved > 950, "{moved}");
        items.sort_unstable();
        assert!(items.iter().copied().eq(0..1_000));
    }

    #[test]
    fn a_round_counts_its_answers() {
        let ms = Duration::from_millis;
        let round = Round::of([(200, ms(2)), (401, ms(1)), (200, ms(3))], ms(6));
        assert_eq!((round.sent(), round.accepted()), (3, 2));
        assert_eq!(round.answers, [ms(1), ms(2), ms(3)]);
    }
}
