//! What a retailer's plan lets it begin (POS-10). The ledger keeps plans, and is asked where something begins: never
//! about an order, nor about a shop that is linked.

use proto::convert::plan_option_into;
use proto::ledger as wire;
use retail::{Entitlement, PlanOption, PlatformCode, RetailerId};
use service::refusal::{not_in_plan, unavailable};
use tonic::Status;

use crate::ledger::Ledger;
use crate::store::{ConnectionState, SettingsChange, StockAt, StoredConnection};

/// A retailer's plan, as the ledger tells of it. `None`: there is no ledger, and so nobody who keeps plans.
#[derive(Clone, Debug)]
pub(crate) struct Plan(pub(crate) Option<wire::RetailerPlan>);

/// Why something is not begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("the retailer's plan, {plan}, does not include {what}")]
    NotInPlan { what: Entitlement, plan: String },
    #[error("the ledger cannot be asked what the retailer's plan includes")]
    Unknown,
}

impl Plan {
    pub(crate) fn has(&self, what: &Entitlement) -> bool {
        let Some(told) = &self.0 else {
            return true;
        };
        match what {
            Entitlement::Integration(platform) => told.integrations.as_ref().is_some_and(|told| {
                let is_named = told
                    .platforms
                    .iter()
                    .any(|named| named == platform.as_str());
                told.all_but != is_named
            }),
            Entitlement::Option(option) => {
                told.options().any(|told| told == plan_option_into(*option))
            }
        }
    }

    fn name(self) -> String {
        self.0.map(|told| told.plan).unwrap_or_default()
    }
}

impl Ledger {
    /// Whether the retailer may begin all of it. For nothing the ledger is not asked.
    pub(crate) async fn check_plan(
        &self,
        retailer: RetailerId,
        needed: &[Entitlement],
    ) -> Result<(), PlanError> {
        if needed.is_empty() {
            return Ok(());
        }
        let plan = self.plan(retailer).await.ok_or(PlanError::Unknown)?;
        match needed.iter().find(|what| !plan.has(what)) {
            None => Ok(()),
            Some(what) => Err(PlanError::NotInPlan {
                what: what.clone(),
                plan: plan.name(),
            }),
        }
    }
}

/// Of what is linked, the plan is not asked again.
pub(crate) const fn is_linked(stored: &StoredConnection) -> bool {
    match stored.state {
        ConnectionState::Live | ConnectionState::Paused => true,
        ConnectionState::Disconnected | ConnectionState::Uninstalled => false,
    }
}

/// What a link needs of the plan; `before` is the shop's connection where it was linked before.
pub(crate) fn to_link(
    platform: PlatformCode,
    before: Option<&StoredConnection>,
    asked: &SettingsChange,
) -> Vec<Entitlement> {
    let needs_shops = !before.is_some_and(is_linked);
    let shops = needs_shops.then_some(Entitlement::Integration(platform));
    shops.into_iter().chain(to_set(before, asked)).collect()
}

/// What settings need of the plan; what is so already needs nothing.
pub(crate) fn to_set(
    before: Option<&StoredConnection>,
    asked: &SettingsChange,
) -> Option<Entitlement> {
    let is_so = before.is_some_and(|stored| stored.settings.stock_at == StockAt::Invoice);
    let is_asked = asked.stock_at == Some(StockAt::Invoice);
    (is_asked && !is_so).then_some(Entitlement::Option(PlanOption::StockAtInvoice))
}

impl From<PlanError> for Status {
    fn from(error: PlanError) -> Self {
        let told = error.to_string();
        match error {
            PlanError::NotInPlan { what, plan } => not_in_plan(&what.to_string(), &plan, &told),
            PlanError::Unknown => unavailable(&told),
        }
    }
}
