use std::{
    io::Write as _,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::{Error, at::At as _, server::Ending};

/// $1 = asking signal, $2 = insisting signal, $3 = folder to remove afterwards, or empty.
///
/// It reads the server's pid, then waits for a second line. A line means that we ended the server
/// ourselves; the end of input means that we are gone. It hears neither the terminal's signals
/// nor its closing.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
read -r pid || exit 0
read -r released && exit 0
kill -s "$1" "$pid" 2>/dev/null
n=0
while kill -0 "$pid" 2>/dev/null; do
  n=$((n + 1))
  [ "$n" -eq 100 ] && kill -s "$2" "$pid" 2>/dev/null
  [ "$n" -ge 200 ] && { kill -s KILL "$pid" 2>/dev/null; break; }
  sleep 0.1
done
[ -z "$3" ] || rm -rf -- "$3"
"#;

/// A shell that ends a server should we die without having done so, even by `kill -9`.
#[derive(Debug)]
pub(crate) struct Keeper {
    shell: Child,
    /// `None` once closed.
    line: Option<ChildStdin>,
}

impl Keeper {
    /// Starts before the server does, so that no server is ever without one.
    pub(crate) fn start(ending: Ending, then_remove: Option<&Path>) -> Result<Self, Error> {
        let sh = Path::new("sh");
        let mut command = Command::new(sh);
        command
            .args(["-c", SCRIPT, "comptoir-keeper"])
            .args([name(ending.ask), name(ending.insist)])
            .arg(then_remove.unwrap_or(Path::new("")))
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut shell = command.spawn().at("run", sh)?;
        let line = shell.stdin.take();
        Ok(Self { shell, line })
    }

    /// Says which server to end.
    pub(crate) fn watch(&mut self, pid: u32) -> Result<(), Error> {
        self.say(&pid.to_string())
    }

    /// Says that the server has ended.
    pub(crate) fn release(mut self) {
        // A keeper that no longer listens needs no release.
        let _ = self.say("released");
    }

    fn say(&mut self, word: &str) -> Result<(), Error> {
        match &mut self.line {
            Some(line) => writeln!(line, "{word}").at("write to", Path::new("the keeper's pipe")),
            None => Ok(()),
        }
    }
}

/// Closing the pipe ends the shell, and the server with it unless that was released.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.line = None;
        let _ = self.shell.wait();
    }
}

/// The name `kill -s` takes everywhere.
fn name(signal: nix::sys::signal::Signal) -> &'static str {
    let name = signal.as_str();
    name.strip_prefix("SIG").unwrap_or(name)
}
