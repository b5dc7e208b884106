//! Plans: what retailers may begin.

use std::collections::BTreeSet;

use proto::convert::{entitlement_from, entitlement_into, instant_into, plan_option_into};
use proto::ledger as wire;
use retail::plan::Integrations;
use retail::{Entitlement, Entitlements, Plan, PlanOption};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::bad_field;
use super::once::once;
use crate::store::{Asked, PlanView, Reader, Store};

#[derive(Clone, Debug)]
pub struct Plans {
    store: Store,
    reader: Reader,
}

impl Plans {
    pub fn new(store: Store, reader: Reader) -> Self {
        Self { store, reader }
    }
}

#[tonic::async_trait]
impl wire::entitlements_server::Entitlements for Plans {
    async fn set_plan(
        &self,
        request: Request<wire::SetPlanRequest>,
    ) -> Result<Response<wire::SetPlanResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Entitlements.SetPlan", &request);
        let wire::SetPlanRequest {
            retailer_id: _,
            plan,
            given,
            taken,
            act: _,
        } = request;
        let plan: Plan = plan.parse().map_err(|error| bad_field("plan", error))?;
        let (given, taken) = (flags("given", given)?, flags("taken", taken)?);
        let entitlements =
            Entitlements::new(plan, given, taken).map_err(|error| bad_field("taken", error))?;
        let answer = once(&self.store, asked, async |once| {
            let set = once.set_plan(entitlements).await?;
            Ok(wire::SetPlanResponse {
                retailer_plan: Some(retailer_plan_into(set)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn get_entitlements(
        &self,
        request: Request<wire::GetEntitlementsRequest>,
    ) -> Result<Response<wire::GetEntitlementsResponse>, Status> {
        let wire::GetEntitlementsRequest { retailer_id } = request.into_inner();
        let found = self.reader.plan(ask::retailer(&retailer_id)?).await?;
        Ok(Response::new(wire::GetEntitlementsResponse {
            retailer_plan: Some(retailer_plan_into(found)),
        }))
    }

    async fn list_plans(
        &self,
        request: Request<wire::ListPlansRequest>,
    ) -> Result<Response<wire::ListPlansResponse>, Status> {
        let wire::ListPlansRequest { retailer_id } = request.into_inner();
        ask::retailer(&retailer_id)?;
        Ok(Response::new(wire::ListPlansResponse {
            plans: Plan::ALL.into_iter().map(plan_into).collect(),
        }))
    }
}

fn flags(
    field: &'static str,
    flags: Vec<wire::Entitlement>,
) -> Result<BTreeSet<Entitlement>, Status> {
    let flags = (0..).zip(flags).map(|(place, flag): (usize, _)| {
        entitlement_from(field, flag)
            .map_err(|error| bad_field(&format!("{field}[{place}]"), error))
    });
    flags.collect()
}

fn plan_into(plan: Plan) -> wire::Plan {
    wire::Plan {
        plan: plan.to_string(),
        integrations: Some(wire::Integrations {
            all_but: plan.has_integrations(),
            platforms: Vec::new(),
        }),
        options: options_into(plan.options()),
    }
}

fn retailer_plan_into(view: PlanView) -> wire::RetailerPlan {
    let PlanView {
        entitlements,
        number,
        actor,
        note,
        set_at,
    } = view;
    let Integrations { all_but, platforms } = entitlements.integrations();
    let told = |flags: &BTreeSet<Entitlement>| flags.iter().map(entitlement_into).collect();
    wire::RetailerPlan {
        plan: entitlements.plan().to_string(),
        given: told(entitlements.given()),
        taken: told(entitlements.taken()),
        integrations: Some(wire::Integrations {
            all_but,
            platforms: platforms.iter().map(ToString::to_string).collect(),
        }),
        options: options_into(&entitlements.options()),
        number,
        actor,
        note,
        set_at: set_at.map(instant_into),
    }
}

fn options_into(options: &[PlanOption]) -> Vec<i32> {
    let options = options.iter();
    options
        .map(|option| plan_option_into(*option).into())
        .collect()
}
