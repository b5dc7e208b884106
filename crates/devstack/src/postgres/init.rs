use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{SUPERUSER, find::Binaries, home};
use crate::{Error, at::At as _, files, server::command, unprivileged::ServerUser};

/// How much of a program's last words an error shows.
const SAID_LINES: usize = 5;

/// Makes the data of a cluster, whole or not at all: they get their name when they are complete.
/// Only passwords open it (scram-sha-256), over TCP.
pub(crate) fn init(
    binaries: &Binaries,
    home: &Path,
    user: Option<ServerUser>,
    password: &SecretString,
    durable: bool,
) -> Result<(), Error> {
    let part = home.join("data.part");
    let password_file = home.join("initdb-password");
    files::remove_dir_if_there(&part)?;
    files::make_dir(&part, 0o700)?;
    files::write_new_private(&password_file, password.expose_secret())?;
    if let Some(user) = user {
        user.own(&part)?;
        user.own(&password_file)?;
    }
    let mut initdb = command(&binaries.initdb(), user);
    initdb
        .arg("--pgdata")
        .arg(&part)
        .arg("--pwfile")
        .arg(&password_file)
        .args(["--username", SUPERUSER])
        .args(["--auth-host=scram-sha-256", "--auth-local=reject"])
        .args([
            "--encoding=UTF8",
            "--no-locale",
            "--data-checksums",
            "--no-sync",
        ]);
    let made = run(initdb, &binaries.initdb());
    files::remove_file_if_there(&password_file)?;
    made?;
    if durable {
        sync(binaries, &part, user)?;
    }
    let data = home::data(home);
    fs::rename(&part, &data).at("make", &data)
}

/// Has a new cluster written to disk. The file system as a whole is done in a moment; initdb would
/// ask for each of its thousand files.
fn sync(binaries: &Binaries, data: &Path, user: Option<ServerUser>) -> Result<(), Error> {
    let program = Path::new("sync");
    let mut sync = command(program, None);
    sync.arg("-f").arg(data);
    if run(sync, program).is_ok() {
        return Ok(());
    }
    let mut initdb = command(&binaries.initdb(), user);
    initdb.arg("--sync-only").arg("--pgdata").arg(data);
    run(initdb, &binaries.initdb())
}

fn run(mut command: Command, program: &Path) -> Result<(), Error> {
    let output = command.stdin(Stdio::null()).output().at("run", program)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.trim().lines().collect();
    Err(Error::Command {
        program: program.display().to_string(),
        status: output.status.to_string(),
        said: lines[lines.len().saturating_sub(SAID_LINES)..].join("; "),
    })
}
