//! Which item a line sells: the one it is linked to, else the one with its SKU, else a new one.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use retail::sale::{Recorded, RecordedLine};
use retail::{
    Barcode, ConnectionId, ItemId, ItemRef, LineKey, LineKind, OrderLine, RetailerId,
    ShopVariantId, Sku,
};
use service::clock::Ids;
use uuid::Uuid;

use super::{Connection, FirstSold, Flaw, Found, ItemKind, Known, NewItem, NewLink, Origin};

/// What a shop calls an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey<'a> {
    pub connection: ConnectionId,
    pub kind: LinkKind,
    pub key: Cow<'a, str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// The shop's id of the variant.
    Variant,
    /// The SKU in the shop, where a person said what it is.
    Sku,
    /// A hash of the line's name: for a line that has nothing else, and only there.
    Name,
}

/// What a new item is new by: no two of one batch may share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity<'a> {
    Sku(RetailerId, &'a str),
    Link(LinkKey<'a>),
    Service(RetailerId, ItemKind),
}

/// Everything a line's product is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names<'a> {
    /// What a new item for it would be new by.
    pub identity: Identity<'a>,
    /// What the shop calls it; `None` when the SKU alone must do.
    pub link: Option<LinkKey<'a>>,
    /// What a person may have said it is by.
    pub sku: Option<LinkKey<'a>>,
}

/// Items of one snapshot that are still to be registered or linked, should it be recorded.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    items: Vec<NewItem<'a>>,
    links: Vec<NewLink<'a>>,
}

/// Resolves lines against what is known and what the batch has registered so far.
pub struct Items<'k, 'a> {
    known: &'k Known<'a>,
    ids: &'k dyn Ids,
    registered: HashMap<Identity<'a>, ItemId>,
    linked: HashMap<LinkKey<'a>, ItemId>,
    /// Items linked to a variant by this batch.
    sold: HashSet<(ConnectionId, ItemId)>,
}

impl LinkKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Variant => "variant",
            Self::Sku => "sku",
            Self::Name => "name",
        }
    }
}

impl<'a> Names<'a> {
    /// A variant's id is the surest name and the SKU the next; a line that has neither goes by its own name.
    #[must_use]
    pub fn of(
        retailer: RetailerId,
        connection: ConnectionId,
        item: &'a ItemRef,
        line_name: &str,
    ) -> Self {
        let ItemRef {
            variant,
            sku,
            barcode: _,
        } = item;
        let link = |kind, key| LinkKey {
            connection,
            kind,
            key,
        };
        let by_variant =
            |variant: &'a ShopVariantId| link(LinkKind::Variant, Cow::Borrowed(variant.as_str()));
        let by_sku = |sku: &'a Sku| link(LinkKind::Sku, Cow::Borrowed(sku.as_str()));
        match (variant, sku) {
            (Some(variant), Some(sku)) => Self {
                identity: Identity::Sku(retailer, sku.as_str()),
                link: Some(by_variant(variant)),
                sku: Some(by_sku(sku)),
            },
            (Some(variant), None) => Self::linked(by_variant(variant)),
            (None, Some(sku)) => Self {
                identity: Identity::Sku(retailer, sku.as_str()),
                link: None,
                sku: Some(by_sku(sku)),
            },
            (None, None) => Self::linked(link(LinkKind::Name, Cow::Owned(name_hash(line_name)))),
        }
    }

    fn linked(link: LinkKey<'a>) -> Self {
        Self {
            identity: Identity::Link(link.clone()),
            link: Some(link),
            sku: None,
        }
    }
}

/// Names may be longer than an index entry can be.
#[must_use]
pub fn name_hash(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
        .as_simple()
        .to_string()
}

impl<'k, 'a> Items<'k, 'a> {
    pub fn new(known: &'k Known<'a>, ids: &'k dyn Ids) -> Self {
        Self {
            known,
            ids,
            registered: HashMap::new(),
            linked: HashMap::new(),
            sold: HashSet::new(),
        }
    }

    /// The item `line` sells. What is new goes to `draft` and counts only after [`Self::keep`].
    pub fn resolve(
        &self,
        connection: ConnectionId,
        settings: &Connection,
        recorded: Option<&Recorded>,
        line: &'a OrderLine,
        draft: &mut Draft<'a>,
    ) -> Found {
        match &line.kind {
            LineKind::Product(item) => {
                self.product(connection, settings, recorded, line, item, draft)
            }
            LineKind::Shipping
            | LineKind::Handling
            | LineKind::GiftWrapping
            | LineKind::Fee
            | LineKind::Rounding => {
                let kind = ItemKind::of(&line.kind);
                self.service(connection, settings.retailer, kind, draft)
            }
        }
    }

    /// The draft's snapshot is recorded: its items are registered and linked from now on.
    /// Gives the rows to write.
    pub fn keep(&mut self, draft: Draft<'a>) -> (Vec<NewItem<'a>>, Vec<NewLink<'a>>) {
        let Draft { items, links } = draft;
        for item in &items {
            self.registered.insert(item.identity.clone(), item.item);
        }
        for link in &links {
            self.linked.insert(link.key.clone(), link.item);
            if link.key.kind == LinkKind::Variant {
                self.sold.insert((link.key.connection, link.item));
            }
        }
        (items, links)
    }

    fn product(
        &self,
        connection: ConnectionId,
        settings: &Connection,
        recorded: Option<&Recorded>,
        line: &'a OrderLine,
        item: &'a ItemRef,
        draft: &mut Draft<'a>,
    ) -> Found {
        if !line.kind.names_item()
            && let Some(named) = item_named_before(recorded, line)
        {
            return named;
        }
        let names = Names::of(settings.retailer, connection, item, &line.name);
        if let Some(found) = self.remapped(&names, recorded, line, draft) {
            return found;
        }
        let Names {
            identity,
            link,
            sku: _,
        } = names;
        if let Some(found) = link.as_ref().and_then(|key| self.linked(key, draft)) {
            return found;
        }
        if let Some(mut found) = self.found(&identity, draft) {
            if link.is_some() && self.is_sold(connection, found.item, draft) {
                found.flaw = found.flaw.or(Some(Flaw::Ambiguous));
            }
            if found.flaw.is_none() {
                draft.link(link, found.item);
            }
            return found;
        }
        let new = ItemId::new(self.ids.next());
        draft.items.push(NewItem {
            item: new,
            retailer: settings.retailer,
            identity,
            kind: ItemKind::Product,
            sku: item.sku.as_ref().map(Sku::as_str),
            barcode: item.barcode.as_ref().map(Barcode::as_str),
            name: &line.name,
            origin: Origin::Order,
            connection,
            first_sold: Some(FirstSold {
                quantity: line.quantity,
                net: line.net,
                tax: line.tax,
            }),
        });
        draft.link(link, new);
        live(new)
    }

    /// What a person said the product is; but a line recorded before stays with the item that it has
    /// without that.
    fn remapped(
        &self,
        names: &Names<'a>,
        recorded: Option<&Recorded>,
        line: &OrderLine,
        draft: &Draft<'a>,
    ) -> Option<Found> {
        let Names {
            identity,
            link,
            sku,
        } = names;
        let said = |key: &LinkKey<'a>| self.known.links.get(key)?.remapped;
        let said = link
            .as_ref()
            .and_then(said)
            .or_else(|| sku.as_ref().and_then(said))?;
        let before = item_recorded(recorded, &line.key);
        link.as_ref()
            .and_then(|key| self.linked(key, draft))
            .or_else(|| self.found(identity, draft))
            .filter(|own| Some(own.item) == before)
            .or(Some(said))
    }

    /// Whether the connection sells `item` as some variant already.
    fn is_sold(&self, connection: ConnectionId, item: ItemId, draft: &Draft<'a>) -> bool {
        let drafted = |link: &NewLink<'a>| link.key.kind == LinkKind::Variant && link.item == item;
        self.known.sold.contains(&(connection, item))
            || self.sold.contains(&(connection, item))
            || draft.links.iter().any(drafted)
    }

    fn service(
        &self,
        connection: ConnectionId,
        retailer: RetailerId,
        kind: ItemKind,
        draft: &mut Draft<'a>,
    ) -> Found {
        let identity = Identity::Service(retailer, kind);
        if let Some(found) = self.found(&identity, draft) {
            return found;
        }
        let new = ItemId::new(self.ids.next());
        draft
            .items
            .push(NewItem::service(new, retailer, kind, connection));
        live(new)
    }

    fn linked(&self, key: &LinkKey<'a>, draft: &Draft<'a>) -> Option<Found> {
        let drafted = draft.links.iter().find(|link| link.key == *key);
        drafted
            .map(|link| live(link.item))
            .or_else(|| self.linked.get(key).copied().map(live))
            .or_else(|| self.known.links.get(key)?.own)
    }

    /// By what it would be new by.
    fn found(&self, identity: &Identity<'a>, draft: &Draft<'a>) -> Option<Found> {
        let drafted = draft.items.iter().find(|item| item.identity == *identity);
        drafted
            .map(|item| live(item.item))
            .or_else(|| self.registered.get(identity).copied().map(live))
            .or_else(|| match identity {
                Identity::Sku(retailer, sku) => self.known.skus.get(&(*retailer, *sku)).copied(),
                Identity::Link(_) => None,
                Identity::Service(retailer, kind) => self
                    .known
                    .services
                    .get(&(*retailer, *kind))
                    .copied()
                    .map(live),
            })
    }
}

impl NewItem<'_> {
    /// What services of a kind are sold as by the retailer, whoever sells them first: there is one of it.
    #[must_use]
    pub const fn service(
        item: ItemId,
        retailer: RetailerId,
        kind: ItemKind,
        connection: ConnectionId,
    ) -> Self {
        Self {
            item,
            retailer,
            identity: Identity::Service(retailer, kind),
            kind,
            sku: None,
            barcode: None,
            name: kind.service_name(),
            origin: Origin::Service,
            connection,
            first_sold: None,
        }
    }
}

impl<'a> Draft<'a> {
    /// Without what none of `lines` is of.
    pub fn only(mut self, lines: &[RecordedLine]) -> Self {
        let used: HashSet<ItemId> = lines.iter().map(|line| line.item).collect();
        self.items.retain(|item| used.contains(&item.item));
        self.links.retain(|link| used.contains(&link.item));
        self
    }

    fn link(&mut self, key: Option<LinkKey<'a>>, item: ItemId) {
        if let Some(key) = key {
            self.links.push(NewLink { key, item });
        }
    }
}

const fn live(item: ItemId) -> Found {
    Found { item, flaw: None }
}

fn item_recorded(recorded: Option<&Recorded>, key: &LineKey) -> Option<ItemId> {
    let mut lines = recorded?.lines.iter();
    lines
        .find(|before| before.key == *key)
        .map(|before| before.item)
}

/// The item that another snapshot named for the line, whatever became of it since: no stand-in is
/// to be registered.
fn item_named_before(recorded: Option<&Recorded>, line: &OrderLine) -> Option<Found> {
    let mut lines = recorded?.lines.iter();
    let before = lines.find(|before| before.named.is_some() && before.key == line.key)?;
    Some(live(before.item))
}
