//! The images of a product, as they are to stand.
//!
//! A shop that is given the address of an image copies it, each time. So one that it has is named by its id, and what was
//! made from which is noted with the product.

use retail::listing::{Image, ImageChange, ImageHash, ShopImage};
use serde_json::{Value, json};

use super::note::{self, Spot};
use super::request::number;

/// All images in order: ours as wanted, then the shop's own.
pub(super) struct ImageList<'a>(Vec<Entry<'a>>);

enum Entry<'a> {
    There(&'a ShopImage),
    New(&'a Image),
}

impl<'a> ImageList<'a> {
    /// Of a product that has none yet.
    pub(super) fn new(images: &'a [Image]) -> Self {
        Self(images.iter().map(Entry::New).collect())
    }

    /// Of one that has `found` by now. What was told before and not heard to be done is not told again.
    pub(super) fn changed(
        change: &'a ImageChange,
        wanted: &'a [Image],
        found: &'a [ShopImage],
    ) -> Self {
        let mut all = Vec::new();
        for hash in &change.order {
            let there = found.iter().find(|image| image.hash == Some(*hash));
            let new = || wanted.iter().find(|image| image.hash == *hash);
            match there {
                Some(image) => all.push(Entry::There(image)),
                None => all.extend(new().map(Entry::New)),
            }
        }
        let theirs = (found.iter())
            .filter(|image| image.hash.is_none() && !change.remove.contains(&image.id));
        all.extend(theirs.map(Entry::There));
        Self(all)
    }

    /// Whether the shop has to fetch any.
    pub(super) fn has_new(&self) -> bool {
        self.0.iter().any(|entry| matches!(entry, Entry::New(_)))
    }

    pub(super) fn body(&self) -> Value {
        let all = self.0.iter().map(|entry| match entry {
            Entry::There(image) => json!({"id": number(&image.id)}),
            Entry::New(image) if image.alt.is_empty() => json!({"src": image.url}),
            Entry::New(image) => json!({"src": image.url, "alt": image.alt}),
        });
        all.collect()
    }

    /// What is known before the shop has answered: of new ones their place.
    pub(super) fn note(&self) -> String {
        let of = self.0.len();
        let noted = (self.0.iter().enumerate()).filter_map(|(place, entry)| match entry {
            Entry::There(image) => Some((Spot::Id(image.id.clone()), image.hash?)),
            Entry::New(image) => Some((Spot::Place { place, of }, image.hash)),
        });
        note::images(&noted.collect::<Vec<_>>())
    }
}

/// What is noted once the shop has given an id to each.
pub(super) fn settled(images: &[ShopImage]) -> String {
    let noted = (images.iter()).filter_map(|image| Some((Spot::Id(image.id.clone()), image.hash?)));
    note::images(&noted.collect::<Vec<_>>())
}

/// What is there by now and was not before.
pub(super) fn added(before: &[ShopImage], after: &[ShopImage]) -> Vec<(ImageHash, Box<str>)> {
    let is_new = |image: &&ShopImage| before.iter().all(|known| known.id != image.id);
    (after.iter().filter(is_new))
        .filter_map(|image| Some((image.hash?, image.id.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(n: u8) -> Image {
        Image {
            hash: ImageHash([n; 32]),
            url: format!("https://pos.example/{n}.jpg").into(),
            width: 10,
            height: 10,
            alt: "face".into(),
        }
    }

    fn there(id: &str, n: Option<u8>) -> ShopImage {
        ShopImage {
            id: id.into(),
            hash: n.map(|n| ImageHash([n; 32])),
        }
    }

    #[test]
    fn ec_03_what_the_shop_has_is_named_by_its_id_and_its_own_stay_after_ours() {
        let wanted = [image(2), image(3)];
        let found = [there("7", None), there("8", Some(1)), there("9", Some(2))];
        let change = ImageChange {
            remove: vec!["8".into()],
            add: vec![image(3)],
            order: [2, 3].map(|n| ImageHash([n; 32])).to_vec(),
        };
        let list = ImageList::changed(&change, &wanted, &found);
        assert!(list.has_new());
        assert_eq!(
            list.body(),
            json!([{"id": 9}, {"src": "https://pos.example/3.jpg", "alt": "face"}, {"id": 7}])
        );
        let known = note::read_images(&list.note());
        let place = Spot::Place { place: 1, of: 3 };
        assert_eq!(
            known,
            [
                (Spot::Id("9".into()), change.order[0]),
                (place, change.order[1])
            ]
        );
    }

    #[test]
    fn ec_03_an_image_that_came_without_being_heard_of_is_not_sent_again() {
        let wanted = [image(2)];
        let change = ImageChange {
            remove: Vec::new(),
            add: vec![image(2)],
            order: vec![image(2).hash],
        };
        let found = [there("9", Some(2))];
        let list = ImageList::changed(&change, &wanted, &found);
        assert!(!list.has_new());
        assert_eq!(list.body(), json!([{"id": 9}]));
        assert_eq!(added(&[], &found), [(image(2).hash, "9".into())]);
        assert_eq!(added(&found, &found), []);
    }
}
