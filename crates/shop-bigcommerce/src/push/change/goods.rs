//! Fields of products and of their variants, many in one request.

use std::borrow::Cow;

use retail::listing::{Change, VariantFields};
use retail::{Barcode, ItemId, Sku};
use shop::FetchError;

use super::super::body::{Exact, Goods, ProductBody, VariantBody};
use super::super::desk::Desk;
use super::Job;
use super::batch::{self, Row};
use crate::stand_in;

/// Most products of one request.
const PRODUCTS: usize = 10;
/// Most variants of one request.
const VARIANTS: usize = 50;

pub(super) const OF_VARIANTS: &str = "/v3/catalog/variants";

pub(super) async fn of_products(
    desk: &mut Desk<'_>,
    jobs: &mut [Job<'_>],
) -> Result<(), FetchError> {
    let mut rows = Vec::new();
    for (number, job) in jobs.iter().enumerate().filter(|(_, job)| job.end.is_none()) {
        let body = product(job)?;
        rows.extend(body.map(|body| Row { job: number, body }));
    }
    batch::put(desk, "/v3/catalog/products", &rows, PRODUCTS, jobs).await
}

pub(super) async fn of_variants(
    desk: &mut Desk<'_>,
    jobs: &mut [Job<'_>],
) -> Result<(), FetchError> {
    let mut rows = Vec::new();
    for (number, job) in jobs.iter().enumerate() {
        // Those of a product that is made anew are said as they are made.
        if job.end.is_some() || job.is_rebuilt() {
            continue;
        }
        for (id, item, fields) in job.set() {
            let body = variant(id, item, fields, job.is_simple())?;
            rows.extend(body.map(|body| Row { job: number, body }));
        }
    }
    batch::put(desk, OF_VARIANTS, &rows, VARIANTS, jobs).await
}

/// `None`: nothing is said of the product itself.
fn product<'a>(job: &Job<'a>) -> Result<Option<ProductBody<'a>>, FetchError> {
    let Change {
        title,
        description,
        brand,
        is_on_sale,
        options: _,
        variants: _,
        images: _,
    } = &job.row.change;
    let mut goods = Goods::default();
    if job.is_simple() && !job.is_rebuilt() {
        for (_, _, fields) in job.set() {
            goods = changed(fields, String::new)?;
        }
    }
    let is_silent = title.is_none()
        && description.is_none()
        && brand.is_none()
        && is_on_sale.is_none()
        && goods.is_empty();
    if is_silent {
        return Ok(None);
    }
    let mut body = ProductBody {
        id: Some(job.id),
        name: title.as_deref(),
        description: description.as_deref(),
        is_visible: *is_on_sale,
        goods,
        ..ProductBody::default()
    };
    if let Some(brand) = brand.as_deref() {
        body.set_brand(brand);
    }
    Ok(Some(body))
}

/// `None`: nothing is said of the variant itself.
fn variant(
    id: u64,
    item: ItemId,
    fields: &VariantFields,
    is_simple: bool,
) -> Result<Option<VariantBody<'_>>, FetchError> {
    let goods = if is_simple {
        Goods::default()
    } else {
        changed(fields, || stand_in::of_item(item))?
    };
    let purchasing_disabled = fields.is_on_sale.map(|is_on_sale| !is_on_sale);
    let is_silent = goods.is_empty() && purchasing_disabled.is_none();
    Ok((!is_silent).then(|| VariantBody {
        id: Some(id),
        goods,
        purchasing_disabled,
        option_values: Vec::new(),
    }))
}

fn changed(fields: &VariantFields, no_sku: impl Fn() -> String) -> Result<Goods<'_>, FetchError> {
    let VariantFields {
        values: _,
        sku,
        barcode,
        price,
        weight,
        dimensions,
        is_on_sale: _,
        image: _,
    } = fields;
    let sku = sku.as_ref().map(|sku| match sku.as_ref().map(Sku::as_str) {
        Some(sku) => Cow::Borrowed(sku),
        None => Cow::Owned(no_sku()),
    });
    let upc = barcode
        .as_ref()
        .map(|code| code.as_ref().map_or("", Barcode::as_str));
    let mut goods = Goods {
        sku,
        upc,
        price: price.map(Exact::money).transpose()?,
        ..Goods::default()
    };
    goods.measure(*weight, *dimensions)?;
    Ok(goods)
}
