//! Two systems at a time: each brings its own servers, and the machine has few cores.

use std::collections::BTreeMap;
use std::sync::Arc;

use tempfile::TempDir;
use test_kit::{System, folder};
use tokio::sync::{Semaphore, SemaphorePermit};

/// They wait for each other and for clocks half of their time.
const AT_ONCE: u32 = 2;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE as usize);

/// The right to run a system.
pub async fn turn() -> SemaphorePermit<'static> {
    turns(1).await
}

/// The right to run one while nobody else does.
pub async fn only_turn() -> SemaphorePermit<'static> {
    turns(AT_ONCE).await
}

async fn turns(count: u32) -> SemaphorePermit<'static> {
    let turns = TURNS.acquire_many(count).await;
    turns.expect("nobody ends the turns")
}

/// A system of real processes, and the right to run it.
pub struct Alone {
    pub system: Arc<System>,
    pub folder: TempDir,
    turn: SemaphorePermit<'static>,
}

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_comptoir");

impl Alone {
    pub async fn start() -> Self {
        Self::start_with(BTreeMap::new()).await
    }

    /// With settings for every service besides its own.
    pub async fn start_with(settings: BTreeMap<String, String>) -> Self {
        let turn = turn().await;
        let folder = folder().unwrap();
        let system = System::start_with(folder.path(), PROGRAM, settings);
        Self {
            system: system.await.unwrap(),
            folder,
            turn,
        }
    }

    /// Stops everything, changes what lies in the folder, and starts again.
    pub async fn start_again(self, change: impl FnOnce(&std::path::Path)) -> Self {
        let Self {
            system,
            folder,
            turn,
        } = self;
        drop(system);
        change(folder.path());
        Self {
            system: System::start(folder.path(), PROGRAM).await.unwrap(),
            folder,
            turn,
        }
    }
}
