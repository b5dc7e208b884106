//! Our ids on what somebody made in the shop, once it is linked.

use serde_json::json;
use shop::push::ChangeRow;

use super::super::input::{noted_product, noted_variant};
use super::super::operation::METAFIELDS_SET;
use super::super::stop::Stop;
use super::super::teller::Teller;
use super::gid;

/// Most notes of one request.
const AT_ONCE: usize = 25;

/// Nothing where the product says already whose it is.
pub(super) async fn keep(teller: Teller<'_>, row: &ChangeRow) -> Result<(), Stop> {
    let ChangeRow {
        shop,
        wanted,
        change: _,
    } = row;
    if shop.product == Some(wanted.product) {
        return Ok(());
    }
    teller.ensure_notes().await?;
    let linked = shop
        .variants
        .iter()
        .filter_map(|variant| Some((variant, variant.item?)));
    let mut notes = vec![noted_product(shop.id.as_str(), wanted.product)];
    notes.extend(linked.map(|(variant, item)| noted_variant(variant.id.as_str(), item)));
    // What the product is comes last: a call that was cut off before is repeated whole.
    notes.reverse();
    let product = gid("Product", shop.id.as_str());
    for some in notes.chunks(AT_ONCE) {
        let told = json!({ "metafields": some });
        teller.must(&METAFIELDS_SET, told, &product).await?;
    }
    Ok(())
}
