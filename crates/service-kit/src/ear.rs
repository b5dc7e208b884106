use std::time::Duration;

use bus::{Consumer, Delivery, ack_all, durable};
use devstack::testing::Nats;
use prost::Message as _;
use proto::order::OrderMessage;

use crate::{PATIENCE, connect};

/// How long nothing must come for it to count as nothing.
const SILENCE: Duration = Duration::from_millis(1_500);
/// Messages heard at once.
const BATCH: usize = 500;

/// Hears what the ledger is told, where there is no ledger.
pub struct Ear(Consumer);

impl Ear {
    /// Once the ledger's part of the broker is made.
    pub async fn of_the_ledger(nats: &Nats) -> Self {
        let ledger = connect(nats, "ledger").await;
        Self(ledger.consumer(&durable::ledger_orders()))
    }

    /// Until nothing more comes.
    pub async fn all(&mut self) -> Vec<OrderMessage> {
        let mut told = Vec::new();
        loop {
            let heard = self.hear(BATCH, SILENCE).await;
            if heard.is_empty() {
                return told;
            }
            told.extend(heard);
        }
    }

    /// The next message there is.
    pub async fn next(&mut self) -> OrderMessage {
        let mut heard = self.hear(1, PATIENCE).await;
        heard.pop().expect("the ledger is told something")
    }

    async fn hear(&mut self, limit: usize, wait: Duration) -> Vec<OrderMessage> {
        let batch: Vec<Delivery> = self.0.next_batch(limit, wait).await;
        ack_all(&batch).await.expect("the broker is there");
        let messages = batch
            .iter()
            .map(|one| OrderMessage::decode(one.payload.clone()));
        messages
            .collect::<Result<_, _>>()
            .expect("the ledger is told of orders")
    }
}
