use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::subject::{Part, Subject};
use crate::{samples, wire};

/// Something that reads what comes from outside.
pub struct Target {
    /// As `fuzz.sh` knows it.
    pub name: String,
    run: Box<Run>,
    /// Inputs to begin with.
    pub seeds: Vec<Vec<u8>>,
}

type Run = dyn Fn(&[u8]) + Send + Sync;

impl Target {
    /// Panics if the input does what no input may.
    pub fn run(&self, input: &[u8]) {
        (self.run)(input);
    }

    /// Inputs that once broke it.
    pub fn found(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        let folder = root().join("found").join(&self.name);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        fs::read_dir(&folder)
            .with_context(|| format!("cannot list {}", folder.display()))?
            .map(|entry| Ok(fs::read(entry?.path())?))
            .collect()
    }
}

/// All of them.
pub fn targets() -> anyhow::Result<Vec<Target>> {
    let mut targets = Vec::new();
    for subject in samples::subjects()? {
        for part in Part::ALL {
            targets.push(of(&subject, part));
        }
    }
    targets.push(Target {
        name: "order-message".to_owned(),
        run: Box::new(wire::order_message),
        seeds: wire::seeds(&samples::orders()?),
    });
    Ok(targets)
}

fn of(subject: &Subject, part: Part) -> Target {
    let judge = subject.clone();
    Target {
        name: format!("{}-{}", subject.connection.platform, part.name()),
        run: Box::new(move |input| judge.run(part, input)),
        seeds: subject.seeds(part),
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
