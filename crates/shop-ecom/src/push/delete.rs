//! Deleting listings.

use retail::listing::ShopProductId;
use shop::FetchError;
use shop::push::Outcome;

use super::api::{Api, Request};
use super::batch;
use super::read::number;
use super::said::{Word, word};

/// Deletes them, one outcome for each in their order. What is not there is deleted (EC-7).
pub(super) async fn delete(
    api: &Api<'_>,
    products: &[ShopProductId],
) -> Result<Vec<Outcome<()>>, FetchError> {
    let numbers: Vec<&str> = products.iter().filter_map(number).collect();
    let requests = numbers.iter().map(|number| format!("/products/{number}"));
    let requests: Vec<Request> = requests.map(Request::delete).collect();
    let mut said = batch::run(api, &requests).await?.into_iter();
    let mut outcomes = Vec::with_capacity(products.len());
    for product in products {
        // eCom never had one of such an id.
        let Some(said) = number(product).and_then(|_| said.next()) else {
            outcomes.push(Outcome::Done(()));
            continue;
        };
        outcomes.push(match word(&said) {
            Word::Done | Word::Missing => Outcome::Done(()),
            Word::Refused(refusal) => Outcome::Refused(refusal),
            Word::Later => return Err(FetchError::later("a product could not be deleted")),
        });
    }
    Ok(outcomes)
}
