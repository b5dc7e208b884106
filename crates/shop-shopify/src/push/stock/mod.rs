//! Telling stock, by comparison.

mod begin;
mod entry;
mod verdict;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use shop::FetchError;
use shop::push::{StockOutcome, StockRow};
use uuid::Uuid;

use entry::Entry;
use verdict::Verdict;

use super::operation::INVENTORY_SET;
use super::stop::UserError;
use super::teller::{Teller, Told};

/// The figure that orders take from.
const NAME: &str = "available";
/// As the shop's own history of an item calls it.
const REASON: &str = "correction";
/// When another request with the same key is underway.
const CONCURRENT: Duration = Duration::from_secs(1);

/// One outcome for each row.
///
/// The shop itself compares, and each request has a key by which it is done once: of one row its own, of several one
/// that follows from theirs. The first stock of an item is told without a comparison; before that it is made to be
/// counted, and at this location. An entry that the shop names is taken out, and the others are told again; where it
/// names none they are told in halves.
pub(super) async fn set(
    teller: Teller<'_>,
    rows: &[StockRow],
) -> Result<Vec<StockOutcome>, FetchError> {
    let mut telling = Telling {
        teller,
        location: teller.location()?,
        outcomes: BTreeMap::new(),
        stale: Vec::new(),
    };
    let entries = entry::entries(teller, rows, &mut telling.outcomes).await?;
    let entries = begin::begin(&mut telling, entries).await?;
    let mut batches = vec![entries];
    while let Some(batch) = batches.pop() {
        batches.extend(telling.tell(batch).await?);
    }
    telling.read_stale().await?;
    let outcomes = (0..rows.len()).map(|place| telling.outcomes.remove(&place));
    // What no answer spoke of has to be read.
    let outcomes = outcomes.map(|outcome| outcome.unwrap_or(StockOutcome::Unsure));
    Ok(outcomes.collect())
}

struct Telling<'a> {
    teller: Teller<'a>,
    location: String,
    /// By the row's place.
    outcomes: BTreeMap<usize, StockOutcome>,
    /// What the shop has otherwise: it is read in the end, all at once.
    stale: Vec<Entry>,
}

impl Telling<'_> {
    /// Tells these, and gives what is to be told again.
    async fn tell(&mut self, batch: Vec<Entry>) -> Result<Vec<Vec<Entry>>, FetchError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let key = key(&batch);
        let quantities: Vec<Value> = batch
            .iter()
            .map(|entry| entry.input(&self.location))
            .collect();
        let told = json!({
            "key": key.to_string(),
            "input": {
                "name": NAME,
                "reason": REASON,
                "referenceDocumentUri": format!("gid://comptoir/StockPush/{key}"),
                "quantities": quantities,
            },
        });
        let errors = match self.teller.tell(&INVENTORY_SET, told).await {
            Ok(Told { answer: _, errors }) => errors,
            // Something in it is unknown to the shop, and it does not say what.
            Err(FetchError::Gone) => return Ok(self.of_unknown(batch)),
            Err(error) => return Err(error),
        };
        if errors.is_empty() {
            self.outcomes
                .extend(batch.iter().map(|entry| (entry.place, StockOutcome::Set)));
            return Ok(Vec::new());
        }
        self.judge(batch, &errors).await
    }

    async fn judge(
        &mut self,
        mut batch: Vec<Entry>,
        errors: &[UserError],
    ) -> Result<Vec<Vec<Entry>>, FetchError> {
        if errors.iter().any(verdict::is_concurrent) {
            return Err(FetchError::TryLater {
                why: "the same stock is being told already".to_owned(),
                after: Some(CONCURRENT),
            });
        }
        if errors.iter().any(verdict::is_spent_key) {
            for entry in &mut batch {
                entry.is_repeated = true;
            }
        }
        let named = verdict::named(errors, batch.len());
        if named.is_empty() {
            return Ok(self.split(batch));
        }
        let mut left = Vec::new();
        for (place, entry) in batch.into_iter().enumerate() {
            match named.get(&place) {
                None => left.push(entry),
                Some(verdict) => left.extend(self.act(entry, verdict).await?),
            }
        }
        Ok(vec![left])
    }

    /// The entry, where it is to be told again.
    async fn act(&mut self, entry: Entry, verdict: &Verdict) -> Result<Option<Entry>, FetchError> {
        match verdict {
            Verdict::Stale => {
                self.stale.push(entry);
                Ok(None)
            }
            Verdict::Is(outcome) => {
                self.outcomes.insert(entry.place, outcome.clone());
                Ok(None)
            }
            Verdict::Elsewhere(refusal) if entry.is_activated => {
                let refused = StockOutcome::Refused(refusal.clone());
                self.outcomes.insert(entry.place, refused);
                Ok(None)
            }
            Verdict::Elsewhere(_) => begin::activate(self, entry).await,
        }
    }

    /// In halves; one alone that the shop says nothing of has to be read.
    fn split(&mut self, mut batch: Vec<Entry>) -> Vec<Vec<Entry>> {
        if let [alone] = batch.as_slice() {
            self.outcomes.insert(alone.place, StockOutcome::Unsure);
            return Vec::new();
        }
        let half = batch.split_off(batch.len() / 2);
        vec![half, batch]
    }

    fn of_unknown(&mut self, batch: Vec<Entry>) -> Vec<Vec<Entry>> {
        if let [alone] = batch.as_slice() {
            self.outcomes.insert(alone.place, StockOutcome::Missing);
            return Vec::new();
        }
        self.split(batch)
    }

    async fn read_stale(&mut self) -> Result<(), FetchError> {
        let items: Vec<&str> = self.stale.iter().map(|entry| entry.item.as_str()).collect();
        let levels = begin::levels(self.teller, &self.location, &items).await?;
        for entry in &self.stale {
            let outcome = match levels.get(&entry.item) {
                None => StockOutcome::Missing,
                // It may be what an earlier call told that nobody heard of, or what an order left.
                Some(level) if entry.is_repeated && level.available == entry.wanted => {
                    StockOutcome::Unsure
                }
                Some(level) => StockOutcome::Stale {
                    found: level.available,
                },
            };
            self.outcomes.insert(entry.place, outcome);
        }
        Ok(())
    }
}

/// The same rows have the same key.
fn key(batch: &[Entry]) -> Uuid {
    match batch {
        [alone] => alone.key,
        several => {
            let keys = several.iter().flat_map(|entry| *entry.key.as_bytes());
            Uuid::new_v5(&Uuid::nil(), &keys.collect::<Vec<u8>>())
        }
    }
}
