//! Which listing of a shop is which product of ours.

pub mod file;
mod items;
#[cfg(test)]
mod properties;
mod skus;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::{ShopListing, ShopProductId};
use crate::{ItemId, ProductId, ShopVariantId, Sku};

use items::items;
use skus::Skus;

/// A product of ours, as far as linking looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    pub product: ProductId,
    /// What was decided before; `None`: nothing was.
    pub stored: Option<Stored>,
    pub options: Vec<Box<str>>,
    pub items: Vec<OurItem>,
}

/// What was decided of a product and a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    Linked(ShopProductId),
    /// A person said that the shop has it not: no note and no SKU links it again.
    Apart,
}

/// An item of ours, as far as linking looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurItem {
    pub item: ItemId,
    /// What it was linked to before.
    pub stored: Option<ShopVariantId>,
    pub sku: Option<Sku>,
    /// One for each option of the product.
    pub values: Vec<Box<str>>,
}

/// A product of the shop, as far as linking looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    pub id: ShopProductId,
    /// Our note in the shop.
    pub product: Option<ProductId>,
    pub options: Vec<Box<str>>,
    pub variants: Vec<TheirVariant>,
}

/// A variant of the shop, as far as linking looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TheirVariant {
    pub id: ShopVariantId,
    /// Our note in the shop.
    pub item: Option<ItemId>,
    pub sku: Option<Sku>,
    pub values: Vec<Box<str>>,
}

/// What every product and every listing is to the other side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linking {
    /// Each product that was given, in the order of their ids.
    pub products: Vec<LinkedProduct>,
    /// Listings that no product is, or may be, in the order of their ids.
    pub shop_only: Vec<ShopProductId>,
}

/// What one product is in the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedProduct {
    pub product: ProductId,
    pub verdict: Verdict<ShopProductId>,
    /// Of one that is linked, in the order of their ids; of another, none.
    pub items: Vec<(ItemId, Verdict<ShopVariantId>)>,
    /// Variants of its listing that no item is, or may be.
    pub shop_only: Vec<ShopVariantId>,
}

/// What a product or an item is in the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    Linked {
        to: T,
        by: By,
    },
    /// A person says which, if any.
    Review {
        why: Doubt,
        /// In the order of their ids.
        candidates: Vec<T>,
    },
    /// It was linked, and the shop has it no more (EC-7).
    Missing(T),
    OnlyHere,
}

/// What says that two are the same. What comes first wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// They were linked before, by whatever or whomever.
    Stored,
    /// Our id, noted in the shop.
    Note,
    /// A SKU that both sides have once (WC-7).
    Sku,
    /// Of variants of linked products: the same values of the same options.
    Values,
    /// Of variants of linked products: each side has one.
    Only,
}

/// Why nobody but a person can say which listing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    SkuTwiceHere,
    SkuTwiceInShop,
    /// Its SKUs are those of several listings.
    SpreadOut,
    /// Its SKUs are of one listing, which has those of another product too.
    SharedListing,
    /// What has its SKU is another product's, or another product.
    Taken,
    /// Another one is linked to the same.
    LinkedTwice,
    /// Several in the shop bear its note: somebody made a copy there.
    NotedTwice,
    /// A person said that it is another than what bears its note or name, beside which the shop makes no second one.
    NoSecond,
}

impl Doubt {
    pub const ALL: [Self; 8] = [
        Self::SkuTwiceHere,
        Self::SkuTwiceInShop,
        Self::SpreadOut,
        Self::SharedListing,
        Self::Taken,
        Self::LinkedTwice,
        Self::NotedTwice,
        Self::NoSecond,
    ];

    /// As rows and wires name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SkuTwiceHere => "sku_twice_here",
            Self::SkuTwiceInShop => "sku_twice_in_shop",
            Self::SpreadOut => "spread_out",
            Self::SharedListing => "shared_listing",
            Self::Taken => "taken",
            Self::LinkedTwice => "linked_twice",
            Self::NotedTwice => "noted_twice",
            Self::NoSecond => "no_second",
        }
    }

    /// The doubt of that name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|doubt| doubt.as_str() == text)
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SkuTwiceHere => "several items of the POS have this SKU",
            Self::SkuTwiceInShop => "the shop has this SKU several times",
            Self::SpreadOut => "the shop sells its variants as several products",
            Self::SharedListing => "the shop sells it and another product as one",
            Self::Taken => "what has its SKU in the shop is linked to something else",
            Self::LinkedTwice => "two of the POS are linked to the same in the shop",
            Self::NotedTwice => "somebody made a copy of it in the shop",
            Self::NoSecond => "the shop makes no second one beside what it is said not to be",
        }
    }
}

impl By {
    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Stored => "linked before",
            Self::Note => "by our id in the shop",
            Self::Sku => "by SKU",
            Self::Values => "by the values of its options",
            Self::Only => "the only one on each side",
        }
    }
}

impl From<&ShopListing> for Theirs {
    fn from(listing: &ShopListing) -> Self {
        let variants = listing.variants.iter().map(|variant| TheirVariant {
            id: variant.id.clone(),
            item: variant.item,
            sku: variant.sku.clone(),
            values: variant.values.clone(),
        });
        Self {
            id: listing.id.clone(),
            product: listing.product,
            options: listing.options.clone(),
            variants: variants.collect(),
        }
    }
}

/// Decides for each product which listing it is: the one it was linked to, else the one that bears our note, else the
/// one that has its SKU, where both sides have that SKU once (WC-7). No product becomes two listings, and no listing two
/// products. The order in which they are given means nothing.
///
/// What is given must be whole for what is asked: all products, or the listings, that share a SKU, a note or a link
/// with any of them. A listing that a product was linked to and that is not given is gone from the shop. Each product
/// and each listing is given once.
#[must_use]
pub fn link(ours: &[Ours], theirs: &[Theirs]) -> Linking {
    let ours: BTreeMap<ProductId, &Ours> = ours.iter().map(|ours| (ours.product, ours)).collect();
    let theirs: BTreeMap<&ShopProductId, &Theirs> =
        theirs.iter().map(|theirs| (&theirs.id, theirs)).collect();
    let skus = Skus::of(ours.values().copied(), theirs.values().copied());
    let mut desk = Desk::default();
    desk.link_stored(&ours, &theirs);
    desk.link_noted(&ours, &theirs);
    desk.link_by_sku(&ours, &skus);
    let products = ours.values().map(|ours| {
        let verdict = desk.verdict(ours);
        let listing = match &verdict {
            Verdict::Linked { to, by: _ } => theirs.get(to),
            Verdict::Review { .. } | Verdict::Missing(_) | Verdict::OnlyHere => None,
        };
        let (items, shop_only) =
            listing.map_or_else(Default::default, |listing| items(ours, listing, &skus));
        LinkedProduct {
            product: ours.product,
            verdict,
            items,
            shop_only,
        }
    });
    Linking {
        products: products.collect(),
        shop_only: (theirs.keys())
            .filter(|id| !desk.taken.contains(**id))
            .map(|id| (*id).clone())
            .collect(),
    }
}

/// What is decided so far.
#[derive(Default)]
struct Desk<'a> {
    verdicts: BTreeMap<ProductId, Verdict<ShopProductId>>,
    /// Listings that some product is, or may be.
    taken: BTreeSet<&'a ShopProductId>,
}

impl<'a> Desk<'a> {
    fn verdict(&self, ours: &Ours) -> Verdict<ShopProductId> {
        let decided = self.verdicts.get(&ours.product).cloned();
        decided.unwrap_or_else(|| match &ours.stored {
            Some(Stored::Linked(gone)) => Verdict::Missing(gone.clone()),
            Some(Stored::Apart) | None => Verdict::OnlyHere,
        })
    }

    fn is_open(&self, ours: &Ours) -> bool {
        ours.stored != Some(Stored::Apart) && !self.verdicts.contains_key(&ours.product)
    }

    fn link_stored(
        &mut self,
        ours: &BTreeMap<ProductId, &Ours>,
        theirs: &BTreeMap<&'a ShopProductId, &'a Theirs>,
    ) {
        let mut claims: BTreeMap<&'a ShopProductId, Vec<ProductId>> = BTreeMap::new();
        for ours in ours.values() {
            if let Some(Stored::Linked(id)) = &ours.stored
                && let Some((id, _)) = theirs.get_key_value(id)
            {
                claims.entry(id).or_default().push(ours.product);
            }
        }
        for (id, products) in claims {
            let is_twice = products.len() > 1;
            for product in products {
                if is_twice {
                    self.doubt(product, Doubt::LinkedTwice, [id]);
                } else {
                    self.link(product, id, By::Stored);
                }
            }
        }
    }

    fn link_noted(
        &mut self,
        ours: &BTreeMap<ProductId, &Ours>,
        theirs: &BTreeMap<&'a ShopProductId, &'a Theirs>,
    ) {
        let mut notes: BTreeMap<ProductId, Vec<&'a ShopProductId>> = BTreeMap::new();
        for (id, theirs) in theirs {
            if let Some(ours) = theirs.product.and_then(|product| ours.get(&product))
                && self.is_open(ours)
                && !self.taken.contains(id)
            {
                notes.entry(ours.product).or_default().push(id);
            }
        }
        for (product, listings) in notes {
            match listings.as_slice() {
                [id] => self.link(product, id, By::Note),
                _ => self.doubt(product, Doubt::NotedTwice, listings),
            }
        }
    }

    fn link_by_sku(&mut self, ours: &BTreeMap<ProductId, &Ours>, skus: &Skus<'a>) {
        let open: Vec<&Ours> = (ours.values().copied())
            .filter(|ours| self.is_open(ours))
            .collect();
        let mut found: BTreeMap<ProductId, BTreeSet<&'a ShopProductId>> = BTreeMap::new();
        let mut wanted_by: BTreeMap<&'a ShopProductId, usize> = BTreeMap::new();
        for ours in &open {
            let listings: BTreeSet<_> = (skus.sure(ours))
                .filter(|id| !self.taken.contains(id))
                .collect();
            for id in &listings {
                *wanted_by.entry(id).or_default() += 1;
            }
            found.insert(ours.product, listings);
        }
        // All is looked at before anything is taken: who comes first wins nothing.
        let mut doubts = Vec::new();
        for ours in open {
            let listings = &found[&ours.product];
            let mut ids = listings.iter().copied();
            match (ids.next(), listings.len()) {
                (Some(id), 1) if wanted_by[id] == 1 => self.link(ours.product, id, By::Sku),
                (Some(_), 1) => {
                    doubts.push((ours.product, Doubt::SharedListing, listings.clone()));
                }
                (Some(_), _) => doubts.push((ours.product, Doubt::SpreadOut, listings.clone())),
                (None, _) => {
                    if let Some((why, listings)) = skus.doubt(ours) {
                        doubts.push((ours.product, why, listings));
                    }
                }
            }
        }
        for (product, why, listings) in doubts {
            self.doubt(product, why, listings);
        }
    }

    fn link(&mut self, product: ProductId, id: &'a ShopProductId, by: By) {
        let to = id.clone();
        self.verdicts.insert(product, Verdict::Linked { to, by });
        self.taken.insert(id);
    }

    fn doubt(
        &mut self,
        product: ProductId,
        why: Doubt,
        listings: impl IntoIterator<Item = &'a ShopProductId>,
    ) {
        let listings: BTreeSet<_> = listings.into_iter().collect();
        let candidates = listings.iter().map(|id| (*id).clone()).collect();
        self.verdicts
            .insert(product, Verdict::Review { why, candidates });
        self.taken.extend(listings);
    }
}
