use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// Removes a stack's folder and data, so that the next one there begins anew. Refuses while a
/// stack runs in it.
pub(crate) fn remove(dir: &Path) -> anyhow::Result<()> {
    if !dir.exists() {
        return Ok(());
    }
    if devstack::attach(dir)?.is_some() {
        bail!(
            "a stack runs in {}: stop it first, with Ctrl-C where it was started",
            dir.display()
        );
    }
    // The database's data may lie elsewhere, where its user can reach it.
    if let Ok(elsewhere) = fs::read_link(dir.join("postgres"))
        && elsewhere.is_dir()
    {
        fs::remove_dir_all(&elsewhere)
            .with_context(|| format!("cannot remove {}", elsewhere.display()))?;
    }
    fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))
}
