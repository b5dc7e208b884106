//! How a command ends.

use std::process::ExitCode;

/// What the exit code tells the caller. Wrong usage ends with 2, which clap does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; every check held.
    Done,
    /// Refused or failed; the reason was said.
    Failed,
    /// The command did its work, and something it checked does not hold.
    CheckFailed,
}

/// The paragraph of `--help` about exit codes.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  refused or failed; the reason is on standard error
  2  wrong usage
  3  a check failed (verify, demo)";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::CheckFailed => 3,
        })
    }
}
