//! What can be typed about plans.

use clap::Subcommand;
use retail::{Entitlement, Plan, PlanOption, PlatformCode};

use super::ActArguments;
use crate::services::platforms;

/// What a retailer may begin: shops of which platforms it may link, and which options it may use.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Plans {
    /// The plans there are.
    List,
    /// The retailer's plan, what it comes to, and who said so.
    Show,
    /// Give the retailer a plan, in place of all that was said before. What was begun goes on.
    Set {
        /// The plan's name.
        #[arg(value_name = "PLAN")]
        plan: Plan,
        /// Give it besides: a platform such as shopify, or an option such as kits; once for each.
        #[arg(long = "with", value_name = "WHAT", value_parser = entitlement)]
        given: Vec<Entitlement>,
        /// Take it: a platform or an option; once for each.
        #[arg(long = "without", value_name = "WHAT", value_parser = entitlement)]
        taken: Vec<Entitlement>,
        #[command(flatten)]
        act: ActArguments,
    },
}

fn entitlement(text: &str) -> Result<Entitlement, String> {
    if let Some(option) = PlanOption::read(text) {
        return Ok(Entitlement::Option(option));
    }
    let platforms = platforms().map_err(|error| format!("{error:#}"))?;
    if let Some(platform) = platforms.iter().find(|platform| platform.as_str() == text) {
        return Ok(Entitlement::Integration(platform.clone()));
    }
    let options = PlanOption::ALL.map(PlanOption::as_str);
    let known = platforms.iter().map(PlatformCode::as_str);
    let known: Vec<&str> = known.chain(options).collect();
    Err(format!("there are {}", known.join(", ")))
}
