use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use crate::{Error, at::At as _};

/// A log larger than this is set aside as `.old` at the next start.
const KEEP_BYTES: u64 = 16 * 1024 * 1024;
/// How much of a log's end an error shows.
const TAIL_BYTES: u64 = 4 * 1024;
const TAIL_LINES: usize = 12;

/// Where a server writes, and where its present run began in that file.
#[derive(Debug, Clone)]
pub(crate) struct LogFile {
    pub(crate) path: PathBuf,
    began_at: u64,
}

impl LogFile {
    /// Opens the log for one more run.
    pub(crate) fn open(path: &Path) -> Result<(Self, File), Error> {
        if fs::metadata(path).is_ok_and(|found| found.len() > KEEP_BYTES) {
            fs::rename(path, path.with_extension("old")).at("set aside", path)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .at("open", path)?;
        let began_at = file.metadata().at("look at", path)?.len();
        let log = Self {
            path: path.to_owned(),
            began_at,
        };
        Ok((log, file))
    }

    /// The last lines of the present run; what cannot be read is left out.
    pub(crate) fn tail(&self) -> String {
        let Ok(mut file) = File::open(&self.path) else {
            return String::new();
        };
        let len = file.metadata().map_or(0, |found| found.len());
        let from = self.began_at.max(len.saturating_sub(TAIL_BYTES));
        let mut bytes = Vec::new();
        if file.seek(SeekFrom::Start(from)).is_err() || file.read_to_end(&mut bytes).is_err() {
            return String::new();
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}
