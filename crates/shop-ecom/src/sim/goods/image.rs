//! Images, which the shop fetches in its own time.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Asked, Goods, not_allowed, wrong};

/// How often somebody looks before an image that was sent is there.
const LOOKS: u32 = 2;
/// What the shop takes.
const KINDS: [&str; 4] = [".jpg", ".jpeg", ".png", ".gif"];

/// An image that is being fetched.
#[derive(Debug)]
pub(super) struct Arriving {
    product: u64,
    is_main: bool,
    sent: Value,
    looks_left: u32,
}

impl Goods {
    /// `None`: there is no such address.
    pub(super) fn images(
        &mut self,
        product: u64,
        parts: &[&str],
        asked: &Asked<'_>,
    ) -> Option<Answer> {
        Some(match (asked.method, parts) {
            (&Method::POST, [folder @ ("image" | "gallery"), "async"]) => {
                self.send(product, *folder == "image", asked.body)
            }
            (&Method::DELETE, ["image"]) => {
                self.drop_images(product, |image| image["isMain"] == true)
            }
            (&Method::DELETE, ["gallery"]) => {
                self.drop_images(product, |image| image["isMain"] != true)
            }
            (&Method::DELETE, ["gallery", id]) => self.drop_images(product, |image| {
                image["isMain"] != true && image["id"] == **id
            }),
            (_, ["image" | "gallery", ..]) => not_allowed(),
            _ => return None,
        })
    }

    fn send(&mut self, product: u64, is_main: bool, body: &Value) -> Answer {
        let is_address = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        if !body["url"].as_str().is_some_and(is_address) {
            return wrong("url is not an address");
        }
        if !["width", "height"]
            .iter()
            .all(|side| body[side].as_u64().is_some_and(|n| n > 0))
        {
            return wrong("width or height is not above zero");
        }
        self.arriving.push(Arriving {
            product,
            is_main,
            sent: body.clone(),
            looks_left: LOOKS,
        });
        (StatusCode::OK, json!({}))
    }

    /// Somebody looks. What cannot be fetched never comes, and nobody is told.
    pub(super) fn arrive(&mut self) {
        let mut left = Vec::new();
        for mut arriving in std::mem::take(&mut self.arriving) {
            arriving.looks_left -= 1;
            if arriving.looks_left > 0 {
                left.push(arriving);
                continue;
            }
            let url = arriving.sent["url"].as_str().unwrap_or_default();
            let is_fetched = KINDS.iter().any(|kind| url.ends_with(kind));
            if let Some(stored) = self
                .products
                .get_mut(&arriving.product)
                .filter(|_| is_fetched)
            {
                self.next_image += 1;
                hang(&mut stored.document, &arriving, self.next_image);
            }
        }
        self.arriving = left;
    }

    fn drop_images(&mut self, product: u64, is_gone: impl Fn(&Value) -> bool) -> Answer {
        let stored = self.products.get_mut(&product);
        let images = stored.and_then(|stored| stored.document["media"]["images"].as_array_mut());
        let mut count = 0;
        if let Some(images) = images {
            let before = images.len();
            images.retain(|image| !is_gone(image));
            count = before - images.len();
        }
        (StatusCode::OK, json!({"deleteCount": count}))
    }
}

fn hang(document: &mut Value, arriving: &Arriving, id: u64) {
    let Some(images) = document["media"]["images"].as_array_mut() else {
        return;
    };
    let last = images
        .iter()
        .filter_map(|image| image["orderBy"].as_i64())
        .max();
    let mut image = json!({
        "id": id.to_string(),
        "orderBy": last.map_or(0, |last| last + 1),
        "isMain": arriving.is_main,
        "imageOriginalUrl": arriving.sent["url"],
    });
    for name in ["externalId", "alt"] {
        if let Some(value) = arriving.sent.get(name) {
            image[name] = value.clone();
        }
    }
    if arriving.is_main {
        images.retain(|image| image["isMain"] != true);
        image["orderBy"] = json!(-1);
        images.insert(0, image);
    } else {
        images.push(image);
    }
    renumber(images);
}

fn renumber(images: &mut [Value]) {
    images.sort_by_key(|image| image["orderBy"].as_i64());
    for (place, image) in images.iter_mut().enumerate() {
        image["orderBy"] = json!(place);
    }
}

/// The images in another order; the first of them is the main one.
pub(super) fn place(document: &mut Value, order: &[Value]) {
    let Some(images) = document["media"]["images"].as_array_mut() else {
        return;
    };
    for image in images.iter_mut() {
        if let Some(given) = order.iter().find(|given| given["id"] == image["id"]) {
            image["orderBy"] = given["orderBy"].clone();
        }
    }
    renumber(images);
    for (place, image) in images.iter_mut().enumerate() {
        image["isMain"] = json!(place == 0);
    }
}
