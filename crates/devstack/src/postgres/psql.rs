use std::{io::Write as _, path::Path, process::Stdio};

use secrecy::{ExposeSecret as _, SecretString};

use super::{SUPERUSER, find::Binaries};
use crate::{Error, at::At as _, server::command};

/// Runs a script as the superuser and returns what it printed, unaligned, without headers.
pub(super) fn run(
    binaries: &Binaries,
    port: u16,
    password: &SecretString,
    database: &str,
    script: &str,
) -> Result<String, Error> {
    let psql = binaries.psql();
    // Errors name what failed but do not repeat the script, which may hold a password.
    let mut child = command(&psql, None)
        .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"])
        .args(["--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"])
        .args(["--host=127.0.0.1", "--no-password", "--file=-"])
        .arg(format!("--port={port}"))
        .args(["--username", SUPERUSER, "--dbname", database])
        .env("PGPASSWORD", password.expose_secret())
        .env("PGCONNECT_TIMEOUT", "10")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .at("run", &psql)?;
    if let Some(mut input) = child.stdin.take() {
        // One that ended early says why below.
        let _ = input.write_all(script.as_bytes());
    }
    let output = child.wait_with_output().at("run", Path::new("psql"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    } else {
        Err(Error::Command {
            program: "psql".to_owned(),
            status: output.status.to_string(),
            said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}
