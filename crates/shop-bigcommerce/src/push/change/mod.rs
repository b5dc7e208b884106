//! Listings changed: fields of many products in one request, then what has requests of its own, product by product.

mod batch;
mod details;
mod goods;
mod options;
mod plan;
mod rebuild;
mod variants;

use retail::ItemId;
use retail::listing::{VariantChange, VariantFields};
use shop::FetchError;
use shop::push::{ChangeRow, Changed, Outcome, Refusal};

use super::create::variant_of;
use super::desk::Desk;
use super::read;

/// One outcome for each row, in their order.
pub(super) async fn change(
    desk: &mut Desk<'_>,
    rows: &[ChangeRow],
) -> Result<Vec<Outcome<Changed>>, FetchError> {
    let mut jobs: Vec<Job<'_>> = rows.iter().map(Job::of).collect();
    goods::of_products(desk, &mut jobs).await?;
    goods::of_variants(desk, &mut jobs).await?;
    for job in jobs.iter_mut().filter(|job| job.end.is_none()) {
        details::settle(desk, job).await?;
    }
    Ok(jobs.into_iter().map(Job::outcome).collect())
}

/// What has become of one row so far.
struct Job<'a> {
    row: &'a ChangeRow,
    /// The store's id of the product.
    id: u64,
    changed: Changed,
    /// Nothing more is asked for this row.
    end: Option<End>,
}

#[derive(Clone, Debug)]
enum End {
    Missing,
    Refused(Refusal),
}

impl<'a> Job<'a> {
    fn of(row: &'a ChangeRow) -> Self {
        let id = read::id_of(&row.shop.id);
        Self {
            row,
            id: id.unwrap_or_default(),
            changed: Changed::default(),
            end: id.is_none().then_some(End::Missing),
        }
    }

    fn outcome(self) -> Outcome<Changed> {
        match self.end {
            None => Outcome::Done(self.changed),
            Some(End::Missing) => Outcome::Missing,
            Some(End::Refused(refusal)) => Outcome::Refused(refusal),
        }
    }

    /// Its one variant is the product itself.
    fn is_simple(&self) -> bool {
        self.row.shop.options.is_empty()
    }

    /// The store cannot give a variant more options or fewer: all of them are made anew.
    fn is_rebuilt(&self) -> bool {
        let options = self.row.change.options.as_ref();
        options.is_some_and(|options| options.len() != self.row.shop.options.len())
    }

    /// What is set of variants that are there.
    fn set(&self) -> impl Iterator<Item = (u64, ItemId, &'a VariantFields)> {
        let variants = self.row.change.variants.iter();
        variants.filter_map(|change| match change {
            VariantChange::Set { id, item, fields } => Some((variant_of(id)?, *item, fields)),
            VariantChange::Add(_) | VariantChange::Remove(_) => None,
        })
    }
}
