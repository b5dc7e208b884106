//! Publishing until the broker takes it: what was taken out of the inbox is held, not handed back.

use std::time::Duration;

use bus::{Delivery, Message, PublishError, Publisher};
use tokio_util::sync::CancellationToken;

use crate::outage::Outage;

/// Between two attempts; each waits itself up to five seconds for the broker.
const PAUSE: Duration = Duration::from_secs(1);

/// How publishing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Stored,
    /// No message of this size will ever be taken.
    TooLarge,
    /// The process stops; whatever is held comes again to the next one.
    Stopped,
}

/// Publishes until it is stored, however long the broker or the stream refuses. Meanwhile the broker
/// hears that the held messages are still at work, so that no outage counts as failed deliveries.
pub(crate) async fn until_stored(
    stop: &CancellationToken,
    outage: &Outage,
    held: &[Delivery],
    publisher: &Publisher,
    message: &Message,
) -> Ended {
    loop {
        match publisher.publish(message.clone()).await {
            Ok(_) => {
                outage.succeeded();
                return Ended::Stored;
            }
            Err(PublishError::TooLarge { .. }) => return Ended::TooLarge,
            Err(
                error @ (PublishError::Unavailable { .. }
                | PublishError::Full { .. }
                | PublishError::Denied { .. }
                | PublishError::Refused { .. }),
            ) => outage.failed(&error),
        }
        for delivery in held {
            if let Err(error) = delivery.progress().await {
                tracing::debug!(%error, "the broker does not hear that work goes on");
            }
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(PAUSE))
            .await
            .is_none()
        {
            return Ended::Stopped;
        }
    }
}
