//! Imports of past orders: looked through, planned, told, halted, cut off and gone on with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proto::connect as wire;
use proto::connect::imports_client::ImportsClient;
use tonic::Code;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::database::{RETAILER, connection_id};
use crate::import_books::{DELETED, ON_HAND};
use crate::running::{Running, ago, within};
use crate::stall::{AGE_LIMIT, DRAFT, GHOST, STRANGE, Shop, ShopOrder, UNSHIPPED};

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

struct Client {
    imports: ImportsClient<Channel>,
}

impl Client {
    async fn of(running: &Running) -> Self {
        let imports = ImportsClient::connect(running.grpc.clone()).await.unwrap();
        Self { imports }
    }

    async fn entitle(&mut self) {
        let request = wire::SetImportEntitlementRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: connection_id(1).to_string(),
            entitled: true,
        };
        self.imports.set_import_entitlement(request).await.unwrap();
    }

    async fn start(
        &mut self,
        import: Uuid,
        kind: wire::ImportKind,
    ) -> Result<wire::ImportJob, tonic::Status> {
        let request = wire::StartImportRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: connection_id(1).to_string(),
            import_id: import.to_string(),
            kind: kind.into(),
            since: None,
        };
        let started = self.imports.start_import(request).await?;
        Ok(started.into_inner().job.unwrap())
    }

    async fn job(&mut self, import: Uuid) -> wire::ImportJob {
        let request = wire::GetImportJobRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.get_import_job(request).await.unwrap();
        job.into_inner().job.unwrap()
    }

    /// Until the import is there.
    async fn comes_to(&mut self, import: Uuid, state: wire::ImportJobState) -> wire::ImportJob {
        within(async || {
            let job = self.job(import).await;
            (job.state() == state).then_some(job)
        })
        .await
    }

    async fn commit(&mut self, import: Uuid) -> Result<wire::ImportJob, tonic::Status> {
        let request = wire::CommitImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.commit_import(request).await?;
        Ok(job.into_inner().job.unwrap())
    }

    async fn cancel(&mut self, import: Uuid) -> wire::ImportJob {
        let request = wire::CancelImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.cancel_import(request).await.unwrap();
        job.into_inner().job.unwrap()
    }

    async fn pause(&mut self, import: Uuid) -> wire::ImportJob {
        let request = wire::PauseImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        let job = self.imports.pause_import(request).await.unwrap();
        job.into_inner().job.unwrap()
    }

    async fn resume(&mut self, import: Uuid) {
        let request = wire::ResumeImportRequest {
            retailer_id: RETAILER.to_string(),
            import_id: import.to_string(),
        };
        self.imports.resume_import(request).await.unwrap();
    }

    /// All orders of the plan with what is to come of them, read in small pages.
    async fn plan(&mut self, import: Uuid) -> BTreeMap<String, wire::Verdict> {
        let mut plan = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let request = wire::ListPlannedOrdersRequest {
                retailer_id: RETAILER.to_string(),
                import_id: import.to_string(),
                verdict: wire::Verdict::Unspecified.into(),
                page_size: 3,
                page_token,
            };
            let page = self.imports.list_planned_orders(request).await.unwrap();
            let page = page.into_inner();
            for order in page.orders {
                let verdict = order.verdict();
                assert_eq!(plan.insert(order.order_id, verdict), None, "each once");
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return plan;
            }
        }
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
    let mut client = Client::of(&running).await;
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
    let mut client = Client::of(&running).await;
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
    let mut client = Client::of(&running).await;
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
    let mut client = Client::of(&running).await;
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
        let mut client = Client::of(&running).await;
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

    let running = Running::start(vec![shop(&["sold"; 9])]).await;
    running.books.is_away.store(true, Ordering::Relaxed);
    let mut client = Client::of(&running).await;
    client.entitle().await;
    client.start(IMPORT, wire::ImportKind::All).await.unwrap();
    within(async || (client.job(IMPORT).await.failures > 0).then_some(())).await;
    assert!(client.job(IMPORT).await.last_failure.contains("ledger"));
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
    let mut client = Client::of(&running).await;
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
