//! A client that tells which subjects the broker refuses it.

use std::collections::BTreeSet;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerError};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::Broker;

/// Subjects tried at once: the client keeps no more refusals than twice as many for us.
const AT_ONCE: usize = 50;
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Prober {
    client: Client,
    refusals: mpsc::UnboundedReceiver<String>,
    fences: u32,
}

impl Prober {
    pub async fn connect(broker: &Broker, user: &str) -> Self {
        let (tell, refusals) = mpsc::unbounded_channel();
        let client = ConnectOptions::with_user_and_password(
            user.to_owned(),
            broker.password(user).to_owned(),
        )
        .event_callback(move |event| {
            if let Event::ServerError(ServerError::Other(text)) = event {
                let subject = text.split('"').nth(1).unwrap_or_default();
                tell.send(subject.to_owned()).unwrap();
            }
            std::future::ready(())
        })
        .connect(broker.url())
        .await
        .unwrap();
        Self {
            client,
            refusals,
            fences: 0,
        }
    }

    /// Those of `subjects` that it may not publish to.
    pub async fn cannot_publish(&mut self, subjects: &BTreeSet<String>) -> BTreeSet<String> {
        let mut refused = BTreeSet::new();
        for some in chunks(subjects) {
            for subject in some {
                let published = self.client.publish(subject, "".into());
                published.await.unwrap();
            }
            refused.extend(self.refused().await);
        }
        refused
    }

    /// Those of `subjects` that it may not subscribe to.
    pub async fn cannot_subscribe(&mut self, subjects: &BTreeSet<String>) -> BTreeSet<String> {
        let mut refused = BTreeSet::new();
        for some in chunks(subjects) {
            let mut subscribers = Vec::new();
            for subject in some {
                subscribers.push(self.client.subscribe(subject).await.unwrap());
            }
            refused.extend(self.refused().await);
        }
        refused
    }

    /// What the broker has refused since. Refusals come in order, so the one of a subject that is surely forbidden
    /// ends the wait.
    async fn refused(&mut self) -> BTreeSet<String> {
        self.fences += 1;
        let fence = format!("fence.{}", self.fences);
        self.client.publish(fence.clone(), "".into()).await.unwrap();
        let mut refused = BTreeSet::new();
        loop {
            let told = timeout(PATIENCE, self.refusals.recv()).await;
            match told.unwrap().unwrap() {
                told if told == fence => return refused,
                told => refused.insert(told),
            };
        }
    }
}

fn chunks(subjects: &BTreeSet<String>) -> Vec<Vec<String>> {
    let all: Vec<String> = subjects.iter().cloned().collect();
    all.chunks(AT_ONCE).map(<[String]>::to_vec).collect()
}
