use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Check;

/// Between two questions.
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// For an answer.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Asks `question` again and again, the first time at once, and tells `check`. Ends at `stop`: a task for the lifecycle.
///
/// The error of `question` becomes the reason that `/readyz` shows: no secret in it.
pub async fn probe<E: std::fmt::Display>(
    check: Check,
    stop: CancellationToken,
    question: impl AsyncFnMut() -> Result<(), E>,
) -> anyhow::Result<()> {
    let asking = ask(check, PROBE_EVERY, PROBE_TIMEOUT, question);
    stop.run_until_cancelled_owned(asking).await;
    Ok(())
}

async fn ask<E: std::fmt::Display>(
    check: Check,
    every: Duration,
    timeout: Duration,
    mut question: impl AsyncFnMut() -> Result<(), E>,
) {
    let mut turns = tokio::time::interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        match tokio::time::timeout(timeout, question()).await {
            Ok(Ok(())) => check.pass(),
            Ok(Err(reason)) => check.fail(reason.to_string()),
            Err(_elapsed) => check.fail(format!("no answer within {timeout:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Health;

    const SOON: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn a_probe_tells_what_it_hears_and_silence_fails() {
        let health = Health::new();
        let mut state = health.state.subscribe();
        let mut turn = 0;
        let question = async || {
            turn += 1;
            match turn {
                1 => Ok(()),
                2 => Err("refused"),
                _ => std::future::pending().await,
            }
        };
        let told = async {
            for reason in [None, Some("refused"), Some("no answer within 5ms")] {
                let is_told =
                    |state: &crate::health::State| state.checks["database"].as_deref() == reason;
                state.wait_for(is_told).await.unwrap();
            }
        };
        tokio::select! {
            () = ask(health.check("database"), SOON, SOON, question) => {}
            () = told => {}
        }
    }

    #[tokio::test]
    async fn a_probe_ends_with_the_process() {
        let stop = CancellationToken::new();
        stop.cancel();
        let question = async || Ok::<_, std::convert::Infallible>(());
        probe(Health::new().check("database"), stop, question)
            .await
            .unwrap();
    }
}
