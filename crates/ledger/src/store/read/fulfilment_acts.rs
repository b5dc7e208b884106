//! What people did to hand a sale over.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::fulfilment::Step;
use retail::{Quantity, RetailerId, SaleId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{FulfilmentView, Reader};
use crate::store::fulfilment::step_from;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, Tracking};

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    pub id: Uuid,
    pub sale: Uuid,
    /// Counts the acts of the sale, from 1.
    pub number: i32,
    pub step: Step,
    /// The step was taken back.
    pub is_undone: bool,
    pub parts: Vec<PartView>,
    pub tracking: Tracking,
    pub actor: String,
    pub note: String,
    pub done_at: Timestamp,
}

/// So much of a line, which the sale may have no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartView {
    pub line: String,
    pub quantity: Quantity,
}

impl Reader {
    /// One sale with all acts, the first first.
    pub async fn fulfilment(
        &self,
        retailer: RetailerId,
        sale: SaleId,
    ) -> Result<Option<(FulfilmentView, Vec<StepView>)>, StoreError> {
        let mut db = self.snapshot().await?;
        let mut found = FulfilmentView::load(&mut db, &[sale.uuid()]).await?;
        found.retain(|found| found.sale.retailer == retailer.uuid());
        let Some(found) = found.pop() else {
            return Ok(None);
        };
        let acts = acts(&mut db, sale).await?;
        Ok(Some((found, acts)))
    }
}

async fn acts(db: &mut PgConnection, sale: SaleId) -> Result<Vec<StepView>, StoreError> {
    let parts = sqlx::query!(
        "select l.step_id, l.line_key, l.quantity_milli
        from ledger.fulfilment_step s
        join ledger.fulfilment_step_line l on l.step_id = s.step_id
        where s.sale_id = $1
        order by l.step_id, l.line_key",
        sale.uuid(),
    )
    .fetch_all(&mut *db)
    .await?;
    let mut of_act: HashMap<Uuid, Vec<PartView>> = HashMap::new();
    for part in parts {
        of_act.entry(part.step_id).or_default().push(PartView {
            line: part.line_key,
            quantity: Quantity::from_milli(part.quantity_milli),
        });
    }
    sqlx::query!(
        r#"select step_id, number, step, is_undone, carrier, tracking_number, tracking_url, actor, note,
            done_at as "done_at: SqlTimestamp"
        from ledger.fulfilment_step
        where sale_id = $1
        order by number"#,
        sale.uuid(),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|found| {
        Ok(StepView {
            id: found.step_id,
            sale: sale.uuid(),
            number: found.number,
            step: step_from(&found.step)?,
            is_undone: found.is_undone,
            parts: of_act.remove(&found.step_id).unwrap_or_default(),
            tracking: Tracking {
                carrier: found.carrier,
                number: found.tracking_number,
                url: found.tracking_url,
            },
            actor: found.actor,
            note: found.note,
            done_at: found.done_at.to_jiff(),
        })
    })
    .collect()
}
