//! Deleting listings.

use retail::listing::ShopProductId;
use shop::FetchError;
use shop::push::Outcome;

use super::ask::{Asker, product_number};
use super::trash::trash;

/// Moves each to the trash (EC-7).
pub(super) async fn delete(
    asker: &Asker<'_>,
    products: &[ShopProductId],
) -> Result<Vec<Outcome<()>>, FetchError> {
    let mut outcomes = Vec::with_capacity(products.len());
    for product in products {
        outcomes.push(match product_number(product) {
            Some(id) => trash(asker, &format!("products/{id}")).await?,
            None => Outcome::Done(()),
        });
    }
    Ok(outcomes)
}
