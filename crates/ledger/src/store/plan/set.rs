use std::collections::BTreeSet;

use retail::{Entitlement, Entitlements};
use serde_json::{Value, json};

use super::{PlanError, PlanView, view};
use crate::store::{Once, StoreError, row};

impl Once {
    /// From now on; what was begun goes on.
    pub async fn set_plan(&mut self, entitlements: Entitlements) -> Result<PlanView, PlanError> {
        let (retailer, now, act) = (self.retailer(), self.now(), self.act().clone());
        let db = self.db();
        // Who says something of the same retailer at the same time waits here, and counts this.
        sqlx::query_scalar!(
            "select retailer_id from ledger.retailer where retailer_id = $1 for no key update",
            retailer.uuid(),
        )
        .fetch_optional(&mut *db)
        .await
        .map_err(StoreError::from)?
        .ok_or(PlanError::UnknownRetailer)?;
        let before = view::find(db, retailer).await?;
        let set = PlanView {
            number: before.number.saturating_add(1),
            actor: act.actor,
            note: act.note,
            set_at: Some(now),
            entitlements,
        };
        sqlx::query!(
            "insert into ledger.retailer_plan (retailer_id, number, plan, given, taken, actor, note,
                set_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)",
            retailer.uuid(),
            set.number,
            set.entitlements.plan().as_str(),
            &texts(set.entitlements.given()),
            &texts(set.entitlements.taken()),
            set.actor,
            set.note,
            row::at(now) as _,
        )
        .execute(db)
        .await
        .map_err(StoreError::from)?;
        self.note_change(Some(named(&before.entitlements)), named(&set.entitlements));
        Ok(set)
    }
}

fn texts(flags: &BTreeSet<Entitlement>) -> Vec<String> {
    flags.iter().map(ToString::to_string).collect()
}

/// For the audit log.
fn named(entitlements: &Entitlements) -> Value {
    json!({
        "plan": entitlements.plan().as_str(),
        "given": texts(entitlements.given()),
        "taken": texts(entitlements.taken()),
    })
}
