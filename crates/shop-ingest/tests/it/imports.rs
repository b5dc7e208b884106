//! Imports of past orders: looked through, planned, told, halted, cut off and gone on with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proto::connect as wire;
use retail::ShopOrderId;
use service_kit::within;
use tonic::Code;
use uuid::Uuid;

use crate::database::{RETAILER, connection_id};
use crate::import_books::{DELETED, ON_HAND};
use crate::import_client::Client;
use crate::running::{Running, ago};
use crate::stall::{AGE_LIMIT, DRAFT, GHOST, Mood, STRANGE, Shop, ShopOrder, UNSHIPPED};

const IMPORT: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0901);
const SECOND: Uuid = Uuid::from_u128(0x0195_c0de_0000_7000_8000_0000_0000_0902);
const DAY_S: i64 = 86_400;

/// A shop with orders of some days ago, four to a page.
fn shop(words: &[&str]) -> Shop {
    let orders = (1..).zip(words).map(|(number, word)| {
        let id = format!("{number:03}");
        ShopOrder::new(&id, ago(DAY_S * 10 + number), word)
    });
    Shop {
        orders: orders.collect(),
        orders_per_page: 4,
        ..Shop::default()
    }
}

fn counts(job: &wire::ImportJob) -> BTreeMap<wire::Verdict, i64> {
    let counts = job.counts.iter();
    counts
        .map(|count| (count.verdict(), count.orders))
        .collect()
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> BTreeSet<String> {
    numbers
        .into_iter()
        .map(|number| format!("{number:03}"))
        .collect()
}

#[tokio::test]
async fn r_2_an_import_is_planned_then_told_and_no_order_is_dropped() {
    let mut shop = shop(&[
        "sold", "sold", DRAFT, "sold", STRANGE, UNSHIPPED, DELETED, GHOST, "sold", "sold",
    ]);
    let too_old = ago(AGE_LIMIT.as_secs() + 60);
    shop.orders.push(ShopOrder::new("011", too_old, "sold"));
    // Nothing but ids is listed: each order is fetched.
    shop.lists_bodies = false;
    let running = Running::start(vec![shop]).await;
    let mut client = Client::of(&running);
    client.entitle().await;
    let started = client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    assert_eq!(started.state(), wire::ImportJobState::Scanning);
    let job = client.comes_to(IMPORT, wire::ImportJobState::Planned).await;
    assert_eq!(job.found, 11);
    assert_eq!(
        counts(&job),
        BTreeMap::from([
            (wire::Verdict::New, 5),
            (wire::Verdict::NotImported, 1),
            (wire::Verdict::TooOld, 1),
            (wire::Verdict::NoShippingMethod, 1),
            (wire::Verdict::DeletedProduct, 1),
            (wire::Verdict::UnknownStatus, 1),
            (wire::Verdict::Gone, 1),
        ])
    );
    assert_eq!((job.to_tell, job.told), (8, 0));
    let plan = client.plan(IMPORT).await;
    assert_eq!(plan.len(), 11);
    assert_eq!(plan["006"], wire::Verdict::NoShippingMethod);
    assert_eq!(plan["011"], wire::Verdict::TooOld);
    let levels = wire::ListPlannedLevelsRequest {
        retailer_id: RETAILER.to_string(),
        import_id: IMPORT.to_string(),
        ..Default::default()
    };
    let levels = client.imports.list_planned_levels(levels).await.unwrap();
    let levels = levels.into_inner().levels;
    // Over all pages together.
    assert_eq!(levels.len(), 1);
    let after = levels[0].on_hand_after.as_ref().unwrap();
    assert_eq!(after.value, (ON_HAND - 5).to_string());
    assert!(!levels[0].goes_negative);
    assert!(running.books.told().is_empty(), "nothing before the commit");

    client.commit(IMPORT).await.unwrap();
    client.commit(IMPORT).await.unwrap();
    let job = client
        .comes_to(IMPORT, wire::ImportJobState::Complete)
        .await;
    assert_eq!((job.to_tell, job.told), (8, 8));
    let told = running.books.imported(IMPORT);
    assert_eq!(told, ids([1, 2, 4, 5, 6, 7, 9, 10]));
    assert_eq!(running.books.told().len(), 8, "each once");
    assert_eq!(running.books.calls(IMPORT), ["begin", "complete"]);
    let known = running.shop(1, |shop| {
        shop.fetched
            .iter()
            .filter(|id| id.as_str() == "011")
            .count()
    });
    assert_eq!(known, 0, "what is too old is not even fetched");

    // Everything again: it is known, and nothing is told.
    client.start(SECOND, wire::ImportKind::New).await.unwrap();
    let job = client.comes_to(SECOND, wire::ImportJobState::Planned).await;
    assert_eq!(counts(&job)[&wire::Verdict::Known], 8);
    assert_eq!(job.to_tell, 0);
    client.commit(SECOND).await.unwrap();
    client
        .comes_to(SECOND, wire::ImportJobState::Complete)
        .await;
    assert_eq!(running.books.told().len(), 8);
}

#[tokio::test]
async fn bc_06_and_wc_05_imports_are_off_until_an_operator_allows_them() {
    let running = Running::start(vec![shop(&["sold"])]).await;
    let mut client = Client::of(&running);
    let refused = client.start(IMPORT, wire::ImportKind::All).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    // A repeat is the same one, and another has to wait.
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    let refused = client.start(SECOND, wire::ImportKind::All).await;
    assert_eq!(refused.unwrap_err().code(), Code::FailedPrecondition);
}

#[tokio::test]
async fn r_2_an_import_goes_on_where_it_was_cut_off() {
    const ORDERS: usize = 30;
    let mut shop = shop(&["sold"; ORDERS]);
    shop.fails_from_page = Some(3);
    let mut running = Running::start(vec![shop]).await;
    let mut client = Client::of(&running);
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    within(async || (client.job(IMPORT).await.failures > 0).then_some(())).await;
    let job = client.job(IMPORT).await;
    assert_eq!(
        (job.state(), job.found),
        (wire::ImportJobState::Scanning, 12)
    );
    running.crash().await;
    running.shop(1, |shop| {
        shop.fails_from_page = None;
        shop.listed.clear();
    });
    running.serve().await;
    let mut client = Client::of(&running);
    client.comes_to(IMPORT, wire::ImportJobState::Planned).await;
    let pages: Vec<Option<String>> = running.shop(1, |shop| {
        let listed = shop.listed.iter();
        // The poller asks for what has changed lately.
        let past = listed.filter(|(since, _)| *since < ago(DAY_S));
        past.map(|(_, after)| after.clone()).collect()
    });
    assert_eq!(
        pages.first(),
        Some(&Some("3".to_owned())),
        "not from the start"
    );
    assert_eq!(client.job(IMPORT).await.found, 30);

    // Killed again and again while it tells the ledger.
    client.commit(IMPORT).await.unwrap();
    let mut pause = Duration::from_millis(40);
    loop {
        tokio::time::sleep(pause).await;
        pause += Duration::from_millis(150);
        running.crash().await;
        running.serve().await;
        let mut client = Client::of(&running);
        if client.job(IMPORT).await.state() == wire::ImportJobState::Complete {
            break;
        }
    }
    assert_eq!(running.books.imported(IMPORT), ids(1..=ORDERS));
    assert_eq!(running.books.told().len(), ORDERS, "each once");
}

#[tokio::test]
async fn r_2_an_import_is_halted_and_stopped_by_people_and_waits_for_the_ledger() {
    use std::sync::atomic::Ordering;

    let shop = Shop {
        mood: Mood::Busy(Duration::from_secs(1)),
        ..shop(&["sold"; 9])
    };
    let running = Running::start(vec![shop]).await;
    let mut client = Client::of(&running);
    client.entitle().await;
    // Without the ledger none is begun (POS-10), and one that was waits for it.
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    running.books.is_away.store(true, Ordering::Relaxed);
    running.shop(1, |shop| shop.mood = Mood::Well);
    within(async || {
        let job = client.job(IMPORT).await;
        (job.failures > 0 && job.last_failure.contains("ledger")).then_some(())
    })
    .await;
    assert!(client.pause(IMPORT).await.paused);
    running.books.is_away.store(false, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(5)).await;
    let job = client.job(IMPORT).await;
    assert_eq!(
        (job.state(), job.found),
        (wire::ImportJobState::Scanning, 0)
    );
    // What is not planned yet is not told.
    let refused = client.commit(IMPORT).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    client.resume(IMPORT).await;
    client.comes_to(IMPORT, wire::ImportJobState::Planned).await;
    client.cancel(IMPORT).await;
    client
        .comes_to(IMPORT, wire::ImportJobState::Cancelled)
        .await;
    assert_eq!(
        client.cancel(IMPORT).await.state(),
        wire::ImportJobState::Cancelled
    );
    assert!(running.books.told().is_empty());
    assert_eq!(running.books.calls(IMPORT), Vec::<&str>::new());
    // What is cancelled keeps no order, and makes room.
    assert_eq!(client.job(IMPORT).await.to_tell, 0);
    client.start(SECOND, wire::ImportKind::All).await.unwrap();
    let job = client.comes_to(SECOND, wire::ImportJobState::Planned).await;
    assert_eq!(counts(&job)[&wire::Verdict::New], 9);
}

#[tokio::test]
async fn nobody_sees_another_retailers_imports() {
    let running = Running::start(vec![shop(&["sold"])]).await;
    let mut client = Client::of(&running);
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    let foreign = wire::GetImportJobRequest {
        retailer_id: Uuid::from_u128(99).to_string(),
        import_id: IMPORT.to_string(),
    };
    let refused = client.imports.get_import_job(foreign).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let foreign = wire::SetImportEntitlementRequest {
        retailer_id: Uuid::from_u128(99).to_string(),
        connection_id: connection_id(1).to_string(),
        entitled: true,
    };
    let refused = client.imports.set_import_entitlement(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    let own = wire::ListImportJobsRequest {
        retailer_id: RETAILER.to_string(),
    };
    let own = client.imports.list_import_jobs(own).await.unwrap();
    assert_eq!(own.into_inner().jobs.len(), 1);
}

#[tokio::test]
async fn wc_10_a_scan_that_loses_its_place_begins_again_and_counts_each_order_once() {
    let mut shop = shop(&["sold"; 12]);
    shop.fails_from_page = Some(2);
    let running = Running::start(vec![shop]).await;
    let mut client = Client::of(&running);
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    within(async || (client.job(IMPORT).await.failures > 0).then_some(())).await;
    assert_eq!(client.job(IMPORT).await.found, 8);
    running.shop(1, |shop| {
        shop.fails_from_page = None;
        shop.has_forgotten_pages = true;
        shop.listed.clear();
    });
    let job = client.comes_to(IMPORT, wire::ImportJobState::Planned).await;
    assert_eq!(counts(&job), BTreeMap::from([(wire::Verdict::New, 12)]));
    let pages: Vec<Option<String>> = running.shop(1, |shop| {
        let listed = shop.listed.iter();
        let past = listed.filter(|(since, _)| *since < ago(DAY_S));
        past.map(|(_, after)| after.clone()).collect()
    });
    let token = |page: &str| Some(page.to_owned());
    assert_eq!(pages, [token("2"), None, token("1"), token("2")]);
    let levels = wire::ListPlannedLevelsRequest {
        retailer_id: RETAILER.to_string(),
        import_id: IMPORT.to_string(),
        ..Default::default()
    };
    let levels = client.imports.list_planned_levels(levels).await.unwrap();
    let after = levels.into_inner().levels[0].on_hand_after.clone().unwrap();
    assert_eq!(after.value, (ON_HAND - 12).to_string(), "and deducted once");
}

#[tokio::test]
async fn r_2_what_was_fetched_of_a_page_is_kept_when_the_rest_cannot_be() {
    let mut shop = shop(&["sold"; 10]);
    shop.lists_bodies = false;
    shop.orders_per_page = 50;
    shop.away_for = Some(ShopOrderId::new("006").unwrap());
    let running = Running::start(vec![shop]).await;
    let mut client = Client::of(&running);
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    within(async || (client.job(IMPORT).await.failures > 0).then_some(())).await;
    let job = client.job(IMPORT).await;
    assert_eq!(
        (job.state(), job.found),
        (wire::ImportJobState::Scanning, 5)
    );
    running.shop(1, |shop| shop.away_for = None);
    let job = client.comes_to(IMPORT, wire::ImportJobState::Planned).await;
    assert_eq!(job.found, 10);
    let fetched = running.shop(1, |shop| shop.fetched.clone());
    for id in ids(1..=5) {
        let times = fetched.iter().filter(|fetched| fetched.as_str() == id);
        assert_eq!(times.count(), 1, "{id}");
    }
}

#[tokio::test]
async fn wc_11_an_order_that_a_person_names_is_fetched_whatever_its_age_each_time() {
    let mut shop = shop(&["sold"]);
    let too_old = ago(AGE_LIMIT.as_secs() * 10);
    shop.orders.push(ShopOrder::new("002", too_old, "sold"));
    let running = Running::start(vec![shop]).await;
    let mut client = Client::of(&running);
    let request = |retailer: Uuid| wire::ImportOrderRequest {
        retailer_id: retailer.to_string(),
        connection_id: connection_id(1).to_string(),
        order_id: "002".to_owned(),
    };
    for times in 1..=2 {
        client
            .imports
            .import_order(request(RETAILER.uuid()))
            .await
            .unwrap();
        within(async || {
            let fetched = running.shop(1, |shop| shop.fetched.len());
            (fetched == times).then_some(())
        })
        .await;
    }
    within(async || (running.books.told().len() == 1).then_some(())).await;
    assert_eq!(running.books.told()[0].order, "002");
    let foreign = request(Uuid::from_u128(99));
    let refused = client.imports.import_order(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
}
