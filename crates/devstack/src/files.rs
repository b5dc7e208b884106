use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{ErrorKind, Write as _},
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::Path,
};

use nix::unistd::geteuid;

use crate::{Error, at::At as _};

/// Makes a folder (and those above it) with this mode; one that exists gets the mode.
pub(crate) fn make_dir(path: &Path, mode: u32) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .at("make the folder", path)?;
    set_mode(path, mode)
}

/// Makes a folder that all may look into, unless it is there.
pub(crate) fn ensure_dir(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    make_dir(path, 0o755)
}

/// Makes a folder in a place all users share, and refuses one that another user could have
/// prepared for us.
pub(crate) fn make_dir_of_ours(path: &Path, mode: u32) -> Result<(), Error> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(path).at("look at", path)?;
            let writable_by_others = found.mode() & 0o022 != 0;
            if !found.is_dir() || found.uid() != geteuid().as_raw() || writable_by_others {
                return Err(Error::NotOurs {
                    path: path.to_owned(),
                });
            }
        }
        created => created.at("make the folder", path)?,
    }
    set_mode(path, mode)
}

/// Writes a file that only we may read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let part = path.with_extension("part");
    write_new_private(&part, text)?;
    fs::rename(&part, path).at("write", path)
}

/// Writes a file that only we may read in place of whatever stood there.
pub(crate) fn write_new_private(path: &Path, text: &str) -> Result<(), Error> {
    remove_file_if_there(path)?;
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .at("make", path)?;
    file.write_all(text.as_bytes()).at("write", path)
}

/// Reads a file; `None` if there is none.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.at("read", path).map(Some),
    }
}

pub(crate) fn remove_file_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", path),
    }
}

pub(crate) fn remove_dir_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", path),
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode)).at("set the mode of", path)
}
