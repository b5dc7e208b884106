//! What retailers may begin by their plans (POS-10).

use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use proto::ledger::audit_client::AuditClient;
use proto::ledger::entitlements_client::EntitlementsClient;
use service_kit::bearer;
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use wire::PlanOption::{HistoryImport, Kits, StockAtInvoice, Transfers};

use crate::client::Client;
use crate::held::{act, violation};
use crate::stockroom::Stockroom;
use crate::support::{Ledger, OTHER_RETAILER, RETAILER, id};

fn integration(platform: &str) -> wire::Entitlement {
    wire::Entitlement {
        what: Some(wire::entitlement::What::Integration(platform.to_owned())),
    }
}

fn option(option: wire::PlanOption) -> wire::Entitlement {
    wire::Entitlement {
        what: Some(wire::entitlement::What::Option(option.into())),
    }
}

fn plan(number: u128, plan: &str) -> wire::SetPlanRequest {
    wire::SetPlanRequest {
        retailer_id: RETAILER.to_string(),
        plan: plan.to_owned(),
        given: Vec::new(),
        taken: Vec::new(),
        act: Some(act(700 + number)),
    }
}

impl Client {
    async fn set_plan(&self, request: wire::SetPlanRequest) -> Result<wire::RetailerPlan, Status> {
        let answer = self.entitlements.clone().set_plan(request).await?;
        Ok(answer.into_inner().retailer_plan.unwrap())
    }

    async fn plan_of(&self, retailer: retail::RetailerId) -> wire::RetailerPlan {
        let request = wire::GetEntitlementsRequest {
            retailer_id: retailer.to_string(),
        };
        let answer = self.entitlements.clone().get_entitlements(request).await;
        answer.unwrap().into_inner().retailer_plan.unwrap()
    }
}

fn options(plan: &wire::RetailerPlan) -> Vec<wire::PlanOption> {
    plan.options().collect()
}

/// What programs go by.
fn missing(refused: &Status) -> (String, String) {
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused}");
    let mut info = refused.get_details_error_info().unwrap();
    assert_eq!(info.reason, "NOT_IN_PLAN");
    let mut told = |key| info.metadata.remove(key).unwrap();
    (told("entitlement"), told("plan"))
}

#[tokio::test]
async fn pos_10_an_operator_gives_a_plan_and_what_it_comes_to_is_told() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let nobody_said = client.plan_of(RETAILER).await;
    assert_eq!((nobody_said.plan.as_str(), nobody_said.number), ("full", 0));
    assert!(nobody_said.integrations.as_ref().unwrap().all_but);
    assert_eq!(
        options(&nobody_said),
        [HistoryImport, StockAtInvoice, Kits, Transfers]
    );

    let request = wire::SetPlanRequest {
        given: vec![integration("shopify"), option(HistoryImport)],
        taken: vec![option(Kits)],
        ..plan(1, "starter")
    };
    let set = client.set_plan(request.clone()).await.unwrap();
    let expected = wire::Integrations {
        all_but: false,
        platforms: vec!["shopify".to_owned()],
    };
    assert_eq!(set.integrations, Some(expected));
    assert_eq!(options(&set), [HistoryImport]);
    assert_eq!((set.given.len(), set.taken.len(), set.number), (2, 1, 1));
    assert_eq!(set.actor, request.act.as_ref().unwrap().actor);
    assert!(set.set_at.is_some());
    assert_eq!(client.plan_of(RETAILER).await, set);
    assert_eq!(client.plan_of(OTHER_RETAILER).await.number, 0);
    // Asked again it is not done again, and something else is not done by it.
    assert_eq!(client.set_plan(request.clone()).await.unwrap(), set);
    let other = wire::SetPlanRequest {
        plan: "full".to_owned(),
        ..request
    };
    let refused = client.set_plan(other).await.unwrap_err();
    assert_eq!(violation(&refused), "request_reused");

    // What is said is all there is.
    let request = wire::SetPlanRequest {
        taken: vec![integration("ecom")],
        ..plan(2, "standard")
    };
    let set = client.set_plan(request).await.unwrap();
    let expected = wire::Integrations {
        all_but: true,
        platforms: vec!["ecom".to_owned()],
    };
    assert_eq!(set.integrations, Some(expected));
    assert_eq!(options(&set), [Kits, Transfers]);
    assert_eq!((set.given.len(), set.number), (0, 2));
}

#[tokio::test]
async fn pos_10_plans_are_a_table_that_everybody_may_read() {
    let client = Client::of(&Ledger::new().await).await;
    let request = wire::ListPlansRequest {
        retailer_id: RETAILER.to_string(),
    };
    let answer = client.entitlements.clone().list_plans(request).await;
    let plans = answer.unwrap().into_inner().plans;
    let told: Vec<_> = plans
        .iter()
        .map(|plan| {
            let integrations = plan.integrations.as_ref().unwrap();
            assert!(integrations.platforms.is_empty());
            let options: Vec<_> = plan.options().collect();
            (plan.plan.as_str(), integrations.all_but, options)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("starter", false, vec![]),
            ("standard", true, vec![Kits, Transfers]),
            (
                "full",
                true,
                vec![HistoryImport, StockAtInvoice, Kits, Transfers]
            ),
        ]
    );
}

#[tokio::test]
async fn pos_10_what_no_plan_can_be_is_refused() {
    let client = Client::of(&Ledger::new().await).await;
    let wrong = [
        ("plan", plan(1, "gold")),
        ("plan", plan(2, "")),
        (
            "given[1]",
            wire::SetPlanRequest {
                given: vec![option(Kits), wire::Entitlement::default()],
                ..plan(3, "full")
            },
        ),
        (
            "taken[0]",
            wire::SetPlanRequest {
                taken: vec![integration("No Platform")],
                ..plan(4, "full")
            },
        ),
        (
            "taken",
            wire::SetPlanRequest {
                given: vec![option(Kits)],
                taken: vec![option(Kits)],
                ..plan(5, "full")
            },
        ),
        (
            "act",
            wire::SetPlanRequest {
                act: None,
                ..plan(6, "full")
            },
        ),
    ];
    for (field, request) in wrong {
        let refused = client.set_plan(request).await.unwrap_err();
        let violations = refused.get_details_bad_request().unwrap();
        assert_eq!(violations.field_violations[0].field, field);
    }
    let unknown = wire::SetPlanRequest {
        retailer_id: id(99).to_string(),
        ..plan(7, "full")
    };
    let refused = client.set_plan(unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert_eq!(client.plan_of(RETAILER).await.number, 0);
}

#[tokio::test]
async fn pos_10_a_plan_is_not_the_retailers_to_give_and_is_in_the_audit_log() {
    let ledger = Ledger::new().await;
    let client = Client::of(&ledger).await;
    let owner = wire::CreateTokenRequest {
        retailer_id: RETAILER.to_string(),
        name: "owner".to_owned(),
        roles: vec![wire::Role::Owner.into()],
        expires_at: None,
        act: Some(act(1)),
    };
    let mut access = AccessClient::new(client.channel.clone());
    let secret = access
        .create_token(owner)
        .await
        .unwrap()
        .into_inner()
        .secret;
    let endpoint = Endpoint::from_shared(client.url.clone()).unwrap();
    let owner = bearer(&secret).on(endpoint.connect_lazy());
    let mut entitlements = EntitlementsClient::new(owner.clone());
    let refused = entitlements.set_plan(plan(1, "full")).await.unwrap_err();
    let reason = refused.get_details_error_info().unwrap().reason;
    assert_eq!(reason, "ROLE_MISSING");

    let request = wire::SetPlanRequest {
        given: vec![integration("shopify")],
        ..plan(2, "starter")
    };
    client.set_plan(request).await.unwrap();
    let request = wire::ListAuditEntriesRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 1,
        page_token: String::new(),
    };
    let entries = AuditClient::new(owner).list_audit_entries(request).await;
    let entry = entries.unwrap().into_inner().entries.remove(0);
    assert_eq!(
        (entry.method.as_str(), entry.caller.as_str()),
        ("Entitlements.SetPlan", "operator")
    );
    let json = |text: &str| -> serde_json::Value { serde_json::from_str(text).unwrap() };
    let named =
        |plan: &str, given: &[&str]| serde_json::json!({"plan": plan, "given": given, "taken": []});
    assert_eq!(json(&entry.before), named("full", &[]));
    assert_eq!(
        json(&entry.after),
        named("starter", &["integration:shopify"])
    );
    let mut role = schema::testing::Role::connect(&crate::support::app(&ledger.database)).await;
    role.assert_denied(&[
        "update ledger.retailer_plan set plan = 'full'",
        "delete from ledger.retailer_plan",
    ])
    .await;
}

#[tokio::test]
async fn pos_10_of_two_who_give_a_plan_at_once_one_is_the_last() {
    let client = Client::of(&Ledger::new().await).await;
    let (one, two, three) = tokio::join!(
        client.set_plan(plan(1, "starter")),
        client.set_plan(plan(2, "standard")),
        client.set_plan(plan(3, "full")),
    );
    let set = [one, two, three].map(Result::unwrap);
    let mut numbers = set.clone().map(|set| set.number);
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3]);
    let last = set.into_iter().find(|set| set.number == 3);
    assert_eq!(Some(client.plan_of(RETAILER).await), last);
}

#[tokio::test]
async fn pos_10_kits_are_made_by_plan_and_go_on_without() {
    let mut room = Stockroom::with(&["KIT", "A", "B"]).await;
    room.receive(&[("A", 10), ("B", 10)]).await.unwrap();
    let made = room.definition("KIT", &[("A", 2)]);
    let first = room.client.kits.define_kit(made.clone()).await.unwrap();
    room.client.set_plan(plan(1, "starter")).await.unwrap();
    let refused = room.define("KIT", &[("A", 3)]).await.unwrap_err();
    let expected = ("option:kits".to_owned(), "starter".to_owned());
    assert_eq!(missing(&refused), expected);
    // What was asked before is answered, and what is sold is sold as the kit it is.
    let again = room.client.kits.define_kit(made).await.unwrap();
    assert_eq!(again.into_inner(), first.into_inner());
    let order = crate::order::an_order(1).line("KIT", 1);
    room.ledger.apply_one(&order.build()).await;
    assert_eq!(room.all_on_hand(["KIT", "A", "B"]).await, [0, 8, 10]);
    room.define("KIT", &[]).await.unwrap();
    let given = wire::SetPlanRequest {
        given: vec![option(Kits)],
        ..plan(2, "starter")
    };
    room.client.set_plan(given).await.unwrap();
    room.define("KIT", &[("B", 1)]).await.unwrap();
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn pos_10_goods_are_sent_by_plan_and_what_is_on_its_way_arrives_without() {
    let mut room = Stockroom::with(&["A"]).await;
    room.receive(&[("A", 6)]).await.unwrap();
    let sent = room.send(&[("A", 5)]).await.unwrap();
    let taken = wire::SetPlanRequest {
        taken: vec![option(Transfers)],
        ..plan(1, "full")
    };
    room.client.set_plan(taken).await.unwrap();
    let refused = room.send(&[("A", 1)]).await.unwrap_err();
    let expected = ("option:transfers".to_owned(), "full".to_owned());
    assert_eq!(missing(&refused), expected);
    assert_eq!(room.on_hand("A").await, 1, "nothing was sent");
    let arrived = room.arrive(&sent.transfer_id, &[("A", 5)], false).await;
    assert_eq!(arrived.unwrap().state(), wire::TransferState::Received);
    room.client.set_plan(plan(2, "standard")).await.unwrap();
    room.send(&[("A", 1)]).await.unwrap();
    room.ledger.assert_sound().await;
}
