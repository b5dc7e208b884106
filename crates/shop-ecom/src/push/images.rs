//! Images: sent by their address and named by their hash, fetched by the store when it pleases.

use std::time::Duration;

use http::Method;
use retail::listing::{Image, ImageChange, ImageHash};
use serde::Serialize;
use shop::FetchError;
use shop::push::{PushReason, Refusal};

use super::api::{Api, Request};
use super::batch;
use super::body::{Body, Media, Placed, write};
use super::plan::{Purpose, Step};
use super::product::{Image as Told, Product};
use super::read::fetch;
use super::said::{Word, word};

/// How long to wait before each look whether images have come, in milliseconds.
const LOOKS_MS: [u64; 6] = [50, 200, 500, 1_000, 2_000, 4_000];

/// What is asked for images: those that are ours no more go, those that are not there come. The first one becomes the
/// main one where there is none, since a main one that is sent replaces what is there.
pub(super) fn steps(number: &str, change: &ImageChange, told: Option<&Product<'_>>) -> Vec<Step> {
    let told = told.map(Product::images).unwrap_or_default();
    let is_gone = |image: &Told<'_>| change.remove.iter().any(|id| **id == *image.id.as_str());
    let gone = told.iter().filter(|image| is_gone(image));
    let mut steps: Vec<Step> = gone
        .map(|image| Step {
            request: Request::delete(if image.is_main.is_true() {
                format!("/products/{number}/image")
            } else {
                format!("/products/{number}/gallery/{}", image.id.as_str())
            }),
            purpose: Purpose::Drop,
        })
        .collect();
    let mut has_main = told.iter().any(|at| at.is_main.is_true() && !is_gone(at));
    let there = |image: &&Image| !told.iter().any(|told| told.hash() == Some(image.hash));
    for image in change.add.iter().filter(there) {
        let folder = if has_main { "gallery" } else { "image" };
        has_main = true;
        let path = format!("/products/{number}/{folder}/async");
        steps.push(Step {
            request: write(Method::POST, path, &Sent::of(image)),
            purpose: Purpose::Image,
        });
    }
    steps
}

/// An image that the store is to fetch.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    url: &'a str,
    width: u32,
    height: u32,
    external_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alt: Option<Alt<'a>>,
}

#[derive(Serialize)]
struct Alt<'a> {
    main: &'a str,
}

impl<'a> Sent<'a> {
    fn of(image: &'a Image) -> Self {
        let Image {
            hash,
            url,
            width,
            height,
            alt,
        } = image;
        Self {
            url,
            width: *width,
            height: *height,
            external_id: hex::encode(hash.0),
            alt: (!alt.is_empty()).then_some(Alt { main: alt }),
        }
    }
}

/// The images of a product that were sent, and how all of ours are to stand.
pub(super) struct Expected {
    pub(super) number: String,
    /// In their order.
    pub(super) sent: Vec<ImageHash>,
    /// Those that were there before, by the store's ids.
    pub(super) before: Vec<Box<str>>,
    pub(super) order: Vec<ImageHash>,
    /// What who calls knows of images that the store does not name.
    pub(super) known: Vec<(ImageHash, Box<str>)>,
}

/// What came of a product's images.
pub(super) enum Came {
    /// The ids of those that were sent.
    All(Vec<(ImageHash, Box<str>)>),
    Refused(Refusal),
    Missing,
}

/// Waits until the images are there, and puts them in order: ours first, then the merchant's.
pub(super) async fn settle(api: &Api<'_>, expected: &[Expected]) -> Result<Vec<Came>, FetchError> {
    let mut came: Vec<Option<Came>> = expected.iter().map(|_| None).collect();
    let mut moves: Vec<(usize, Request)> = Vec::new();
    for wait in LOOKS_MS {
        let waiting: Vec<usize> = (0..came.len()).filter(|at| came[*at].is_none()).collect();
        if waiting.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let numbers: Vec<&str> = waiting
            .iter()
            .map(|at| expected[*at].number.as_str())
            .collect();
        let pages = fetch(api, &numbers).await?;
        let mut told = Vec::with_capacity(numbers.len());
        for page in &pages {
            told.extend(page.products()?);
        }
        for at in waiting {
            let one = &expected[at];
            let product = told.iter().find(|told| told.id.as_str() == one.number);
            came[at] = match product {
                None => Some(Came::Missing),
                Some(product) => one.come(product).map(|ids| {
                    moves.extend(one.moved(product, &ids).map(|request| (at, request)));
                    Came::All(ids)
                }),
            };
        }
    }
    let (places, requests): (Vec<usize>, Vec<Request>) = moves.into_iter().unzip();
    for (at, said) in places.into_iter().zip(batch::run(api, &requests).await?) {
        match word(&said) {
            Word::Done => {}
            Word::Missing => came[at] = Some(Came::Missing),
            Word::Later => return Err(FetchError::later("images could not be put in order")),
            Word::Refused(refusal) => came[at] = Some(Came::Refused(refusal)),
        }
    }
    Ok(came
        .into_iter()
        .map(|came| came.unwrap_or_else(late))
        .collect())
}

/// Nothing says whether the store is slow or could not fetch it. If it comes after all, the next look finds it.
fn late() -> Came {
    Came::Refused(Refusal {
        why: PushReason::Image,
        says: "the store has not fetched an image".into(),
    })
}

impl Expected {
    /// The ids of those that were sent, once all are there: by the name they were sent with. Where a store does not tell
    /// that name, by their place: as many are new as were sent.
    fn come(&self, product: &Product<'_>) -> Option<Vec<(ImageHash, Box<str>)>> {
        let told = product.images();
        let named: Option<Vec<_>> = (self.sent.iter())
            .map(|hash| {
                let image = told.iter().find(|image| image.hash() == Some(*hash))?;
                Some((*hash, image.id.as_str().into()))
            })
            .collect();
        if named.is_some() {
            return named;
        }
        let is_new = |image: &&&Told<'_>| {
            let id = image.id.as_str();
            image.hash().is_none() && !self.before.iter().any(|before| **before == *id)
        };
        let new: Vec<&str> = told
            .iter()
            .filter(is_new)
            .map(|image| image.id.as_str())
            .collect();
        (new.len() == self.sent.len()).then(|| {
            let ids = new.into_iter().map(Into::into);
            self.sent.iter().copied().zip(ids).collect()
        })
    }

    /// `None`: they stand as they should.
    fn moved(&self, product: &Product<'_>, ids: &[(ImageHash, Box<str>)]) -> Option<Request> {
        let told = product.images();
        let hash = |image: &Told<'_>| {
            let known = || {
                let mut known = ids.iter().chain(&self.known);
                let (hash, _) = known.find(|(_, id)| **id == *image.id.as_str())?;
                Some(*hash)
            };
            image.hash().or_else(known)
        };
        let place = |image: &&&Told<'_>| {
            let wanted = hash(image).and_then(|hash| self.order.iter().position(|h| *h == hash));
            wanted.unwrap_or(self.order.len())
        };
        let mut sorted: Vec<&&Told<'_>> = told.iter().collect();
        sorted.sort_by_key(place);
        let is_same = sorted.iter().map(&place).eq(told.iter().map(|i| place(&i)));
        if is_same {
            return None;
        }
        let images = sorted.iter().enumerate().map(|(order_by, image)| Placed {
            id: image.id.as_str().into(),
            order_by,
        });
        let body = Body {
            media: Some(Media {
                images: images.collect(),
            }),
            ..Body::default()
        };
        Some(write(
            Method::PUT,
            format!("/products/{}", self.number),
            &body,
        ))
    }
}
