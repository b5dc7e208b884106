//! What the database says about the orders, items and customers of a batch.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use jiff::Timestamp;
use retail::fulfilment::Work;
use retail::kit::{MadeOf, Part};
use retail::posting::Policy;
use retail::sale::Recorded;
use retail::settlement;
use retail::{
    ConnectionId, CustomerId, EmailKey, ItemId, LineKey, OutletId, RegisterId, RetailerId, SaleId,
    ShopOrderId, Version,
};

use super::{ItemKind, LinkKey, Open};

/// Where a connection's orders are booked, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    pub retailer: RetailerId,
    pub outlet: OutletId,
    pub register: RegisterId,
    pub policy: Policy,
    /// Whether the retailer sells kits, or did.
    pub has_kits: bool,
}

/// Everything a decision may look up. Locked or unchanging until the transaction ends.
#[derive(Debug)]
pub struct Known<'a> {
    /// By the place of the order's group in the batch.
    pub heads: Vec<Option<Head>>,
    pub links: Lookup<LinkKey<'a>, Linked>,
    pub skus: Lookup<(RetailerId, &'a str), Found>,
    /// Items that a connection sells as some variant, of those that `skus` found.
    pub sold: HashSet<(ConnectionId, ItemId)>,
    pub services: HashMap<(RetailerId, ItemKind), ItemId>,
    pub customers: Lookup<(RetailerId, &'a EmailKey), CustomerId>,
    pub guests: HashMap<ConnectionId, CustomerId>,
    /// Of the items that lines may name, those that are kits now.
    pub kits: BTreeMap<ItemId, Vec<Part>>,
    pub erased: Erased<'a>,
    /// Orders taken back with their import, which only an import brings in again.
    pub withdrawn: HashSet<(ConnectionId, &'a ShopOrderId)>,
}

/// An order seen before.
#[derive(Clone, Debug)]
pub struct Head {
    /// The newest snapshot no sale is made of.
    pub draft: Option<Version>,
    pub sale: Option<RecordedSale>,
    /// The newest update that waits for a person.
    pub held: Option<Version>,
    /// The newest snapshot that is known and not applied.
    pub open: Option<Open>,
}

/// The sale of an order, with where it was booked: it stays there even if its connection moves on.
#[derive(Clone, Debug)]
pub struct RecordedSale {
    pub sale: SaleId,
    pub outlet: OutletId,
    pub revision: i32,
    pub recorded: Recorded,
    /// The record that was left of its buyer, who was erased.
    pub erased_customer: Option<CustomerId>,
    /// What people recorded as paid (SH-13).
    pub by_hand: Vec<settlement::Applied>,
    /// What people did to hand it over, by line; none for most.
    pub work: BTreeMap<LineKey, Work>,
    /// Of what its kits were made when they were sold.
    pub made: MadeOf,
}

/// People who were erased, by what would name them: when, and the records that were left.
#[derive(Clone, Debug, Default)]
pub struct Erased<'a>(HashMap<(RetailerId, &'a EmailKey), Vec<(Timestamp, CustomerId)>>);

impl<'a> Erased<'a> {
    pub fn add(&mut self, key: (RetailerId, &'a EmailKey), at: Timestamp, customer: CustomerId) {
        self.0.entry(key).or_default().push((at, customer));
    }

    /// Whose an order placed at `placed_at` is: that of the first erasure that it came before. One placed after all
    /// of them is somebody's who came back.
    #[must_use]
    pub fn at(&self, key: (RetailerId, &'a EmailKey), placed_at: Timestamp) -> Option<CustomerId> {
        let erased = self.0.get(&key)?.iter();
        let later = erased.filter(|(at, _)| placed_at <= *at);
        later.min().map(|(_, customer)| *customer)
    }
}

/// An item found under some name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub item: ItemId,
    /// Why nothing more may be sold of it under this name.
    pub flaw: Option<Flaw>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A tombstone (WC-9).
    Deleted,
    /// The shop sells another product by the same SKU (WC-7).
    Ambiguous,
}

/// What is known of a name that a shop uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    /// What the ledger made of it.
    pub own: Option<Found>,
    /// What a person said it is.
    pub remapped: Option<Found>,
}

/// Distinct keys to ask the database for, all at once.
#[derive(Clone, Debug)]
pub struct Keys<K> {
    places: HashMap<K, usize>,
    list: Vec<K>,
}

impl<K: Clone + Eq + Hash> Keys<K> {
    #[must_use]
    pub fn new() -> Self {
        Self {
            places: HashMap::new(),
            list: Vec::new(),
        }
    }

    pub fn add(&mut self, key: K) {
        let next = self.list.len();
        self.places.entry(key.clone()).or_insert_with(|| {
            self.list.push(key);
            next
        });
    }

    #[must_use]
    pub fn list(&self) -> &[K] {
        &self.list
    }

    /// The keys with what each was found to be, given as (place in [`Self::list`], value).
    #[must_use]
    pub fn found<V: Clone>(self, rows: impl IntoIterator<Item = (usize, V)>) -> Lookup<K, V> {
        let mut values = vec![None; self.list.len()];
        for (place, value) in rows {
            if let Some(slot) = values.get_mut(place) {
                *slot = Some(value);
            }
        }
        Lookup {
            places: self.places,
            values,
        }
    }
}

impl<K: Clone + Eq + Hash> Default for Keys<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// Answers for the keys that were asked.
#[derive(Clone, Debug)]
pub struct Lookup<K, V> {
    places: HashMap<K, usize>,
    values: Vec<Option<V>>,
}

impl<K: Eq + Hash, V> Lookup<K, V> {
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.values.get(*self.places.get(key)?)?.as_ref()
    }

    /// All that was found.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter().flatten()
    }
}
