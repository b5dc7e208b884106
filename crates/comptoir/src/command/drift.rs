//! Where shops show something else than the catalogue wants.

use anyhow::bail;
use clap::ValueEnum as _;
use proto::catalog as wire;
use proto::convert::instant_into;
use proto::ledger::Act;
use retail::{ConnectionId, ProductId, Sku};
use serde::Serialize;
use uuid::Uuid;

use super::Place;
use super::channels::field_into;
use super::parked::act;
use crate::api::{Catalog, RepairAnswer};
use crate::arguments::{Drift, DriftArguments, DriftKind, PageArguments, Repair, RepairArguments};
use crate::exit::Exit;
use crate::output::{Screen, count};
use crate::tables;
use crate::view;

/// Pages of what conditions find, at most.
const PAGES_LIMIT: u32 = 10_000;
/// Entries of one page.
const PAGE: i32 = 500;
/// Entries of one repair.
const ENTRIES_AT_ONCE: usize = 500;

#[derive(Serialize)]
struct List {
    drift: Vec<view::DriftEntry>,
    next_page_token: Option<String>,
    total: i64,
    /// Products that are still to be looked at.
    waiting: i64,
}

#[derive(Serialize)]
struct Scanned {
    products: i64,
}

#[derive(Serialize)]
struct Done {
    repaired: i64,
    refused: Vec<view::RefusedRepair>,
}

pub(crate) async fn drift(screen: Screen, place: &Place, command: Drift) -> anyhow::Result<Exit> {
    let catalog = place.catalog()?;
    match command {
        Drift::List { filter, page } => list(screen, &catalog, filter, page).await?,
        Drift::Scan {
            connection,
            products,
            act: asked,
        } => {
            let asked = act(asked);
            scan(screen, &catalog, connection, &products, asked).await?;
        }
        Drift::Repair(asked) => return repair(screen, &catalog, *asked).await,
    }
    Ok(Exit::Done)
}

async fn list(
    screen: Screen,
    catalog: &Catalog,
    filter: DriftArguments,
    page: PageArguments,
) -> anyhow::Result<()> {
    let PageArguments { limit, page_token } = page;
    let found = catalog.drift(filter_into(filter), limit, page_token);
    let (page, total, waiting) = found.await?;
    if screen.is_json() {
        return screen.json(&List {
            drift: page.rows,
            next_page_token: page.next,
            total,
            waiting,
        });
    }
    tables::drifts(screen, &page.rows);
    if waiting > 0 {
        let products = count(usize::try_from(waiting)?, "product");
        screen.line(format_args!("{products} still to be looked at"));
    }
    tables::next_page(screen, page.next.as_deref());
    Ok(())
}

async fn scan(
    screen: Screen,
    catalog: &Catalog,
    connection: ConnectionId,
    products: &[ProductId],
    asked: Act,
) -> anyhow::Result<()> {
    let products = catalog.scan_drift(connection, products, asked).await?;
    if screen.is_json() {
        return screen.json(&Scanned { products });
    }
    let products = count(usize::try_from(products)?, "product");
    screen.line(format_args!(
        "{products} to be looked at: `comptoir drift list` says what differs"
    ));
    Ok(())
}

async fn repair(screen: Screen, catalog: &Catalog, asked: RepairArguments) -> anyhow::Result<Exit> {
    let RepairArguments {
        how,
        entries,
        filter,
        everything,
        act: asked,
    } = asked;
    if entries.is_empty() && !filter.is_narrow() && !everything {
        bail!("about what? name entries or conditions, or say --everything");
    }
    let asked = act(asked);
    let done = if entries.is_empty() {
        of_filter(catalog, &filter_into(filter), how, &asked).await?
    } else {
        of_entries(catalog, &entries, how, &asked).await?
    };
    let exit = if done.refused.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    };
    if screen.is_json() {
        let RepairAnswer { repaired, refused } = done;
        screen.json(&Done { repaired, refused })?;
    } else {
        tables::repaired(screen, done.repaired, &done.refused);
    }
    Ok(exit)
}

/// All that the conditions find by now and that can be repaired so, each once.
async fn of_filter(
    catalog: &Catalog,
    filter: &wire::DriftFilter,
    how: Repair,
    asked: &Act,
) -> anyhow::Result<RepairAnswer> {
    let found = repairable(catalog, filter, how).await?;
    let entries: Vec<Uuid> = found.into_iter().map(|(_, entry)| entry).collect();
    // Asked again it may find others, which is another act.
    let first: Uuid = asked.request_id.parse()?;
    let found: Vec<u8> = entries.iter().flat_map(Uuid::as_bytes).copied().collect();
    let asked = Act {
        request_id: Uuid::new_v5(&first, &found).to_string(),
        ..asked.clone()
    };
    of_entries(catalog, &entries, how, &asked).await
}

/// Those of one product together: what is taken over of it is saved at once.
async fn repairable(
    catalog: &Catalog,
    filter: &wire::DriftFilter,
    how: Repair,
) -> anyhow::Result<Vec<(String, Uuid)>> {
    let name = how.to_possible_value();
    let name = name.as_ref().map_or("", |value| value.get_name());
    let (mut found, mut token) = (Vec::new(), String::new());
    for _ in 0..PAGES_LIMIT {
        let (page, ..) = catalog.drift(filter.clone(), PAGE, token).await?;
        for entry in page.rows {
            if entry.repairs.contains(&name) {
                found.push((entry.product_id, entry.drift_id.parse()?));
            }
        }
        let Some(next) = page.next else { break };
        token = next;
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

async fn of_entries(
    catalog: &Catalog,
    entries: &[Uuid],
    how: Repair,
    asked: &Act,
) -> anyhow::Result<RepairAnswer> {
    let mut all = RepairAnswer::default();
    for (round, some) in (0..).zip(entries.chunks(ENTRIES_AT_ONCE)) {
        let drift_ids = some.iter().map(Uuid::to_string).collect();
        let ids = wire::DriftIds { drift_ids };
        let act = nth(asked, round)?;
        let some = catalog.repair_drift(ids, repair_into(how), act).await?;
        all.repaired += some.repaired;
        all.refused.extend(some.refused);
    }
    Ok(all)
}

/// The same act asks its nth question under the same id.
fn nth(asked: &Act, round: u32) -> anyhow::Result<Act> {
    if round == 0 {
        return Ok(asked.clone());
    }
    let first: Uuid = asked.request_id.parse()?;
    Ok(Act {
        request_id: Uuid::new_v5(&first, &round.to_be_bytes()).to_string(),
        ..asked.clone()
    })
}

fn filter_into(filter: DriftArguments) -> wire::DriftFilter {
    let DriftArguments {
        connection,
        kind,
        field,
        product,
        sku,
        before,
    } = filter;
    let connection = connection.map(|id: ConnectionId| id.to_string());
    let product = product.map(|id: ProductId| id.to_string());
    let field = field.map_or(wire::ListingField::Unspecified, field_into);
    wire::DriftFilter {
        connection_id: connection.unwrap_or_default(),
        kind: kind.map_or(wire::DriftKind::Unspecified, kind_into).into(),
        field: field.into(),
        product_id: product.unwrap_or_default(),
        sku: sku.map(|sku: Sku| sku.to_string()).unwrap_or_default(),
        since_before: before.map(instant_into),
    }
}

const fn kind_into(kind: DriftKind) -> wire::DriftKind {
    match kind {
        DriftKind::OversellRisk => wire::DriftKind::OversellRisk,
        DriftKind::MissingInShop => wire::DriftKind::MissingInShop,
        DriftKind::ExtraInShop => wire::DriftKind::ExtraInShop,
        DriftKind::Refused => wire::DriftKind::Refused,
        DriftKind::EditedInShop => wire::DriftKind::EditedInShop,
        DriftKind::EditedOnBothSides => wire::DriftKind::EditedOnBothSides,
        DriftKind::NotToldYet => wire::DriftKind::NotToldYet,
        DriftKind::OrderOnItsWay => wire::DriftKind::OrderOnItsWay,
    }
}

const fn repair_into(repair: Repair) -> wire::DriftRepair {
    match repair {
        Repair::TellShop => wire::DriftRepair::TellShop,
        Repair::TakeOver => wire::DriftRepair::TakeOver,
        Repair::Accept => wire::DriftRepair::Accept,
        Repair::CreateAgain => wire::DriftRepair::CreateAgain,
        Repair::Unlink => wire::DriftRepair::Unlink,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proto::catalog::repair_drift_request::Entries;
    use retail::RetailerId;
    use service_kit::{StandIn, operator};
    use tokio::task::JoinSet;

    use super::*;

    /// The nth thing that differs. Of two products in turn.
    fn entry(number: u128) -> wire::DriftEntry {
        let at = Some(instant_into("2026-11-21T14:00:00Z".parse().unwrap()));
        wire::DriftEntry {
            drift_id: Uuid::from_u128(number).to_string(),
            product_id: Uuid::from_u128(number % 2).to_string(),
            kind: wire::DriftKind::EditedInShop.into(),
            since: at,
            seen_at: at,
            repairs: vec![wire::DriftRepair::TakeOver.into()],
            ..wire::DriftEntry::default()
        }
    }

    #[tokio::test]
    async fn r_05_what_is_refused_is_said_once_and_keeps_no_other_from_being_repaired() {
        // Three pages of 400, of which the first two are refused; the last entry is another kind of thing.
        let list = |request: wire::ListDriftRequest| {
            let page: u128 = request.page_token.parse().unwrap_or_default();
            let mut entries: Vec<_> = (page * 400..(page + 1) * 400).map(entry).collect();
            if page == 2 {
                entries[399].repairs = vec![wire::DriftRepair::Accept.into()];
            }
            Ok(wire::ListDriftResponse {
                entries,
                next_page_token: if page < 2 {
                    (page + 1).to_string()
                } else {
                    String::new()
                },
                total: 1_200,
                waiting: 0,
            })
        };
        let asked: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let heard = asked.clone();
        let repair = move |request: wire::RepairDriftRequest| {
            let Some(Entries::Ids(ids)) = request.entries else {
                return Ok(wire::RepairDriftResponse::default());
            };
            heard.lock().unwrap().push(ids.drift_ids.clone());
            let is_refused = |id: &String| id.parse::<Uuid>().unwrap().as_u128() < 800;
            let (refused, done): (Vec<_>, Vec<_>) = ids.drift_ids.into_iter().partition(is_refused);
            let refused = refused.into_iter().map(|drift_id| wire::RefusedRepair {
                drift_id,
                reason: "no".to_owned(),
            });
            Ok(wire::RepairDriftResponse {
                repaired: i64::try_from(done.len()).unwrap(),
                refused: refused.collect(),
                remaining: 0,
            })
        };
        let mut serving = JoinSet::new();
        let url = StandIn::default()
            .answers("comptoir.catalog.v1.Drift/ListDrift", list)
            .answers("comptoir.catalog.v1.Drift/RepairDrift", repair)
            .serve(&mut serving)
            .await;
        let retailer = RetailerId::new(Uuid::from_u128(1));
        let catalog = Catalog::at(&url, operator(), retailer).unwrap();
        let act = Act {
            request_id: Uuid::from_u128(2).to_string(),
            ..Act::default()
        };
        let filter = wire::DriftFilter::default();
        let done = of_filter(&catalog, &filter, Repair::TakeOver, &act).await;
        let done = done.unwrap();
        assert_eq!((done.repaired, done.refused.len()), (399, 800));
        let asked = asked.lock().unwrap();
        let sizes: Vec<usize> = asked.iter().map(Vec::len).collect();
        assert_eq!(sizes, [500, 500, 199]);
        let of_one_product = |id: &String| id.parse::<Uuid>().unwrap().as_u128() % 2 == 0;
        assert!(
            asked[0].iter().all(of_one_product),
            "its entries stay together"
        );
    }
}
