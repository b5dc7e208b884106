//! Makes what a shop shows of products equal to what they are.

use std::collections::BTreeMap;

use retail::listing::{Change, Listing, ShopListing, ShopProductId, change};
use shop::push::{ChangeRow, Changed, Outcome, Refusal};
use uuid::Uuid;

use super::course::{Course, course};
use super::desired::{desired, recognised};
use super::desk::Turn;
use super::{Trouble, linking, said, words};
use crate::store::{
    KeptListing, NewListing, NewTold, Postponed, ProductView, Standing, ToldOutcome, ToldWhat,
    Work, WorkKind,
};

/// A product that is looked at.
pub(super) struct Case {
    pub(super) kept: KeptListing,
    pub(super) work: Work,
}

/// What is to be told of one, once it is known what the shop shows.
pub(super) struct Row {
    case: Case,
    shop: ShopListing,
    wanted: Listing,
    change: Change,
    revision: i64,
    /// What was done about it before.
    told: Vec<NewTold>,
}

/// What is kept at the end of a turn.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) done: Vec<Work>,
    pub(super) postponed: Vec<Postponed>,
}

/// Looks at these products, and tells what has to be told.
pub(super) async fn tell(turn: &Turn<'_>, work: Vec<Work>) -> Result<(), Trouble> {
    let desk = turn.desk;
    let (retailer, connection) = desk.whose();
    let ids: Vec<Uuid> = work.iter().map(|work| work.subject).collect();
    let listings = desk.store.kept_listings(retailer, connection, &ids).await?;
    let mut listings: BTreeMap<Uuid, KeptListing> = listings
        .into_iter()
        .map(|kept| (kept.product.uuid(), kept))
        .collect();
    let mut kept = Kept::default();
    let mut by: BTreeMap<Course, Vec<Case>> = BTreeMap::new();
    for work in work {
        match listings.remove(&work.subject) {
            Some(listing) => {
                by.entry(course(&listing)).or_default().push(Case {
                    kept: listing,
                    work,
                });
            }
            None => kept.done.push(work),
        }
    }
    let mut of = |course: Course| by.remove(&course).unwrap_or_default();
    kept.done
        .extend(of(Course::Leave).iter().map(|case| case.work));
    for case in of(Course::Forget) {
        keep(turn, &standing(&case, Standing::Deleted)).await?;
        kept.done.push(case.work);
    }
    delete(turn, of(Course::Delete), &mut kept).await?;
    let mut rows = Vec::new();
    for case in of(Course::Compare) {
        let shop = case.kept.known.clone();
        let shown = shop.map(|shop| recognised(shop, &case.kept));
        rows.extend(row(turn, case, shown, Vec::new(), &mut kept).await?);
    }
    let (shown, sought) = overwritten(turn, of(Course::Overwrite), &mut kept).await?;
    rows.extend(shown);
    let sought = of(Course::Link).into_iter().chain(sought).collect();
    rows.extend(linking::linked(turn, sought, &mut kept).await?);
    change_all(turn, rows, &mut kept).await?;
    let kind = WorkKind::Listing;
    desk.store.work_done(connection, kind, &kept.done).await?;
    desk.store
        .postpone_work(connection, kind, &kept.postponed)
        .await?;
    Ok(())
}

/// Keeps what is known of it now.
pub(super) async fn keep(turn: &Turn<'_>, new: &NewListing) -> Result<(), Trouble> {
    for told in &new.told {
        turn.desk.meters.told(WorkKind::Listing, told.outcome);
    }
    let desk = turn.desk;
    let is_ours = desk.store.keep_listing(desk.fence(), new).await?;
    if is_ours { Ok(()) } else { Err(Trouble::Lost) }
}

/// With nothing else new.
pub(super) fn standing(case: &Case, standing: Standing) -> NewListing {
    NewListing {
        product: case.kept.product,
        standing,
        shop: None,
        pushed_revision: None,
        refusal: None,
        review: None,
        words: case.kept.words,
        told: Vec::new(),
    }
}

pub(super) fn told(
    turn: &Turn<'_>,
    case: &Case,
    what: ToldWhat,
    outcome: ToldOutcome,
    rule: String,
) -> NewTold {
    NewTold {
        id: turn.desk.ids.next(),
        product: case.kept.product,
        item: None,
        what,
        outcome,
        quantity: None,
        expected: None,
        found: None,
        rule,
    }
}

async fn delete(turn: &Turn<'_>, cases: Vec<Case>, kept: &mut Kept) -> Result<(), Trouble> {
    let desk = turn.desk;
    let ids: Vec<ShopProductId> = cases
        .iter()
        .filter_map(|case| case.kept.shop_product.clone())
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let outcomes = desk.push.delete(turn.to(), &ids).await?;
    for (case, outcome) in cases.into_iter().zip(outcomes) {
        let said = |outcome, rule| told(turn, &case, ToldWhat::Deleted, outcome, rule);
        match outcome {
            Outcome::Done(()) | Outcome::Missing => {
                let mut new = standing(&case, Standing::Deleted);
                new.told = vec![said(ToldOutcome::Done, String::new())];
                keep(turn, &new).await?;
                kept.done.push(case.work);
            }
            Outcome::Refused(refusal) => {
                let entry = said(ToldOutcome::Refused, of_refusal(&refusal));
                refused(turn, &case, refusal, entry).await?;
                kept.postponed.push(desk.failed(case.work));
            }
        }
    }
    Ok(())
}

pub(super) fn of_refusal(refusal: &Refusal) -> String {
    format!("{}: {}", refusal.why.as_str(), refusal.says)
}

/// The shop does not take it as it is. What is linked stays so.
pub(super) async fn refused(
    turn: &Turn<'_>,
    case: &Case,
    refusal: Refusal,
    entry: NewTold,
) -> Result<(), Trouble> {
    let is_linked = case.kept.shop_product.is_some();
    let mut new = standing(
        case,
        if is_linked {
            Standing::Linked
        } else {
            Standing::Refused
        },
    );
    new.refusal = Some(refusal);
    new.told = vec![entry];
    keep(turn, &new).await
}

/// What has to be told of a product of which the shop shows `shop`. `None`: nothing, or it cannot be told.
pub(super) async fn row(
    turn: &Turn<'_>,
    case: Case,
    shop: Option<ShopListing>,
    told_before: Vec<NewTold>,
    kept: &mut Kept,
) -> Result<Option<Row>, Trouble> {
    let desk = turn.desk;
    let (Some(shop), Some(view)) = (shop, case.kept.view.as_ref()) else {
        kept.done.push(case.work);
        return Ok(None);
    };
    let wanted = match wanted(turn, view) {
        Ok(wanted) => wanted,
        Err(refusal) => {
            let outcome = ToldOutcome::Refused;
            let entry = told(
                turn,
                &case,
                ToldWhat::Changed,
                outcome,
                of_refusal(&refusal),
            );
            refused(turn, &case, refusal, entry).await?;
            kept.postponed.push(desk.failed(case.work));
            return Ok(None);
        }
    };
    let change = change(&wanted, &shop, &turn.ownership_of(&case.kept));
    let revision = view.revision;
    if change.is_empty() {
        let mut new = standing(&case, Standing::Linked);
        new.shop = Some(shop);
        new.pushed_revision = Some(revision);
        new.told = told_before;
        keep(turn, &new).await?;
        kept.done.push(case.work);
        return Ok(None);
    }
    Ok(Some(Row {
        case,
        shop,
        wanted,
        change,
        revision,
        told: told_before,
    }))
}

pub(super) fn wanted(turn: &Turn<'_>, view: &ProductView) -> Result<Listing, Refusal> {
    let desk = turn.desk;
    desired(
        view,
        desk.connection(),
        &turn.terms,
        &*desk.push,
        &desk.public_url,
    )
}

/// What the shop shows is read. What has to be looked for is given back: it is not there any more and may be something
/// else, or an item of it may be what somebody made there.
async fn overwritten(
    turn: &Turn<'_>,
    cases: Vec<Case>,
    kept: &mut Kept,
) -> Result<(Vec<Row>, Vec<Case>), Trouble> {
    let ids: Vec<ShopProductId> = cases
        .iter()
        .filter_map(|case| case.kept.shop_product.clone())
        .collect();
    if ids.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let shown = turn.desk.push.read(turn.to(), &ids).await?;
    let mut shown: BTreeMap<ShopProductId, ShopListing> =
        shown.into_iter().map(|it| (it.id.clone(), it)).collect();
    let (mut rows, mut sought) = (Vec::new(), Vec::new());
    for case in cases {
        let id = case.kept.shop_product.as_ref();
        match id.and_then(|id| shown.remove(id)) {
            Some(shop) => {
                let shop = recognised(shop, &case.kept);
                if has_strangers(&shop, &case.kept) {
                    sought.push(case);
                } else {
                    rows.extend(row(turn, case, Some(shop), Vec::new(), kept).await?);
                }
            }
            None => sought.push(case),
        }
    }
    Ok((rows, sought))
}

/// Both sides have a variant that the other has not, as far as is known: they may be the same (WC-7).
fn has_strangers(shop: &ShopListing, kept: &KeptListing) -> bool {
    let has = |item| shop.variants.iter().any(|there| there.item == Some(item));
    let mut ours = kept.view.iter().flat_map(|view| &view.product.variants);
    shop.variants.iter().any(|there| there.item.is_none()) && ours.any(|ours| !has(ours.item))
}

async fn change_all(turn: &Turn<'_>, rows: Vec<Row>, kept: &mut Kept) -> Result<(), Trouble> {
    let desk = turn.desk;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<Row> = rows
            .by_ref()
            .take(desk.bounds().change_rows.max(1))
            .collect();
        let asked: Vec<ChangeRow> = some
            .iter()
            .map(|row| ChangeRow {
                shop: row.shop.clone(),
                wanted: row.wanted.clone(),
                change: row.change.clone(),
            })
            .collect();
        let outcomes = desk.push.change(turn.to(), &asked).await?;
        for (row, outcome) in some.into_iter().zip(outcomes) {
            changed(turn, row, outcome, kept).await?;
        }
    }
    Ok(())
}

async fn changed(
    turn: &Turn<'_>,
    row: Row,
    outcome: Outcome<Changed>,
    kept: &mut Kept,
) -> Result<(), Trouble> {
    let desk = turn.desk;
    let Row {
        case,
        shop,
        wanted,
        change,
        revision,
        told: mut entries,
    } = row;
    let words = words::of_change(&change);
    let said = |outcome, rule| told(turn, &case, ToldWhat::Changed, outcome, rule);
    let mut new = standing(&case, Standing::Linked);
    match outcome {
        Outcome::Done(answer) => {
            entries.push(said(ToldOutcome::Done, words));
            new.shop = Some(said::after(&shop, &wanted, &change, &answer));
            new.pushed_revision = Some(revision);
            kept.done.push(case.work);
        }
        // The listing, or a variant of it: it is read next.
        Outcome::Missing => {
            entries.push(said(ToldOutcome::Missing, words));
            new.shop = Some(shop);
            kept.postponed.push(desk.failed(case.work));
        }
        Outcome::Refused(refusal) => {
            let rule = format!("{words}; {}", of_refusal(&refusal));
            entries.push(said(ToldOutcome::Refused, rule));
            new.shop = Some(shop);
            new.refusal = Some(refusal);
            kept.postponed.push(desk.failed(case.work));
        }
    }
    new.told = entries;
    keep(turn, &new).await
}
