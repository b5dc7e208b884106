//! Whose what is: a shop has too many things to look through all of them for each that is named.

use std::collections::HashMap;

use super::Ware;

/// What a product is found by, besides its own id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Variant(u64),
    Item(u64),
    /// The app's id of a product.
    Note(String),
    /// The app's id of a variant.
    VariantNote(String),
}

#[derive(Debug, Default)]
pub(super) struct Index {
    wares: HashMap<Key, u64>,
    keys: HashMap<u64, Vec<Key>>,
}

impl Index {
    pub(super) fn of<'a>(wares: impl IntoIterator<Item = &'a Ware>) -> Self {
        let mut index = Self::default();
        for ware in wares {
            index.put(ware);
        }
        index
    }

    /// The id of the product.
    pub(super) fn find(&self, key: &Key) -> Option<u64> {
        self.wares.get(key).copied()
    }

    /// As the product is now.
    pub(super) fn put(&mut self, ware: &Ware) {
        self.forget(ware.id);
        let mut keys: Vec<Key> = ware.note.iter().cloned().map(Key::Note).collect();
        for variant in &ware.variants {
            keys.push(Key::Variant(variant.id));
            keys.push(Key::Item(variant.item_id));
            keys.extend(variant.note.iter().cloned().map(Key::VariantNote));
        }
        for key in &keys {
            self.wares.insert(key.clone(), ware.id);
        }
        self.keys.insert(ware.id, keys);
    }

    pub(super) fn forget(&mut self, ware: u64) {
        for key in self.keys.remove(&ware).into_iter().flatten() {
            self.wares.remove(&key);
        }
    }
}
