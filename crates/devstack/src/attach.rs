use std::path::{Path, PathBuf};

use crate::{Endpoints, Error, lock::DirLock};

/// Where the stack answers that another process runs in this folder; `None` if none does.
pub fn attach(dir: &Path) -> Result<Option<Endpoints>, Error> {
    if !DirLock::is_held(dir)? {
        return Ok(None);
    }
    Endpoints::read(&path(dir))
}

/// Written when both servers are ready, removed before they are stopped.
pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join("endpoints.json")
}
