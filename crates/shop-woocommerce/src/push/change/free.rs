//! Taking its codes from what is to go: in the trash too it would keep them from everything else.

use retail::listing::ShopVariant;
use shop::FetchError;

use crate::push::ask::{Asker, number};
use crate::push::batch::{Verb, batch};
use crate::push::request::Body;

/// Variations of `product`. One that is gone has no codes.
pub(super) async fn free(
    asker: &Asker<'_>,
    product: u64,
    variations: impl Iterator<Item = &ShopVariant>,
) -> Result<(), FetchError> {
    let bodies: Vec<Body> = variations.filter_map(body).collect();
    let path = format!("products/{product}/variations/batch");
    for row in batch(asker, &path, Verb::Update, &bodies).await? {
        match row {
            Err(fault) if !fault.is_of_nothing() => {
                return Err(FetchError::Unreadable {
                    why: format!("a variation keeps its SKU: {}", fault.code),
                });
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

/// `None`: it has none.
fn body(variation: &ShopVariant) -> Option<Body> {
    let mut body = Body::new();
    if variation.sku.is_some() {
        body.insert("sku".to_owned(), "".into());
    }
    if variation.barcode.is_some() {
        body.insert("global_unique_id".to_owned(), "".into());
    }
    if body.is_empty() {
        return None;
    }
    body.insert("id".to_owned(), number(variation.id.as_str())?.into());
    Some(body)
}
