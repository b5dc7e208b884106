use jiff::Timestamp;
use proto::convert::{WireError, instant_from};
use proto::ledger as wire;
use serde::Serialize;

/// A named set of what retailers may begin.
#[expect(clippy::struct_field_names, reason = "named as on the wire")]
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Plan {
    pub(crate) plan: String,
    pub(crate) integrations: Integrations,
    pub(crate) options: Vec<&'static str>,
}

/// Shops of which platforms may be linked: of all but those named, or of those alone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Integrations {
    pub(crate) all_but: bool,
    pub(crate) platforms: Vec<String>,
}

/// What a retailer may begin, all in all, and who said so.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RetailerPlan {
    #[serde(flatten)]
    pub(crate) plan: Plan,
    /// Besides the plan.
    pub(crate) given: Vec<String>,
    pub(crate) taken: Vec<String>,
    /// 0: nobody said anything.
    pub(crate) number: i32,
    pub(crate) actor: String,
    pub(crate) note: String,
    pub(crate) set_at: Option<Timestamp>,
}

impl TryFrom<wire::Plan> for Plan {
    type Error = WireError;

    fn try_from(plan: wire::Plan) -> Result<Self, WireError> {
        let options = plan.options().map(option).collect();
        let wire::Plan {
            plan,
            integrations,
            options: _,
        } = plan;
        Ok(Self {
            plan,
            integrations: read(integrations)?,
            options,
        })
    }
}

impl TryFrom<wire::RetailerPlan> for RetailerPlan {
    type Error = WireError;

    fn try_from(retailer: wire::RetailerPlan) -> Result<Self, WireError> {
        let options = retailer.options().map(option).collect();
        let wire::RetailerPlan {
            plan,
            given,
            taken,
            integrations,
            options: _,
            number,
            actor,
            note,
            set_at,
        } = retailer;
        let set = |at| instant_from("set_at", Some(at));
        Ok(Self {
            plan: Plan {
                plan,
                integrations: read(integrations)?,
                options,
            },
            given: given.into_iter().map(named).collect(),
            taken: taken.into_iter().map(named).collect(),
            number,
            actor,
            note,
            set_at: set_at.map(set).transpose()?,
        })
    }
}

fn read(integrations: Option<wire::Integrations>) -> Result<Integrations, WireError> {
    let wire::Integrations { all_but, platforms } =
        integrations.ok_or(WireError::Missing("integrations"))?;
    Ok(Integrations { all_but, platforms })
}

/// As it is typed.
fn named(what: wire::Entitlement) -> String {
    match what.what {
        Some(wire::entitlement::What::Integration(platform)) => platform,
        Some(wire::entitlement::What::Option(code)) => wire::PlanOption::try_from(code)
            .map_or("unknown", option)
            .to_owned(),
        None => "unknown".to_owned(),
    }
}

const fn option(option: wire::PlanOption) -> &'static str {
    use retail::PlanOption;
    match option {
        wire::PlanOption::HistoryImport => PlanOption::HistoryImport.as_str(),
        wire::PlanOption::StockAtInvoice => PlanOption::StockAtInvoice.as_str(),
        wire::PlanOption::Kits => PlanOption::Kits.as_str(),
        wire::PlanOption::Transfers => PlanOption::Transfers.as_str(),
        wire::PlanOption::Unspecified => "unknown",
    }
}
