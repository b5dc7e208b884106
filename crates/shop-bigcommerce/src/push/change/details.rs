//! What has requests of its own: options, variants that come and go, images, and the note.

use retail::listing::{Change, ImageHash, VariantChange};
use shop::FetchError;
use shop::push::Refusal;

use super::super::create::{named, shown_as, variant_id};
use super::super::desk::Desk;
use super::super::note::{self, Note};
use super::super::{images, read};
use super::{End, Job, rebuild, variants};

/// Does the rest of a row, and notes what is whose: also of one that is refused half-way.
pub(super) async fn settle(desk: &mut Desk<'_>, job: &mut Job<'_>) -> Result<(), FetchError> {
    if !has_details(job) {
        return Ok(());
    }
    let mut kept = note::read(desk, &[job.id]).await?.remove(&job.id);
    let mut note = noted(job, kept.as_ref().map(|kept| &kept.note));
    if has_structure(&job.row.change) {
        job.end = if job.is_rebuilt() {
            rebuild::rebuild(desk, job, &mut note).await?
        } else {
            variants::settle(desk, job, &mut note).await?
        };
    }
    if let (None, Some(change)) = (&job.end, &job.row.change.images) {
        match images::apply(desk, job.id, change, &mut kept, &mut note).await? {
            Some(applied) => {
                job.changed.images = applied.added;
                job.end = applied.refused.map(End::Refused);
            }
            None => job.end = Some(End::Missing),
        }
    }
    if job.end.is_none() {
        job.end = of_variants(desk, job, &mut note).await?.map(End::Refused);
    }
    if !matches!(job.end, Some(End::Missing))
        && let Err(refusal) = note::write(desk, job.id, &mut kept, &note).await?
    {
        job.end.get_or_insert(End::Refused(refusal));
    }
    Ok(())
}

fn has_details(job: &Job<'_>) -> bool {
    let is_ours = job.row.shop.product == Some(job.row.wanted.product);
    let change = &job.row.change;
    !is_ours
        || has_structure(change)
        || change.images.is_some()
        || job.set().any(|(_, _, fields)| fields.image.is_some())
}

/// Options, their values, or which variants there are.
fn has_structure(change: &Change) -> bool {
    change.options.is_some()
        || change.variants.iter().any(|variant| match variant {
            VariantChange::Set { fields, .. } => fields.values.is_some(),
            VariantChange::Add(_) | VariantChange::Remove(_) => true,
        })
}

/// What is whose, by the note and by what whoever asks knows besides.
fn noted(job: &Job<'_>, kept: Option<&Note>) -> Note {
    let mut note = kept
        .cloned()
        .unwrap_or_else(|| Note::of(job.row.wanted.product));
    note.product = job.row.wanted.product;
    for variant in &job.row.shop.variants {
        if let (Some(id), Some(item)) = (variant_id(variant), variant.item) {
            note.variants.entry(id).or_insert((item, None)).0 = item;
        }
    }
    for image in &job.row.shop.images {
        if let (Ok(id), Some(hash)) = (image.id.parse(), image.hash) {
            note.images.insert(id, hash);
        }
    }
    note
}

/// Images of single variants, which are the store's copies of the product's.
async fn of_variants(
    desk: &mut Desk<'_>,
    job: &Job<'_>,
    note: &mut Note,
) -> Result<Option<Refusal>, FetchError> {
    let set = job
        .set()
        .filter_map(|(_, item, fields)| Some((item, fields.image?)));
    let mut wanted: Vec<(retail::ItemId, ImageHash)> = set.collect();
    let anew = job.row.wanted.variants.iter().filter(|variant| {
        let mut changed = job.changed.variants.iter();
        changed.any(|(item, _, _)| *item == variant.item)
    });
    wanted.extend(anew.filter_map(|variant| Some((variant.item, variant.image?))));
    wanted.dedup();
    for (item, hash) in wanted {
        let mut noted = note.variants.iter();
        let variant = noted
            .find(|(_, (noted, _))| *noted == item)
            .map(|(id, _)| *id);
        let image = named(&job.row.wanted.images, hash);
        if let (Some(variant), Some(image), Some(shown)) = (variant, image, shown_as(note, hash)) {
            match images::of_variant(desk, job.id, variant, image).await? {
                Ok(()) => {
                    note.variants.insert(variant, (item, Some(shown)));
                }
                Err(refusal) => return Ok(Some(refusal)),
            }
        }
    }
    Ok(None)
}

/// The product's one variant where it has no options.
pub(super) async fn only_variant(
    desk: &mut Desk<'_>,
    product: u64,
) -> Result<Option<u64>, FetchError> {
    let listing = read::by_ids(desk, &[product]).await?.into_iter().next();
    Ok(listing.and_then(|listing| variant_id(listing.variants.first()?)))
}
