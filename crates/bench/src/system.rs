//! A system for one measurement: this program runs the services, in a folder that goes with it.

use std::ops::Deref;
use std::sync::Arc;

use anyhow::Context as _;
use tempfile::TempDir;
use test_kit::{System, folder};

pub struct Measured {
    system: Arc<System>,
    /// After the system in this list, so that it is dropped after it.
    _dir: TempDir,
}

pub async fn start() -> anyhow::Result<Measured> {
    let dir = folder()?;
    let program = std::env::current_exe().context("this program has no path")?;
    Ok(Measured {
        system: System::start(dir.path(), program).await?,
        _dir: dir,
    })
}

impl Deref for Measured {
    type Target = Arc<System>;

    fn deref(&self) -> &Self::Target {
        &self.system
    }
}
