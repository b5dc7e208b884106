//! A folder for one system, gone when it is dropped.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

/// Others may pass through and see nothing: the database server may run as another user, and its
/// data should lie in here too.
const MODE: u32 = 0o711;

pub fn folder() -> anyhow::Result<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("comptoir-")
        .permissions(Permissions::from_mode(MODE))
        .tempdir()?;
    Ok(folder)
}
