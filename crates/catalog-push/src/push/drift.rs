//! Compares what a shop shows with what it is to show. Nothing is told, and nothing is known after but what
//! differs.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use retail::ItemId;
use retail::listing::drift::{Drift, Kind, Look, Shown, StockLook, drift};
use retail::listing::{Listing, ShopListing, ShopProductId};
use shop::FetchError;
use uuid::Uuid;

use super::Trouble;
use super::desired::recognised;
use super::desk::Turn;
use super::listings::wanted;
use super::pushable::{Answer, ITEMS_LIMIT, NoAnswer};
use super::{shown, stock};
use crate::store::{
    Confirmed, FoundAnew, KeptListing, ListedItem, NewDrift, Origin, Postponed, ScannedProduct,
    SeenStock, ShopValue, Standing, Work, WorkKind,
};

/// A lease tells what waits unread at the moment it was given: no older one is gone by.
const LEASE_AGE: Duration = Duration::from_secs(1);

/// What may be explained by an order on its way is looked at again after half the time that it has been so, within these.
const AGAIN_SOONEST: Duration = Duration::from_millis(500);
const AGAIN_LATEST: Duration = Duration::from_mins(1);

/// What is known of an item's stock, and the ledger's mark of that.
struct Figure {
    look: StockLook,
    mark: String,
    found_anew: Option<FoundAnew>,
    /// It was, and is not found anew.
    stays_unsure: bool,
    /// From when on it has been as it is.
    since: Timestamp,
}

/// What orders explain.
#[derive(Clone, Copy)]
struct Orders {
    now: Timestamp,
    /// Each that changed in the shop before then is counted in what the ledger says. `None`: some wait, or nobody knows.
    known_to: Option<Timestamp>,
}

impl Orders {
    /// Whether none that is not known explains what has been so since then.
    fn are_known(self, since: Timestamp) -> bool {
        self.known_to.is_some_and(|known_to| since <= known_to)
    }
}

/// Looks at these products. What cannot be looked at is put off: it would be first again, and keep all else that is to be
/// told waiting for as long as it cannot.
pub(super) async fn scan(turn: &Turn<'_>, work: Vec<Work>) -> Result<(), Trouble> {
    let Err(trouble) = look(turn, &work).await else {
        return Ok(());
    };
    if matches!(trouble, Trouble::Lost) {
        return Err(trouble);
    }
    let is_unreadable = matches!(trouble, Trouble::Shop(FetchError::Unreadable { .. }));
    if is_unreadable && work.len() > 1 {
        // One of them is: each alone.
        for one in work {
            Box::pin(scan(turn, vec![one])).await?;
        }
        return Ok(());
    }
    let desk = turn.desk;
    let failed = work.iter().map(|work| desk.failed(*work));
    let failed: Vec<Postponed> = failed.collect();
    let kind = WorkKind::Drift;
    desk.store
        .postpone_work(desk.connection(), kind, &failed)
        .await?;
    match work.as_slice() {
        [one] if is_unreadable => {
            let (connection, product) = (desk.connection(), one.subject);
            tracing::warn!(%connection, %product, %trouble, "a product cannot be compared");
            Ok(())
        }
        _ => Err(trouble),
    }
}

async fn look(turn: &Turn<'_>, work: &[Work]) -> Result<(), Trouble> {
    let desk = turn.desk;
    let (retailer, connection) = desk.whose();
    let ids: Vec<Uuid> = work.iter().map(|work| work.subject).collect();
    let listings = desk.store.kept_listings(retailer, connection, &ids).await?;
    let shown = read(turn, &listings).await?;
    // Asked after the shop: what was sold meanwhile is not taken for something that differs.
    let figures = figures(turn, &listings, &shown).await?;
    let scanned: Vec<ScannedProduct> = listings
        .iter()
        .map(|kept| compare(turn, kept, &shown, &figures))
        .collect();
    if !desk.store.keep_drift(desk.fence(), &scanned).await? {
        return Err(Trouble::Lost);
    }
    let waiting = waiting(&listings, &scanned, &figures);
    let found = figures.into_values();
    let found: Vec<FoundAnew> = found.filter_map(|figure| figure.found_anew).collect();
    desk.store.find_anew(desk.fence(), &found).await?;
    let (mut done, mut postponed) = (Vec::new(), Vec::new());
    for work in work {
        match waiting.get(&work.subject) {
            Some(since) => postponed.push(again(turn, *work, *since)),
            None => done.push(*work),
        }
    }
    let kind = WorkKind::Drift;
    desk.store.work_done(connection, kind, &done).await?;
    desk.store
        .postpone_work(connection, kind, &postponed)
        .await?;
    Ok(())
}

fn again(turn: &Turn<'_>, work: Work, since: Timestamp) -> Postponed {
    let age = turn.desk.clock.now().duration_since(since);
    let half = Duration::try_from(age).unwrap_or_default() / 2;
    turn.desk
        .later(work, half.clamp(AGAIN_SOONEST, AGAIN_LATEST))
}

/// What is compared again soon: an order that explains what differs may be on its way, or it is not sure yet what is known.
/// With since when the newest of it has been so.
fn waiting(
    listings: &[KeptListing],
    scanned: &[ScannedProduct],
    figures: &BTreeMap<ItemId, Figure>,
) -> BTreeMap<Uuid, Timestamp> {
    let mut waiting = BTreeMap::new();
    for (kept, scanned) in listings.iter().zip(scanned) {
        let on_its_way = |item: ItemId| {
            let mut drifts = scanned.drifts.iter();
            drifts.any(|drift| drift.kind == Kind::OrderOnItsWay && drift.item == Some(item))
        };
        let figures = kept.items.iter().filter_map(|link| {
            let figure = figures.get(&link.item)?;
            (figure.stays_unsure || on_its_way(link.item)).then_some(figure.since)
        });
        if let Some(newest) = figures.max() {
            waiting.insert(kept.product.uuid(), newest);
        }
    }
    waiting
}

/// As the shop shows them now.
async fn read(
    turn: &Turn<'_>,
    listings: &[KeptListing],
) -> Result<BTreeMap<ShopProductId, ShopListing>, Trouble> {
    let linked = listings
        .iter()
        .filter(|kept| kept.standing == Standing::Linked);
    let ids: Vec<ShopProductId> = linked
        .filter_map(|kept| kept.shop_product.clone())
        .collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let shown = turn.desk.push.read(turn.to(), &ids).await?;
    Ok(shown.into_iter().map(|it| (it.id.clone(), it)).collect())
}

/// Of all items that the shop shows and counts by what is told here.
async fn figures(
    turn: &Turn<'_>,
    listings: &[KeptListing],
    shown: &BTreeMap<ShopProductId, ShopListing>,
) -> Result<BTreeMap<ItemId, Figure>, Trouble> {
    let desk = turn.desk;
    if shown.is_empty() || !turn.tells_stock() {
        return Ok(BTreeMap::new());
    }
    let links = listings.iter().flat_map(|kept| &kept.items);
    let items: Vec<Uuid> = links.map(|link| link.item.uuid()).collect();
    let rows = desk.store.listed_items(desk.connection(), &items).await?;
    let products: Vec<Uuid> = listings.iter().map(|kept| kept.product.uuid()).collect();
    let seen = desk.store.seen_stock(desk.connection(), &products).await?;
    let mut figures = BTreeMap::new();
    for rows in rows.chunks(ITEMS_LIMIT) {
        // Asked before the ledger: it counts whatever was read by then.
        let lease = desk.purse.lease(LEASE_AGE).await?;
        let asked = rows
            .iter()
            .map(|row| (row.item, stock::since(row.confirmed.as_ref())));
        let answer = match desk.ledger.ask(desk.whose(), &asked.collect()).await {
            Ok(answer) => answer,
            Err(NoAnswer::StockInShop) => return Ok(BTreeMap::new()),
            Err(NoAnswer::Trouble(trouble)) => return Err(trouble),
        };
        let waits = lease.unread_since.or(answer.waiting_since).is_some();
        let orders = Orders {
            now: desk.clock.now(),
            known_to: lease.orders_listed_to.filter(|_| !waits),
        };
        let of = rows
            .iter()
            .filter_map(|row| figure(turn, row, &answer, orders, (shown, &seen)));
        figures.extend(of);
    }
    Ok(figures)
}

fn figure(
    turn: &Turn<'_>,
    row: &ListedItem,
    answer: &Answer,
    orders: Orders,
    (shown, seen): (
        &BTreeMap<ShopProductId, ShopListing>,
        &BTreeMap<ItemId, SeenStock>,
    ),
) -> Option<(ItemId, Figure)> {
    let said = answer.items.get(&row.item)?;
    let target = stock::target(turn, row, said);
    let mut variants = shown.get(&row.shop_product)?.variants.iter();
    let there = variants.find(|there| there.id == row.variant)?.quantity;
    let says = |units: i64| shown::words(&Shown::Units(units), &turn.terms);
    // What both sides showed before as they do now.
    let same_since = seen.get(&row.item).filter(|seen| {
        seen.pos == says(target.wanted) && there.is_some_and(|there| seen.shop == says(there))
    });
    let same_since = same_since.map(|seen| seen.since);
    let is_still = row.intent.is_none();
    let is_quiet = is_still && same_since.is_some_and(|since| orders.are_known(since));
    let look = StockLook {
        item: row.item,
        target,
        is_quiet,
    };
    let mark = said.mark.clone();
    let unsure_since = row.unsure_since;
    // The shop has what is known after all: so it was right.
    let is_right = is_still
        && target.is_met()
        && there == target.expected
        && unsure_since.is_some_and(|since| orders.are_known(since));
    // No order explains what we told less for, or guessed: it is ours to set right, and no edit of anybody's.
    let is_ours = unsure_since.is_some() && (is_quiet || is_right);
    let found_anew = there.zip(row.confirmed.clone()).filter(|_| is_ours);
    let found_anew = found_anew.map(|(quantity, was)| FoundAnew {
        item: row.item,
        was,
        is: Confirmed {
            quantity,
            mark: mark.clone(),
        },
    });
    let differs = there != Some(target.wanted);
    let since = if differs { same_since } else { unsure_since };
    let figure = Figure {
        look,
        mark,
        stays_unsure: unsure_since.is_some() && there.is_some() && found_anew.is_none(),
        found_anew,
        since: since.unwrap_or(orders.now),
    };
    Some((row.item, figure))
}

/// What differs of one product.
fn compare(
    turn: &Turn<'_>,
    kept: &KeptListing,
    shown: &BTreeMap<ShopProductId, ShopListing>,
    figures: &BTreeMap<ItemId, Figure>,
) -> ScannedProduct {
    let mut scanned = ScannedProduct {
        product: kept.product,
        shop_product: kept.shop_product.clone(),
        revision: kept.view.as_ref().map_or(0, |view| view.revision),
        words: kept.words,
        drifts: Vec::new(),
    };
    let belongs = match kept.standing {
        Standing::Linked | Standing::Missing | Standing::Refused => true,
        Standing::Wanted | Standing::Review | Standing::Deleted | Standing::Apart => false,
    };
    // Of what an order made shops are told nothing, until a person has said more of it.
    let living = kept.view.as_ref();
    let living = living.filter(|view| !view.is_deleted && view.origin != Origin::AsSold);
    // What cannot be said in the shop's terms is refused when it is told, and nothing to compare.
    let wanted = living.and_then(|view| wanted(turn, view).ok());
    let Some(wanted) = wanted.filter(|_| belongs) else {
        return scanned;
    };
    let found = kept.shop_product.as_ref().and_then(|id| shown.get(id));
    let found = found.map(|found| recognised(found.clone(), kept));
    let known = kept.known.clone();
    let known = known.map(|known| recognised(known, kept));
    let looks: Vec<StockLook> = kept
        .items
        .iter()
        .filter_map(|link| figures.get(&link.item).map(|figure| figure.look))
        .collect();
    let ownership = turn.ownership_of(kept);
    let drifts = drift(Look {
        wanted: &wanted,
        known: known.as_ref(),
        found: found.as_ref(),
        ownership: &ownership,
        is_refused: kept.is_refused,
        stock: &looks,
    });
    let new = drifts
        .into_iter()
        .map(|it| new(turn, it, &wanted, found.as_ref(), figures));
    scanned.drifts = new.collect();
    scanned
}

fn new(
    turn: &Turn<'_>,
    drift: Drift,
    wanted: &Listing,
    found: Option<&ShopListing>,
    figures: &BTreeMap<ItemId, Figure>,
) -> NewDrift {
    let terms = &turn.terms;
    let item = drift.variant.as_ref().and_then(|variant| variant.item);
    let figure = item.and_then(|item| figures.get(&item));
    let value = if let (Shown::Units(units), Some(figure)) = (&drift.shop, figure) {
        Some(ShopValue::Stock {
            units: *units,
            mark: figure.mark.clone(),
        })
    } else {
        found.and_then(|found| shown::value(&drift, found, terms))
    };
    let own = wanted
        .variants
        .first()
        .filter(|_| wanted.variants.len() == 1);
    let sku = match &drift.variant {
        Some(variant) => variant.sku.clone(),
        // A product that is sold as one thing goes by its SKU.
        None => own.and_then(|variant| variant.sku.clone()),
    };
    NewDrift {
        id: turn.desk.ids.next(),
        item,
        sku,
        shop_variant: drift.variant.and_then(|variant| variant.id),
        field: drift.field,
        pos: shown::words(&drift.pos, terms),
        shop: shown::words(&drift.shop, terms),
        value,
        kind: drift.kind,
        repairs: drift.repairs,
    }
}
