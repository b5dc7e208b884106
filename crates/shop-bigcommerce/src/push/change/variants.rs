//! Which variants there are, and by which values.

use retail::listing::{Ownership, ShopVariant, Variant, VariantChange};
use serde::Deserialize;
use shop::FetchError;
use shop::push::PushReason;

use super::super::body::{Goods, OptionValue, ProductBody, VariantBody};
use super::super::create::{variant_id, variant_of};
use super::super::desk::{Desk, Said};
use super::super::note::Note;
use super::super::read;
use super::plan::{self, Known, Seen};
use super::{End, Job, details, goods, options};
use crate::client::unreadable;

/// Options and values by their names, then variants that are made anew, that come, and that go.
pub(super) async fn settle(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    if job.is_simple() {
        return only(desk, job, note).await;
    }
    let row = job.row;
    let names = row.change.options.as_deref().unwrap_or(&row.shop.options);
    let Some(known) = options::list(desk, job.id).await? else {
        return Ok(Some(End::Missing));
    };
    let mut known = plan::aligned(&known, names);
    if known.len() != names.len() {
        return Ok(Some(End::Refused(shop::push::Refusal {
            why: PushReason::Invalid,
            says: "somebody changed the product's options in the store meanwhile".into(),
        })));
    }
    let seen = seen(job, &known);
    if let Some(end) = rename(desk, job.id, names, &mut known).await? {
        return Ok(Some(end));
    }
    let (renamed, anew) = plan::renamed(&known, &seen);
    for plan::Renamed {
        option,
        value,
        name,
    } in renamed
    {
        let Some(option) = known.get_mut(option) else {
            continue;
        };
        let end = options::rename_value(desk, job.id, option.id, value, &name).await?;
        if end.is_some() {
            return Ok(end);
        }
        if let Some((_, label)) = option.values.iter_mut().find(|(id, _)| *id == value) {
            *label = name;
        }
    }
    if let Some(end) = make_anew(desk, job, &mut known, &anew, note).await? {
        return Ok(Some(end));
    }
    come_and_go(desk, job, &mut known, &seen, note).await
}

async fn make_anew(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    known: &mut [Known],
    anew: &[u64],
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let mut items = Vec::new();
    for id in anew {
        // Its values and its SKU are free only once it is gone.
        remove(desk, job.id, *id).await?;
        items.extend(note.variants.remove(id).map(|(item, _)| item));
    }
    let row = job.row;
    for wanted in row
        .wanted
        .variants
        .iter()
        .filter(|each| items.contains(&each.item))
    {
        let end = make(desk, job, known, wanted, note).await?;
        if end.is_some() {
            return Ok(end);
        }
    }
    Ok(None)
}

async fn come_and_go(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    known: &mut [Known],
    seen: &[Seen],
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let row = job.row;
    let going = row
        .change
        .variants
        .iter()
        .filter_map(|change| match change {
            VariantChange::Remove(id) => variant_of(id),
            VariantChange::Set { .. } | VariantChange::Add(_) => None,
        });
    let mut going: Vec<u64> = going.collect();
    for change in &row.change.variants {
        let VariantChange::Add(variant) = change else {
            continue;
        };
        let end = match same(seen, note, &going, variant) {
            Some(id) => {
                going.retain(|each| *each != id);
                adopt(desk, job, id, variant, note).await?
            }
            None => make(desk, job, known, variant, note).await?,
        };
        if end.is_some() {
            return Ok(end);
        }
    }
    for id in going {
        remove(desk, job.id, id).await?;
        note.variants.remove(&id);
    }
    Ok(None)
}

/// Of a product without options the one variant stays: what comes takes its place.
async fn only(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let mut changes = job.row.change.variants.iter();
    let added = changes.find_map(|change| match change {
        VariantChange::Add(variant) => Some(variant),
        VariantChange::Set { .. } | VariantChange::Remove(_) => None,
    });
    let Some(variant) = added else {
        return Ok(None);
    };
    let body = ProductBody {
        id: Some(job.id),
        goods: Goods::of(variant, &Ownership::default())?,
        ..ProductBody::default()
    };
    if let Some(end) = options::end(desk.put("/v3/catalog/products", &[body]).await?) {
        return Ok(Some(end));
    }
    let Some(id) = details::only_variant(desk, job.id).await? else {
        return Ok(Some(End::Missing));
    };
    note.variants.clear();
    job.keep(id, variant, note)?;
    Ok(None)
}

/// All variants of the store's, with what each is to show.
fn seen(job: &Job<'_>, known: &[Known]) -> Vec<Seen> {
    let shop = &job.row.shop;
    // Where each option stands in what was read.
    let places = known.iter().enumerate().map(|(place, option)| {
        let place_read = shop.options.iter().position(|name| *name == option.name);
        place_read.unwrap_or(place)
    });
    let places: Vec<usize> = places.collect();
    let shown = shop.variants.iter().filter_map(|variant| {
        let shown: Vec<Box<str>> = places
            .iter()
            .map(|place| variant.values.get(*place).cloned().unwrap_or_default())
            .collect();
        let wanted = job.row.wanted.variants.iter();
        let mut wanted = wanted.filter(|wanted| Some(wanted.item) == variant.item);
        let wanted = wanted
            .next()
            .map_or_else(|| shown.clone(), |wanted| wanted.values.clone());
        Some(Seen {
            id: variant_id(variant)?,
            shown,
            wanted,
        })
    });
    shown.collect()
}

async fn rename(
    desk: &mut Desk<'_>,
    product: u64,
    names: &[Box<str>],
    known: &mut [Known],
) -> Result<Option<End>, FetchError> {
    let is_in_order = known.is_sorted_by_key(|option| option.sort_order);
    for (place, (option, name)) in known.iter_mut().zip(names).enumerate() {
        let name = Some(&**name).filter(|name| **name != *option.name);
        let sort_order = Some(place).filter(|_| !is_in_order);
        if name.is_none() && sort_order.is_none() {
            continue;
        }
        let end = options::set(desk, product, option.id, name, sort_order).await?;
        if end.is_some() {
            return Ok(end);
        }
    }
    Ok(None)
}

/// A variant of the store's that shows the same values and is nobody's, or goes: it has one of each.
fn same(seen: &[Seen], note: &Note, going: &[u64], variant: &Variant) -> Option<u64> {
    let is_free = |id: &u64| going.contains(id) || !note.variants.contains_key(id);
    let mut free = seen.iter().filter(|each| is_free(&each.id));
    free.find(|each| each.shown == variant.values)
        .map(|each| each.id)
}

async fn adopt(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    id: u64,
    variant: &Variant,
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    let body = VariantBody {
        id: Some(id),
        purchasing_disabled: Some(!variant.is_on_sale),
        ..VariantBody::new(variant, &Ownership::default(), Vec::new())?
    };
    let end = options::end(desk.put(goods::OF_VARIANTS, &[body]).await?);
    if end.is_none() {
        job.keep(id, variant, note)?;
    }
    Ok(end)
}

/// Makes a variant, and the values that it needs.
pub(super) async fn make(
    desk: &mut Desk<'_>,
    job: &mut Job<'_>,
    known: &mut [Known],
    variant: &Variant,
    note: &mut Note,
) -> Result<Option<End>, FetchError> {
    #[derive(Deserialize)]
    struct Made {
        data: Id,
    }
    #[derive(Deserialize)]
    struct Id {
        id: u64,
    }

    let mut values = Vec::with_capacity(known.len());
    for (option, label) in known.iter_mut().zip(&variant.values) {
        match options::value(desk, job.id, option, label).await? {
            Ok(id) => values.push(OptionValue::Known {
                option_id: option.id,
                id,
            }),
            Err(end) => return Ok(Some(end)),
        }
    }
    let body = VariantBody::new(variant, &Ownership::default(), values)?;
    let path = format!("/v3/catalog/products/{}/variants", job.id);
    match desk.post(&path, &body).await? {
        // What is not done of it is seen by reading it.
        Said::Done(body) | Said::Partly(body) => {
            let Made { data: Id { id } } = serde_json::from_slice(&body)
                .map_err(|_| unreadable("a variant that was made has no id"))?;
            job.keep(id, variant, note)?;
            Ok(None)
        }
        said @ Said::Denied(_) => match made_before(desk, job, known, variant, note).await? {
            Some(id) => adopt(desk, job, id, variant, note).await,
            None => Ok(options::end(said)),
        },
        Said::Missing => Ok(Some(End::Missing)),
    }
}

/// One of these values that is noted for nobody else: whoever calls may not have heard that it was made.
async fn made_before(
    desk: &mut Desk<'_>,
    job: &Job<'_>,
    known: &[Known],
    variant: &Variant,
    note: &Note,
) -> Result<Option<u64>, FetchError> {
    let Some(listing) = read::by_ids(desk, &[job.id]).await?.pop() else {
        return Ok(None);
    };
    let shows = |there: &ShopVariant| {
        let mut wanted = known.iter().zip(&variant.values);
        wanted.all(|(option, value)| {
            let place = listing.options.iter().position(|name| *name == option.name);
            place.and_then(|place| there.values.get(place)) == Some(value)
        })
    };
    let mut alike = listing.variants.iter().filter(|there| shows(there));
    let is_anothers = |id: &u64| {
        let noted = note.variants.get(id);
        noted.is_some_and(|(item, _)| *item != variant.item)
    };
    Ok(alike.find_map(variant_id).filter(|id| !is_anothers(id)))
}

async fn remove(desk: &mut Desk<'_>, product: u64, id: u64) -> Result<(), FetchError> {
    let path = format!("/v3/catalog/products/{product}/variants/{id}");
    match desk.delete(&path, &[]).await? {
        Said::Done(_) | Said::Missing => Ok(()),
        Said::Partly(_) | Said::Denied(_) => Err(unreadable("a variant cannot be removed")),
    }
}

impl Job<'_> {
    /// Notes that a variant goes by this id.
    pub(super) fn keep(
        &mut self,
        id: u64,
        variant: &Variant,
        note: &mut Note,
    ) -> Result<(), FetchError> {
        let named = retail::ShopVariantId::new(&format!("{}:{id}", self.id))
            .map_err(|_| unreadable("a variant's id is none"))?;
        note.variants.insert(id, (variant.item, None));
        let stock_id = self
            .row
            .wanted
            .options
            .is_empty()
            .then(|| self.id.to_string().into());
        self.changed.variants.push((variant.item, named, stock_id));
        Ok(())
    }
}
