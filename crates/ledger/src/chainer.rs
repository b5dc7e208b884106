//! Lengthens the chain over movements and closures, behind the bookings and never in their way.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::chain::{ChainKind, Head};
use crate::store::{Chain, Chained, StoreError};
use crate::wake::Listener;

/// Between two looks at what is new.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A turn is followed by a rest of so many times its length: a fifth of one connection's time at most.
const RESTS_PER_TURN: u32 = 4;
/// The same while recording is behind: the machine is better used for that.
const REST_WHILE_BEHIND: Duration = Duration::from_secs(2);
/// After a failure, and before looking again whether the tables still are another server's.
const PAUSE: Duration = Duration::from_secs(10);

/// The task that makes blocks.
#[derive(Debug)]
pub struct Chainer {
    chain: Chain,
    changes: Listener,
}

impl Chainer {
    #[must_use]
    pub fn new(chain: Chain, changes: Listener) -> Self {
        Self { chain, changes }
    }

    /// Makes blocks until `stop`. What is in none by then, the next process takes.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        stop.run_until_cancelled(self.lengthen()).await;
        Ok(())
    }

    async fn lengthen(&mut self) {
        loop {
            let began = tokio::time::Instant::now();
            match self.turn().await {
                Ok(true) => {
                    let rest = began.elapsed() * RESTS_PER_TURN;
                    let least = if self.changes.is_behind() {
                        REST_WHILE_BEHIND
                    } else {
                        Duration::ZERO
                    };
                    tokio::time::sleep(rest.max(least)).await;
                }
                Ok(false) => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    self.changes.wait(LOOK_EVERY).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "the chain is not lengthened");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// A block of each kind for whoever has new rows. Gives whether there is more to do.
    async fn turn(&self) -> Result<bool, StoreError> {
        let mut has_more = false;
        for kind in ChainKind::ALL {
            match self.chain.lengthen(kind).await? {
                Chained::Blocks {
                    heads,
                    has_more: more,
                } => {
                    has_more |= more;
                    for (retailer, Head { position, hash: _ }) in heads {
                        tracing::debug!(%retailer, position, "the chain is longer");
                    }
                }
                Chained::Taken => {}
                Chained::Copied => {
                    tracing::error!(
                        "the chain is not lengthened: the tables were copied from another server, and their \
                         transaction numbers are that one's"
                    );
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Ok(has_more)
    }
}
