//! Applies a batch whatever is in it: the rows that the database refuses are found by halving, and their
//! orders parked, so that one bad order delays the others by a few transactions and no more.

use crate::decide::{Body, Incoming, Outcome, Reason, Refused};
use crate::store::{Store, StoreError};

/// What became of a message in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked {
    /// Committed.
    Done(Outcome),
    /// Not even the refusal can be stored: for the dead letters.
    Unstorable(Reason),
}

/// Applies `incoming`; gives what became of each message by its place.
///
/// An error means that the database cannot be used now; some of the messages may be committed. Trying
/// all of them again is right.
pub async fn book(store: &Store, incoming: &[Incoming]) -> Result<Vec<Booked>, StoreError> {
    let mut booked = Vec::with_capacity(incoming.len());
    // What is still to be applied, the first part on top.
    let mut parts = vec![incoming];
    while let Some(part) = parts.pop() {
        match (store.apply(part).await, part) {
            (Ok(outcomes), _) => booked.extend(outcomes.into_iter().map(Booked::Done)),
            (
                Err(StoreError::Data {
                    sql_state,
                    constraint,
                    source: _,
                }),
                [alone],
            ) => {
                let reason = Reason::unstorable(&sql_state, constraint.as_deref());
                booked.push(park(store, alone, reason).await?);
            }
            (Err(StoreError::Data { .. }), _) => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            (Err(error @ (StoreError::Race | StoreError::Unavailable(_))), _) => return Err(error),
        }
    }
    Ok(booked)
}

async fn park(store: &Store, message: &Incoming, reason: Reason) -> Result<Booked, StoreError> {
    let outline = match &message.body {
        Body::Order { order, email: _ } => Some(Box::new(order.outline())),
        Body::Refused(refused) => refused.outline.clone(),
    };
    let refused = Incoming {
        retailer: message.retailer,
        connection: message.connection,
        delivery: message.delivery.clone(),
        body: Body::Refused(Refused {
            order: message.order_id().cloned(),
            reason: reason.code.to_owned(),
            detail: reason.detail.clone(),
            outline,
        }),
        import: message.import,
        kept: message.kept.clone(),
    };
    match store.apply(&[refused]).await {
        Ok(outcomes) => Ok(outcomes
            .into_iter()
            .next()
            .map_or(Booked::Unstorable(reason), Booked::Done)),
        Err(StoreError::Data { .. }) => Ok(Booked::Unstorable(reason)),
        Err(error @ (StoreError::Race | StoreError::Unavailable(_))) => Err(error),
    }
}
