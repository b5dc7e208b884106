use std::path::Path;

use anyhow::Context as _;
use tokio::task;

use super::Finding;
use crate::broker::Broker;
use crate::command::up::progress;
use crate::output::Screen;
use crate::stack::{self, Readiness, Running, Stack, StackOptions, State, readiness};
use crate::starter;

/// The folder of a system that is started to be looked at.
const THROWAWAY: &str = "doctor";

/// Looks at the system that runs in `dir`: broker, streams, and what each service says of itself
/// (database, its settings, privileges, schema).
pub(super) async fn running(dir: &Path, state: &State) -> Vec<Finding> {
    let mut findings = vec![broker(state).await, streams(dir, state).await];
    findings.extend(services(state));
    findings
}

/// Starts a system in a folder of its own, looks at it and removes it.
pub(super) async fn throwaway(screen: Screen, dir: &Path) -> anyhow::Result<Vec<Finding>> {
    let own = dir.join(THROWAWAY);
    stack::remove(&own)?;
    let program = std::env::current_exe().context("cannot tell which program this is")?;
    let mut options = StackOptions::new(&own, program, starter::seed()?);
    options.cache = Some(dir.join("cache"));
    options.observer = progress(screen);
    screen.line(screen.dim("Nothing runs here: a throwaway system is started to be looked at."));
    let started = task::spawn_blocking(|| Stack::start(options)).await?;
    let findings = match started {
        Ok(stack) => {
            let mut findings = vec![Finding::good("start", "the system starts on this machine")];
            findings.extend(running(&own, stack.state()).await);
            task::spawn_blocking(|| stack.stop()).await?;
            findings
        }
        Err(error) => vec![Finding::bad(
            "start",
            format!("the system does not start: {error:#}"),
        )],
    };
    stack::remove(&own)?;
    Ok(findings)
}

async fn broker(state: &State) -> Finding {
    match bus::check::server(&state.monitor_url).await {
        Ok(()) => Finding::good("broker", "recent enough, and syncs every write"),
        Err(error) => Finding::bad("broker", error.to_string()),
    }
}

async fn streams(dir: &Path, state: &State) -> Finding {
    let checked = async {
        let broker = Broker::of_stack(dir, state).await?;
        let checked = broker.check_layout().await;
        broker.close().await;
        anyhow::Ok(checked?)
    };
    match checked.await {
        Ok(()) => Finding::good("streams", "streams and consumers are as asked"),
        Err(error) => Finding::bad("streams", format!("{error:#}")),
    }
}

fn services(state: &State) -> Vec<Finding> {
    let look = |running: &Running| {
        let name = running.name.as_str();
        let readiness = match running.address() {
            Ok(address) => readiness(address),
            Err(error) => Readiness::Away(error.to_string()),
        };
        match readiness {
            Readiness::Ready(checks) => {
                Finding::good("service", format!("{name} passes: {}", checks.join(", ")))
            }
            missing @ (Readiness::NotReady(_) | Readiness::Away(_)) => {
                let reason = missing.reason().unwrap_or_default();
                Finding::bad("service", format!("{name}: {reason}"))
            }
        }
    };
    state.services.iter().map(look).collect()
}
