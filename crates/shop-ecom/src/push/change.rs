//! Changing listings: what differs of each, all in as few requests as there can be.

use std::collections::BTreeMap;

use retail::ShopVariantId;
use serde::Deserialize;
use shop::FetchError;
use shop::push::{ChangeRow, Changed, Outcome, PushReason, Refusal};

use super::api::{Api, Request, Said};
use super::batch;
use super::images::{Came, Expected, settle};
use super::plan::{Plan, Purpose, Step, needs_look, plan};
use super::product::Product;
use super::read::{fetch, number};
use super::said::{Word, word};
use crate::client::unreadable;
use crate::loose::Scalar;

/// Changes them, one outcome for each in their order.
pub(super) async fn change(
    api: &Api<'_>,
    rows: &[ChangeRow],
) -> Result<Vec<Outcome<Changed>>, FetchError> {
    let looked_at = rows.iter().filter(|row| needs_look(&row.change));
    let numbers: Vec<&str> = looked_at.filter_map(|row| number(&row.shop.id)).collect();
    let pages = fetch(api, &numbers).await?;
    let mut told = BTreeMap::new();
    for page in &pages {
        for product in page.products()? {
            told.insert(product.id.as_str().to_owned(), product);
        }
    }
    let mut works: Vec<Work> = rows.iter().map(|row| Work::of(row, &told)).collect();
    do_all(api, &mut works).await?;
    settle_all(api, &mut works).await?;
    Ok(works.into_iter().map(|work| work.outcome).collect())
}

/// One row on its way.
struct Work {
    plan: Plan,
    outcome: Outcome<Changed>,
    /// `None`: its images are as they should be.
    images: Option<Expected>,
}

impl Work {
    fn of(row: &ChangeRow, told: &BTreeMap<String, Product<'_>>) -> Self {
        let missing = Self {
            plan: Plan::default(),
            outcome: Outcome::Missing,
            images: None,
        };
        let Some(number) = number(&row.shop.id) else {
            return missing;
        };
        let told = told.get(number);
        if told.is_none() && needs_look(&row.change) {
            return missing;
        }
        let plan = plan(row, number, told);
        let id = || ShopVariantId::new(number).ok();
        let based = plan.based.iter();
        let variants = based.filter_map(|item| Some((*item, id()?, None)));
        Self {
            outcome: Outcome::Done(Changed {
                variants: variants.collect(),
                images: Vec::new(),
            }),
            images: images(row, number, told),
            plan,
        }
    }

    /// What the store said of one of its steps. The first thing that went wrong is what is told.
    fn hear(&mut self, number: &str, step: &Step, said: &Said) -> Result<(), FetchError> {
        let bad = match (word(said), &step.purpose) {
            (Word::Done, Purpose::Make(item)) => {
                let id = made(&step.request, said).ok_or_else(|| unreadable("a variation's id"))?;
                let id = ShopVariantId::new(&format!("{number}:{id}"))
                    .map_err(|_| unreadable("a variation's id"))?;
                if let Outcome::Done(changed) = &mut self.outcome {
                    changed.variants.push((*item, id, None));
                }
                return Ok(());
            }
            (Word::Done, Purpose::Set | Purpose::Drop | Purpose::Image)
            | (Word::Missing, Purpose::Drop) => return Ok(()),
            (Word::Missing, _) => Outcome::Missing,
            (Word::Refused(refusal), Purpose::Image) => Outcome::Refused(Refusal {
                why: PushReason::Image,
                ..refusal
            }),
            (Word::Refused(refusal), _) => Outcome::Refused(refusal),
            // It was tried five times, and others were done: it is the row that the store cannot do.
            (Word::Later, _) => Outcome::Refused(Refusal {
                why: PushReason::Invalid,
                says: format!("the store fails at it: status {}", said.status).into(),
            }),
        };
        if let Outcome::Done(_) = self.outcome {
            self.outcome = bad;
        }
        Ok(())
    }
}

/// What is to be seen of a row's images once its requests are through.
fn images(row: &ChangeRow, number: &str, told: Option<&Product<'_>>) -> Option<Expected> {
    let change = row.change.images.as_ref()?;
    let before = told.map(Product::images).unwrap_or_default();
    let known = row.shop.images.iter();
    Some(Expected {
        number: number.to_owned(),
        sent: change.add.iter().map(|image| image.hash).collect(),
        before: before
            .iter()
            .map(|image| image.id.as_str().into())
            .collect(),
        order: change.order.clone(),
        known: known
            .filter_map(|image| Some((image.hash?, image.id.clone())))
            .collect(),
    })
}

async fn do_all(api: &Api<'_>, works: &mut [Work]) -> Result<(), FetchError> {
    let mut whose = Vec::new();
    let mut steps = Vec::new();
    for (at, work) in works.iter_mut().enumerate() {
        for step in std::mem::take(&mut work.plan.steps) {
            whose.push(at);
            steps.push(step);
        }
    }
    let requests: Vec<Request> = steps.iter().map(|step| step.request.clone()).collect();
    let said = batch::run(api, &requests).await?;
    if is_down(&whose, &said) {
        return Err(FetchError::later(
            "the store could not do the last of the changes",
        ));
    }
    for ((at, step), said) in whose.into_iter().zip(&steps).zip(&said) {
        let product = step.request.path.split(['/', '?']).nth(2);
        works[at].hear(product.unwrap_or_default(), step, said)?;
    }
    Ok(())
}

/// Whether the store could do nothing any more, rather than not this or that: what it failed at comes last, and is of more
/// than one row or all there was.
fn is_down(whose: &[usize], said: &[Said]) -> bool {
    let is_failure = |said: &Said| matches!(word(said), Word::Later);
    let failed = said
        .iter()
        .rev()
        .take_while(|said| is_failure(said))
        .count();
    let last = whose
        .get(whose.len().saturating_sub(failed)..)
        .unwrap_or_default();
    failed > 0 && (failed == said.len() || last.first() != last.last())
}

/// Images come when the store fetches them; who could not be changed is not waited for.
async fn settle_all(api: &Api<'_>, works: &mut [Work]) -> Result<(), FetchError> {
    let mut whose = Vec::new();
    let mut expected = Vec::new();
    for (at, work) in works.iter_mut().enumerate() {
        if let (Outcome::Done(_), Some(images)) = (&work.outcome, work.images.take()) {
            whose.push(at);
            expected.push(images);
        }
    }
    for (at, came) in whose.into_iter().zip(settle(api, &expected).await?) {
        let outcome = &mut works[at].outcome;
        match (came, &mut *outcome) {
            (Came::All(ids), Outcome::Done(changed)) => changed.images = ids,
            (Came::All(_), Outcome::Missing | Outcome::Refused(_)) => {}
            (Came::Refused(refusal), _) => *outcome = Outcome::Refused(refusal),
            (Came::Missing, _) => *outcome = Outcome::Missing,
        }
    }
    Ok(())
}

/// The id of a variation that was made, or of the one that was there already.
fn made(request: &Request, said: &Said) -> Option<String> {
    #[derive(Default, Deserialize)]
    #[serde(default, bound(deserialize = "'de: 'a"))]
    struct Made<'a> {
        id: Scalar<'a>,
    }
    if request.method == http::Method::PUT {
        return request.path.rsplit('/').next().map(str::to_owned);
    }
    let Made { id } = serde_json::from_slice(&said.body).ok()?;
    id.id().map(str::to_owned)
}
