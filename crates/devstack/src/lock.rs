use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Seek as _, Write as _},
    path::Path,
    thread,
    time::Duration,
};

use crate::{Error, at::At as _, files};

const LOCK: &str = "lock";

/// Who only looks whether the lock is held has it for a moment, as has a process that is just being started: it is
/// asked for this often.
const ATTEMPTS: usize = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// The right to run servers in a folder. The kernel takes it back when its holder dies, so that
/// there is no stale lock to heal.
#[derive(Debug)]
pub(crate) struct DirLock {
    /// Closing it gives the lock back.
    _file: File,
}

impl DirLock {
    /// Takes the lock of `dir`, or says at once who has it.
    pub(crate) fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(LOCK);
        let mut file = open(&path)?;
        if !try_lock(&file, &path)? {
            return Err(Error::AlreadyRunning {
                dir: dir.to_owned(),
                pid: holder(&path)?,
            });
        }
        file.set_len(0).at("write", &path)?;
        file.rewind().at("write", &path)?;
        write!(file, "{}", std::process::id()).at("write", &path)?;
        Ok(Self { _file: file })
    }

    /// Whether a living process has the lock of `dir`.
    pub(crate) fn is_held(dir: &Path) -> Result<bool, Error> {
        let path = dir.join(LOCK);
        if !path.exists() {
            return Ok(false);
        }
        match open(&path)?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(source).at("lock", &path),
        }
    }
}

/// Whether the lock is ours now. Closing the file gives it back.
pub(crate) fn try_lock(file: &File, path: &Path) -> Result<bool, Error> {
    for attempt in 1.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(source)) => return Err(source).at("lock", path),
        }
    }
    Ok(true)
}

/// Opens a file to be locked, making it if need be; what is in it stays.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .at("open", path)
}

fn holder(path: &Path) -> Result<Option<u32>, Error> {
    Ok(files::read_if_there(path)?.and_then(|text| text.trim().parse().ok()))
}
