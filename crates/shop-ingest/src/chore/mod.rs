//! What is done for each connection again and again: a task of its own for each, so that one that hangs,
//! fails or panics holds no other.

mod trouble;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use retail::ConnectionId;
use shop::Connection;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub(crate) use trouble::Trouble;

use crate::connections::Connections;
use crate::isolation::{Breaker, Dice, Gate, Gates, Setback};

/// Of the time between rounds: how far the first rounds of many connections are spread, and how much the
/// others may come early or late.
const SPREAD_SHARE: u32 = 12;

/// Something that every connection needs again and again.
pub(crate) trait Chore: Send + Sync + 'static {
    /// For logs, and for the randomness of its tasks.
    const NAME: &'static str;

    /// Between the end of a round that went well and the next.
    fn every(&self) -> Duration;

    /// Once. It passes `gate` before each request, and may be dropped at any point.
    fn round(
        &self,
        connection: &Connection,
        gate: &Gate,
    ) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// A round failed; remembered for people.
    fn failed(&self, connection: &Connection, trouble: &Trouble)
    -> impl Future<Output = ()> + Send;
}

/// Does a chore for all connections that are at work, as they come and go, until told to stop.
pub(crate) async fn run<C: Chore>(
    chore: C,
    connections: Arc<Connections>,
    gates: Arc<Gates>,
    seed: u64,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let chore = Arc::new(chore);
    let mut changes = connections.changes();
    let mut tasks = JoinSet::new();
    let mut running: HashMap<ConnectionId, Running> = HashMap::new();
    loop {
        changes.mark_unchanged();
        let asked = connections.asked();
        running.retain(|id, running| {
            let is_as_before = asked
                .get(id)
                .is_some_and(|connection| Arc::ptr_eq(connection, &running.connection));
            if !is_as_before {
                running.task.abort();
            }
            is_as_before
        });
        for (id, connection) in asked {
            running.entry(id).or_insert_with(|| {
                let dice = Dice::of(seed, id, C::NAME);
                let rounds = again_and_again(
                    Arc::clone(&chore),
                    Arc::clone(&connection),
                    gates.of(id),
                    dice,
                );
                let task = tasks.spawn(rounds);
                Running { connection, task }
            });
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Ok(()) = changes.changed() => {}
            // Those that were ended; the others go on for ever.
            Some(_) = tasks.join_next() => {}
        }
    }
    // Whatever a round was at, the next process does again.
    tasks.shutdown().await;
    Ok(())
}

/// A connection's task, and the connection as it was when the task began.
struct Running {
    connection: Arc<Connection>,
    task: AbortHandle,
}

async fn again_and_again<C: Chore>(
    chore: Arc<C>,
    connection: Arc<Connection>,
    gate: Arc<Gate>,
    mut dice: Dice,
) {
    let spread = chore.every() / SPREAD_SHARE;
    let mut breaker = Breaker::default();
    let mut pause = dice.up_to(spread);
    loop {
        sleep(pause).await;
        let round = AssertUnwindSafe(chore.round(&connection, &gate)).catch_unwind();
        let trouble = match round.await {
            Ok(Ok(())) => {
                breaker.succeeded();
                pause = chore.every().saturating_sub(spread) + dice.up_to(spread * 2);
                continue;
            }
            Ok(Err(trouble)) => trouble,
            Err(_) => Trouble::Panicked,
        };
        let setback = trouble.setback();
        if let Setback::Passing { after: Some(after) } = setback {
            gate.leave_alone(after);
        }
        let was_open = breaker.is_open();
        pause = breaker.failed(setback, &mut dice);
        if setback == Setback::Lasting || (breaker.is_open() && !was_open) {
            tracing::warn!(chore = C::NAME, connection = %connection.id, error = %trouble, "left alone for a while");
        } else {
            tracing::debug!(chore = C::NAME, connection = %connection.id, error = %trouble, "failed");
        }
        chore.failed(&connection, &trouble).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use jiff::Timestamp;
    use retail::{PlatformCode, RetailerId};
    use secrecy::SecretString;
    use shop::{Allowance, ApiAccess, FetchError, LiveSecrets, PlainHttp, ShopUrl};
    use tokio::time::Instant;
    use uuid::Uuid;

    use super::*;
    use crate::store::{ConnectionSettings, ConnectionState, ImportStanding, StoredConnection};

    const EVERY: Duration = Duration::from_mins(1);

    /// What the connections of these ids do.
    const HANGS: u128 = 1;
    const PANICS: u128 = 2;
    const IS_AWAY: u128 = 3;
    const ASKS_FOR_REST: u128 = 4;
    const FLOODS: u128 = 5;

    #[derive(Default)]
    struct Fake {
        rounds: Mutex<BTreeMap<u128, Vec<Instant>>>,
        failures: Mutex<BTreeMap<u128, usize>>,
    }

    impl Fake {
        fn began(&self, id: u128) {
            let mut rounds = self.rounds.lock().unwrap();
            rounds.entry(id).or_default().push(Instant::now());
        }
    }

    impl Chore for Arc<Fake> {
        const NAME: &'static str = "fake";

        fn every(&self) -> Duration {
            EVERY
        }

        async fn round(&self, connection: &Connection, gate: &Gate) -> Result<(), Trouble> {
            let id = connection.id.uuid().as_u128();
            self.began(id);
            let away = |after| {
                let why = "for the test".to_owned();
                Err(Trouble::from(FetchError::TryLater { why, after }))
            };
            match id {
                HANGS => std::future::pending().await,
                PANICS => panic!("for the test"),
                IS_AWAY => away(None),
                ASKS_FOR_REST => away(Some(Duration::from_mins(20))),
                // Pages without end.
                FLOODS => loop {
                    gate.pass(&Allowance::default(), 1).await;
                },
                _ => Ok(()),
            }
        }

        async fn failed(&self, connection: &Connection, _: &Trouble) {
            let id = connection.id.uuid().as_u128();
            *self.failures.lock().unwrap().entry(id).or_default() += 1;
        }
    }

    fn connection(id: u128) -> StoredConnection {
        let hush = SecretString::from("hush");
        let url = ShopUrl::new("https://shop.example").unwrap();
        let connection = Connection {
            id: ConnectionId::new(Uuid::from_u128(id)),
            retailer: RetailerId::new(Uuid::nil()),
            platform: PlatformCode::new("stall").unwrap(),
            secrets: LiveSecrets::new(vec![hush.clone()]).unwrap(),
            api: Some(ApiAccess::new(url, hush.clone(), hush, PlainHttp::Refused).unwrap()),
        };
        StoredConnection {
            connection,
            state: ConnectionState::Live,
            created_at: Timestamp::UNIX_EPOCH,
            store: None,
            settings: ConnectionSettings::default(),
            imports: ImportStanding::default(),
            version: 0,
        }
    }

    fn connections(ids: &[u128]) -> Arc<Connections> {
        let stored = ids.iter().copied().map(connection).collect();
        Arc::new(Connections::new(PlatformCode::new("stall").unwrap(), stored).unwrap())
    }

    /// When the connections' rounds began, within an hour.
    async fn an_hour_of(ids: &[u128]) -> (BTreeMap<u128, Vec<Instant>>, BTreeMap<u128, usize>) {
        let fake = Arc::new(Fake::default());
        let stop = CancellationToken::new();
        let running = run(
            Arc::clone(&fake),
            connections(ids),
            Arc::default(),
            7,
            stop.clone(),
        );
        let stopping = async {
            sleep(Duration::from_hours(1)).await;
            stop.cancel();
        };
        let (ended, ()) = tokio::join!(running, stopping);
        ended.unwrap();
        let rounds = fake.rounds.lock().unwrap().clone();
        let failures = fake.failures.lock().unwrap().clone();
        (rounds, failures)
    }

    #[tokio::test(start_paused = true)]
    async fn one_connection_that_hangs_panics_or_floods_delays_no_other() {
        let began = Instant::now();
        let (alone, _) = an_hour_of(&[10, 11]).await;
        let again = Instant::now();
        let all = [HANGS, PANICS, IS_AWAY, ASKS_FOR_REST, FLOODS, 10, 11];
        let (beside, failures) = an_hour_of(&all).await;
        for id in [10, 11] {
            let times = |rounds: &BTreeMap<u128, Vec<Instant>>, from: Instant| -> Vec<Duration> {
                rounds[&id].iter().map(|at| *at - from).collect()
            };
            assert_eq!(times(&alone, began), times(&beside, again), "{id}");
            assert!(beside[&id].len() >= 55, "{}", beside[&id].len());
            assert_eq!(failures.get(&id), None);
        }
        assert_eq!(beside[&HANGS].len(), 1);
        assert_eq!(beside[&FLOODS].len(), 1);
        for id in [PANICS, IS_AWAY] {
            let rounds = beside[&id].len();
            assert!(
                (60..130).contains(&rounds),
                "{id}: the circuit opens, {rounds}"
            );
            assert_eq!(failures[&id], rounds);
        }
        let rests = &beside[&ASKS_FOR_REST];
        assert!(rests.len() <= 4, "{}", rests.len());
        let pause = rests[1] - rests[0];
        assert!(pause >= Duration::from_mins(20), "{pause:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_come_and_go_with_their_connections() {
        let fake = Arc::new(Fake::default());
        let (stop, connections) = (CancellationToken::new(), connections(&[10]));
        let running = run(
            Arc::clone(&fake),
            Arc::clone(&connections),
            Arc::default(),
            7,
            stop.clone(),
        );
        let rounds = |id: u128| fake.rounds.lock().unwrap().get(&id).map_or(0, Vec::len);
        let changing = async {
            sleep(EVERY * 10).await;
            let in_state = |id, state| StoredConnection {
                state,
                ..connection(id)
            };
            connections.put(in_state(10, ConnectionState::Paused));
            connections.put(in_state(11, ConnectionState::Live));
            let paused = rounds(10);
            sleep(EVERY * 10).await;
            assert_eq!(rounds(10), paused);
            assert!(rounds(11) >= 8);
            connections.put(in_state(10, ConnectionState::Live));
            connections.put(in_state(11, ConnectionState::Disconnected));
            let parted = rounds(11);
            sleep(EVERY * 10).await;
            assert!(rounds(10) >= paused + 8);
            assert_eq!(rounds(11), parted);
            stop.cancel();
        };
        let (ended, ()) = tokio::join!(running, changing);
        ended.unwrap();
    }
}
