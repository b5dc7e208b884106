//! Makes a sale what the shop says (SH-12).

use retail::{ConnectionId, ContentHash, RetailerId, ShopOrderId};

use super::{Act, ActionKind, ActionOutcome, Desk, DeskError, Done, Subject, again};
use crate::store::Trial;

impl Desk {
    /// Applies the update that waits; only if it is the one of `seen`, where that is given.
    pub async fn apply_held(
        &self,
        act: &Act,
        retailer: RetailerId,
        connection: ConnectionId,
        order: &ShopOrderId,
        seen: Option<ContentHash>,
    ) -> Result<Done, DeskError> {
        let subject = Subject::Order(order.as_str().to_owned());
        if let Some(before) = self.store.done(connection, &subject, act).await? {
            return again(before, ActionKind::Apply).and_then(refused);
        }
        let kept = self
            .reader
            .kept_held(retailer, connection, order.as_str())
            .await?
            .ok_or(DeskError::NotHeld)?;
        if seen.is_some_and(|seen| seen != kept.version.content) {
            return Err(DeskError::HeldChanged);
        }
        let incoming = self.open(retailer, connection, kept.message)?;
        self.try_order(act, Trial::Apply, &incoming)
            .await
            .and_then(refused)
    }
}

fn refused(done: Done) -> Result<Done, DeskError> {
    match (done.outcome, &done.reason) {
        (ActionOutcome::Refused, Some((reason, detail))) => Err(DeskError::Refused {
            reason: reason.clone(),
            detail: detail.clone(),
        }),
        _ => Ok(done),
    }
}
