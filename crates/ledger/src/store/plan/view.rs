use std::collections::BTreeSet;

use jiff::Timestamp;
use retail::{Entitlement, Entitlements, RetailerId};
use sqlx::PgConnection;

use crate::store::row::SqlTimestamp;
use crate::store::{Reader, StoreError};

/// What a retailer may begin, and who said so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanView {
    pub entitlements: Entitlements,
    /// Counts what was said, from 1; 0: nobody said anything.
    pub number: i32,
    pub actor: String,
    pub note: String,
    /// `None`: nobody said anything.
    pub set_at: Option<Timestamp>,
}

impl Reader {
    /// What was said last; of whom nobody said anything, the plan that has everything.
    pub async fn plan(&self, retailer: RetailerId) -> Result<PlanView, StoreError> {
        let mut db = self.pool.acquire().await?;
        find(&mut db, retailer).await
    }
}

pub(super) async fn find(
    db: &mut PgConnection,
    retailer: RetailerId,
) -> Result<PlanView, StoreError> {
    let found = sqlx::query!(
        r#"select number, plan, given, taken, actor, note, set_at as "set_at: SqlTimestamp"
        from ledger.retailer_plan
        where retailer_id = $1
        order by number desc
        limit 1"#,
        retailer.uuid(),
    )
    .fetch_optional(db)
    .await?;
    let Some(found) = found else {
        return Ok(PlanView::default());
    };
    let plan = found
        .plan
        .parse()
        .map_err(|_| StoreError::corrupt("retailer_plan", "plan", &found.plan))?;
    let (given, taken) = (flags("given", &found.given)?, flags("taken", &found.taken)?);
    let entitlements = Entitlements::new(plan, given, taken)
        .map_err(|error| StoreError::corrupt("retailer_plan", "taken", &error.0.to_string()))?;
    Ok(PlanView {
        entitlements,
        number: found.number,
        actor: found.actor,
        note: found.note,
        set_at: Some(found.set_at.to_jiff()),
    })
}

fn flags(column: &'static str, texts: &[String]) -> Result<BTreeSet<Entitlement>, StoreError> {
    let flags = texts.iter().map(|text| {
        text.parse()
            .map_err(|_| StoreError::corrupt("retailer_plan", column, text))
    });
    flags.collect()
}
