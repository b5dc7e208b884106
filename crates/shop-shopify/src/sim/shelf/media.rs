//! Images: added, fetched a little later, moved and taken off.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::answer::gid;
use super::product::refused;
use super::{Media, Shelf, Ware, answer, number, wrong};

/// How long the shop takes to fetch an image.
const FETCHED_AFTER: SignedDuration = SignedDuration::from_secs(2);
/// Of an address from which nothing can be fetched.
const BROKEN: &str = "broken.jpg";
const IMAGES_LIMIT: usize = 250;

impl Media {
    pub(super) fn status(&self, now: Timestamp) -> &'static str {
        if now.duration_since(self.added_at) < FETCHED_AFTER {
            "PROCESSING"
        } else if self.name == BROKEN {
            "FAILED"
        } else {
            "READY"
        }
    }
}

impl Shelf {
    /// Of a product that is made.
    pub(super) fn set_media(&mut self, ware: &mut Ware, input: &Value, now: Timestamp) {
        let Some(files) = input["files"].as_array() else {
            return;
        };
        let new = files.iter().map(|file| self.new_media(file, now));
        ware.media = new.collect();
        for (media, file) in ware.media.iter_mut().zip(files) {
            if let Some(name) = file["filename"].as_str()
                && media.name != BROKEN
            {
                name.clone_into(&mut media.name);
            }
        }
    }

    fn new_media(&mut self, told: &Value, now: Timestamp) -> Media {
        let url = told["originalSource"].as_str().unwrap_or_default();
        Media {
            id: self.id(),
            name: url.rsplit('/').next().unwrap_or_default().to_owned(),
            alt: told["alt"].as_str().unwrap_or_default().to_owned(),
            added_at: now,
        }
    }

    pub(super) fn add_media(&mut self, variables: &Value, now: Timestamp) -> Value {
        let told = variables["media"].as_array().into_iter().flatten();
        let mut new: Vec<Media> = told.map(|told| self.new_media(told, now)).collect();
        let id = &variables["product"]["id"];
        let ware = number(id, "Product").and_then(|id| self.wares.get_mut(&id));
        let payload = match ware {
            None => refused(&["id"], "Product does not exist"),
            Some(ware) if ware.media.len() + new.len() > IMAGES_LIMIT => {
                refused(&["media"], "Exceeded 250 media per product")
            }
            Some(ware) => {
                ware.media.append(&mut new);
                let media = answer::media(ware, now);
                json!({ "product": { "id": id, "media": media }, "userErrors": [] })
            }
        };
        json!({ "productUpdate": payload })
    }

    pub(super) fn media(&self, variables: &Value, now: Timestamp) -> Value {
        let ware = number(&variables["id"], "Product").and_then(|id| self.wares.get(&id));
        let shown = |ware: &Ware| json!({ "id": gid("Product", ware.id), "media": answer::media(ware, now) });
        json!({ "product": ware.map(shown) })
    }

    /// Moves are made one after the other.
    pub(super) fn reorder_media(&mut self, variables: &Value) -> Value {
        let ware = number(&variables["id"], "Product").and_then(|id| self.wares.get_mut(&id));
        let Some(ware) = ware else {
            let error = wrong("PRODUCT_DOES_NOT_EXIST", &["id"], "Product does not exist");
            return json!({ "productReorderMedia": { "job": null, "mediaUserErrors": [error] } });
        };
        for told in variables["moves"].as_array().into_iter().flatten() {
            let moved = number(&told["id"], "MediaImage");
            let place = ware.media.iter().position(|media| Some(media.id) == moved);
            let to = told["newPosition"]
                .as_str()
                .and_then(|place| place.parse().ok());
            if let (Some(place), Some(to)) = (place, to) {
                let media = ware.media.remove(place);
                ware.media.insert(ware.media.len().min(to), media);
            }
        }
        let job = json!({ "id": gid("Job", self.id()) });
        json!({ "productReorderMedia": { "job": job, "mediaUserErrors": [] } })
    }

    /// Takes files off products.
    pub(super) fn update_files(&mut self, variables: &Value) -> Value {
        let mut updated = Vec::new();
        for file in variables["files"].as_array().into_iter().flatten() {
            let id = number(&file["id"], "MediaImage");
            for product in file["referencesToRemove"].as_array().into_iter().flatten() {
                let ware = number(product, "Product").and_then(|id| self.wares.get_mut(&id));
                if let Some(ware) = ware {
                    ware.media.retain(|media| Some(media.id) != id);
                    for variant in &mut ware.variants {
                        variant.media = variant.media.filter(|media| Some(*media) != id);
                    }
                }
            }
            updated.push(json!({ "id": file["id"] }));
        }
        json!({ "fileUpdate": { "files": updated, "userErrors": [] } })
    }
}
