use retail::listing::ShopProductId;
use shop::FetchError;
use shop::push::Outcome;

use super::desk::{Desk, Said};
use super::{find, read};

/// Most products of one request.
const ROWS: usize = 250;

/// Deletes what is there of them.
pub(super) async fn delete(
    desk: &mut Desk<'_>,
    products: &[ShopProductId],
) -> Result<Vec<Outcome<()>>, FetchError> {
    let mut outcomes = Vec::with_capacity(products.len());
    for products in products.chunks(ROWS) {
        let ids: Vec<u64> = products.iter().filter_map(read::id_of).collect();
        let outcome = all(desk, &ids).await?;
        outcomes.extend(products.iter().map(|_| outcome.clone()));
    }
    Ok(outcomes)
}

async fn all(desk: &mut Desk<'_>, ids: &[u64]) -> Result<Outcome<()>, FetchError> {
    // Without a filter it would be every product of the store.
    if ids.is_empty() {
        return Ok(Outcome::Done(()));
    }
    let ids = find::joined(ids);
    let query = [("id:in", ids.as_str())];
    Ok(match desk.delete("/v3/catalog/products", &query).await? {
        Said::Done(_) | Said::Missing => Outcome::Done(()),
        Said::Partly(body) => Outcome::Refused(super::refusal::of_part(&body)),
        Said::Denied(denial) => Outcome::Refused(denial.refusal()),
    })
}
