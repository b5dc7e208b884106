//! Products that no listing is known of: the shop is asked whether it has them, and they are made where it has not.

use retail::listing::{ShopListing, ShopProductId};
use shop::push::{Outcome, Sought};

use super::Trouble;
use super::desired::recognised;
use super::desk::Turn;
use super::link::{Link, link};
use super::listings::{Case, Kept, Row, keep, of_refusal, refused, row, standing, told, wanted};
use crate::store::{ProductView, Standing, ToldOutcome, ToldWhat};

/// Those that the shop may have: it is asked before anything is made, so that nothing is made twice.
pub(super) async fn linked(
    turn: &Turn<'_>,
    cases: Vec<Case>,
    kept: &mut Kept,
) -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::new();
    for case in cases {
        let Some(view) = case.kept.view.as_ref() else {
            kept.done.push(case.work);
            continue;
        };
        match find(turn, view).await? {
            Link::To(listing) => {
                let rule = format!("it is the shop's {}", listing.id.as_str());
                let entry = told(turn, &case, ToldWhat::Linked, ToldOutcome::Done, rule);
                rows.extend(row(turn, case, Some(*listing), vec![entry], kept).await?);
            }
            Link::Make => rows.extend(make(turn, case, kept).await?),
            Link::Review(candidates) => {
                let mut new = standing(&case, Standing::Review);
                new.candidates = candidates;
                keep(turn, &new).await?;
                kept.done.push(case.work);
            }
        }
    }
    Ok(rows)
}

async fn find(turn: &Turn<'_>, view: &ProductView) -> Result<Link, Trouble> {
    let desk = turn.desk;
    let product = &view.product;
    let skus: Vec<_> = product
        .variants
        .iter()
        .filter_map(|it| it.sku.clone())
        .collect();
    let mut found: Vec<ShopListing> = Vec::new();
    let mut products = vec![product.id];
    for some in skus
        .chunks(desk.bounds().read_rows.max(1))
        .chain(skus.is_empty().then_some(&[][..]))
    {
        let sought = Sought {
            products: std::mem::take(&mut products),
            skus: some.to_vec(),
        };
        for listing in desk.push.find(turn.to(), &sought).await? {
            if found.iter().all(|known| known.id != listing.id) {
                found.push(listing);
            }
        }
    }
    let ids: Vec<&ShopProductId> = found.iter().map(|listing| &listing.id).collect();
    let taken = desk.store.linked_products(desk.connection(), &ids).await?;
    Ok(link(product, &found, &taken.into_iter().collect()))
}

/// Makes it, hidden (EC-8); what it is to be besides is told with the others.
async fn make(turn: &Turn<'_>, mut case: Case, kept: &mut Kept) -> Result<Option<Row>, Trouble> {
    let desk = turn.desk;
    let Some(view) = case.kept.view.as_ref() else {
        kept.done.push(case.work);
        return Ok(None);
    };
    let made = match wanted(turn, view) {
        Ok(wanted) => {
            let ownership = turn.ownership();
            let made = desk.push.create(turn.to(), &wanted, &ownership);
            made.await?
        }
        Err(refusal) => Outcome::Refused(refusal),
    };
    let shop = match made {
        Outcome::Done(shop) => shop,
        Outcome::Missing => {
            kept.postponed.push(desk.failed(case.work));
            return Ok(None);
        }
        Outcome::Refused(refusal) => {
            let outcome = ToldOutcome::Refused;
            let entry = told(
                turn,
                &case,
                ToldWhat::Created,
                outcome,
                of_refusal(&refusal),
            );
            refused(turn, &case, refusal, entry).await?;
            kept.postponed.push(desk.failed(case.work));
            return Ok(None);
        }
    };
    let shop = recognised(shop, &case.kept);
    // At once: what comes next may fail, and it is there.
    let mut new = standing(&case, Standing::Linked);
    let rule = format!("hidden, as the shop's {}", shop.id.as_str());
    new.told = vec![told(
        turn,
        &case,
        ToldWhat::Created,
        ToldOutcome::Done,
        rule,
    )];
    new.shop = Some(shop.clone());
    keep(turn, &new).await?;
    case.kept.shop_product = Some(shop.id.clone());
    row(turn, case, Some(shop), Vec::new(), kept).await
}
