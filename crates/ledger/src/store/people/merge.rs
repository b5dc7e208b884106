use serde_json::json;
use uuid::Uuid;

use super::{PeopleError, Record, lock_alone};
use crate::store::{Once, row};

/// What came of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergedCustomer {
    /// The record that stands for both.
    pub customer: Uuid,
    /// Sales that followed.
    pub sales: u64,
}

impl Once {
    /// The sales of `from` follow to `into`, and so does what comes by its e-mail address. Of `into` nothing on file
    /// changes.
    pub async fn merge_customers(
        &mut self,
        from: Uuid,
        into: Uuid,
    ) -> Result<MergedCustomer, PeopleError> {
        let (retailer, now, request) = (self.retailer(), self.now(), self.act().request);
        let db = self.db();
        lock_alone(db, retailer).await?;
        let from = Record::find(db, retailer, from).await?;
        let into = Record::standing(db, retailer, into).await?;
        if from.id == into.id {
            return Err(PeopleError::Same);
        }
        if from.is_guest || into.is_guest {
            return Err(PeopleError::Guest);
        }
        if from.erased_at.is_some() || into.erased_at.is_some() {
            return Err(PeopleError::Erased);
        }
        match from.merged_into {
            Some(standing) if standing == into.id => return Err(PeopleError::Same),
            Some(_) => return Err(PeopleError::Merged),
            None => {}
        }
        let moved = sqlx::query!(
            "update ledger.sale set customer_id = $2, changed_at = $3,
                changed_xid = pg_current_xact_id()::text::bigint
            where customer_id = $1",
            from.id,
            into.id,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "update ledger.customer set merged_into = $2 where customer_id = $1 or merged_into = $1",
            from.id,
            into.id,
        )
        .execute(&mut *db)
        .await?;
        sqlx::query!(
            "insert into ledger.customer_merge (customer_id, into_customer_id, request_id, merged_at)
            values ($1, $2, $3, $4)",
            from.id,
            into.id,
            request,
            row::at(now) as _,
        )
        .execute(&mut *db)
        .await?;
        let told = |into: Option<Uuid>| json!({"customer_id": from.id, "merged_into": into});
        self.note_change(Some(told(None)), told(Some(into.id)));
        Ok(MergedCustomer {
            customer: into.id,
            sales: moved.rows_affected(),
        })
    }
}
