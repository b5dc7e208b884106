//! What a retailer's plan lets it begin, and what goes on without (POS-10). The ledger keeps plans.

use std::sync::atomic::Ordering;

use proto::connect as wire;
use proto::ledger;
use proto::ledger::entitlements_server::Entitlements;
use service_kit::within;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::books::Books;
use crate::database::{RETAILER, connection_id, platform};
use crate::import_client::Client;
use crate::linking::{client, disconnect_request, link_request, some_rounds};
use crate::running::{Running, ago};
use crate::settings::get;
use crate::stall::{Shop, ShopOrder, WHOLE};

/// The plan that the tests' own ledger tells of.
fn plan(integrations: &[&str], options: &[ledger::PlanOption]) -> ledger::RetailerPlan {
    ledger::RetailerPlan {
        plan: "starter".to_owned(),
        integrations: Some(ledger::Integrations {
            all_but: false,
            platforms: integrations.iter().map(ToString::to_string).collect(),
        }),
        options: options.iter().map(|option| (*option).into()).collect(),
        ..ledger::RetailerPlan::default()
    }
}

#[tonic::async_trait]
impl Entitlements for Books {
    /// Everything, until a test says otherwise.
    async fn get_entitlements(
        &self,
        request: Request<ledger::GetEntitlementsRequest>,
    ) -> Result<Response<ledger::GetEntitlementsResponse>, Status> {
        self.answers()?;
        assert_eq!(request.into_inner().retailer_id, RETAILER.to_string());
        let told = self.plan.lock().unwrap().clone();
        let told = told.unwrap_or_else(|| ledger::RetailerPlan {
            plan: "full".to_owned(),
            integrations: Some(ledger::Integrations {
                all_but: true,
                platforms: Vec::new(),
            }),
            options: (1..=4).collect(),
            ..ledger::RetailerPlan::default()
        });
        Ok(Response::new(ledger::GetEntitlementsResponse {
            retailer_plan: Some(told),
        }))
    }

    async fn set_plan(
        &self,
        _: Request<ledger::SetPlanRequest>,
    ) -> Result<Response<ledger::SetPlanResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }

    async fn list_plans(
        &self,
        _: Request<ledger::ListPlansRequest>,
    ) -> Result<Response<ledger::ListPlansResponse>, Status> {
        Err(Status::unimplemented("not asked for here"))
    }
}

impl Running {
    fn set_plan(&self, plan: ledger::RetailerPlan) {
        *self.books.plan.lock().unwrap() = Some(plan);
    }

    async fn link(&self, number: u128) -> Result<wire::LinkResponse, Status> {
        let answer = client(self).await.link(link_request(number)).await?;
        Ok(answer.into_inner())
    }

    async fn take_stock_at(&self, stock_at: wire::StockAt) -> Result<(), Status> {
        let request = wire::SetSettingsRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: connection_id(1).to_string(),
            change: Some(wire::SettingsChange {
                stock_at: stock_at.into(),
                ..wire::SettingsChange::default()
            }),
            stock_side_acknowledged: false,
        };
        client(self).await.set_settings(request).await.map(drop)
    }

    fn connections(&self) -> String {
        self.sql("select count(*) from ingest_stall.connection")
    }
}

/// What programs go by.
fn missing(refused: &Status) -> String {
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
    let mut info = refused.get_details_error_info().unwrap();
    assert_eq!(info.reason, "NOT_IN_PLAN");
    assert_eq!(info.metadata["plan"], "starter");
    info.metadata.remove("entitlement").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_10_a_shop_of_a_platform_that_the_plan_has_not_is_not_linked_until_it_has() {
    let running = Running::start(Vec::new()).await;
    running.set_plan(plan(&["other"], &[]));
    let refused = running.link(9).await.unwrap_err();
    assert_eq!(missing(&refused), "integration:stall");
    assert_eq!(running.connections(), "0");
    // While nobody can say what the plan has, nothing is linked either.
    running.books.is_away.store(true, Ordering::Relaxed);
    assert_eq!(running.link(9).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(running.connections(), "0");
    running.books.is_away.store(false, Ordering::Relaxed);

    running.set_plan(plan(&[platform().as_str()], &[]));
    assert!(!running.link(9).await.unwrap().reconnected);
    let mut at_invoice = link_request(8);
    if let Some(settings) = &mut at_invoice.settings {
        settings.stock_at = wire::StockAt::Invoice.into();
    }
    let refused = client(&running).await.link(at_invoice).await.unwrap_err();
    assert_eq!(missing(&refused), "option:stock-at-invoice");
    assert_eq!(running.connections(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_10_what_is_linked_goes_on_when_the_plan_shrinks() {
    let running = Running::start(vec![Shop::default()]).await;
    // Only a shop that said who it is can be known again.
    let known = "select count(*) from ingest_stall.connection where store_id is null";
    within(async || (running.sql(known) == "0").then_some(())).await;
    running.take_stock_at(wire::StockAt::Invoice).await.unwrap();
    assert_eq!(get(&running, connection_id(1)).await.in_plan, Some(true));

    running.set_plan(plan(&[], &[]));
    let shown = get(&running, connection_id(1)).await;
    assert_eq!(shown.in_plan, Some(false));
    let told = ShopOrder::new("1", ago(5), "paid");
    running.post(1, WHOLE, told.body()).await;
    running.shop(1, |shop| {
        shop.orders.push(ShopOrder::new("2", ago(5), "paid"));
        shop.clock = Some(ago(0));
    });
    let books = &running.books;
    within(async || (books.told().len() == 2).then_some(())).await;
    // It gives new keys, and keeps its settings.
    let mut again = link_request(1);
    if let Some(settings) = &mut again.settings {
        settings.stock_at = wire::StockAt::Invoice.into();
    }
    let again = client(&running).await.link(again).await.unwrap();
    assert!(again.into_inner().reconnected);
    running.take_stock_at(wire::StockAt::Invoice).await.unwrap();
    // Nothing is begun anew: not beside it, nor once it is parted with.
    assert_eq!(
        missing(&running.link(9).await.unwrap_err()),
        "integration:stall"
    );
    let parted = client(&running).await;
    let parted = parted.clone().disconnect(disconnect_request(1, true)).await;
    assert!(parted.is_ok());
    assert_eq!(
        missing(&running.link(1).await.unwrap_err()),
        "integration:stall"
    );
    some_rounds().await;
    assert_eq!(books.told().len(), 2);
    running.set_plan(plan(&["stall"], &[]));
    assert!(running.link(1).await.unwrap().reconnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_10_options_are_refused_where_they_begin_and_go_on_where_they_are() {
    let running = Running::start(vec![Shop::default()]).await;
    let mut imports = Client::of(&running);
    imports.entitle().await;
    let (first, second) = (Uuid::from_u128(901), Uuid::from_u128(902));
    running.set_plan(plan(&["stall"], &[]));
    let refused = imports.start(first, wire::ImportKind::All).await;
    assert_eq!(missing(&refused.unwrap_err()), "option:history-import");
    let actions = get(&running, connection_id(1)).await.actions;
    assert_eq!(actions, [i32::from(wire::ImportAction::GetNew)]);
    let refused = running.take_stock_at(wire::StockAt::Invoice).await;
    assert_eq!(missing(&refused.unwrap_err()), "option:stock-at-invoice");
    running.take_stock_at(wire::StockAt::Order).await.unwrap();
    running.books.is_away.store(true, Ordering::Relaxed);
    for refused in [
        imports.start(first, wire::ImportKind::All).await.map(drop),
        running.take_stock_at(wire::StockAt::Invoice).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!(get(&running, connection_id(1)).await.in_plan, None);
    running.books.is_away.store(false, Ordering::Relaxed);
    let settings = get(&running, connection_id(1)).await.settings.unwrap();
    assert_eq!(settings.stock_at(), wire::StockAt::Order);

    let both = [
        ledger::PlanOption::HistoryImport,
        ledger::PlanOption::StockAtInvoice,
    ];
    running.set_plan(plan(&["stall"], &both));
    running.take_stock_at(wire::StockAt::Invoice).await.unwrap();
    imports.start(first, wire::ImportKind::All).await.unwrap();
    running.set_plan(plan(&["stall"], &[]));
    // Asked again it is the same import, and it comes to its end.
    imports.start(first, wire::ImportKind::All).await.unwrap();
    imports.comes_to(first, wire::ImportJobState::Planned).await;
    imports.commit(first).await.unwrap();
    imports
        .comes_to(first, wire::ImportJobState::Complete)
        .await;
    let refused = imports.start(second, wire::ImportKind::All).await;
    assert_eq!(missing(&refused.unwrap_err()), "option:history-import");
}
