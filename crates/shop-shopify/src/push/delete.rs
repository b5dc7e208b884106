//! Deleting a listing.

use retail::listing::ShopProductId;
use serde_json::json;

use crate::id::Id;

use super::gid;
use super::operation::PRODUCT_DELETE;
use super::stop::Stop;
use super::teller::Teller;

/// One that is not there is deleted (EC-7).
pub(super) async fn delete(teller: Teller<'_>, product: &ShopProductId) -> Result<(), Stop> {
    let Some(id) = Id::new(product.as_str()) else {
        return Ok(());
    };
    let product = gid("Product", id.as_str());
    let told = json!({ "input": { "id": product } });
    match teller.must(&PRODUCT_DELETE, told, &product).await {
        Ok(_) | Err(Stop::Missing) => Ok(()),
        Err(stop @ (Stop::Refused(_) | Stop::Failed(_))) => Err(stop),
    }
}
