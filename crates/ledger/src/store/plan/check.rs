use retail::Entitlement;

use super::{NotEntitled, view};
use crate::store::Once;

impl Once {
    /// Whether the retailer may begin it by the plan that it has now.
    pub async fn check_entitled(&mut self, what: Entitlement) -> Result<(), NotEntitled> {
        let retailer = self.retailer();
        let has = view::find(self.db(), retailer).await?.entitlements;
        if has.has(&what) {
            return Ok(());
        }
        let plan = has.plan();
        Err(NotEntitled::NotInPlan { what, plan })
    }
}
