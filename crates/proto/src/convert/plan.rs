//! What retailers may begin.

use retail::{Entitlement, PlanOption, PlatformCode};

use super::WireError;
use crate::ledger as wire;

#[must_use]
pub const fn plan_option_into(option: PlanOption) -> wire::PlanOption {
    match option {
        PlanOption::HistoryImport => wire::PlanOption::HistoryImport,
        PlanOption::StockAtInvoice => wire::PlanOption::StockAtInvoice,
        PlanOption::Kits => wire::PlanOption::Kits,
        PlanOption::Transfers => wire::PlanOption::Transfers,
    }
}

#[must_use]
pub fn entitlement_into(what: &Entitlement) -> wire::Entitlement {
    let what = match what {
        Entitlement::Integration(platform) => {
            wire::entitlement::What::Integration(platform.to_string())
        }
        Entitlement::Option(option) => {
            wire::entitlement::What::Option(plan_option_into(*option).into())
        }
    };
    wire::Entitlement { what: Some(what) }
}

pub fn entitlement_from(
    field: &'static str,
    what: wire::Entitlement,
) -> Result<Entitlement, WireError> {
    let wire::Entitlement { what } = what;
    match what.ok_or(WireError::Missing(field))? {
        wire::entitlement::What::Integration(platform) => PlatformCode::new(&platform)
            .map(Entitlement::Integration)
            .map_err(|error| WireError::invalid(field, error)),
        wire::entitlement::What::Option(code) => {
            let known = PlanOption::ALL.into_iter();
            known
                .map(|option| (option, i32::from(plan_option_into(option))))
                .find_map(|(option, known)| (known == code).then_some(option))
                .map(Entitlement::Option)
                .ok_or_else(|| WireError::invalid(field, "has an option that is not known"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pos_10_what_a_plan_may_have_is_told_and_read_alike() {
        let mut all: Vec<Entitlement> = PlanOption::ALL
            .into_iter()
            .map(Entitlement::Option)
            .collect();
        all.push(Entitlement::Integration(PlatformCode::new("one").unwrap()));
        for what in all {
            assert_eq!(entitlement_from("given", entitlement_into(&what)), Ok(what));
        }
        for wrong in [
            wire::entitlement::What::Integration("No Platform".to_owned()),
            wire::entitlement::What::Option(0),
            wire::entitlement::What::Option(99),
        ] {
            let wrong = wire::Entitlement { what: Some(wrong) };
            assert!(entitlement_from("given", wrong).is_err());
        }
        assert!(entitlement_from("given", wire::Entitlement { what: None }).is_err());
    }
}
