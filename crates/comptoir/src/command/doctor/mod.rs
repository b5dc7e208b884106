//! Every check a service makes at start, with plain words for what is wrong.

mod disk;
mod seed;
mod system;

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;
use service::clock::{Clock as _, SystemClock};

use super::Place;
use crate::exit::Exit;
use crate::output::Screen;

/// No machine's clock shows an earlier time and is right.
const EARLIEST_NOW: &str = "2026-01-01T00:00:00Z";

/// One thing looked at.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    /// What was found; where it is bad, also what to do.
    words: String,
}

#[derive(Serialize)]
struct Report {
    good: bool,
    findings: Vec<Finding>,
}

impl Finding {
    fn good(what: &'static str, words: impl Into<String>) -> Self {
        let words = words.into();
        Self {
            what,
            good: true,
            words,
        }
    }

    fn bad(what: &'static str, words: impl Into<String>) -> Self {
        let words = words.into();
        Self {
            what,
            good: false,
            words,
        }
    }
}

/// Looks at the machine, the folder and the system that runs there; where none runs, at a
/// throwaway one that is started for it.
pub(crate) async fn doctor(screen: Screen, place: &Place) -> anyhow::Result<Exit> {
    let mut findings = vec![clock(), disk::disk(place.dir())];
    if let Some((dir, state)) = place.stack()? {
        findings.extend(seed::seed(&dir.join("seed.toml")));
        findings.extend(system::running(dir, state).await);
    } else {
        findings.extend(seed::seed(&place.dir().join("seed.toml")));
        findings.extend(system::throwaway(screen, place.dir()).await?);
    }
    let report = Report {
        good: findings.iter().all(|finding| finding.good),
        findings,
    };
    if screen.is_json() {
        screen.json(&report)?;
    } else {
        show(screen, &report, place.dir());
    }
    Ok(if report.good {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn clock() -> Finding {
    let now = SystemClock.now();
    let earliest: Timestamp = EARLIEST_NOW.parse().unwrap_or(Timestamp::MAX);
    if now < earliest {
        return Finding::bad(
            "clock",
            format!(
                "the machine's clock shows {now}, which is past; set it, or sales get wrong dates"
            ),
        );
    }
    Finding::good("clock", format!("{now:.0}"))
}

fn show(screen: Screen, report: &Report, dir: &Path) {
    for Finding { what, good, words } in &report.findings {
        let word = if *good {
            screen.good("good")
        } else {
            screen.bad("BAD ")
        };
        screen.line(format_args!("{word}  {what:<12} {words}"));
    }
    if report.good {
        screen.line("\nNothing is wrong.");
    } else {
        screen.line(format_args!(
            "\nSomething is wrong; the services' own words are in {}",
            dir.join("log").display()
        ));
    }
}
