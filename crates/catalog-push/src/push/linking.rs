//! Products that no listing is known of: the shop is asked whether it has them, and they are made where it has not.

use std::collections::BTreeMap;

use retail::ShopVariantId;
use retail::listing::link::{Doubt, LinkedProduct, Verdict};
use retail::listing::{ShopListing, ShopProductId};
use shop::push::Outcome;

use super::Trouble;
use super::candidates::{Found, found};
use super::desired::recognised;
use super::desk::Turn;
use super::listings::{Case, Kept, Row, keep, of_refusal, refused, row, standing, told, wanted};
use crate::store::{ItemDoubt, KeptListing, Review, Standing, ToldOutcome, ToldWhat};

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
        let Found { linked, listings } = found(turn, &case.kept, &view.product).await?;
        let doubts = item_doubts(&linked);
        match &linked.verdict {
            // The stock of what is linked is told, whatever becomes of what is new.
            Verdict::Linked { to, by: _ } if !doubts.is_empty() && is_linked_to(&case, to) => {
                let mut new = standing(&case, Standing::Linked);
                new.review = Some(Review {
                    why: None,
                    candidates: Vec::new(),
                    items: doubts,
                });
                keep(turn, &new).await?;
                kept.done.push(case.work);
            }
            Verdict::Linked { to, by: _ } if !doubts.is_empty() => {
                let review = Review {
                    why: None,
                    candidates: vec![to.clone()],
                    items: doubts,
                };
                keep_review(turn, &case, review, kept).await?;
            }
            Verdict::Linked { to, by } => {
                let listing = listings.into_iter().find(|listing| listing.id == *to);
                let listing = listing.map(|listing| named(listing, &case.kept, &linked));
                let rule = format!("it is the shop's {}, {}", to.as_str(), by.words());
                let entry = told(turn, &case, ToldWhat::Linked, ToldOutcome::Done, rule);
                let news = (!is_linked_to(&case, to)).then_some(entry);
                rows.extend(row(turn, case, listing, Vec::from_iter(news), kept).await?);
            }
            Verdict::Review { why, candidates } => {
                let review = Review {
                    why: Some(*why),
                    candidates: candidates.clone(),
                    items: Vec::new(),
                };
                keep_review(turn, &case, review, kept).await?;
            }
            Verdict::Missing(_) => missing(turn, &case, kept).await?,
            // EC-7: it is made again by a person's word alone.
            Verdict::OnlyHere if case.kept.standing == Standing::Missing => {
                kept.done.push(case.work);
            }
            Verdict::OnlyHere if case.kept.is_missed => missing(turn, &case, kept).await?,
            Verdict::OnlyHere => rows.extend(make(turn, case, kept).await?),
        }
    }
    Ok(rows)
}

/// Whether that is known, and no news.
fn is_linked_to(case: &Case, to: &ShopProductId) -> bool {
    case.kept.standing == Standing::Linked && case.kept.shop_product.as_ref() == Some(to)
}

fn item_doubts(linked: &LinkedProduct) -> Vec<ItemDoubt> {
    let items = linked.items.iter();
    let doubts = items.filter_map(|(item, verdict)| match verdict {
        Verdict::Review { why, candidates } => Some(ItemDoubt {
            item: *item,
            why: *why,
            candidates: candidates.clone(),
        }),
        Verdict::Linked { .. } | Verdict::Missing(_) | Verdict::OnlyHere => None,
    });
    doubts.collect()
}

/// The listing with its variants named: ours as they were linked, and what was ours and left the product.
fn named(mut listing: ShopListing, kept: &KeptListing, linked: &LinkedProduct) -> ShopListing {
    listing = recognised(listing, kept);
    let items = linked.items.iter();
    let items: BTreeMap<&ShopVariantId, _> = items
        .filter_map(|(item, verdict)| match verdict {
            Verdict::Linked { to, by: _ } => Some((to, *item)),
            Verdict::Review { .. } | Verdict::Missing(_) | Verdict::OnlyHere => None,
        })
        .collect();
    let is_ours = |item| linked.items.iter().any(|(ours, _)| *ours == item);
    for variant in &mut listing.variants {
        let was = variant.item.filter(|item| !is_ours(*item));
        variant.item = items.get(&variant.id).copied().or(was);
    }
    listing
}

async fn keep_review(
    turn: &Turn<'_>,
    case: &Case,
    review: Review,
    kept: &mut Kept,
) -> Result<(), Trouble> {
    let mut new = standing(case, Standing::Review);
    new.review = Some(review);
    keep(turn, &new).await?;
    kept.done.push(case.work);
    Ok(())
}

async fn missing(turn: &Turn<'_>, case: &Case, kept: &mut Kept) -> Result<(), Trouble> {
    let mut new = standing(case, Standing::Missing);
    let rule = "the shop has it no more".to_owned();
    let outcome = ToldOutcome::Missing;
    new.told = vec![told(turn, case, ToldWhat::Changed, outcome, rule)];
    keep(turn, &new).await?;
    kept.done.push(case.work);
    Ok(())
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
            let ownership = turn.ownership_of(&case.kept);
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
    if case.kept.not_these.contains(&shop.id) {
        // What bears our note, or its name, is what shops give back when they are told twice.
        let review = Review {
            why: Some(Doubt::NoSecond),
            candidates: vec![shop.id],
            items: Vec::new(),
        };
        keep_review(turn, &case, review, kept).await?;
        return Ok(None);
    }
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
