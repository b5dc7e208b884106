//! Changing listings.

mod free;
mod look;
mod plan;
mod variations;

use reqwest::Method;
use retail::ShopVariantId;
use serde_json::Value;
use shop::FetchError;
use shop::push::{ChangeRow, Changed, Outcome, PushReason};

use self::look::Looked;
use self::plan::{Plan, Shape};
use super::ask::{Asker, product_number};
use super::batch::{self, Row, Verb, batch};
use super::brand::Brands;
use super::create::cannot_be;
use super::raw::RawProduct;
use super::refusal::{outcome, refused};
use super::request::{self, Body};
use super::{images, note, shown};

/// Changes each row's product, then its variations, then takes away what is no longer wanted. Products go together; images
/// that the shop has to fetch go alone, since that takes it a while.
pub(super) async fn change(
    asker: &Asker<'_>,
    rows: &[ChangeRow],
) -> Result<Vec<Outcome<Changed>>, FetchError> {
    asker.terms()?;
    let brands = rows.iter().filter_map(|row| row.change.brand.as_deref());
    let brands = Brands::of(asker, brands).await?;
    let looked = Looked::of(asker, rows).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut works = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        outcomes.push(match begin(row, &looked, &brands)? {
            Begun::Over(outcome) => outcome,
            Begun::Goes(id, plan) => {
                works.push(Work {
                    place,
                    id,
                    plan,
                    changed: Changed::default(),
                });
                Outcome::Done(Changed::default())
            }
        });
    }
    products(asker, &mut works, &mut outcomes).await?;
    for work in &mut works {
        if let Some(outcome) = outcomes.get_mut(work.place)
            && matches!(outcome, Outcome::Done(_))
        {
            *outcome = variations::change(asker, work, &looked).await?;
        }
    }
    Ok(outcomes)
}

/// A row that is under way.
struct Work<'a> {
    /// Among the rows.
    place: usize,
    id: u64,
    plan: Plan<'a>,
    changed: Changed,
}

enum Begun<'a> {
    Over(Outcome<Changed>),
    Goes(u64, Plan<'a>),
}

fn begin<'a>(
    row: &'a ChangeRow,
    looked: &Looked,
    brands: &Brands,
) -> Result<Begun<'a>, FetchError> {
    let Some(id) = product_number(&row.shop.id) else {
        return Ok(Begun::Over(Outcome::Missing));
    };
    if let Some(says) = cannot_be(&row.wanted) {
        return Ok(Begun::Over(refused(PushReason::Invalid, says)));
    }
    let found = looked.product(id)?;
    if look::is_needed(row) && found.is_none() {
        return Ok(Begun::Over(Outcome::Missing));
    }
    let plan = Plan::of(row, found.as_ref(), brands.id(row.change.brand.as_deref()));
    if plan.shape == Shape::ToSimple && row.shop.variants.iter().any(|own| own.item.is_none()) {
        let says = "the product has variations that were made in the shop";
        return Ok(Begun::Over(refused(PushReason::Invalid, says)));
    }
    Ok(Begun::Goes(id, plan))
}

/// What is said of the products themselves.
async fn products(
    asker: &Asker<'_>,
    works: &mut [Work<'_>],
    outcomes: &mut [Outcome<Changed>],
) -> Result<(), FetchError> {
    for work in works
        .iter()
        .filter(|work| work.plan.shape == Shape::ToSimple)
    {
        let all = work.plan.row.shop.variants.iter();
        free::free(asker, work.id, all).await?;
    }
    let (alone, together): (Vec<_>, Vec<_>) = works
        .iter_mut()
        .filter(|work| !work.plan.product.is_empty())
        .partition(|work| work.plan.fetches);
    let bodies: Vec<Body> = together.iter().map(|work| with_id(work)).collect();
    let told = batch(asker, "products/batch", Verb::Update, &bodies).await?;
    let mut notes = Vec::new();
    for (work, row) in together.into_iter().zip(told) {
        settle(work, row, outcomes, &mut notes)?;
    }
    for work in alone {
        let path = format!("products/{}", work.id);
        let body = Value::Object(work.plan.product.clone());
        let answer = asker.send(Method::PUT, &path, &body).await?;
        let row = answer
            .judge::<RawProduct<'_>>()?
            .map(|_| answer.body().clone());
        settle(work, row, outcomes, &mut notes)?;
    }
    // Ids of new images are known now.
    for row in batch(asker, "products/batch", Verb::Update, &notes).await? {
        row.map_or_else(
            |fault| Err(FetchError::Unreadable { why: fault.code }),
            |_| Ok(()),
        )?;
    }
    Ok(())
}

fn with_id(work: &Work<'_>) -> Body {
    let mut body = work.plan.product.clone();
    body.insert("id".to_owned(), work.id.into());
    body
}

/// Takes in what the shop says of a product.
fn settle(
    work: &mut Work<'_>,
    row: Row,
    outcomes: &mut [Outcome<Changed>],
    notes: &mut Vec<Body>,
) -> Result<(), FetchError> {
    let mut over = |outcome| {
        if let Some(place) = outcomes.get_mut(work.place) {
            *place = outcome;
        }
    };
    let bytes = match row {
        Ok(bytes) => bytes,
        Err(fault) => {
            over(outcome(fault));
            return Ok(());
        }
    };
    let product: RawProduct<'_> = batch::read(&bytes)?;
    if product.status.as_str() == "trash" {
        over(Outcome::Missing);
        return Ok(());
    }
    if work.plan.row.change.images.is_some() {
        let after = shown::images(&product.images.0, &product.meta_data.0);
        work.changed.images = images::added(&work.plan.row.shop.images, &after);
        if work.plan.fetches {
            let mut body = Body::new();
            body.insert("id".to_owned(), work.id.into());
            request::put_note(&mut body, note::IMAGES, images::settled(&after));
            notes.push(body);
        }
        work.plan.images = after;
    }
    let id = &work.plan.row.shop.id;
    let kept = work.plan.kept.take();
    work.changed.variants.extend(kept.and_then(|item| {
        let id = ShopVariantId::new(id.as_str()).ok()?;
        Some((item, id, None))
    }));
    Ok(())
}
