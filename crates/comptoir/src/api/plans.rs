use proto::convert::{WireError, entitlement_into};
use proto::ledger::entitlements_client::EntitlementsClient;
use proto::ledger::{
    Act, GetEntitlementsRequest, ListPlansRequest, ListPlansResponse, RetailerPlan as WirePlan,
    SetPlanRequest,
};
use retail::{Entitlement, Plan as PlanName};
use service::access::Authorized;

use super::{ApiError, Ledger};
use crate::view::{Plan, RetailerPlan};

impl Ledger {
    pub(crate) async fn plans(&self) -> Result<Vec<Plan>, ApiError> {
        let request = ListPlansRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.entitlements_client().list_plans(request).await;
        let ListPlansResponse { plans } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        let plans = plans.into_iter().map(Plan::try_from);
        Ok(plans.collect::<Result<_, _>>()?)
    }

    /// The retailer's.
    pub(crate) async fn plan(&self) -> Result<RetailerPlan, ApiError> {
        let request = GetEntitlementsRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.entitlements_client().get_entitlements(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        read(answer.retailer_plan)
    }

    pub(crate) async fn set_plan(
        &self,
        plan: PlanName,
        given: &[Entitlement],
        taken: &[Entitlement],
        act: Act,
    ) -> Result<RetailerPlan, ApiError> {
        let request = SetPlanRequest {
            retailer_id: self.retailer_id(),
            plan: plan.to_string(),
            given: given.iter().map(entitlement_into).collect(),
            taken: taken.iter().map(entitlement_into).collect(),
            act: Some(act),
        };
        let answer = self.entitlements_client().set_plan(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        read(answer.retailer_plan)
    }

    fn entitlements_client(&self) -> EntitlementsClient<Authorized> {
        EntitlementsClient::new(self.channel.clone())
    }
}

fn read(plan: Option<WirePlan>) -> Result<RetailerPlan, ApiError> {
    let plan = plan.ok_or(WireError::Missing("retailer_plan"))?;
    Ok(RetailerPlan::try_from(plan)?)
}
