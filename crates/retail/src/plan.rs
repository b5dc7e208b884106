//! What a retailer's plan lets it begin (POS-10).
//!
//! A plan is for what is to be begun: a shop to be linked, an option to be used. What was begun under another plan
//! goes on, and no order is ever asked for its plan.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::text::PlatformCode;

/// Something that a retailer may do with any shop, or with none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlanOption {
    /// Bringing in what a shop sold before it was linked.
    HistoryImport,
    /// Goods that a shop's invoices take, and not its orders (EF-11).
    StockAtInvoice,
    /// Items that are sold as one and in stock as their parts.
    Kits,
    /// Goods that go from outlet to outlet.
    Transfers,
}

/// One flag of a plan: there, or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entitlement {
    /// Shops of this platform may be linked.
    Integration(PlatformCode),
    Option(PlanOption),
}

/// A named set of entitlements. It names no platform: which one a small retailer has is said of the retailer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plan {
    /// Nothing but what is given besides.
    Starter,
    /// Shops of every platform, and what goods are moved with.
    Standard,
    /// Everything, and the plan of whoever was given none.
    #[default]
    Full,
}

/// What one retailer has: a plan, and what was given to it or taken from it besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entitlements {
    plan: Plan,
    given: BTreeSet<Entitlement>,
    taken: BTreeSet<Entitlement>,
}

/// Shops of which platforms may be linked: of those named alone, or of all but those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integrations {
    pub all_but: bool,
    pub platforms: BTreeSet<PlatformCode>,
}

/// No plan has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no plan: there are {all}", all = Plan::names())]
pub struct UnknownPlan(pub String);

/// Nothing that a plan could have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is nothing that a plan could have")]
pub struct UnknownEntitlement(pub String);

/// What is both given and taken is neither.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be both given and taken")]
pub struct GivenAndTaken(pub Entitlement);

impl PlanOption {
    pub const ALL: [Self; 4] = [
        Self::HistoryImport,
        Self::StockAtInvoice,
        Self::Kits,
        Self::Transfers,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HistoryImport => "history-import",
            Self::StockAtInvoice => "stock-at-invoice",
            Self::Kits => "kits",
            Self::Transfers => "transfers",
        }
    }

    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.as_str() == text)
    }
}

/// As it is kept and told to programs: `integration:shopify`, `option:kits`.
impl fmt::Display for Entitlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integration(platform) => write!(f, "{INTEGRATION}:{platform}"),
            Self::Option(option) => write!(f, "{OPTION}:{}", option.as_str()),
        }
    }
}

const INTEGRATION: &str = "integration";
const OPTION: &str = "option";

impl FromStr for Entitlement {
    type Err = UnknownEntitlement;

    fn from_str(text: &str) -> Result<Self, UnknownEntitlement> {
        let read = match text.split_once(':') {
            Some((INTEGRATION, platform)) => {
                PlatformCode::new(platform).ok().map(Self::Integration)
            }
            Some((OPTION, option)) => PlanOption::read(option).map(Self::Option),
            Some(_) | None => None,
        };
        read.ok_or_else(|| UnknownEntitlement(text.to_owned()))
    }
}

impl Plan {
    /// The smallest first.
    pub const ALL: [Self; 3] = [Self::Starter, Self::Standard, Self::Full];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starter => "starter",
            Self::Standard => "standard",
            Self::Full => "full",
        }
    }

    /// Whether shops of every platform may be linked; otherwise of none.
    #[must_use]
    pub const fn has_integrations(self) -> bool {
        match self {
            Self::Starter => false,
            Self::Standard | Self::Full => true,
        }
    }

    #[must_use]
    pub const fn options(self) -> &'static [PlanOption] {
        match self {
            Self::Starter => &[],
            Self::Standard => &[PlanOption::Kits, PlanOption::Transfers],
            Self::Full => &PlanOption::ALL,
        }
    }

    fn has(self, what: &Entitlement) -> bool {
        match what {
            Entitlement::Integration(_) => self.has_integrations(),
            Entitlement::Option(option) => self.options().contains(option),
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Plan {
    type Err = UnknownPlan;

    fn from_str(text: &str) -> Result<Self, UnknownPlan> {
        let found = Self::ALL.into_iter().find(|plan| plan.as_str() == text);
        found.ok_or_else(|| UnknownPlan(text.to_owned()))
    }
}

impl Entitlements {
    /// What is given or taken without need, because the plan has it or has it not, is so whatever the plan.
    pub fn new(
        plan: Plan,
        given: BTreeSet<Entitlement>,
        taken: BTreeSet<Entitlement>,
    ) -> Result<Self, GivenAndTaken> {
        if let Some(both) = given.intersection(&taken).next() {
            return Err(GivenAndTaken(both.clone()));
        }
        Ok(Self { plan, given, taken })
    }

    #[must_use]
    pub const fn plan(&self) -> Plan {
        self.plan
    }

    #[must_use]
    pub const fn given(&self) -> &BTreeSet<Entitlement> {
        &self.given
    }

    #[must_use]
    pub const fn taken(&self) -> &BTreeSet<Entitlement> {
        &self.taken
    }

    /// Whether the retailer may begin it.
    #[must_use]
    pub fn has(&self, what: &Entitlement) -> bool {
        self.given.contains(what) || (self.plan.has(what) && !self.taken.contains(what))
    }

    #[must_use]
    pub fn options(&self) -> Vec<PlanOption> {
        let options = PlanOption::ALL.into_iter();
        options
            .filter(|option| self.has(&Entitlement::Option(*option)))
            .collect()
    }

    #[must_use]
    pub fn integrations(&self) -> Integrations {
        let all_but = self.plan.has_integrations();
        let named = if all_but { &self.taken } else { &self.given };
        let platforms = named.iter().filter_map(|what| match what {
            Entitlement::Integration(platform) => Some(platform.clone()),
            Entitlement::Option(_) => None,
        });
        Integrations {
            all_but,
            platforms: platforms.collect(),
        }
    }
}

impl Integrations {
    /// Whether shops of this platform may be linked.
    #[must_use]
    pub fn has(&self, platform: &PlatformCode) -> bool {
        self.all_but != self.platforms.contains(platform)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "integration:one";
    const IMPORT: &str = "option:history-import";

    /// A plan, what is given, what is taken, and which of the flags it comes to.
    type Row = (
        Plan,
        &'static [&'static str],
        &'static [&'static str],
        [u8; 6],
    );

    fn platform(code: &str) -> PlatformCode {
        PlatformCode::new(code).unwrap()
    }

    fn set(flags: &[&str]) -> BTreeSet<Entitlement> {
        flags.iter().map(|flag| flag.parse().unwrap()).collect()
    }

    #[test]
    fn pos_10_what_a_plan_has_with_what_is_given_and_taken_is_a_table() {
        use Plan::{Full, Standard, Starter};
        let flags = [
            "integration:one",
            "integration:two",
            "option:history-import",
            "option:stock-at-invoice",
            "option:kits",
            "option:transfers",
        ];
        let table: [Row; 9] = [
            (Starter, &[], &[], [0, 0, 0, 0, 0, 0]),
            (Standard, &[], &[], [1, 1, 0, 0, 1, 1]),
            (Full, &[], &[], [1, 1, 1, 1, 1, 1]),
            (Starter, &[ONE], &[], [1, 0, 0, 0, 0, 0]),
            (
                Starter,
                &[ONE, IMPORT],
                &["option:kits"],
                [1, 0, 1, 0, 0, 0],
            ),
            (Standard, &[IMPORT], &[ONE], [0, 1, 1, 0, 1, 1]),
            // What the plan has anyway stays when the plan shrinks.
            (Standard, &[ONE], &[], [1, 1, 0, 0, 1, 1]),
            (Full, &[], &[ONE, "integration:two"], [0, 0, 1, 1, 1, 1]),
            (Full, &[], &[IMPORT], [1, 1, 0, 1, 1, 1]),
        ];
        for (plan, given, taken, expected) in table {
            let has = Entitlements::new(plan, set(given), set(taken)).unwrap();
            let found = flags.map(|flag| u8::from(has.has(&flag.parse().unwrap())));
            assert_eq!(found, expected, "{plan} with {given:?} without {taken:?}");
            let integrations = has.integrations();
            let told = ["one", "two"].map(|code| u8::from(integrations.has(&platform(code))));
            assert_eq!(told, [expected[0], expected[1]], "{integrations:?}");
            let options = PlanOption::ALL.map(|option| u8::from(has.options().contains(&option)));
            assert_eq!(options.as_slice(), &expected[2..]);
        }
    }

    #[test]
    fn pos_10_who_was_given_no_plan_has_everything() {
        let nobody_said = Entitlements::default();
        assert_eq!(nobody_said.plan(), Plan::Full);
        assert!(nobody_said.has(&Entitlement::Integration(platform("any"))));
        assert_eq!(nobody_said.options(), PlanOption::ALL);
    }

    #[test]
    fn pos_10_each_plan_has_what_a_smaller_one_has() {
        for [small, large] in [
            [Plan::Starter, Plan::Standard],
            [Plan::Standard, Plan::Full],
        ] {
            assert!(large.has_integrations() >= small.has_integrations());
            let options = small.options().iter();
            assert!(
                options
                    .clone()
                    .all(|option| large.options().contains(option))
            );
        }
    }

    #[test]
    fn pos_10_what_is_said_of_a_plan_is_read_as_it_is_written() {
        let mut all: Vec<Entitlement> = PlanOption::ALL
            .into_iter()
            .map(Entitlement::Option)
            .collect();
        all.push(Entitlement::Integration(platform("one")));
        for what in all {
            assert_eq!(what.to_string().parse(), Ok(what));
        }
        for plan in Plan::ALL {
            assert_eq!(plan.as_str().parse(), Ok(plan));
        }
        for wrong in [
            "kits",
            "option:kit",
            "integration:",
            "integration:A b",
            "",
            ":",
        ] {
            let told = wrong.parse::<Entitlement>().unwrap_err();
            assert_eq!(told, UnknownEntitlement(wrong.to_owned()));
        }
        let unknown = "gold".parse::<Plan>().unwrap_err().to_string();
        assert_eq!(
            unknown,
            "\"gold\" is no plan: there are starter, standard, full"
        );
        let both = Entitlements::new(Plan::Full, set(&["option:kits"]), set(&["option:kits"]));
        assert!(both.is_err());
    }
}
