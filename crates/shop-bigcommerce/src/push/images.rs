//! The images of a product: each is sent once, known by the note, and put in order.

use std::collections::BTreeMap;

use retail::listing::{Image, ImageChange, ImageHash, ShopImage};
use serde::{Deserialize, Serialize};
use shop::FetchError;
use shop::push::{PushReason, Refusal};

use super::desk::{Desk, Said};
use super::note::{self, Adding, Kept, Note};
use crate::client::unreadable;

/// Longest address that the store fetches an image from, in characters.
const URL_LIMIT_CHARS: usize = 255;

/// An image as the store has it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
struct There {
    id: u64,
    #[serde(default)]
    sort_order: i64,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<&'a str>,
    /// What is read out for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_thumbnail: Option<bool>,
    sort_order: i64,
}

/// What became of a product's images.
pub(super) struct Applied {
    /// As they are shown; what is not ours has no hash.
    pub(super) images: Vec<ShopImage>,
    pub(super) added: Vec<(ImageHash, Box<str>)>,
    /// Why it ended early.
    pub(super) refused: Option<Refusal>,
}

/// Removes, adds and orders. `None`: there is no such product. The note names what is added before it is, and then
/// stays to be written.
pub(super) async fn apply(
    desk: &mut Desk<'_>,
    product: u64,
    change: &ImageChange,
    kept: &mut Option<Kept>,
    note: &mut Note,
) -> Result<Option<Applied>, FetchError> {
    let Some(mut there) = listed(desk, product).await? else {
        return Ok(None);
    };
    // Whoever asks may not have seen what came of an adding that broke off.
    let ids: Vec<u64> = there.iter().map(|image| image.id).collect();
    note.images = note.hashes(&ids);
    note.adding = None;
    let add: Vec<&Image> = change
        .add
        .iter()
        .filter(|image| !is_there(note, image.hash))
        .collect();
    let mut applied = Applied {
        images: Vec::new(),
        added: Vec::new(),
        refused: None,
    };
    for id in change.remove.iter().filter_map(|id| id.parse::<u64>().ok()) {
        remove(desk, product, id).await?;
        note.images.remove(&id);
        there.retain(|image| image.id != id);
    }
    if !add.is_empty() {
        note.adding = Some(Adding {
            after: ids.iter().copied().max().unwrap_or(0),
            images: add.iter().map(|image| image.hash).collect(),
        });
        applied.refused = note::write(desk, product, kept, note).await?.err();
    }
    for image in add {
        if applied.refused.is_some() {
            break;
        }
        let place = place(&change.order, image.hash);
        match add_one(desk, product, image, place).await? {
            Ok(added) => {
                there.push(added);
                note.images.insert(added.id, image.hash);
                applied
                    .added
                    .push((image.hash, added.id.to_string().into()));
            }
            Err(refusal) => applied.refused = Some(refusal),
        }
    }
    note.adding = None;
    let shown = arrange(desk, product, &there, note, &change.order).await?;
    applied.images = shown
        .into_iter()
        .map(|id| ShopImage {
            id: id.to_string().into(),
            hash: note.images.get(&id).copied(),
        })
        .collect();
    Ok(Some(applied))
}

fn is_there(note: &Note, hash: ImageHash) -> bool {
    note.images.values().any(|known| *known == hash)
}

async fn listed(desk: &mut Desk<'_>, product: u64) -> Result<Option<Vec<There>>, FetchError> {
    #[derive(Deserialize)]
    struct Images {
        data: Vec<There>,
    }

    let query = [("limit", crate::client::PAGE_ROWS_TEXT)];
    let found: Option<Images> = desk.get(&path(product), &query).await?;
    Ok(found.map(|Images { data }| data))
}

async fn remove(desk: &mut Desk<'_>, product: u64, id: u64) -> Result<(), FetchError> {
    let path = format!("{}/{id}", path(product));
    match desk.delete(&path, &[]).await? {
        Said::Done(_) | Said::Missing => Ok(()),
        Said::Partly(_) | Said::Denied(_) => Err(unreadable("an image cannot be removed")),
    }
}

async fn add_one(
    desk: &mut Desk<'_>,
    product: u64,
    image: &Image,
    place: i64,
) -> Result<Result<There, Refusal>, FetchError> {
    #[derive(Deserialize)]
    struct Added {
        data: There,
    }

    if image.url.chars().count() > URL_LIMIT_CHARS {
        return Ok(Err(Refusal {
            why: PushReason::Image,
            says: "the image's address is longer than the store takes".into(),
        }));
    }
    let body = Body {
        image_url: Some(&image.url),
        description: Some(&*image.alt).filter(|alt| !alt.is_empty()),
        is_thumbnail: (place == 0).then_some(true),
        sort_order: place,
    };
    match desk.post(&path(product), &body).await? {
        Said::Done(body) => match serde_json::from_slice::<Added>(&body) {
            Ok(Added { data }) => Ok(Ok(There {
                sort_order: place,
                ..data
            })),
            Err(_) => Err(unreadable("an image that was added has no id")),
        },
        Said::Partly(body) => Ok(Err(super::refusal::of_part(&body))),
        Said::Denied(denial) => Ok(Err(denial.of_image())),
        Said::Missing => Err(FetchError::later("a product went while it was changed")),
    }
}

/// Ours in their order, then the shop's own in theirs. Gives the ids as they are shown then.
async fn arrange(
    desk: &mut Desk<'_>,
    product: u64,
    there: &[There],
    note: &Note,
    order: &[ImageHash],
) -> Result<Vec<u64>, FetchError> {
    let (ids, moves) = arrangement(there, &note.images, order);
    for (id, place) in moves {
        let body = Body {
            image_url: None,
            description: None,
            is_thumbnail: (place == 0).then_some(true),
            sort_order: place,
        };
        match desk.put(&format!("{}/{id}", path(product)), &body).await? {
            // One that went meanwhile has no place.
            Said::Done(_) | Said::Missing => {}
            Said::Partly(_) | Said::Denied(_) => {
                return Err(unreadable("an image cannot be moved"));
            }
        }
    }
    Ok(ids)
}

/// The ids as they are to be shown, and those that have to move for it.
fn arrangement(
    there: &[There],
    ours: &BTreeMap<u64, ImageHash>,
    order: &[ImageHash],
) -> (Vec<u64>, Vec<(u64, i64)>) {
    let mut sorted = there.to_vec();
    sorted.sort_by_key(|image| {
        let place = ours.get(&image.id).map(|hash| place(order, *hash));
        (place.unwrap_or(i64::MAX), image.sort_order, image.id)
    });
    let is_in_order = sorted.is_sorted_by_key(|image| (image.sort_order, image.id));
    let moves = if is_in_order {
        Vec::new()
    } else {
        let places = sorted.iter().zip(0_i64..);
        let moved = places.filter(|(image, place)| image.sort_order != *place);
        moved.map(|(image, place)| (image.id, place)).collect()
    };
    (sorted.iter().map(|image| image.id).collect(), moves)
}

fn place(order: &[ImageHash], hash: ImageHash) -> i64 {
    let place = order.iter().position(|each| *each == hash);
    place
        .and_then(|place| i64::try_from(place).ok())
        .unwrap_or(i64::MAX)
}

/// The one image of a variant, fetched anew from where the product's is. `Err` inside: the store does not take it.
pub(super) async fn of_variant(
    desk: &mut Desk<'_>,
    product: u64,
    variant: u64,
    image: &Image,
) -> Result<Result<(), Refusal>, FetchError> {
    #[derive(Serialize)]
    struct Body<'a> {
        image_url: &'a str,
    }

    let path = format!("/v3/catalog/products/{product}/variants/{variant}/image");
    let body = Body {
        image_url: &image.url,
    };
    Ok(match desk.post(&path, &body).await? {
        Said::Done(_) => Ok(()),
        Said::Partly(body) => Err(super::refusal::of_part(&body)),
        Said::Denied(denial) => Err(denial.of_image()),
        Said::Missing => return Err(FetchError::later("a variant went while it was changed")),
    })
}

fn path(product: u64) -> String {
    format!("/v3/catalog/products/{product}/images")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn hash(n: u8) -> ImageHash {
        ImageHash([n; 32])
    }

    fn there(rows: &[(u64, i64)]) -> Vec<There> {
        let rows = rows.iter();
        rows.map(|(id, sort_order)| There {
            id: *id,
            sort_order: *sort_order,
        })
        .collect()
    }

    #[test]
    fn ec_03_only_images_out_of_place_move_and_the_shops_own_come_last() {
        let ours = BTreeMap::from([(1, hash(1)), (2, hash(2))]);
        let order = [hash(2), hash(1)];
        let case = |rows: &[(u64, i64)]| arrangement(&there(rows), &ours, &order);
        assert_eq!(case(&[(2, 0), (1, 1), (9, 5)]), (vec![2, 1, 9], vec![]));
        assert_eq!(case(&[(2, 3), (1, 7)]), (vec![2, 1], vec![]), "gaps");
        assert_eq!(
            case(&[(1, 0), (2, 1), (9, 2)]),
            (vec![2, 1, 9], vec![(2, 0), (1, 1)])
        );
        assert_eq!(
            case(&[(9, 0), (2, 1), (1, 2)]),
            (vec![2, 1, 9], vec![(2, 0), (1, 1), (9, 2)])
        );
    }
}
