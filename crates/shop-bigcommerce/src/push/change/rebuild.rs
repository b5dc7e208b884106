//! A product that gets more options, or fewer, or none: its variants are made anew.

use retail::listing::{Ownership, Variant};
use shop::FetchError;
use shop::push::{PushReason, Refusal};

use super::super::body::{Goods, ProductBody};
use super::super::desk::Desk;
use super::super::note::Note;
use super::{End, Job, details, options, variants};
use crate::stand_in;

/// Killed on the way, the product has fewer variants than wanted, and the next change adds the rest.
pub(super) async fn rebuild(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let row = job.row;
    let is_own = |variant: &retail::listing::ShopVariant| variant.item.is_none();
    if !job.is_simple() && row.shop.variants.iter().any(is_own) {
        return Ok(Some(End::Refused(Refusal {
            why: PushReason::Invalid,
            says: "the store has variants of its own, which other options would delete".into(),
        })));
    }
    let Some(known) = options::list(desk, job.id).await? else {
        return Ok(Some(End::Missing));
    };
    for option in known {
        if let Some(end) = options::remove(desk, job.id, option.id).await? {
            return Ok(Some(end));
        }
    }
    note.variants.clear();
    let wanted = &row.wanted;
    match wanted.variants.as_slice() {
        [variant] if wanted.options.is_empty() => single(desk, job, variant, note).await,
        several => many(desk, job, several, note).await,
    }
}

async fn single(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    variant: &Variant,
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let goods = Goods::of(variant, &Ownership::default())?;
    if let Some(end) = tell(desk, job, "product", goods).await? {
        return Ok(Some(end));
    }
    let Some(id) = details::only_variant(desk, job.id).await? else {
        return Ok(Some(End::Missing));
    };
    job.keep(id, variant, note)?;
    Ok(None)
}

async fn many(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    several: &[Variant],
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let row = job.row;
    // The product's own SKU may be wanted for one of its variants.
    let goods = Goods {
        sku: Some(stand_in::of_product(row.wanted.product).into()),
        ..Goods::default()
    };
    if let Some(end) = tell(desk, job, "variant", goods).await? {
        return Ok(Some(end));
    }
    let mut known = Vec::new();
    for (place, name) in row.wanted.options.iter().enumerate() {
        let mut values: Vec<&str> = Vec::new();
        for value in several
            .iter()
            .filter_map(|variant| variant.values.get(place))
        {
            if !values.contains(&&**value) {
                values.push(value);
            }
        }
        match options::make(desk, job.id, place, name, &values).await? {
            Ok(option) => known.push(option),
            Err(end) => return Ok(Some(end)),
        }
    }
    for variant in several {
        let end = variants::make(desk, job, &mut known, variant, note).await?;
        if end.is_some() {
            return Ok(end);
        }
    }
    Ok(None)
}

/// By what the stock is counted from now on, where it is.
async fn tell(
    desk: &mut Desk<'_>,
    job: &Job<'_>,
    tracking: &'static str,
    goods: Goods<'_>,
) -> Result<Option<End>, FetchError> {
    let mut shown = job.row.shop.variants.iter();
    let is_counted = shown.any(|variant| variant.quantity.is_some());
    let body = ProductBody {
        id: Some(job.id),
        inventory_tracking: is_counted.then_some(tracking),
        goods,
        ..ProductBody::default()
    };
    Ok(options::end(
        desk.put("/v3/catalog/products", &[body]).await?,
    ))
}
