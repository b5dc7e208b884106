//! Images of a product, which the store fetches from where it is told.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::{Asked, Reply, not_allowed, page};
use super::{Image, Product, Shelf};

/// Longest address, in characters.
const URL_CHARS: usize = 255;
/// A host that no image comes from.
const AWAY: &str = "unreachable";

pub(super) fn answer(
    shelf: &mut Shelf,
    asked: &Asked,
    id: u64,
    rest: &[&str],
) -> Result<Reply, Reply> {
    let mut product = shelf
        .products
        .get(&id)
        .cloned()
        .ok_or_else(Reply::missing)?;
    let body = &asked.body;
    let reply = match (&asked.method, rest) {
        (&Method::GET, []) => {
            let (number, limit) = page(&asked.query, 250)?;
            return Ok(Reply::page(product.shown_images(), number, limit));
        }
        (&Method::POST, []) => {
            let url = fetched(body)?;
            let image = Image {
                id: shelf.next_id(),
                url,
                description: body["description"].as_str().unwrap_or_default().to_owned(),
                sort_order: place(body)?.unwrap_or_default(),
            };
            let shown = product.shown_image(&image);
            product.images.push(image);
            Reply::data(&shown)
        }
        (&Method::PUT, [image]) => {
            let place = place(body)?;
            let image = product.image(image)?;
            image.sort_order = place.unwrap_or(image.sort_order);
            let shown = image.clone();
            Reply::data(&product.shown_image(&shown))
        }
        (&Method::DELETE, [image]) => {
            let id = product.image(image)?.id;
            product.images.retain(|image| image.id != id);
            Reply::done()
        }
        _ => return Err(not_allowed()),
    };
    shelf.keep(product)?;
    Ok(reply)
}

/// The address that an image is fetched from.
pub(super) fn fetched(body: &Value) -> Result<String, Reply> {
    let url = body["image_url"].as_str().unwrap_or_default();
    if url.is_empty() || url.chars().count() > URL_CHARS {
        return Err(Reply::wrong("image_url"));
    }
    if url.contains(AWAY) {
        return Err(Reply::refused(
            StatusCode::BAD_REQUEST,
            "The image could not be fetched",
            &json!({}),
        ));
    }
    Ok(url.to_owned())
}

fn place(body: &Value) -> Result<Option<i64>, Reply> {
    match body.get("sort_order") {
        None => Ok(None),
        Some(place) => place
            .as_i64()
            .map(Some)
            .ok_or_else(|| Reply::wrong("sort_order")),
    }
}

impl Product {
    fn image(&mut self, id: &str) -> Result<&mut Image, Reply> {
        let mut images = self.images.iter_mut();
        images
            .find(|image| image.id.to_string() == id)
            .ok_or_else(Reply::missing)
    }
}

impl Shelf {
    /// Where the images of a product were fetched from, as they are shown.
    pub fn pictures(&self, product: u64) -> Vec<String> {
        let Some(product) = self.products.get(&product) else {
            return Vec::new();
        };
        let mut images: Vec<&Image> = product.images.iter().collect();
        images.sort_by_key(|image| (image.sort_order, image.id));
        images.iter().map(|image| image.url.clone()).collect()
    }
}
