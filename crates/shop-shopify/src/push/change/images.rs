//! Images that come, go and change places.

use retail::listing::{Image, ImageChange, ImageHash, ShopImage};
use serde::Deserialize;
use serde_json::{Value, json};
use shop::FetchError;

use crate::payload::Paged;

use super::super::input::{ImageIds, added_image};
use super::super::listing::Media;
use super::super::operation::{
    FILE_UPDATE, PRODUCT_ADD_MEDIA, PRODUCT_MEDIA, PRODUCT_REORDER_MEDIA,
};
use super::super::stop::Stop;
use super::super::teller::{Teller, not_as_documented};
use super::gid;

/// The wait for a shop that is fetching images whose names it does not know yet, in seconds.
const UNDERWAY_SECONDS: u64 = 5;

/// Adds those that are not there, and gives the ids of all that were to be added.
///
/// A call that was cut off may have added them: they are known by the names of their files. While the shop is fetching
/// one that is not known here, nobody can tell, and nothing is added.
pub(super) async fn add(
    teller: Teller<'_>,
    product: &str,
    known: &[ShopImage],
    images: &[Image],
) -> Result<Vec<(ImageHash, Box<str>)>, Stop> {
    if images.is_empty() {
        return Ok(Vec::new());
    }
    let Data { product: found } = teller.ask(&PRODUCT_MEDIA, json!({ "id": product })).await?;
    let there = found.ok_or(Stop::Missing)?.media.nodes;
    let is_known = |media: &Media| {
        let mut known = known.iter().filter(|image| image.hash.is_some());
        known.any(|image| *image.id == *media.id().as_str())
    };
    let is_unknown =
        |media: &Media| media.is_underway() && media.hash().is_none() && !is_known(media);
    if there.iter().any(is_unknown) {
        return Err(Stop::Failed(FetchError::TryLater {
            why: "the shop is still fetching images".to_owned(),
            after: Some(std::time::Duration::from_secs(UNDERWAY_SECONDS)),
        }));
    }
    let mut added: Vec<(ImageHash, Box<str>)> = Vec::with_capacity(images.len());
    let mut lacking = Vec::new();
    for image in images {
        match there.iter().find(|media| media.hash() == Some(image.hash)) {
            Some(media) => added.push((image.hash, media.id().as_str().into())),
            None => lacking.push(image),
        }
    }
    if lacking.is_empty() {
        return Ok(added);
    }
    let media: Vec<Value> = lacking.iter().map(|image| added_image(image)).collect();
    let told = json!({ "product": { "id": product }, "media": media });
    let answer = teller.must(&PRODUCT_ADD_MEDIA, told, product).await?;
    let Data { product: now } = serde_json::from_value(answer).map_err(|_| not_as_documented())?;
    let now = now.ok_or_else(not_as_documented)?.media.nodes;
    let new = now
        .iter()
        .filter(|media| there.iter().all(|before| before.id() != media.id()));
    let ids = new.map(|media| Box::from(media.id().as_str()));
    added.extend(lacking.iter().map(|image| image.hash).zip(ids));
    Ok(added)
}

/// What is known of them, by what they were made from.
pub(super) fn ids(known: &[ShopImage], added: &[(ImageHash, Box<str>)]) -> ImageIds {
    let known = known
        .iter()
        .filter_map(|image| Some((image.hash?, image.id.clone())));
    known.chain(added.iter().cloned()).collect()
}

/// Takes away what was ours, and puts what is ours first, in its order.
pub(super) async fn arrange(
    teller: Teller<'_>,
    product: &str,
    known: &[ShopImage],
    added: &[(ImageHash, Box<str>)],
    change: &ImageChange,
) -> Result<(), Stop> {
    let ImageChange {
        remove,
        add: _,
        order,
    } = change;
    let remove: Vec<String> = remove.iter().map(|id| gid("MediaImage", id)).collect();
    if !remove.is_empty() {
        let there = teller.existing(&remove).await?;
        let files: Vec<Value> = there
            .iter()
            .map(|id| json!({ "id": id, "referencesToRemove": [product] }))
            .collect();
        if !files.is_empty() {
            teller
                .must(&FILE_UPDATE, json!({ "files": files }), product)
                .await?;
        }
    }
    let ids = ids(known, added);
    let wanted: Vec<&str> = order
        .iter()
        .filter_map(|hash| ids.get(hash))
        .map(|id| &**id)
        .collect();
    let now = known
        .iter()
        .map(|image| &image.id)
        .chain(added.iter().map(|(_, id)| id));
    let is_gone = |id: &str| remove.iter().any(|gone| *gone == gid("MediaImage", id));
    let now: Vec<&str> = now.map(|id| &**id).filter(|id| !is_gone(id)).collect();
    if now.starts_with(&wanted) {
        return Ok(());
    }
    let moves: Vec<Value> = (wanted.iter().enumerate())
        .map(|(place, id)| json!({ "id": gid("MediaImage", id), "newPosition": place.to_string() }))
        .collect();
    let told = json!({ "id": product, "moves": moves });
    teller.must(&PRODUCT_REORDER_MEDIA, told, product).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Data {
    product: Option<Product>,
}

#[derive(Deserialize)]
struct Product {
    media: Paged<Media>,
}
